"""What the dashboard reads, in a number of queries that does not grow with its rows."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import (
    CharField,
    Count,
    DateField,
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce
from django.utils.translation import pgettext_lazy

from imtplan.bilingual import Bilingual
from imtplan.dashboard.element_standing import Standing
from imtplan.dashboard.scope import Scope
from imtplan.numbers import percentage
from indicators.models import IndicatorLink, ProgressStatus, VerdictInWords
from levers.models import Lever
from objectives.models import Objective, StrategicPlan
from projects.models import DeclaredStatus, FlagshipProject, Milestone, Serves, StatusReport

NO_GAP_LAST = Decimal("Infinity")


@dataclass(frozen=True)
class ElementState:
    """An objective or a lever with its progress in one year and view."""

    element: str
    pk: int
    code: str
    title_fr: str
    title_en: str
    standing: Standing
    kind_fr: str = ""  # of a lever, in the plan's own words
    kind_en: str = ""
    rank: int = 0
    inferred: bool = False
    before: Decimal | None = None  # its progress a year earlier

    title = Bilingual("title", marked=True)
    kind = Bilingual("kind")

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> "ElementState":
        return cls(
            element=row["element"],
            pk=row["pk"],
            code=row["code"],
            title_fr=row["fr"],
            title_en=row["en"],
            kind_fr=row["sort_fr"],
            kind_en=row["sort_en"],
            rank=row["place"],
            inferred=row["inferred"],
            standing=Standing.read(row),
            before=row["before"],
        )

    @property
    def status(self) -> ProgressStatus:
        return self.standing.status

    @property
    def verdict(self) -> VerdictInWords:
        return self.standing.verdict

    @property
    def trend(self) -> "Trend | None":
        return Trend.between(self.before, self.standing.share)


class Trend(models.TextChoices):
    """Where a share of the way went since the year before, as it is written: in whole percent."""

    UP = "up", pgettext_lazy("trend", "up:")
    DOWN = "down", pgettext_lazy("trend", "down:")
    LEVEL = "level", pgettext_lazy("trend", "level:")

    @property
    def arrow(self) -> str:
        return {Trend.UP: "↗", Trend.DOWN: "↘", Trend.LEVEL: "→"}[self]

    @classmethod
    def between(cls, before: Decimal | None, now: Decimal | None) -> "Trend | None":
        if before is None or now is None:
            return None
        moved = percentage(now, 0) - percentage(before, 0)
        return cls.UP if moved > 0 else cls.DOWN if moved < 0 else cls.LEVEL


def with_standing(rows: QuerySet[Any], scope: Scope) -> QuerySet[Any]:
    """Returns each with its roll-up of the page's year, and how far it was the year before.

    For pages of those who may read the institute: the roll-ups ask nobody.
    """
    in_view = Q(roll_ups__view=scope.view)
    return rows.annotate(
        now=FilteredRelation("roll_ups", condition=in_view & Q(roll_ups__year=scope.year)),
        earlier=FilteredRelation("roll_ups", condition=in_view & Q(roll_ups__year=scope.year - 1)),
        now_status=F("now__status"),
        now_progress=F("now__progress"),
        now_expected=F("now__expected_progress"),
        now_coverage=F("now__coverage"),
        now_pace=F("now__pace"),
        now_would_be=F("now__would_be"),
        now_items=F("now__items"),
        now_known_items=F("now__known_items"),
        now_needed=F("now__coverage_needed"),
        now_plan=F("now__plan"),
        before=F("earlier__progress"),
    )


STANDING = (
    "now_status",
    "now_progress",
    "now_expected",
    "now_coverage",
    "now_pace",
    "now_would_be",
    "now_items",
    "now_known_items",
    "now_needed",
    "now_plan",
    "before",
)


def elements(user: Any, scope: Scope) -> dict[str, list[ElementState]]:
    """Returns the plan itself, its objectives and levers, the furthest behind its path first, what
    has no gap last."""
    plan = StrategicPlan.objects.visible_to(user).filter(pk=scope.plan.pk)
    objectives = Objective.objects.visible_to(user).counting_in(scope.plan, scope.year)
    levers = Lever.objects.visible_to(user).counting_in(scope.plan, scope.year)
    rows = _rows(plan, "plan", scope).union(
        _rows(objectives, "objective", scope), _rows(levers, "lever", scope)
    )
    by_kind: dict[str, list[ElementState]] = defaultdict(list)
    for row in rows:
        by_kind[row["element"]].append(ElementState.read(row))
    for listed in by_kind.values():
        listed.sort(key=_furthest_behind_first)
    return by_kind


def _furthest_behind_first(element: ElementState) -> tuple[bool, Decimal, int, str]:
    without_data = element.status == ProgressStatus.NO_DATA
    gap = NO_GAP_LAST if element.standing.gap is None else element.standing.gap
    return (without_data, gap, element.rank, element.code)


def _rows(chosen: QuerySet[Any], kind: str, scope: Scope) -> QuerySet[Any]:
    """Returns one kind of element as plain columns, so that all kinds are one query."""
    is_plan = kind == "plan"
    links = {kind: OuterRef("pk"), "inferred": True}
    inferred = (
        Value(False)
        if is_plan
        else Exists(IndicatorLink.objects.filter(**links)) | Exists(Serves.objects.filter(**links))
    )
    return (
        with_standing(chosen.order_by(), scope)
        .annotate(
            element=Value(kind, output_field=CharField()),
            fr=F("name_fr" if is_plan else "title_fr"),
            en=F("name_en" if is_plan else "title_en"),
            sort_fr=F("kind_fr") if kind == "lever" else Value(""),
            sort_en=F("kind_en") if kind == "lever" else Value(""),
            place=Value(0) if is_plan else F("rank"),
            inferred=inferred,
        )
        .values(
            "element",
            "pk",
            "code",
            "fr",
            "en",
            "sort_fr",
            "sort_en",
            "place",
            "inferred",
            *STANDING,
        )
    )


@dataclass(frozen=True)
class Project:
    """A flagship project, what its milestones say and what its leader says."""

    row: Any  # FlagshipProject with milestones counted
    standing: Standing

    @property
    def code(self) -> str:
        return self.row.code

    @property
    def title(self) -> str:
        return self.row.title

    @property
    def is_named(self) -> bool:
        return self.row.is_named

    @property
    def status(self) -> ProgressStatus:
        return self.standing.status

    @property
    def verdict(self) -> VerdictInWords:
        return self.standing.verdict

    @property
    def declared(self) -> DeclaredStatus | None:
        return DeclaredStatus(self.row.declared) if self.row.declared else None

    @property
    def differs(self) -> bool:
        return differ(self.status, self.declared)


# Both scales from best to worst, grade by grade.
_GRADES = {
    ProgressStatus.ACHIEVED: 0,
    ProgressStatus.ON_TRACK: 1,
    ProgressStatus.AT_RISK: 2,
    ProgressStatus.OFF_TRACK: 3,
    ProgressStatus.MISSED: 4,
}


def differ(computed: ProgressStatus, declared: DeclaredStatus | None) -> bool:
    """Says whether two grades or more lie between what is computed and what is declared."""
    if declared is None or computed not in _GRADES:
        return False
    return abs(_GRADES[computed] - list(DeclaredStatus).index(declared)) >= 2


def _count(rows: QuerySet[Any]) -> Coalesce:
    """Counts in a query of its own: a view of the past is not grouped by its key alone."""
    return Coalesce(
        Subquery(rows.order_by().values("project").annotate(count=Count("pk")).values("count")), 0
    )


def projects_with_milestones(user: Any, scope: Scope) -> QuerySet[FlagshipProject]:
    """Returns the projects that count in the page's year, each with its milestones counted on the
    day it was judged, and its last report."""
    rows = FlagshipProject.objects.visible_to(user).counting_in(scope.plan, scope.year)
    return milestones_counted(rows, scope)


def milestones_counted(rows: QuerySet[Any], scope: Scope) -> QuerySet[FlagshipProject]:
    reports = StatusReport.objects.filter(
        project=OuterRef("pk"), reported_on__lte=scope.day
    ).order_by("-reported_on", "-pk")
    milestones = Milestone.objects.filter(project=OuterRef("pk"))
    return (
        with_standing(rows, scope)
        .select_related("lead_school")
        .annotate(
            milestones_all=_count(milestones),
            milestones_done=_count(milestones.filter(done_on__lte=scope.day)),
            milestones_late=_count(milestones.late(on=scope.day)),
            declared=Subquery(reports.values("status")[:1]),
            declared_on=Subquery(reports.values("reported_on")[:1], output_field=DateField()),
        )
        .order_by("rank", "code")
    )


@dataclass(frozen=True)
class ProjectGroup:
    """The projects of one status; those without a published title stand together."""

    status: ProgressStatus
    named: list[Project]
    unnamed: list[Project]

    @property
    def count(self) -> int:
        return len(self.named) + len(self.unnamed)


def board(user: Any, scope: Scope) -> list[ProjectGroup]:
    by_status: dict[ProgressStatus, list[Project]] = defaultdict(list)
    for row in projects_with_milestones(user, scope):
        project = Project(row, Standing.read(vars(row)))
        by_status[project.status].append(project)
    return [
        ProjectGroup(
            status,
            [project for project in by_status[status] if project.is_named],
            [project for project in by_status[status] if not project.is_named],
        )
        for status in sorted(by_status, key=lambda status: status.order)
    ]
