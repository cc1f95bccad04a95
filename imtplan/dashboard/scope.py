"""What an address asks to see: which plan, which year, which view of the figures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import JSONObject
from django.http import Http404
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from imtplan import clock
from imtplan.accounts.models import School
from indicators.models import Progress, Target, View
from indicators.questions.target_revisions import with_versions
from objectives.models import PlanState, StrategicPlan, shown_by_default


@dataclass(frozen=True)
class Scope:
    """Every number of a page is of this plan, this year and this view."""

    plan: StrategicPlan
    year: int
    view: View
    parameters: Mapping[str, str]  # what the address itself said, to be kept in links
    moment: datetime | None = None  # as known then; None: as known now

    @property
    def day(self) -> date:
        """A year is judged at its end, the running one today: as the roll-ups are."""
        return min(date(self.year, 12, 31), clock.today())

    @property
    def year_before(self) -> int:
        return self.year - 1

    @property
    def is_provisional(self) -> bool:
        return self.view == View.PROVISIONAL

    @cached_property
    def query(self) -> str:
        """Returns what a link to another page carries, so that it speaks of the same numbers."""
        parameters = {
            key: value for key, value in self.parameters.items() if key in ("plan", "as_of")
        }
        parameters["year"] = str(self.year)
        if self.is_provisional:
            parameters["view"] = self.view.value
        return "?" + urlencode(parameters)

    @cached_property
    def lasting(self) -> str:
        """Returns the same with the plan by name, for an address that people keep."""
        return replace(self, parameters={**self.parameters, "plan": self.plan.code}).query

    def narrowed(self, filters: Mapping[str, str]) -> str:
        """Returns the lasting address with what else the page was asked for."""
        return self.lasting + ("&" + urlencode(filters) if filters else "")

    def of_year(self, year: int) -> str:
        """Returns the lasting address of the same for another year."""
        return replace(self, year=year).lasting

    @property
    def kinds_outside(self) -> set[str]:
        """Returns the kinds of schools that there are in the year and that no total counts."""
        year = self.year
        return {
            school["kind"]
            for school in getattr(self.plan, OUTSIDE, ())
            if (school["first_year"] or year) <= year <= (school["last_year"] or year)
        }

    @property
    def plan_name(self) -> str:
        """Returns the plan's name for what is printed or sent: a draft says that it is one."""
        words = {"plan": self.plan.name}
        return _("%(plan)s (draft)") % words if self.plan.is_draft else str(self.plan.name)

    @property
    def years(self) -> range:
        return self.plan.years


def plan_asked(
    plans: Sequence[StrategicPlan], parameters: Mapping[str, str]
) -> StrategicPlan | None:
    """Returns the plan of the address, else the one shown by default. Raises 404 for another."""
    code = parameters.get("plan")
    if not code:
        return shown_by_default(plans)
    for plan in plans:
        if plan.code == code:
            return plan
    raise Http404


def plans_beside(plans: Sequence[StrategicPlan], plan: StrategicPlan) -> list[StrategicPlan]:
    """Returns the plan between the one before it and the next, in the order of their years. An
    archived plan stands beside no other."""
    others = [other for other in plans if other == plan or other.state != PlanState.ARCHIVED]
    others.sort(key=lambda other: (other.first_year, other.pk))
    place = others.index(plan)
    return others[max(0, place - 1) : place + 2]


def moment_asked(parameters: Mapping[str, str]) -> datetime | None:
    """Returns the moment of the address, the end of a day or an instant. Raises 404 for another."""
    text = parameters.get("as_of")
    if not text:
        return None
    try:
        return clock.moment_named(text)
    except clock.NoSuchMoment as reason:
        raise Http404(str(reason)) from None


def view_asked(parameters: Mapping[str, str]) -> View:
    try:
        return View(parameters.get("view") or View.VALIDATED)
    except ValueError:
        raise Http404 from None


def year_asked(parameters: Mapping[str, str], plan: StrategicPlan) -> int:
    """Returns the year of the address, else the latest whose figures are all validated."""
    text = parameters.get("year")
    if not text:
        return getattr(plan, LATEST) or plan.first_year
    if not (text.isascii() and text.isdecimal()) or int(text) not in plan.years:
        raise Http404
    return int(text)


@dataclass(frozen=True)
class RequestedScope:
    """What an address asks for, with the plans beside the one asked for."""

    plans: Sequence[StrategicPlan]
    scope: Scope


# On a plan read here: the latest year in which a headline indicator is all there and validated.
LATEST = "latest_whole_year"
# Likewise: the schools that are none of the institute's own, by their kind and years.
OUTSIDE = "schools_outside"


def read_scope(user: Any, parameters: Mapping[str, str]) -> RequestedScope | None:
    """Returns None where there is no plan yet."""
    read_with = {LATEST: _latest(user), OUTSIDE: _outside()}
    plans = list(StrategicPlan.objects.visible_to(user).annotate(**read_with))
    plan = plan_asked(plans, parameters)
    if plan is None:
        return None
    year = year_asked(parameters, plan)
    return RequestedScope(
        plans_beside(plans, plan),
        Scope(plan, year, view_asked(parameters), parameters, moment=clock.moment()),
    )


def demanded_scope(user: Any, parameters: Mapping[str, str]) -> RequestedScope:
    """Returns what the address asks for. Raises 404 where there is no plan yet."""
    read = read_scope(user, parameters)
    if read is None:
        raise Http404
    return read


def _outside() -> ArraySubquery:
    """Returns of which kinds there are schools beside the own ones; which they are is not told."""
    schools = School.objects.without_the_institute().exclude(kind=School.Affiliation.OWN)
    years = JSONObject(kind="kind", first_year="first_year", last_year="last_year")
    return ArraySubquery(schools.order_by("pk").values(as_json=years))


def _latest(user: Any) -> Subquery:
    headlines = (
        Target.objects.in_use().reference().headlines().filter(plan=OuterRef(OuterRef("pk")))
    )
    whole = (
        Progress.objects.visible_to(user)
        .filter(view=View.VALIDATED, value__isnull=False, is_estimate=False)
        .filter(year__range=(OuterRef("baseline_year"), OuterRef("last_year")))
        .filter(target__in=headlines)
    )
    return Subquery(whole.order_by("-year").values("year")[:1])


def with_progress(user: Any) -> "Prefetch[str]":
    """Returns the progress of targets, in both views and all years, that this person may see."""
    return Prefetch("progress", queryset=Progress.objects.visible_to(user).order_by("year"))


def reference_targets(user: Any, scope: Scope, years: Iterable[int] = ()) -> list[Target]:
    """Returns the plan's reference targets of the page's year, or of these years, in the plan's
    order: the headlines with all their years, the others with the page's and the one before."""
    here = Q(view=scope.view, year__in=(scope.year, scope.year_before))
    headlines = Target.objects.headlines().filter(plan=scope.plan)
    rows = Progress.objects.visible_to(user).filter(Q(target__in=headlines) | here)
    return list(
        with_versions(Target.objects.visible_to(user))
        .in_use()
        .reference()
        .followed_in_plan(scope.plan, *(years or [scope.year]))
        .select_related("indicator")
        .prefetch_related(Prefetch("progress", queryset=rows.order_by("year")), "indicator__breaks")
    )
