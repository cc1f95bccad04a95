"""What a target promised before it was revised: the former terms, since when, and why.

A target of a draft is being written; from the first publication of its plan on, every other term is
a revision. The versions that the database keeps say what stood there, the audit says who moved it
and why.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Func, JSONField, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Cast, JSONObject

from imtplan import clock
from imtplan.audit.models import Event
from indicators.formulas.progress import target_from_growth
from indicators.models import Target, TrajectoryPoint
from indicators.models.target import TargetQuerySet
from objectives.models import PlanState, StrategicPlan

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
        in_public_since=Subquery(first_publication(OuterRef("plan_id"))),
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
    read = {"at": F("at"), "by": F("actor_name"), "detail": F("detail")}
    return ArraySubquery(edits.order_by("at", "pk").values(as_json=JSONObject(**read)))


def first_publication(plan: Any) -> QuerySet[Any]:
    """Returns the moment at which a plan was public for the first time, by its key or in a
    subquery; nothing for a draft that never was."""
    versions = StrategicPlan.pgh_event_model.objects  # type: ignore[attr-defined]
    public = versions.filter(pgh_obj_id=plan).exclude(state=PlanState.DRAFT)
    return public.order_by("pgh_id").values("pgh_created_at")[:1]  # type: ignore[no-any-return]


def revisions_of(target: Target) -> list[TargetRevision]:
    """Returns the revisions of a target of `with_versions`, in order of time."""
    public_since: datetime | None = target.in_public_since  # type: ignore[attr-defined]
    if public_since is None:
        return []
    edits: Sequence[Mapping[str, Any]] = target.edits  # type: ignore[attr-defined]
    revisions = []
    for (_then, before), (at, after) in pairwise(_course(target)):
        if before.terms != after.terms and at > public_since:
            edit = _edit_of(edits, after.version, at, before.version)
            revisions.append(TargetRevision(at, before.terms, after.terms, **edit))
    return revisions


@dataclass(frozen=True)
class _DatedTerms:
    version: int
    terms: TargetTerms


def _course(target: Target) -> Iterator[tuple[datetime, _DatedTerms]]:
    """Yields what stood at each moment at which the target or one of its stated values was
    written: the last version of a transaction is the one that anybody ever saw."""
    versions: Sequence[Mapping[str, Any]] = target.former_terms  # type: ignore[attr-defined]
    points: Sequence[Mapping[str, Any]] = target.former_points  # type: ignore[attr-defined]
    written = sorted(
        [(row["at"], row) for row in versions] + [(row["at"], row) for row in points],
        key=lambda pair: datetime.fromisoformat(pair[0]),
    )
    latest: Mapping[str, Any] | None = None
    stated: dict[int, tuple[int, Decimal]] = {}
    seen: dict[str, _DatedTerms] = {}
    for at, row in written:
        if "pgh_label" in row:
            stated.pop(row["pgh_obj_id"], None)
            if row["pgh_label"] != "delete":
                stated[row["pgh_obj_id"]] = (row["year"], Decimal(row["value"]))
        else:
            latest = row
        if latest is not None:
            seen[at] = _DatedTerms(latest["pgh_id"], _terms(latest, stated.values()))
    return ((datetime.fromisoformat(at), terms) for at, terms in seen.items())


def _terms(row: Mapping[str, Any], stated: Iterable[tuple[int, Decimal]]) -> TargetTerms:
    terms: dict[str, Any] = {name: row[name] for name in TERMS}
    numbers = {name: Decimal(terms[name]) for name in _NUMBERS if terms[name] is not None}
    return TargetTerms(**(terms | numbers), stated=tuple(sorted(stated)))


def _edit_of(
    edits: Sequence[Mapping[str, Any]], version: int, at: datetime, former_version: int
) -> dict[str, str]:
    """Returns who made a version and why. An edit that moved stated values alone made no version of
    the target: it is the first one after the moment that says a year."""
    for edit in edits:
        detail = edit["detail"]
        is_its_version = version != former_version and detail.get("version") == version
        states = any(name.isdecimal() for name in detail["after"])
        is_its_moment = version == former_version and datetime.fromisoformat(edit["at"]) >= at
        if is_its_version or (is_its_moment and states):
            return {"by": edit["by"], "reason": detail["reason"]}
    return {}
