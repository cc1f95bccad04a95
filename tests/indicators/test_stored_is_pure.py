"""Whatever is edited, cleared, moved, archived or deleted, in whatever order: what is stored is
what the reference gives, to the last digit, with no row missing and none in excess.

Each run takes other steps, and what fails names its seed; `make pure SEQUENCES=100 SEED=1` takes
more of them.
"""

import os
import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run

from imtplan import clock
from imtplan.accounts.models import School
from imtplan.integrity.results_check import differences
from indicators.models import (
    Figure,
    FollowedIndicator,
    Inapplicability,
    Indicator,
    IndicatorLink,
    SeriesBreak,
    StaleMark,
    Target,
    TrajectoryPoint,
)
from indicators.recomputing.recompute import recompute_stale
from levers.models import Lever
from objectives.models import Objective, StrategicPlan
from projects.models import FlagshipProject, Milestone, Serves
from tests import factories

SEQUENCES = int(os.environ.get("PURE_SEQUENCES", "12"))

years = st.integers(2015, 2024)
# Whole, with six decimals, equal to each other now and then, negative, zero and very large.
numbers = st.one_of(
    st.integers(-5, 30).map(Decimal),
    st.integers(-(10**9), 10**9).map(lambda n: Decimal(n) / 10**6),
    st.sampled_from([Decimal(0), Decimal(18), Decimal(10**12), Decimal("0.000001")]),
)
weights = st.integers(0, 4000).map(lambda n: Decimal(n) / 1000)
at = st.integers(0, 9)  # which of a few


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), strategy)


def pick(rows: list[Any], index: int) -> Any:
    return rows[index % len(rows)]


def unless_refused(write: Callable[[], object]) -> None:
    """Constraints refuse what cannot be; nothing has happened then."""
    try:
        with transaction.atomic():
            write()
    except IntegrityError:
        pass


class Plan(RuleBasedStateMachine):
    """A small institute: some schools, one indicator of each kind, targets, two axes, a project."""

    @initialize()
    def begin(self) -> None:
        self.taken_back = transaction.atomic()
        self.taken_back.__enter__()
        self.moment = datetime(2020, 7, 1, 12, tzinfo=UTC)
        self.plan = factories.PlanFactory()
        other = factories.PlanFactory(
            code="2023-2024", baseline_year=2022, first_year=2023, last_year=2024
        )
        self.plans = [self.plan, self.plan, other]
        self.schools = [factories.SchoolFactory(code=f"school-{name}") for name in "bac"]
        self.schools.append(factories.SchoolFactory(code="own-company", kind="subsidiary"))
        self.indicators = [
            factories.IndicatorFactory(**kind)
            for kind in (
                {},
                {"ratio": True},
                {"aggregation": "mean", "direction": "decrease"},
                {"accumulation": "cumulative"},
                {"accumulation": "cumulative", "ratio": True},
                {"aggregation": "none", "direction": "keep", "band_low": 2, "tolerance": 5},
                {"aggregation": "none", "accumulation": "cumulative"},
            )
        ]
        self.objectives = factories.ObjectiveFactory.create_batch(2, plan=self.plan)
        self.levers = factories.LeverFactory.create_batch(1, plan=self.plan)
        self.projects = factories.ProjectFactory.create_batch(2, plan=self.plan)
        for index, indicator in enumerate(self.indicators):
            factories.TargetFactory(indicator=indicator, plan=self.plan, baseline_value=None)
            factories.LinkFactory(indicator=indicator, objective=pick(self.objectives, index))
        for index, project in enumerate(self.projects):
            Serves.objects.create(project=project, objective=pick(self.objectives, index))

    def teardown(self) -> None:
        if hasattr(self, "taken_back"):
            transaction.set_rollback(True)
            self.taken_back.__exit__(None, None, None)

    @invariant()
    def stored_is_what_the_reference_gives(self) -> None:
        if not hasattr(self, "moment"):
            return
        with clock.standing_at(self.moment):
            recompute_stale()
            assert differences() == []
            assert not StaleMark.objects.exists()

    # --- Figures --------------------------------------------------------------------------------

    @rule(
        indicator=at,
        school=maybe(at),
        year=years,
        amount=numbers,
        state=st.sampled_from(["number"] * 5 + ["not_entered", "not_applicable"]),
        status=st.sampled_from(["validated"] * 3 + ["submitted", "draft"]),
    )
    def enter(self, indicator: int, school: int | None, year: int, amount: Decimal, **told: Any):
        of = pick(self.indicators, indicator)
        parts = {"value": None, "numerator": None, "denominator": None}
        if told["state"] == "number" and of.is_ratio:
            parts |= {"numerator": amount, "denominator": abs(amount) + 3}
        elif told["state"] == "number":
            parts["value"] = amount
        Figure.objects.update_or_create(
            indicator=of,
            school=factories.InstituteFactory() if school is None else pick(self.schools, school),
            year=year,
            defaults=parts | told | {"origin": "form"},
        )

    @rule(indicator=at, first=years, amounts=st.lists(numbers, min_size=3, max_size=6))
    def enter_several_years(self, indicator: int, first: int, amounts: list[Decimal]) -> None:
        for school in range(3):
            for offset, amount in enumerate(amounts):
                if first + offset <= 2024:
                    self.enter(
                        indicator,
                        None if pick(self.indicators, indicator).aggregation == "none" else school,
                        first + offset,
                        amount + school,
                        state="number",
                        status="validated",
                    )

    @rule(school=at, year=years, status=st.sampled_from(["validated", "submitted", "draft"]))
    def decide_on_a_school(self, school: int, year: int, status: str) -> None:
        chosen = Figure.objects.filter(school=pick(self.schools, school), year=year)
        chosen.update(status=status)

    @rule(index=at, year=years)
    def move_or_delete_a_figure(self, index: int, year: int) -> None:
        figures = list(Figure.objects.order_by("pk"))
        if figures and index % 2:
            pick(figures, index).delete()
        elif figures:
            unless_refused(
                lambda: Figure.objects.filter(pk=pick(figures, index).pk).update(year=year)
            )

    # --- What is promised -----------------------------------------------------------------------

    @rule(
        indicator=at,
        plan=at,
        school=maybe(at),
        baseline_year=st.integers(2014, 2020),
        length=st.integers(1, 6),
        value=maybe(numbers),
        baseline_value=maybe(numbers),
        trajectory=st.sampled_from(Target.Trajectory.values),
    )
    def promise(self, indicator: int, plan: int, school: int | None, length: int, **told: Any):
        growth = Decimal("12.5") if told["value"] is None else None
        unless_refused(
            lambda: factories.TargetFactory(
                indicator=pick(self.indicators, indicator),
                plan=pick(self.plans, plan),
                school=None if school is None else pick(self.schools, school),
                is_reference=False,
                year=told["baseline_year"] + length,
                growth_percent=growth,
                **told,
            )
        )

    @rule(
        index=at,
        change=st.one_of(
            st.fixed_dictionaries({"baseline_value": maybe(numbers)}),
            st.fixed_dictionaries({"trajectory": st.sampled_from(Target.Trajectory.values)}),
            st.fixed_dictionaries({"value": numbers, "growth_percent": st.none()}),
            st.fixed_dictionaries({"baseline_year": st.integers(2013, 2021)}),
            st.fixed_dictionaries({"is_reference": st.booleans()}),
            st.just({"archived_at": None}),
            st.just({"archived_at": timezone.now()}),
        ),
    )
    def promise_otherwise(self, index: int, change: dict[str, Any]) -> None:
        self.change(Target.objects.all(), index, change)

    @rule(index=at, year=years, value=maybe(numbers))
    def state_a_year(self, index: int, year: int, value: Decimal | None) -> None:
        targets = list(Target.objects.order_by("pk"))
        of = {"target": pick(targets, index), "year": year} if targets else {}
        if targets and value is None:
            TrajectoryPoint.objects.filter(**of).delete()
        elif targets:
            TrajectoryPoint.objects.update_or_create(**of, defaults={"value": value})

    @rule(index=at)
    def withdraw_a_target(self, index: int) -> None:
        if targets := list(Target.objects.order_by("pk")):
            pick(targets, index).delete()

    @rule(
        index=at,
        change=st.one_of(
            st.just({"archived_at": timezone.now()}),
            st.just({"archived_at": None}),
            st.fixed_dictionaries({"scale": st.sampled_from([1, 100, Decimal("0.007")])}),
            st.fixed_dictionaries({"direction": st.sampled_from(["increase", "decrease"])}),
            st.fixed_dictionaries(
                {"band_low": numbers, "direction": st.just("keep"), "tolerance": st.just(3)}
            ),
            st.fixed_dictionaries({"accumulation": st.sampled_from(Indicator.Accumulation.values)}),
            st.fixed_dictionaries({"aggregation": st.sampled_from(Indicator.Aggregation.values)}),
        ),
    )
    def measure_otherwise(self, index: int, change: dict[str, Any]) -> None:
        self.change(Indicator.objects.all(), index, change)

    @rule(
        index=at,
        change=st.one_of(
            st.just({"archived_at": None, "last_year": None}),
            st.fixed_dictionaries({"last_year": years, "archived_at": st.just(timezone.now())}),
            st.fixed_dictionaries({"first_year": maybe(years)}),
        ),
    )
    def follow_in_other_years(self, index: int, change: dict[str, Any]) -> None:
        self.change(FollowedIndicator.objects.all(), index, change)

    # --- Schools, plans and what is linked ------------------------------------------------------

    @rule(
        index=at,
        first_year=maybe(years),
        last_year=maybe(years),
        kind=st.sampled_from(["own", "own", "associated"]),
    )
    def change_a_school(self, index: int, **change: Any) -> None:
        self.change(School.objects.without_the_institute(), index, change)

    @rule(indicator=at, year=years)
    def break_or_mend_a_series(self, indicator: int, year: int) -> None:
        row = pick(self.indicators, indicator)
        if row.breaks.exists():
            row.breaks.all().delete()
        else:
            SeriesBreak.objects.create(indicator=row, year=year, sentence="Another perimeter")

    @rule(indicator=at, school=at, first=years, last=maybe(years))
    def declare_not_applicable(self, indicator: int, school: int, first: int, last: int | None):
        """Or take it back; over numbers too, which no page would do: they count all the same."""
        of, at = pick(self.indicators, indicator), pick(self.schools, school)
        if (declared := Inapplicability.objects.filter(indicator=of, school=at)).exists():
            declared.delete()
            return
        unless_refused(
            lambda: Inapplicability.objects.create(
                indicator=of, school=at, first_year=first, last_year=last, sentence="None there"
            )
        )

    @rule(index=at, into=maybe(at), last_year=years)
    def merge_a_school(self, index: int, into: int | None, last_year: int) -> None:
        """Or undo a merger; in a circle too, which no page would make."""
        merged = None if into is None else pick(self.schools, into).pk
        until = None if into is None else last_year
        change = {"merged_into": merged, "last_year": until}
        self.change(School.objects.without_the_institute(), index, change)

    @rule(
        index=at,
        change=st.one_of(
            st.fixed_dictionaries({"last_year": st.integers(2018, 2024)}),
            st.fixed_dictionaries({"baseline_year": st.integers(2013, 2019)}),
            st.fixed_dictionaries({"on_track_from": st.sampled_from([Decimal("0.8"), 1])}),
        ),
    )
    def change_a_plan(self, index: int, change: dict[str, Any]) -> None:
        self.change(StrategicPlan.objects.all(), index, change)

    @rule(
        model=st.sampled_from([Objective, Lever, FlagshipProject]),
        index=at,
        change=st.one_of(
            st.just({"archived_at": timezone.now()}),
            st.just({"archived_at": None, "last_year": None}),
            st.fixed_dictionaries({"last_year": years, "archived_at": st.just(timezone.now())}),
            st.fixed_dictionaries({"first_year": maybe(years)}),
            st.fixed_dictionaries({"weight": weights}),
        ),
    )
    def change_an_element(self, model: type[models.Model], index: int, change: Any) -> None:
        self.change(model._default_manager.all(), index, change)

    @rule(model=st.sampled_from([IndicatorLink, Serves]), index=at, weight=maybe(weights))
    def weigh_or_unlink(self, model: type[models.Model], index: int, weight: Decimal | None):
        rows = list(model._default_manager.order_by("pk"))
        if rows and weight is None:
            pick(rows, index).delete()
        elif rows:
            self.change(model._default_manager.all(), index, {"weight": weight})

    @rule(indicator=at, element=at, weight=weights)
    def link(self, indicator: int, element: int, weight: Decimal) -> None:
        to = [{"objective": one} for one in self.objectives] + [{"lever": self.levers[0]}]
        unless_refused(
            lambda: IndicatorLink.objects.create(
                indicator=pick(self.indicators, indicator), weight=weight, **pick(to, element)
            )
        )

    @rule(
        index=at,
        due=st.dates(date(2017, 1, 1), date(2022, 12, 31)),
        done=maybe(st.dates(date(2017, 1, 1), date(2022, 12, 31))),
        weight=weights,
    )
    def plan_a_step(self, index: int, due: date, done: date | None, weight: Decimal) -> None:
        Milestone.objects.create(
            project=pick(self.projects, index), due_on=due, done_on=done, weight=weight
        )

    @rule(year=st.integers(2018, 2023), month=st.integers(1, 12))
    def another_day(self, year: int, month: int) -> None:
        self.moment = datetime(year, month, 3, tzinfo=UTC)
        StaleMark.objects.create(reason="new day", marked_at=timezone.now())

    def change(self, rows: models.QuerySet[Any], index: int, change: dict[str, Any]) -> None:
        found = list(rows.order_by("pk"))
        if found:
            one = pick(found, index)
            unless_refused(lambda: rows.filter(pk=one.pk).update(**change))


def test_what_is_stored_is_what_the_reference_gives(db: None) -> None:
    taken = int(os.environ.get("PURE_SEED") or secrets.randbelow(10**6))
    print(f"`make pure SEQUENCES={SEQUENCES} SEED={taken}` takes these steps again.")
    run(
        seed(taken)(Plan),
        settings=settings(
            max_examples=SEQUENCES,
            stateful_step_count=20,
            deadline=None,
            database=None,
            phases=[Phase.explicit, Phase.generate],  # a run of steps is shrunk for minutes
            suppress_health_check=list(HealthCheck),
        ),
    )
