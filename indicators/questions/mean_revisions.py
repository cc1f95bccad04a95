"""What a mean rested on before it was revised: former weights and thresholds, and why they changed.

While a plan is a draft its weights are being written; once it is public, another weight, a link
that comes or goes, or another threshold changes what readers saw. The versions that the database
keeps say what stood there, the audit says who moved it and why.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q

from imtplan import clock
from imtplan.audit.models import Event
from indicators.models import Indicator, IndicatorLink
from indicators.questions.public_course import STATE, PublicChange, PublicWrite, changes_seen
from levers.models import Lever
from objectives.models import Objective, StrategicPlan
from projects.models import FlagshipProject, Milestone, Serves

THRESHOLDS = ("on_track_from", "at_risk_from", "verdict_from")
# Where an edit of the plan in the pages is kept: the label and key of a row, and what of it moved.
EditPlace = tuple[str, int, str]


@dataclass(frozen=True)
class MeanTerm:
    """A number that a mean depends on: a threshold of the plan, by the name of its field, or the
    weight of what counts in the mean. What was deleted since has no row."""

    field: str
    of: Indicator | FlagshipProject | Objective | Milestone | None = None

    @property
    def is_weight(self) -> bool:
        return self.field == "weight"


@dataclass(frozen=True)
class MeanRevision:
    """One change of such a number while the plan was public: a weight, or a share of one. None
    before: it did not count until then; None after: it counts no more. `by` and `reason` are empty
    for a change that was made outside the pages."""

    at: datetime
    term: MeanTerm
    before: Decimal | None
    after: Decimal | None
    by: str = ""
    reason: str = ""


def revised_thresholds(plan: StrategicPlan) -> list[MeanRevision]:
    """Returns the revisions of the plan's thresholds, in order of time."""
    return _revisions(plan, [])


def revised_means(element: Any) -> list[MeanRevision]:
    """Returns the revisions of all that the progress of a plan, objective, lever or project depends
    on, in order of time: the weights in its mean and the plan's thresholds."""
    if isinstance(element, StrategicPlan):
        return _revisions(element, [_Weighed(Objective, "plan_id", element, "pgh_obj_id")])
    if isinstance(element, FlagshipProject):
        return _revisions(element.plan, [_Weighed(Milestone, "project_id", element, "pgh_obj_id")])
    kind = "objective_id" if isinstance(element, Objective) else "lever_id"
    weighed = [
        _Weighed(IndicatorLink, kind, element, "indicator_id"),
        _Weighed(Serves, kind, element, "project_id"),
    ]
    return _revisions(element.plan, weighed)


@dataclass(frozen=True)
class _Weighed:
    """The rows of a model that weigh in the mean of an element, each by what it weighs."""

    model: Any
    element_field: str
    element: StrategicPlan | Objective | Lever | FlagshipProject
    subject_field: str

    @property
    def subjects(self) -> Any:
        """Returns the model of what is weighed."""
        return {IndicatorLink: Indicator, Serves: FlagshipProject}.get(self.model, self.model)

    def writes(self) -> Iterator[PublicWrite]:
        events = _until_now(self.model).filter(**{self.element_field: self.element.pk})
        columns = ("pgh_created_at", "pgh_label", self.subject_field, "weight")
        for at, label, subject, weight in events.values_list(*columns):
            key = (self.subjects._meta.label_lower, subject)
            yield PublicWrite(at, key, None if label == "delete" else weight)

    def places(self, subject: Any) -> set[EditPlace]:
        """Returns where an edit of the weight of this subject may be kept."""
        if subject is None:
            return set()
        own = (subject._meta.label_lower, subject.pk)
        if self.subjects is self.model:
            return {(*own, "weight")}
        element = (self.element._meta.label_lower, self.element.pk)
        return {
            (*element, f"→ {subject.code}"),
            (*own, f"→ {self.element.code}"),
        }


def _until_now(model: Any) -> Any:
    """Returns the versions of a model's rows up to the moment that the page shows."""
    events = model.pgh_event_model.objects.order_by("pgh_id")
    moment = clock.moment()
    return events.filter(pgh_created_at__lte=moment) if moment else events


def _revisions(plan: StrategicPlan, weighed: Sequence[_Weighed]) -> list[MeanRevision]:
    writes = [*_of_the_plan(plan), *(write for rows in weighed for write in rows.writes())]
    moved = [(change, key) for change in changes_seen(writes) for key in _moved(change)]
    if not moved:
        return []
    subjects = _subjects(weighed, {key for _change, key in moved})
    places = {key: _places(plan, weighed, key, subjects.get(key)) for _change, key in moved}
    edits = _edits(set().union(*places.values()))
    return [
        MeanRevision(
            change.at,
            MeanTerm(key[0] if key[0] in THRESHOLDS else "weight", subjects.get(key)),
            change.before.get(key),
            change.after.get(key),
            **_edit_between(edits, places[key], change.at, change.end),
        )
        for change, key in moved
    ]


def _moved(change: PublicChange) -> list[Any]:
    """Returns the keys of the numbers that a change moved, brought or took away."""
    before, after = change.before, change.after
    keys: Any = before.keys() | after.keys()
    return sorted(key for key in keys if before.get(key) != after.get(key))


def _of_the_plan(plan: StrategicPlan) -> Iterator[PublicWrite]:
    versions = _until_now(StrategicPlan).filter(pgh_obj_id=plan.pk)
    for at, state, *values in versions.values_list("pgh_created_at", "state", *THRESHOLDS):
        yield PublicWrite(at, STATE, state)
        for name, value in zip(THRESHOLDS, values, strict=True):
            yield PublicWrite(at, (name, plan.pk), value)


def _subjects(weighed: Sequence[_Weighed], keys: set[Any]) -> dict[Any, Any]:
    """Returns the rows that are weighed, as they are called today, by their keys."""
    rows: dict[Any, Any] = {}
    for model in {of_a_model.subjects for of_a_model in weighed}:
        label = model._meta.label_lower
        of_keys = model.objects.filter(pk__in=[pk for kind, pk in keys if kind == label])
        rows |= {(label, row.pk): row for row in of_keys}
    return rows


def _places(
    plan: StrategicPlan, weighed: Sequence[_Weighed], key: tuple[str, int], subject: Any
) -> set[EditPlace]:
    if key[0] in THRESHOLDS:
        return {(plan._meta.label_lower, plan.pk, key[0])}
    [rows] = [rows for rows in weighed if rows.subjects._meta.label_lower == key[0]]
    return rows.places(subject)


def _edits(places: set[EditPlace]) -> list[Event]:
    """Returns the edits of the plan in the pages of these rows, in order of time."""
    rows = Q(pk=None)
    for label, pk in {(label, pk) for label, pk, _name in places}:
        rows |= Q(detail__row=label, detail__pk=pk)
    return list(Event.objects.filter(rows, verb=Event.Verb.PLAN_EDITED).order_by("at", "pk"))


def _edit_between(
    edits: Iterable[Event], places: set[EditPlace], at: datetime, end: datetime | None
) -> Mapping[str, str]:
    """Returns who moved the number in the transaction that began at this moment, and why; nothing
    for a change outside the pages."""
    of_then = [
        edit
        for edit in edits
        if at <= edit.at
        and (end is None or edit.at < end)
        and not places.isdisjoint(_touched(edit))
    ]
    return {"by": of_then[-1].actor_name, "reason": of_then[-1].detail["reason"]} if of_then else {}


def _touched(edit: Event) -> set[EditPlace]:
    detail = edit.detail
    return {(detail["row"], detail["pk"], name) for name in {*detail["before"], *detail["after"]}}
