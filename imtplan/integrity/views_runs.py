"""The plan office's page of recomputations: those that wait, that failed, and that were done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from imtplan.accounts.roles import Permission, demand
from imtplan.buttons import demand_button, is_pressed
from imtplan.dashboard.freshness import Freshness, follow
from indicators.models import Indicator, RecomputeRun, StaleMark
from indicators.recomputing.scope import scope_in_words
from indicators.services import recompute_everything, retry_failed

ON_A_PAGE = 50
INDICATORS_NAMED = 8


@dataclass(frozen=True)
class StaleResults:
    """The marks of stale results at this moment."""

    marks: int
    since: datetime | None
    everything: bool
    indicators: Sequence[Indicator]
    more: int

    @classmethod
    def read(cls) -> "StaleResults":
        total = StaleMark.objects.aggregate(marks=Count("pk"), since=Min("marked_at"))
        marks = StaleMark.objects.all()
        named = Indicator.objects.filter(
            pk__in=StaleMark.objects.exclude(indicator=None).values("indicator")
        )
        return cls(
            **total,
            everything=(marks.for_everything() | marks.shared_out()).exists(),
            indicators=named[:INDICATORS_NAMED],
            more=max(0, named.count() - INDICATORS_NAMED),
        )


@dataclass(frozen=True)
class RunsPage:
    waiting: StaleResults
    standing: Sequence[RecomputeRun]  # failures that were not mended yet
    runs: Page[RecomputeRun]
    only_failures: bool
    freshness: Freshness

    @property
    def rows(self) -> list[tuple[RecomputeRun, str]]:
        """Returns each run with what was recomputed."""
        return [(run, scope_in_words(run.scope)) for run in self.runs]


@never_cache
@require_safe
def runs(request: HttpRequest) -> HttpResponse:
    demand(request, Permission.EDIT_PLAN)
    freshness = Freshness.read()

    def page(etag: str) -> HttpResponse:
        return render(
            request, "integrity/runs.html", {"page": _page(request, freshness), "etag": etag}
        )

    return follow(request, freshness, page)


def _page(request: HttpRequest, freshness: Freshness) -> RunsPage:
    only_failures = request.GET.get("failures") == "1"
    runs: Any = RecomputeRun.objects.select_related("indicator")
    shown = runs.failed() if only_failures else runs
    return RunsPage(
        waiting=StaleResults.read(),
        standing=runs.unresolved(),
        runs=Paginator(shown, ON_A_PAGE).get_page(request.GET.get("page")),
        only_failures=only_failures,
        freshness=freshness,
    )


@require_POST
def retry(request: HttpRequest, number: int) -> HttpResponse:
    """Computes a failed run again; a message says so if it was mended meanwhile."""
    demand(request, Permission.EDIT_PLAN)
    run = get_object_or_404(RecomputeRun.objects.failed(), pk=number)
    demand_button(request, "again")
    words = {"name": run.indicator.name if run.indicator else ""}
    if retry_failed(run=run, by=request.user):
        messages.success(request, _("“%(name)s” is computed again.") % words)
    else:
        messages.info(request, _("“%(name)s” was computed meanwhile.") % words)
    return redirect("runs")


@require_http_methods(["GET", "HEAD", "POST"])
def everything(request: HttpRequest) -> HttpResponse:
    """Recomputes everything, after a second question: with a thousand schools it takes minutes."""
    demand(request, Permission.EDIT_PLAN)
    if not is_pressed(request, "everything"):
        context = {"indicators": Indicator.objects.in_use().count()}
        return render(request, "integrity/everything.html", context)
    if recompute_everything(by=request.user):
        messages.success(request, _("Every result is computed again; this page says when."))
    else:
        messages.info(request, _("That was asked for already, and is about to happen."))
    return redirect("runs")
