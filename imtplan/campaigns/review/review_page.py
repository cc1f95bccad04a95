"""What the page of one school's submission shows beside its form: lines, obstacles, history.

It is the last look before submitting, and the page on which a submission is decided.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.forms import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from imtplan.audit.models import Event
from imtplan.campaigns.entry.pages.entry_page import EntryPage, EntryRow
from imtplan.campaigns.entry.saving import PARTS
from imtplan.campaigns.models import Receipt, Remark, Submission
from imtplan.campaigns.review.completeness import WORDS, Completeness
from imtplan.campaigns.review.decision_form import DecisionForm
from imtplan.campaigns.terms.term_sentences import sentences_of
from indicators.models import Figure

State = Submission.State

# How many events of one school and year the history reads.
HISTORY = 500


@dataclass(frozen=True)
class ReviewLine:
    """A row of the page, what was remarked about it, and where a remark can be typed."""

    row: EntryRow
    remarks: list[Remark]
    field: BoundField | None = None

    @property
    def typed(self) -> list[str]:
        """Returns the texts that stand in the cell and could not be stored."""
        kept = self.row.kept.typed if self.row.kept else {}
        return [kept[name] for name in (*PARTS, "reason") if kept.get(name)]


@dataclass(frozen=True)
class SubmissionObstacles:
    """What holds back the submission: each row under one heading, the most urgent."""

    wrong: list[EntryRow] = field(default_factory=list)
    missing: list[EntryRow] = field(default_factory=list)
    asks: list[EntryRow] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.wrong) + len(self.missing) + len(self.asks)

    @property
    def groups(self) -> list[tuple[str, list[EntryRow]]]:
        headed = [
            (_("To correct"), self.wrong),
            (_("Missing: enter the figure, or say why there is none"), self.missing),
            (_("To confirm or explain"), self.asks),
        ]
        return [(heading, rows) for heading, rows in headed if rows]


def to_do(page: EntryPage) -> SubmissionObstacles:
    wrong = [row for row in page.rows if row.is_to_correct]
    missing = [row for row in page.missing if not row.is_to_correct]
    asks = [row for row in page.rows if row.needs_answer and not row.is_to_correct]
    return SubmissionObstacles(wrong, missing, asks)


def completeness_of(page: EntryPage) -> Completeness:
    """Returns the page's own counts, which `completeness` makes of many schools at once."""
    states = Counter(row.figure.state for row in page.rows if row.figure)
    return Completeness(
        expected=len(page.rows),
        numbers=states[Figure.State.NUMBER],
        words=sum(states[word] for word in WORDS),
        to_correct=page.to_correct,
        to_explain=page.to_explain,
    )


def lines_by_theme(page: EntryPage, form: DecisionForm | None) -> dict[str, list[ReviewLine]]:
    remarks = remarks_of(page.submission)
    return {
        theme: [
            ReviewLine(
                row,
                remarks.get(row.indicator.pk, []),
                form.field_of(row.indicator.code) if form else None,
            )
            for row in rows
        ]
        for theme, rows in page.themes.items()
    }


def remarks_of(submission: Submission) -> dict[int, list[Remark]]:
    """Returns every remark ever made, the latest first, by indicator."""
    by_indicator: dict[int, list[Remark]] = {}
    if submission.pk:
        for remark in submission.remarks.select_related("by", "answered_by"):
            by_indicator.setdefault(remark.indicator_id, []).append(remark)
    return by_indicator


def latest_receipt(submission: Submission) -> Receipt | None:
    return submission.receipts.order_by("-at", "-pk").first() if submission.pk else None


# --- The history --------------------------------------------------------------------------------


@dataclass
class ReviewStep:
    """One event, or the saves of one person between two others, told as one."""

    event: Event
    since: datetime
    codes: set[str]
    sentences: list[str]

    @property
    def is_save(self) -> bool:
        return self.event.verb == Event.Verb.FIGURES_SAVED

    @property
    def label(self) -> str | Promise:
        return self.event.get_verb_display()


def events_of(user: Any, page: EntryPage) -> Iterable[Event]:
    """Returns the latest of the school's year that `user` may see."""
    events = Event.objects.visible_to(user)
    return events.filter(school=page.school, subject=page.campaign.code)[:HISTORY]


def steps_of(events: Iterable[Event]) -> list[ReviewStep]:
    """Returns the steps, the latest first. One person's autosaves become one step."""
    steps: list[ReviewStep] = []
    for event in events:
        codes = set(event.detail.get("figures", ()))
        last = steps[-1] if steps else None
        if last and _belong_together(last.event, event):
            last.since = event.at
            last.codes |= codes
        else:
            steps.append(ReviewStep(event, event.at, codes, sentences_of(event)))
    return steps


def _belong_together(event: Event, other: Event) -> bool:
    saved = Event.Verb.FIGURES_SAVED
    return event.verb == other.verb == saved and event.actor_name == other.actor_name


# --- The other submissions -----------------------------------------------------------------------


@dataclass(frozen=True)
class Neighbours:
    """Those who wait for a decision, seen from one submission: before it and after it."""

    waiting: int
    previous: Submission | None
    following: Submission | None


def neighbours(page: EntryPage) -> Neighbours:
    """The oldest waits first. From a submission already decided, the next is the oldest."""
    waiting = list(
        Submission.objects.filter(campaign=page.campaign, state=State.SUBMITTED)
        .select_related("school")
        .order_by("submitted_at", "pk")
    )
    here = next((i for i, other in enumerate(waiting) if other.pk == page.submission.pk), None)
    if here is None:
        return Neighbours(len(waiting), None, waiting[0] if waiting else None)
    around = [None, *waiting, None]
    return Neighbours(len(waiting), around[here], around[here + 2])
