"""A school's figures by file: the workbook to download, and the page that takes one back."""

from http import HTTPStatus
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from imtplan.accounts.models import School
from imtplan.bilingual import reader_language
from imtplan.campaigns.access import demand_entry, place
from imtplan.campaigns.entry.pages.entry_page import read_page
from imtplan.campaigns.files.proposals import propose
from imtplan.campaigns.files.tables.table_reader import content_of_file
from imtplan.campaigns.files.tables.typed_cells import TableContent
from imtplan.campaigns.files.workbook import file_name, workbook_of
from imtplan.campaigns.models import Campaign
from imtplan.spreadsheets.books import BookFormat
from imtplan.spreadsheets.tables import MAX_BYTES, Unreadable
from indicators.models import Figure


class FileForm(forms.Form):
    """The file, and what it says once it could be read."""

    file = forms.FileField(
        label=_("Your workbook, or a table of your own"),
        help_text=_(
            "An Excel (.xlsx) or OpenDocument (.ods) workbook, or a CSV file, of 2 MB at most."
        ),
        widget=forms.FileInput(attrs={"accept": f"{BookFormat.accepted()},.csv,.txt,text/csv"}),
        error_messages={"required": _("Choose a file."), "empty": _("This file is empty.")},
    )
    content: TableContent

    def __init__(self, *args: Any, campaign: Campaign, school: School, **kwargs: Any) -> None:
        super().__init__(*args, use_required_attribute=False, **kwargs)
        self.campaign, self.school = campaign, school

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        try:
            # One byte more than is taken is enough to know that it is too much.
            data = file.read(MAX_BYTES + 1)
            self.content = content_of_file(data, self.campaign, self.school)
        except Unreadable as refusal:
            raise forms.ValidationError(refusal.message) from refusal
        if not self.content:
            raise forms.ValidationError(_("No figure was found in this file."))
        return file


@require_safe
def workbook(
    request: HttpRequest, campaign: str, school: str, book: BookFormat = BookFormat.XLSX
) -> HttpResponse:
    """Sends the school's workbook, filled with what is stored now."""
    here = place(request, campaign, school)
    data = workbook_of(**here, language=reader_language(), book=book)
    return book.response(data, file_name(**here))


@require_http_methods(["GET", "HEAD", "POST"])
def import_file(request: HttpRequest, campaign: str, school: str) -> HttpResponse:
    """Read a file into a proposal. Nothing is stored before the person has seen what changes."""
    here = place(request, campaign, school)
    demand_entry(request, **here)
    if request.method != "POST":
        return _import_page(request, here, FileForm(**here))
    form = FileForm(request.POST, request.FILES, **here)
    if not form.is_valid():
        return _import_page(request, here, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    origin = Figure.Origin.IMPORT
    proposal = propose(**here, content=form.content, origin=origin, by=request.user)
    return redirect("proposal", campaign=campaign, school=school, pk=proposal.pk)


def _import_page(
    request: HttpRequest, here: dict[str, Any], form: FileForm, status: int = HTTPStatus.OK
) -> HttpResponse:
    page = read_page(**here)
    context = {"page": page, "form": form, "read_only": page.why_read_only(request.user)}
    return render(request, "campaigns/import.html", context, status=status)
