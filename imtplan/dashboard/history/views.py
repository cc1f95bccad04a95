"""The history of the plan: any day, what was frozen, and the difference of two."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from imtplan.accounts.roles import Permission, demand, has_permission
from imtplan.dashboard.history.snapshot_content import ComparedLine, SnapshotContent
from imtplan.dashboard.history.tables import columns_of_snapshot, snapshot_rows
from imtplan.dashboard.page_views import attached, demand_institute
from imtplan.dashboard.scope import Scope, demanded_scope, moment_asked, read_scope
from imtplan.planning.plan_history import changes_of, edits_of_plan
from imtplan.spreadsheets import BookFormat, Flavour, csv_response
from imtplan.spreadsheets.workbooks import CellOut, SheetOut
from indicators.models import Snapshot
from indicators.past import shown_at
from indicators.questions.snapshots import compared, content_of
from indicators.services import take_snapshot
from objectives.models import StrategicPlan


@require_safe
def history(request: HttpRequest) -> HttpResponse:
    demand_institute(request)
    read = read_scope(request.user, request.GET.dict())
    return render(
        request,
        "dashboard/history.html",
        {
            "scope": read.scope if read else None,
            "plans": read.plans if read else [],
            "snapshots": Snapshot.objects.visible_to(request.user)
            .select_related("plan")
            .defer("content"),
            "changes": changes_of(edits_of_plan(request.user, read.scope.plan)[:5]) if read else [],
            "may_freeze": read is not None and _may_freeze(request.user, read.scope.plan),
            "today": timezone.localdate(),
        },
    )


def _may_freeze(user: Any, plan: StrategicPlan) -> bool:
    """Says whether the person may take a snapshot: of a draft, which it makes one that is never
    deleted, the plan office only."""
    if plan.is_draft and not has_permission(user, Permission.EDIT_PLAN):
        return False
    return has_permission(user, Permission.TAKE_SNAPSHOT)


# A page of the list of changes.
CHANGES_ON_A_PAGE = 50


@require_safe
def plan_changes(request: HttpRequest) -> HttpResponse:
    """Shows all that was changed of the plan since it was published."""
    demand_institute(request)
    read = demanded_scope(request.user, request.GET.dict())
    edits = edits_of_plan(request.user, read.scope.plan)
    rows = Paginator(edits, CHANGES_ON_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "dashboard/plan_changes.html",
        {"scope": read.scope, "plans": read.plans, "rows": rows, "changes": changes_of(rows)},
    )


# --- Snapshots ----------------------------------------------------------------------------------


class SnapshotForm(forms.Form):
    """What a snapshot is called, and why it was taken."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=120, strip=True)
    comment = forms.CharField(
        label=gettext_lazy("Comment"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


@require_http_methods(["GET", "HEAD", "POST"])
def snapshot_new(request: HttpRequest) -> HttpResponse:
    demand(request, Permission.TAKE_SNAPSHOT)
    scope = demanded_scope(request.user, request.GET.dict()).scope
    if not _may_freeze(request.user, scope.plan):
        raise PermissionDenied
    form = SnapshotForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        taken = take_snapshot(
            plan=scope.plan, year=scope.year, view=scope.view, by=request.user, **form.cleaned_data
        )
        return redirect("snapshot", taken.pk)
    return render(request, "dashboard/snapshot_new.html", {"form": form, "scope": scope})


def _snapshot(request: HttpRequest, number: int) -> Snapshot:
    demand_institute(request)
    return get_object_or_404(Snapshot.objects.visible_to(request.user), pk=number)


@require_safe
def snapshot(request: HttpRequest, number: int) -> HttpResponse:
    """Shows the snapshot's own text alone: nothing that happened since can change this page."""
    taken = _snapshot(request, number)
    content = SnapshotContent(taken.parsed_content)
    return render(request, "dashboard/snapshot.html", {"snapshot": taken, "frozen": content})


@require_safe
def snapshot_file(request: HttpRequest, number: int, kind: str) -> HttpResponseBase:
    taken = _snapshot(request, number)
    name = f"imtplan-snapshot-{taken.pk}-{taken.year}"
    if kind == "csv":
        rows = snapshot_rows(taken.parsed_content)
        return csv_response(columns_of_snapshot(), rows, flavour=Flavour.EXCEL_FR, name=name)
    if kind != "json":
        book = BookFormat(kind)
        return book.response(_workbook(taken, book), name)
    return attached(taken.content.encode(), "application/json", f"{name}.json")


def _workbook(taken: Snapshot, book: BookFormat) -> bytes:
    columns = columns_of_snapshot()
    heading = [CellOut(str(column.label), "heading") for column in columns]
    rows = [
        [CellOut(column.read(row)) for column in columns]
        for row in snapshot_rows(taken.parsed_content)
    ]
    sheet = SheetOut(_("Snapshot"), [heading, *rows], widths=[14] * len(columns), headings=0)
    return book.write(
        [sheet], {"heading": {"bold": True, "text_wrap": True}}, {"title": taken.title}
    )


# --- The difference of two ----------------------------------------------------------------------


@dataclass(frozen=True)
class ComparedSide:
    """One side of a comparison: a snapshot, an earlier moment, or now."""

    label: str
    content: Mapping[str, Any]


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Compares `before` and `after`: `snapshot-7`, a day, an instant, or nothing for now."""
    demand_institute(request)
    parameters = request.GET.dict()
    names = parameters.get("before", ""), parameters.get("after", "")
    chosen = [_named_snapshot(request, name) for name in names]
    scope = demanded_scope(request.user, _as_in_the_snapshot(chosen) or parameters).scope
    before, after = (_side(taken, name, scope) for taken, name in zip(chosen, names, strict=True))
    lines = [ComparedLine(line) for line in compared(before.content, after.content)]
    return render(
        request,
        "dashboard/compare.html",
        {
            "scope": scope,
            "before": before,
            "after": after,
            "lines": [line for line in lines if line.differs],
            "count": len(lines),
        },
    )


def _named_snapshot(request: HttpRequest, name: str) -> Snapshot | None:
    if not name.startswith("snapshot-"):
        return None
    number = name.removeprefix("snapshot-")
    if not (number.isascii() and number.isdecimal() and len(number) < 18):
        raise Http404
    return _snapshot(request, int(number))


def _as_in_the_snapshot(chosen: list[Snapshot | None]) -> dict[str, str]:
    """A snapshot is of one plan, year and view: the other side is read for the same."""
    for taken in chosen:
        if taken is not None:
            return {"plan": taken.plan.code, "year": str(taken.year), "view": taken.view}
    return {}


def _side(taken: Snapshot | None, name: str, scope: Scope) -> ComparedSide:
    if taken is not None:
        label = _("%(title)s (%(when)s)") % {"title": taken.title, "when": _when(taken.taken_at)}
        return ComparedSide(label, taken.parsed_content)
    moment = moment_asked({"as_of": name})
    with shown_at(moment):
        content = content_of(scope.plan, year=scope.year, view=scope.view)
    return ComparedSide(_when(moment) if moment else _("now"), content)


def _when(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "j F Y, H:i")
