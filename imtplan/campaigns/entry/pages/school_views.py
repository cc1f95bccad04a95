"""A school's home, and the blank form it may print."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from imtplan import paper
from imtplan.accounts.models import School
from imtplan.campaigns.access import place
from imtplan.campaigns.entry.pages.entry_page import read_page
from imtplan.campaigns.entry.pages.school_home import school_home
from imtplan.web.file_responses import pdf_response


@never_cache
@require_safe
def home(request: HttpRequest, school: str) -> HttpResponse:
    """Shows where a school's people begin: what is to do, what came back, what was before."""
    here = get_object_or_404(School.objects.places_seen_by(request.user), code=school)
    context = {"home": school_home(request.user, here), "has_pdf": paper.is_available()}
    return render(request, "campaigns/school_home.html", context)


@require_safe
def blank_form(request: HttpRequest, campaign: str, school: str) -> HttpResponse:
    """Shows the campaign's questions with empty boxes, to be printed from the browser."""
    context = _form_of(request, campaign, school) | {"has_pdf": paper.is_available()}
    return render(request, "campaigns/blank_form.html", context)


@require_safe
def blank_form_pdf(request: HttpRequest, campaign: str, school: str) -> HttpResponse:
    """Sends the same as a PDF. Where none can be made, back to the page, which prints as well."""
    context = _form_of(request, campaign, school)
    html = render_to_string("campaigns/blank_form_pdf.html", context)
    name = f"imt-plan-{campaign}-{context['page'].school.code}.pdf"
    page = reverse("blank_form", args=[campaign, school])
    return pdf_response(request, html, name=name, page=page)


def _form_of(request: HttpRequest, campaign: str, school: str) -> dict[str, Any]:
    page = read_page(**place(request, campaign, school))
    entry = reverse("entry", args=[campaign, page.school.code])
    return {"page": page, "address": request.build_absolute_uri(entry)}
