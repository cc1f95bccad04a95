"""Answers that are files for one person: a page as PDF, a record as it was hashed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from imtplan import paper


def pdf_response(request: HttpRequest, html: str, *, name: str, page: str) -> HttpResponse:
    """Returns the page as PDF; if none can be made, leads back to `page`, which prints as well."""
    try:
        if not paper.is_available():
            raise paper.PaperError
        pdf = paper.pdf_of(html)
    except paper.PaperError:
        messages.error(request, _("The PDF cannot be made at the moment. Print this page instead."))
        return redirect(page)
    return private_file(pdf, name=name, content_type="application/pdf", shown="inline")


def private_file(
    content: bytes, *, name: str, content_type: str, shown: str = "attachment"
) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=content_type,
        headers={
            "Content-Disposition": f'{shown}; filename="{name}"',
            "Cache-Control": "private, no-cache",
        },
    )
