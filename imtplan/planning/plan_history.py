"""What was changed of a plan and its elements since it was published, for those who read it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from imtplan.audit.models import Event
from imtplan.planning.element_history import PastChange, change_of
from indicators.models import (
    FigureRule,
    FollowedIndicator,
    Inapplicability,
    Indicator,
    PublishedValue,
    SeriesBreak,
    Target,
)
from levers.models import Lever
from objectives.models import Objective, PlanState, StrategicPlan
from projects.models import FlagshipProject

OF_ONE_PLAN: tuple[Any, ...] = (Objective, Lever, FlagshipProject, FollowedIndicator, Target)
Row = tuple[str, Any]  # the label of a model, the key of a row


@dataclass(frozen=True)
class ElementChange:
    """One act on one element: what it is called today, and what was changed."""

    name: str
    change: PastChange


def edits_of_plan(user: Any, plan: StrategicPlan) -> QuerySet[Event]:
    """Returns the edits of a plan, its elements, targets and indicators that were made in the pages
    while it was public, the latest first; not its first publication, which changed nothing that
    anybody saw."""
    edits = Event.objects.visible_to(user).filter(verb=Event.Verb.PLAN_EDITED)
    while_public = _while_public(plan)
    if not while_public:
        return edits.none()
    of_the_plan = Q()
    for rows in _rows(plan):
        keys = list(rows.values_list("pk", flat=True))
        of_the_plan |= Q(detail__row=rows.model._meta.label_lower, detail__pk__in=keys)
    return edits.filter(while_public, of_the_plan).order_by("-at", "-pk")


def _while_public(plan: StrategicPlan) -> Q:
    """Returns the condition of what happened while the plan was public. The first version of a plan
    that is public is its first publication, or the plan as it was loaded."""
    versions = StrategicPlan.pgh_event_model.objects.filter(pgh_obj_id=plan.pk)  # type: ignore[attr-defined]
    since: datetime | None = None
    first: int | None = None
    during = Q()
    for number, at, state in versions.order_by("pgh_id").values_list(
        "pgh_id", "pgh_created_at", "state"
    ):
        if state != PlanState.DRAFT:
            since = since or at
            first = first or number
        elif since:
            during |= Q(at__gte=since, at__lt=at)
            since = None
    if since:
        during |= Q(at__gte=since)
    publication = Q(detail__row=StrategicPlan._meta.label_lower, detail__version=first)
    return during & ~publication if during else during


def changes_of(edits: Iterable[Event]) -> list[ElementChange]:
    """Returns the edits of one page of the list, with the names of what was changed."""
    edits = list(edits)
    rows = _named(edits)
    return [
        ElementChange(_name(row), change_of(row, edit))
        for edit in edits
        for row in [rows.get((edit.detail["row"], edit.detail["pk"]))]
        if row is not None  # deleted since: by a shell, or with a draft
    ]


def _name(row: Model) -> str:
    """Returns what readers call it: a target has no name of its own."""
    if isinstance(row, FollowedIndicator):
        return _("%(indicator)s: its place in the plan") % {"indicator": row.indicator}
    if isinstance(row, SeriesBreak):
        words = {"indicator": row.indicator, "year": row.year}
        return _("%(indicator)s: series break in %(year)s") % words
    if isinstance(row, PublishedValue):
        words = {"indicator": row.indicator, "year": row.year}
        return _("%(indicator)s: value published for %(year)s") % words
    if isinstance(row, Inapplicability):
        words = {"indicator": row.indicator, "school": row.school, "years": row.years_in_words}
        return _("%(indicator)s: not applicable to %(school)s (%(years)s)") % words
    if isinstance(row, FigureRule):
        words = {"indicator": row.indicator, "rule": row.get_kind_display()}
        return _("%(indicator)s: rule “%(rule)s”") % words
    if not isinstance(row, Target):
        return str(row)
    words = {"indicator": row.indicator, "year": row.year}
    name = _("%(indicator)s: target %(year)s") % words
    return f"{name} ({row.school or row.perimeter or row.code})"


def _rows(plan: StrategicPlan) -> list[QuerySet[Any]]:
    return [
        StrategicPlan.objects.filter(pk=plan.pk),
        *(model.objects.filter(plan=plan) for model in OF_ONE_PLAN),
        Indicator.objects.filter(followed_in__plan=plan),
        SeriesBreak.objects.filter(indicator__followed_in__plan=plan),
        PublishedValue.objects.filter(indicator__followed_in__plan=plan),
        Inapplicability.objects.filter(indicator__followed_in__plan=plan),
        FigureRule.objects.filter(indicator__followed_in__plan=plan),
    ]


def _named(edits: Iterable[Event]) -> Mapping[Row, Model]:
    keys: dict[str, set[Any]] = defaultdict(set)
    for edit in edits:
        keys[edit.detail["row"]].add(edit.detail["pk"])
    models = (
        StrategicPlan,
        *OF_ONE_PLAN,
        Indicator,
        SeriesBreak,
        PublishedValue,
        Inapplicability,
        FigureRule,
    )
    return {
        (label, row.pk): row
        for model in models
        for label in [model._meta.label_lower]
        for row in _with_names(model).filter(pk__in=keys[label])
    }


def _with_names(model: Any) -> QuerySet[Any]:
    rows: QuerySet[Any] = model._default_manager.all()
    names = {
        Target: ["indicator", "school"],
        FollowedIndicator: ["indicator"],
        SeriesBreak: ["indicator"],
        PublishedValue: ["indicator"],
        Inapplicability: ["indicator", "school"],
        FigureRule: ["indicator"],
    }.get(model, [])
    return rows.select_related(*names) if names else rows
