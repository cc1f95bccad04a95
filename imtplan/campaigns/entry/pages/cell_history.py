"""Every version of one cell, as the database's triggers kept them, with what was said about it.

A version that only moves the status (submitted, validated, returned) is told as that step: its
values did not change. The number of queries does not depend on the number of versions.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.models import School
from imtplan.audit.models import Event
from imtplan.campaigns.entry.checking.cells import shown
from imtplan.campaigns.entry.checking.checks import surprise_name
from imtplan.campaigns.models import Campaign, Remark, Submission
from indicators.formulas.readings import number_of as figure_number
from indicators.models import Figure, FigureEvent, Indicator

SubmissionEvent: Any = Submission.pgh_event_model  # type: ignore[attr-defined]


class MomentKind(models.TextChoices):
    ENTERED = "entered", _("entered")
    CHANGED = "changed", _("changed")
    EXPLAINED = "explained", _("explained")
    RESTORED = "restored", _("restored")
    REMOVED = "removed", _("removed")
    SUBMITTED = "submitted", _("submitted")
    VALIDATED = "validated", _("validated")
    RETURNED = "returned", _("returned")
    TAKEN_BACK = "taken_back", _("taken back")
    REMARK = "remark", _("remark")

    @property
    def symbol(self) -> str:
        return {
            MomentKind.SUBMITTED: "send",
            MomentKind.VALIDATED: "check-circle-fill",
            MomentKind.RETURNED: "arrow-counterclockwise",
            MomentKind.TAKEN_BACK: "arrow-counterclockwise",
            MomentKind.RESTORED: "arrow-counterclockwise",
            MomentKind.REMARK: "info-circle",
            MomentKind.REMOVED: "x-circle-fill",
        }.get(self, "pencil")


STEPS = {
    Figure.Status.SUBMITTED: (MomentKind.SUBMITTED, Submission.State.SUBMITTED),
    Figure.Status.VALIDATED: (MomentKind.VALIDATED, Submission.State.VALIDATED),
    Figure.Status.DRAFT: (MomentKind.RETURNED, Submission.State.RETURNED),
}


@dataclass(frozen=True)
class FigureChange:
    """One part of the figure: what was there, what is there now. Empty is nothing."""

    label: str | Promise
    before: str
    after: str
    typed: bool = False  # people's own words

    @property
    def is_same(self) -> bool:
        return self.before == self.after


@dataclass(frozen=True)
class Moment:
    """One thing that happened to the cell."""

    kind: MomentKind
    at: datetime
    kept_at: datetime
    who: str = ""
    way: str | Promise = ""
    version: int | None = None
    like: int | None = None  # the version that was restored
    changes: tuple[FigureChange, ...] = ()
    comment: str = ""
    restorable: bool = False

    @property
    def figure(self) -> str:
        """Returns what the figure came to say."""
        return self.changes[0].after if self.changes else ""


@dataclass(frozen=True)
class History:
    indicator: Indicator
    moments: list[Moment]
    current: Any = None  # the last version; none where there is no figure

    @property
    def figure(self) -> str:
        return figure_of(self.current, self.indicator) if self.current else ""


def history_of(campaign: Campaign, school: School, indicator: Indicator) -> History:
    """Returns what happened to the cell, the newest first."""
    rows = list(
        FigureEvent.objects.filter(indicator=indicator, school=school, year=campaign.year)
        .select_related("entered_by")
        .order_by("pgh_id")
    )
    current = rows[-1] if rows and rows[-1].pgh_label != "delete" else None
    reader = _HistoryReader(campaign, school, indicator, current)
    moments = [*reader.versions(rows), *reader.remarks()]
    # Stable: what one transaction kept stays in the order in which it was written.
    moments.sort(key=lambda moment: moment.kept_at)
    return History(indicator, moments[::-1], current)


def number_of(row: Any, indicator: Indicator) -> Decimal | None:
    """Returns the number of a version, as `Figure.number`."""
    return figure_number(row.value, row.numerator, row.denominator, indicator.scale)


def figure_of(row: Any, indicator: Indicator) -> str:
    """Returns for people a number with its unit, or the word that stands for it."""
    number = number_of(row, indicator)
    if row.state != Figure.State.NUMBER or number is None:
        return str(row.get_state_display())
    return f"{shown(number, indicator)} {indicator.unit}"


def content_of(row: Any) -> tuple[Any, ...]:
    """Returns what a version says, and what explains it."""
    numbers = (row.state, row.value, row.numerator, row.denominator)
    return (*numbers, row.reason, row.explanation, row.confirmed)


def _figure_of(row: Any) -> tuple[Any, ...]:
    """Returns the content without what was confirmed."""
    return content_of(row)[:-1]


class _HistoryReader:
    def __init__(
        self, campaign: Campaign, school: School, indicator: Indicator, current: Any
    ) -> None:
        self.campaign, self.school, self.indicator = campaign, school, indicator
        self.current = current
        self.decisions, self.taken_back = self._decisions()
        self.names = self._names()

    def _decisions(self) -> tuple[dict[tuple[datetime, str], Any], dict[datetime, str]]:
        """Returns the steps of the submission by the instant of their transaction, which figures
        share, and apart from them who took it back when: that leads to an earlier state, as a
        return does."""
        versions = SubmissionEvent.objects.filter(campaign=self.campaign, school=self.school)
        steps = list(versions.select_related("submitted_by", "decided_by").order_by("pgh_id"))
        taken = [
            after.pgh_created_at
            for before, after in pairwise(steps)
            if before.state == Submission.State.SUBMITTED and _is_taken_back(before, after)
        ]
        by_instant = {(step.pgh_created_at, step.state): step for step in steps}
        return by_instant, dict(zip(taken, self._who_took_back() if taken else [], strict=False))

    def _who_took_back(self) -> list[str]:
        """Returns the names of who took the submission back, the oldest first."""
        events = Event.objects.filter(
            verb=Event.Verb.TAKEN_BACK, school=self.school, subject=self.campaign.code
        )
        return [event.actor_name for event in events.order_by("at", "pk")]

    def _names(self) -> dict[int, str]:
        """Returns who saved which version, by the name of the time: people leave."""
        saved = Event.objects.filter(
            verb__in=[Event.Verb.FIGURES_SAVED, Event.Verb.FIGURES_UNDONE],
            school=self.school,
            subject__startswith=str(self.campaign.year),  # whichever campaign asked for it
            detail__figures__has_key=self.indicator.code,
        )
        return {event.detail["figures"][self.indicator.code]: event.actor_name for event in saved}

    def versions(self, rows: list[Any]) -> Iterator[Moment]:
        before = None
        for place, row in enumerate(rows):
            if moment := self._moment(row, before):
                restored = moment.kind == MomentKind.RESTORED
                yield replace(moment, like=_like(row, rows[:place])) if restored else moment
            before = None if row.pgh_label == "delete" else row

    def _moment(self, row: Any, before: Any) -> Moment | None:
        if row.pgh_label == "delete":
            return Moment(MomentKind.REMOVED, row.pgh_created_at, row.pgh_created_at)
        if before is None or content_of(row) != content_of(before):
            return self._version(row, before)
        if row.status != before.status:
            return self._step(row)
        if row.version != before.version:
            return self._version(row, before)
        return None  # a person's account went, or a source was named

    def _version(self, row: Any, before: Any) -> Moment:
        kind = _kind(row, before)
        return Moment(
            kind=kind,
            at=row.entered_at,
            kept_at=row.pgh_created_at,
            who=str(row.entered_by or self.names.get(row.version, "")),
            way="" if kind == MomentKind.RESTORED else row.get_origin_display(),
            version=row.version,
            changes=tuple(self._changes(row, before)),
            restorable=self._is_restorable(row),
        )

    def _is_restorable(self, row: Any) -> bool:
        """Says whether it is a version of the stored figure, and says something, and something
        else.

        What was confirmed does not count: restoring asks the checks anew.
        """
        return (
            self.current is not None
            and row.pgh_obj_id == self.current.pgh_obj_id
            and row.state != Figure.State.NOT_ENTERED
            and _figure_of(row) != _figure_of(self.current)
        )

    def _step(self, row: Any) -> Moment:
        if row.pgh_created_at in self.taken_back:
            who = self.taken_back[row.pgh_created_at]
            return Moment(MomentKind.TAKEN_BACK, row.pgh_created_at, row.pgh_created_at, who=who)
        kind, state = STEPS[row.status]
        moment = Moment(kind, row.pgh_created_at, row.pgh_created_at)
        if step := self.decisions.get((row.pgh_created_at, state)):
            by = step.submitted_by if kind == MomentKind.SUBMITTED else step.decided_by
            comment = step.comment if kind == MomentKind.RETURNED else ""
            moment = replace(moment, who=str(by or ""), comment=comment)
        return moment

    def remarks(self) -> Iterator[Moment]:
        remarks = Remark.objects.filter(
            submission__campaign=self.campaign,
            submission__school=self.school,
            indicator=self.indicator,
        )
        for remark in remarks.select_related("by").order_by("at", "pk"):
            who = str(remark.by or "")
            yield Moment(MomentKind.REMARK, remark.at, remark.at, who=who, comment=remark.text)

    # --- what changed, part by part ---

    def _changes(self, row: Any, before: Any) -> Iterator[FigureChange]:
        """Yields the figure always; the rest where it changed."""
        old = self._parts(before)
        for name, (label, after) in self._parts(row).items():
            change = FigureChange(
                label, old[name][1], after, typed=name in ("reason", "explanation")
            )
            if name == "figure" or not change.is_same:
                yield change

    def _parts(self, row: Any) -> dict[str, tuple[str | Promise, str]]:
        indicator = self.indicator
        parts: dict[str, tuple[str | Promise, str]] = {
            "figure": (_("Figure"), figure_of(row, indicator) if row else "")
        }
        if indicator.is_ratio:
            for name in ("numerator", "denominator"):
                number = getattr(row, name) if row else None
                parts[name] = (getattr(indicator, name), "" if number is None else shown(number))
        parts["reason"] = (_("Reason"), row.reason if row else "")
        parts["explanation"] = (_("Explanation"), row.explanation if row else "")
        parts["confirmed"] = (_("Confirmed"), _confirmed(row.confirmed if row else {}))
        return parts


def _is_taken_back(before: Any, after: Any) -> bool:
    """What was submitted is a draft again, or returned by a decision older than the submission."""
    if after.state == Submission.State.RETURNED:
        return bool(after.decided_at < before.submitted_at)
    return bool(after.state == Submission.State.DRAFT)


def _kind(row: Any, before: Any) -> MomentKind:
    if before is None:
        return MomentKind.ENTERED
    if row.origin == Figure.Origin.RESTORED:
        return MomentKind.RESTORED
    figure_is_same = content_of(row)[:5] == content_of(before)[:5]
    if figure_is_same and row.explanation == before.explanation and row.origin != before.origin:
        return MomentKind.CHANGED  # the mark of last year's number, given or taken away
    return MomentKind.EXPLAINED if figure_is_same else MomentKind.CHANGED


def _like(row: Any, earlier: list[Any]) -> int | None:
    """Returns the latest of the earlier versions that said the same figure."""
    same = (old.version for old in reversed(earlier) if content_of(old)[:5] == content_of(row)[:5])
    return next(same, None)


def _confirmed(answers: dict[str, str]) -> str:
    return ", ".join(str(surprise_name(code)) for code in sorted(answers))
