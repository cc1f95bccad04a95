"""What a target promised before it was revised: the former terms, since when, and why.

A target of a draft is being written; while its plan is public, every other term is a revision. The
versions that the database keeps say what stood there, the audit says who moved it and why.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Func, JSONField, OuterRef, Q, TextField
from django.db.models.functions import Cast, JSONObject

from imtplan import clock
from imtplan.audit.models import Event
from indicators.formulas.progress import target_from_growth
from indicators.models import Target, TrajectoryPoint
from indicators.models.target import TargetQuerySet
from indicators.questions.public_course import STATE, Picture, PublicWrite, changes_seen
from objectives.models import StrategicPlan

# The terms of a target, as the columns of its versions; numbers travel as exact text.
TERMS = (
    "value",
    "growth_percent",
    "year",
    "baseline_value",
    "baseline_year",
    "trajectory",
    "is_reference",
)
_NUMBERS = ("value", "growth_percent", "baseline_value")


@dataclass(frozen=True)
class TargetTerms:
    """What a target says, in one version: numbers in the indicator's unit, a growth in percent."""

    value: Decimal | None
    growth_percent: Decimal | None
    year: int
    baseline_value: Decimal | None
    baseline_year: int
    trajectory: str
    is_reference: bool
    stated: tuple[tuple[int, Decimal], ...] = ()

    def target_value(self, baseline: Decimal | None) -> Decimal | None:
        """Returns the value to reach; of a growth over this baseline, once that is known."""
        if self.growth_percent is None:
            return self.value
        return target_from_growth(baseline, self.growth_percent)


@dataclass(frozen=True)
class TargetRevision:
    """One change of a published target. `by` and `reason` are empty for one that was made outside
    the pages: by a file, in a shell."""

    at: datetime
    before: TargetTerms
    after: TargetTerms
    by: str = ""
    reason: str = ""

    @property
    def moved(self) -> list[str]:
        """Returns the names of the terms that are no longer the same."""
        names = (*TERMS, "stated")
        return [name for name in names if getattr(self.before, name) != getattr(self.after, name)]


def with_versions(targets: TargetQuerySet) -> TargetQuerySet:
    """Returns the targets with all that `revisions_of` reads of each, up to the page's moment."""
    return targets.annotate(
        former_terms=_versions(Target, Q(pgh_obj_id=OuterRef("pk")), "pgh_id", *TERMS),
        former_points=_versions(
            TrajectoryPoint, Q(target_id=OuterRef("pk")), "pgh_obj_id", "pgh_label", "year", "value"
        ),
        edits=_edits(),
        plan_states=_versions(StrategicPlan, Q(pgh_obj_id=OuterRef("plan_id")), "state"),
    )


def _versions(model: Any, of_target: Q, *columns: str) -> ArraySubquery:
    read: dict[str, Any] = {
        name: Cast(name, TextField()) if name in _NUMBERS else F(name) for name in columns
    }
    events = model.pgh_event_model.objects.filter(of_target).order_by("pgh_id")
    if moment := clock.moment():
        events = events.filter(pgh_created_at__lte=moment)
    return ArraySubquery(events.values(as_json=JSONObject(at=F("pgh_created_at"), **read)))


def _edits() -> ArraySubquery:
    edits = Event.objects.filter(
        verb=Event.Verb.PLAN_EDITED,
        detail__row=Target._meta.label_lower,
        detail__pk=Func(OuterRef("pk"), function="to_jsonb", output_field=JSONField()),
    )
    read = {"at": F("at"), "by": F("actor_name"), "reason": F("detail__reason")}
    return ArraySubquery(edits.order_by("at", "pk").values(as_json=JSONObject(**read)))


def revisions_of(target: Target) -> list[TargetRevision]:
    """Returns the revisions of a target of `with_versions`, in order of time: each change of what
    the readers of its plan could see. What was written while the plan was a draft is seen, and
    counted as one change, when the plan is published again."""
    revisions = []
    for change in changes_seen(_writes(target)):
        before, after = _terms(change.before), _terms(change.after)
        if before and after and before != after:
            edit = _edit_between(target, change.at, change.end)
            revisions.append(TargetRevision(change.at, before, after, **edit))
    return revisions


def _writes(target: Target) -> Iterator[PublicWrite]:
    """Yields the versions of the target, of its stated values and of the state of its plan."""
    for row in target.plan_states:  # type: ignore[attr-defined]
        yield PublicWrite(_moment(row), STATE, row["state"])
    for row in target.former_terms:  # type: ignore[attr-defined]
        yield PublicWrite(_moment(row), "terms", row)
    for row in target.former_points:  # type: ignore[attr-defined]
        is_there = row["pgh_label"] != "delete"
        point = (row["year"], Decimal(row["value"])) if is_there else None
        yield PublicWrite(_moment(row), row["pgh_obj_id"], point)


def _moment(row: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(row["at"])


def _terms(picture: Picture) -> TargetTerms | None:
    """Returns what the target says in a picture; None before it was there."""
    row: Any = picture.get("terms")
    if row is None:
        return None
    terms: dict[str, Any] = {name: row[name] for name in TERMS}
    numbers = {name: Decimal(terms[name]) for name in _NUMBERS if terms[name] is not None}
    points: Any = [point for key, point in picture.items() if key != "terms"]
    return TargetTerms(**(terms | numbers), stated=tuple(sorted(points)))


def _edit_between(target: Target, at: datetime, end: datetime | None) -> dict[str, str]:
    """Returns who wrote in a transaction that began at this moment, and why: the last edit before
    the next moment at which something was written. Nothing for a change outside the pages."""
    edits: Sequence[Mapping[str, Any]] = target.edits  # type: ignore[attr-defined]
    of_then = [
        edit
        for edit in edits
        if at <= datetime.fromisoformat(edit["at"]) and (end is None or _is_before(edit, end))
    ]
    return {"by": of_then[-1]["by"], "reason": of_then[-1]["reason"]} if of_then else {}


def _is_before(edit: Mapping[str, Any], end: datetime) -> bool:
    return datetime.fromisoformat(edit["at"]) < end
