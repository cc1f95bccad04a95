"""Why a number is what it is: a page with a lasting address for each number that is shown."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from imtplan.dashboard.explanation.page import (
    ExplanationPage,
    element_page,
    progress_page,
    value_page,
)
from imtplan.dashboard.explanation.share_in_words import share_page
from imtplan.dashboard.page_views import demand_institute
from imtplan.dashboard.scope import moment_asked
from indicators.models import Indicator, Target
from indicators.past import shown_at
from indicators.questions.target_revisions import with_versions
from levers.models import Lever
from objectives.models import Objective
from projects.models import FlagshipProject


def _shown(
    request: HttpRequest, template: str, make: Callable[[], ExplanationPage]
) -> HttpResponse:
    """Shows the page, as things stand or as they were known at the moment of the address."""
    moment = moment_asked(request.GET.dict())
    with shown_at(moment):
        return render(request, template, {"page": make()})


@require_safe
def explain_value(request: HttpRequest, code: str) -> HttpResponse:
    demand_institute(request)

    def page() -> ExplanationPage:
        indicator = get_object_or_404(Indicator.objects.visible_to(request.user), code=code)
        return value_page(request.user, indicator, request.GET.dict())

    return _shown(request, "dashboard/explanations/value.html", page)


@require_safe
def explain_progress(request: HttpRequest, code: str) -> HttpResponse:
    """Shows the institute's targets to its people, a school's own target to its own, and that of
    what the institute alone reports to who reports or validates it."""

    def page() -> ExplanationPage:
        targets = with_versions(Target.objects.visible_to(request.user))
        target = get_object_or_404(targets.select_related("indicator", "plan", "school"), code=code)
        if target.school is None and not _is_of_the_reader(request.user, target):
            demand_institute(request)
        return progress_page(request.user, target, request.GET.dict())

    return _shown(request, "dashboard/explanations/progress.html", page)


def _is_of_the_reader(user: Any, target: Target) -> bool:
    is_the_institutes = target.indicator.aggregation == Indicator.Aggregation.NONE
    return is_the_institutes and bool(user.is_of_the_institutes_place)


@require_safe
def explain_share(request: HttpRequest, school: str, code: str) -> HttpResponse:
    """Shows the institute's numbers too, and those of no school to another."""
    demand_institute(request)
    parameters = request.GET.dict()
    return _shown(
        request,
        "dashboard/explanations/share.html",
        lambda: share_page(request.user, school, code, parameters),
    )


def _element(request: HttpRequest, kind: type[Any] | None, code: str = "") -> HttpResponse:
    parameters = request.GET.dict()
    return _shown(
        request,
        "dashboard/explanations/roll_up.html",
        lambda: element_page(request.user, kind, code, parameters),
    )


@require_safe
def explain_plan(request: HttpRequest) -> HttpResponse:
    demand_institute(request)
    return _element(request, None)


@require_safe
def explain_objective(request: HttpRequest, code: str) -> HttpResponse:
    demand_institute(request)
    return _element(request, Objective, code)


@require_safe
def explain_lever(request: HttpRequest, code: str) -> HttpResponse:
    demand_institute(request)
    return _element(request, Lever, code)


@require_safe
def explain_project(request: HttpRequest, code: str) -> HttpResponse:
    demand_institute(request)
    return _element(request, FlagshipProject, code)
