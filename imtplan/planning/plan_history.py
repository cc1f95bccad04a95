"""What was changed of a plan and its elements since it was published, for those who read it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from imtplan.audit.models import Event
from imtplan.planning.element_history import PastChange, change_of
from indicators.models import Indicator, Target
from indicators.questions.target_revisions import first_publication
from levers.models import Lever
from objectives.models import Objective, StrategicPlan
from projects.models import FlagshipProject

Row = tuple[str, Any]  # the label of a model, the key of a row


@dataclass(frozen=True)
class ElementChange:
    """One act on one element: what it is called today, and what was changed."""

    name: str
    change: PastChange


def edits_of_plan(user: Any, plan: StrategicPlan) -> QuerySet[Event]:
    """Returns the edits of a plan, its elements, targets and indicators that were made in the pages
    since its first publication, the latest first."""
    public_since = first_publication(plan.pk).first()
    edits = Event.objects.visible_to(user).filter(verb=Event.Verb.PLAN_EDITED)
    if public_since is None:
        return edits.none()
    of_the_plan = Q()
    for rows in _rows(plan):
        keys = list(rows.values_list("pk", flat=True))
        of_the_plan |= Q(detail__row=rows.model._meta.label_lower, detail__pk__in=keys)
    return edits.filter(of_the_plan, at__gt=public_since["pgh_created_at"]).order_by("-at", "-pk")


def changes_of(edits: Iterable[Event]) -> list[ElementChange]:
    """Returns the edits of one page of the list, with the names of what was changed."""
    edits = list(edits)
    rows = _named(edits)
    return [
        ElementChange(_name(row) if row else edit.subject, change_of(row or Target(), edit))
        for edit in edits
        for row in [rows.get((edit.detail["row"], edit.detail["pk"]))]
    ]


def _name(row: Model) -> str:
    """Returns what readers call it: a target has no name of its own."""
    if not isinstance(row, Target):
        return str(row)
    words = {"indicator": row.indicator, "year": row.year}
    name = _("%(indicator)s: target %(year)s") % words
    return f"{name} ({row.school or row.perimeter or row.code})"


def _rows(plan: StrategicPlan) -> list[QuerySet[Any]]:
    in_a_link = Q(links__objective__plan=plan) | Q(links__lever__plan=plan)
    return [
        StrategicPlan.objects.filter(pk=plan.pk),
        *(model.objects.filter(plan=plan) for model in (Objective, Lever, FlagshipProject, Target)),
        Indicator.objects.filter(in_a_link | Q(targets__plan=plan)).distinct(),
    ]


def _named(edits: Iterable[Event]) -> Mapping[Row, Model]:
    keys: dict[str, set[Any]] = defaultdict(set)
    for edit in edits:
        keys[edit.detail["row"]].add(edit.detail["pk"])
    models = (StrategicPlan, Objective, Lever, FlagshipProject, Target, Indicator)
    return {
        (label, row.pk): row
        for model in models
        for label in [model._meta.label_lower]
        for row in _with_names(model).filter(pk__in=keys[label])
    }


def _with_names(model: Any) -> QuerySet[Any]:
    rows: QuerySet[Any] = model._default_manager.all()
    return rows.select_related("indicator", "school") if model is Target else rows
