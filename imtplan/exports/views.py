"""Asking for files, following how they are made, and taking them."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from imtplan.bilingual import reader_language
from imtplan.buttons import demand_button
from imtplan.campaigns.review import queue_tables
from imtplan.dashboard.freshness import Freshness, follow
from imtplan.dashboard.matrix.tables import MATRIX
from imtplan.dashboard.page_views import attached, demand_institute
from imtplan.dashboard.projects.tables import ALL_PROJECTS
from imtplan.dashboard.school.tables import SCHOOLS
from imtplan.dashboard.scope import demanded_scope, moment_asked
from imtplan.dashboard.tabled_pages import TabledPage, demonstration_warning
from imtplan.dashboard.wording import moment_in_words
from imtplan.exports import services
from imtplan.exports.export_kinds import KINDS, ExportKind
from imtplan.exports.models import Export
from imtplan.exports.paper_sheets import perimeter_of
from imtplan.page_tables import AboutLines
from imtplan.spreadsheets import (
    BookFormat,
    Column,
    Flavour,
    book_table,
    csv_with_preface,
    sheet_of_pairs,
)
from indicators.past import shown_at

# What an address says of the numbers it speaks of.
SCOPE = ("plan", "year", "view", "as_of")


@dataclass(frozen=True)
class ListedFile:
    """A file on its owner's page."""

    export: Export

    @property
    def kind(self) -> ExportKind | None:
        """Returns None for a kind that a later version no longer makes."""
        return KINDS.get(self.export.kind)

    @property
    def about(self) -> str:
        parameters = self.export.asked
        about = (
            [perimeter_of(parameters["year"], parameters["view"])] if "year" in parameters else []
        )
        if moment := moment_asked(parameters):
            about.append(moment_in_words(moment))
        return " · ".join(about)


@dataclass(frozen=True)
class FileList:
    """A person's files, the latest first; open pages follow it (`static/js/live.js`)."""

    files: Sequence[ListedFile]

    @property
    def is_busy(self) -> bool:
        return any(file.export.is_unfinished for file in self.files)

    def etag(self, *more: Any) -> str:
        states = [(file.export.pk, file.export.state, file.export.done) for file in self.files]
        return '"' + hashlib.sha256(repr((states, *more)).encode()).hexdigest()[:32] + '"'


def _shelf(request: HttpRequest) -> FileList:
    files = Export.objects.visible_to(request.user).without_bytes()
    return FileList([ListedFile(export) for export in files])


@require_safe
def files(request: HttpRequest) -> HttpResponse:
    shelf = _shelf(request)

    def page(etag: str) -> HttpResponse:
        life = Export.LIFE.days
        return render(request, "exports/files.html", {"shelf": shelf, "etag": etag, "life": life})

    return follow(request, shelf, page)  # type: ignore[arg-type] - it asks for an etag alone


@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Takes `kind`, `subject` and the scope of the page, as its form has them."""
    kind = KINDS.get(request.POST.get("kind", ""))
    if kind is None:
        raise Http404
    subject = request.POST.get("subject", "")
    kind.demand(request.user, subject)
    parameters = _parameters(request, kind) if kind.is_scoped else {}
    services.ask_for(
        kind=request.POST["kind"],
        subject=subject,
        title=kind.title(request.user, subject, parameters),
        asked=parameters,
        language=reader_language(),
        by=request.user,  # type: ignore[arg-type]
    )
    return redirect("files")


def _parameters(request: HttpRequest, kind: ExportKind) -> dict[str, str]:
    """Spells the scope out, so that the file speaks of it whenever it is made."""
    keys = (*SCOPE, *kind.filters)
    parameters = {key: request.POST[key] for key in keys if request.POST.get(key)}
    moment_asked(parameters)
    scope = demanded_scope(request.user, parameters).scope
    spelled = {"plan": scope.plan.code, "year": str(scope.year), "view": scope.view.value}
    return parameters | spelled


def _export(request: HttpRequest, number: int) -> Export:
    """Raises 404 for a file that somebody else asked for."""
    return get_object_or_404(Export.objects.visible_to(request.user), pk=number)


def _kind(export: Export) -> ExportKind:
    """Raises 404 for a kind that this version no longer makes."""
    if export.kind not in KINDS:
        raise Http404
    return KINDS[export.kind]


@require_POST
def again(request: HttpRequest, number: int) -> HttpResponse:
    export = _export(request, number)
    demand_button(request, "again")
    _kind(export).demand(request.user, export.subject)
    with suppress(services.ExportNotFailed):  # somebody pressed twice: the page says how it stands
        services.try_again(export=export, by=request.user)  # type: ignore[arg-type]
    return redirect("files")


@require_safe
def download(request: HttpRequest, number: int) -> HttpResponse:
    """Answers 403 to whoever may no longer read what stands in it."""
    export = _export(request, number)
    kind = _kind(export)
    if export.content is None:
        raise Http404
    kind.demand(request.user, export.subject)
    name = kind.name(export.subject, export.asked)
    return attached(bytes(export.content), kind.format.content_type, name)


# --- Tables, made while one waits -----------------------------------------------------------------


def _campaign(user: Any, parameters: Mapping[str, str], freshness: Freshness) -> Any:
    return queue_tables.campaign_tables(user, parameters)


CAMPAIGN = TabledPage(
    _campaign,
    queue_tables.TABLES,
    stem="saisies",
    about=lambda page: [*page.about, *demonstration_warning()],
    year=lambda page: page.campaign.code,
)
# By their name in the address.
PAGES = {"ecoles": SCHOOLS, "matrice": MATRIX, "projets": ALL_PROJECTS, "saisies": CAMPAIGN}


@require_safe
def named_page_table(request: HttpRequest, of: str, slug: str, ending: str) -> HttpResponse:
    demand_institute(request)
    if of not in PAGES:
        raise Http404
    return _table(request, PAGES[of], slug, ending)


@require_safe
def page_table(
    request: HttpRequest, tabled: TabledPage, slug: str, ending: str, **codes: str
) -> HttpResponse:
    """Sends a table of the page that the address stands for; `codes` say of what the page is."""
    demand_institute(request)
    return _table(request, tabled, slug, ending, **codes)


def _table(
    request: HttpRequest, tabled: TabledPage, slug: str, ending: str, **codes: str
) -> HttpResponse:
    """Reads and writes in the moment of the page: the rows of the past are gone after it."""
    table, parameters = tabled.table(slug), request.GET.dict()
    with shown_at(moment_asked(parameters)):
        page = tabled.page(request.user, parameters, **codes)
        about, columns, rows = tabled.about(page), table.columns_of(page), table.rows(page)
        if ending == "csv":
            kind, content = "text/csv; charset=utf-8", _csv(about, columns, rows)
        else:
            book = BookFormat(ending)
            beside = [sheet_of_pairs(about, title=_("About"))]
            kind = book.content_type
            content = book_table(columns, rows, title=str(table.label), book=book, beside=beside)
    return attached(
        content, kind, f"{tabled.file_name(slug, page, codes.get('code', ''))}.{ending}"
    )


def _csv(about: AboutLines, columns: Sequence[Column], rows: Iterable[Any]) -> str:
    """Writes in the marks of the reader's language, which are those of the reader's Excel."""
    flavour = Flavour.EXCEL_FR if reader_language() == "fr" else Flavour.MACHINE
    return csv_with_preface(about, columns, rows, flavour)
