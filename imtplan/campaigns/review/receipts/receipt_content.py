"""Receipts: what a school handed in, as one canonical text, and the same text held against today.

People's words stand in it exactly as they typed them; `imtplan.canonical` says how it is written.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.dateparse import parse_datetime

from imtplan.accounts.models import School, User
from imtplan.audit.models import Event
from imtplan.bilingual import Bilingual
from imtplan.campaigns.entry.checking.checks import surprise_name
from imtplan.campaigns.models import Campaign, Receipt, Submission
from imtplan.canonical import canonical, instant, sha256_of
from imtplan.numbers import plain
from indicators.formulas.readings import number_of
from indicators.models import Figure, Indicator

FORMAT = "imtplan-receipt-1"
# What a figure says, beside who entered it and when.
FIGURE_PARTS = ("state", "value", "numerator", "denominator", "reason", "explanation", "confirmed")
NUMBERS = ("value", "numerator", "denominator")
DESCRIBED = (
    "code",
    "name_fr",
    "name_en",
    "unit_fr",
    "unit_en",
    "numerator_fr",
    "numerator_en",
    "denominator_fr",
    "denominator_en",
    "year_kind",
    "decimals",
)


# --- Making one ---------------------------------------------------------------------------------


def make_receipt(*, submission: Submission, by: User) -> Receipt:
    """Makes the receipt of what is being submitted, in its transaction, under the submission's
    lock.

    The submission already says when it was submitted.
    """
    number = next_number(submission)
    content = canonical(content_of(submission, number=number, by=by))
    return Receipt.objects.create(
        submission=submission,
        number=number,
        at=submission.submitted_at,
        by=by,
        by_name=str(by),
        content=content,
        sha256=sha256_of(content.encode()),
    )


def next_number(submission: Submission) -> str:
    """Returns the campaign, the school, and how often it has submitted: 2022-imt-mines-albi-1.

    The code of one campaign may begin that of another, or end with a school's: the numbers that
    count are those that differ in their end alone, whoever has them.
    """
    begins = f"{submission.campaign.code}-{submission.school.code}-"
    alike = Receipt.objects.filter(number__regex=f"^{re.escape(begins)}[0-9]+$")
    given = [int(number.removeprefix(begins)) for number in alike.values_list("number", flat=True)]
    return f"{begins}{max(given, default=0) + 1}"


def content_of(submission: Submission, *, number: str, by: User) -> dict[str, Any]:
    campaign, school = submission.campaign, submission.school
    return {
        "format": FORMAT,
        "number": number,
        "at": instant(submission.submitted_at),
        "by": str(by),
        "campaign": {
            "plan": campaign.plan.code,
            "year": campaign.year,
            **({"name": campaign.name} if campaign.name else {}),
            "closes_at": instant(campaign.closes_at_for(school)),
        },
        "school": {"code": school.code, "name": school.name},
        "figures": list(_figures(campaign, school)),
    }


def _figures(campaign: Campaign, school: School) -> Iterator[dict[str, Any]]:
    stored = Figure.objects.filter(school=school, year=campaign.year).select_related("entered_by")
    by_indicator = {figure.indicator_id: figure for figure in stored}
    for indicator in campaign.asked_of(school):
        described = {name: getattr(indicator, name) for name in DESCRIBED} | {
            "scale": plain(indicator.scale),
            "year": indicator.year_label(campaign.year),
        }
        yield (
            described
            | content_by(by_indicator.get(indicator.pk))
            | entry_of(by_indicator.get(indicator.pk))
        )


def content_by(figure: Figure | None) -> dict[str, Any]:
    """Returns what a figure says; no figure is one not yet entered."""
    figure = figure or Figure(state=Figure.State.NOT_ENTERED)
    numbers = {name: getattr(figure, name) for name in NUMBERS}
    return {
        "state": str(figure.state),
        **{name: None if number is None else plain(number) for name, number in numbers.items()},
        "reason": figure.reason,
        "explanation": figure.explanation,
        "confirmed": figure.confirmed,
    }


def entry_of(figure: Figure | None) -> dict[str, Any]:
    if figure is None:
        return {"version": None, "entered_by": "", "entered_at": None, "origin": ""}
    return {
        "version": figure.version,
        "entered_by": str(figure.entered_by or ""),
        "entered_at": instant(figure.entered_at),
        "origin": str(figure.origin),
    }


# --- Reading one --------------------------------------------------------------------------------


@dataclass(frozen=True)
class ReceiptLine:
    """One figure as the receipt has it: in the words of that day, whatever was renamed since."""

    code: str
    name_fr: str
    name_en: str
    unit_fr: str
    unit_en: str
    numerator_fr: str
    numerator_en: str
    denominator_fr: str
    denominator_en: str
    year: str
    year_kind: str
    decimals: int
    scale: Decimal
    state: str
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    reason: str
    explanation: str
    confirmed: dict[str, str]
    version: int | None
    entered_by: str
    entered_at: datetime | None
    origin: str

    name = Bilingual("name")
    unit = Bilingual("unit")
    part = Bilingual("numerator")
    whole = Bilingual("denominator")

    @property
    def number(self) -> Decimal | None:
        """Returns the number, as `Figure.number`."""
        return number_of(self.value, self.numerator, self.denominator, self.scale)

    @property
    def is_ratio(self) -> bool:
        return self.numerator is not None

    @property
    def word(self) -> Any:
        """Returns what stands there instead of a number."""
        return Figure.State(self.state).label

    @property
    def way(self) -> Any:
        return Figure.Origin(self.origin).label if self.origin else ""

    @property
    def answered(self) -> list[Any]:
        """Returns the surprises that somebody confirmed or explained."""
        return [surprise_name(code) for code in sorted(self.confirmed)]

    @property
    def is_academic(self) -> bool:
        return self.year_kind == Indicator.YearKind.ACADEMIC


def lines_of(receipt: Receipt) -> list[ReceiptLine]:
    return [_line(item) for item in json.loads(receipt.content)["figures"]]


def _line(item: dict[str, Any]) -> ReceiptLine:
    numbers = {name: Decimal(item[name]) if item[name] else None for name in NUMBERS}
    entered_at = item["entered_at"] and parse_datetime(item["entered_at"])
    typed = {"scale": Decimal(item["scale"]), "entered_at": entered_at}
    return ReceiptLine(**{**item, **numbers, **typed})


# --- Against today ------------------------------------------------------------------------------


@dataclass(frozen=True)
class ReceiptDifference:
    """A figure that says today what the receipt does not. `today`: none if it is gone."""

    code: str
    before: dict[str, Any]
    after: dict[str, Any]
    today: Figure | None

    @property
    def name(self) -> str:
        """Returns the name in the person's language, as the receipt has it."""
        return str(_line(self.before).name)

    @property
    def changed(self) -> list[str]:
        return [name for name in FIGURE_PARTS if self.before.get(name) != self.after[name]]


def differences(receipt: Receipt, content: dict[str, Any] | None = None) -> list[ReceiptDifference]:
    """Returns where the figures stored today say something else than the receipt."""
    submission = receipt.submission
    items = (content or json.loads(receipt.content))["figures"]
    stored = {
        figure.indicator.code: figure
        for figure in Figure.objects.filter(
            school=submission.school_id,
            year=submission.campaign.year,
            indicator__code__in=[item["code"] for item in items],
        ).select_related("indicator", "entered_by")
    }
    compared = (
        ReceiptDifference(item["code"], item, content_by(today), today)
        for item in items
        for today in [stored.get(item["code"])]
    )
    return [difference for difference in compared if difference.changed]


# --- What happened since ------------------------------------------------------------------------


@dataclass(frozen=True)
class SubmissionStep:
    """Something that happened to the submission after the receipt. A later one has its number."""

    at: datetime
    who: str
    what: Any
    comment: str = ""
    number: str = ""


def steps_since(receipt: Receipt, siblings: Iterable[Receipt]) -> list[SubmissionStep]:
    """Returns what became of it (returned, validated, taken back, sent again), the oldest first."""
    decided = Event.objects.filter(
        school=receipt.submission.school_id,
        subject=receipt.submission.campaign.code,
        verb__in=[Event.Verb.RETURNED, Event.Verb.VALIDATED, Event.Verb.TAKEN_BACK],
        at__gt=receipt.at,
    )
    steps = [
        SubmissionStep(
            event.at, event.actor_name, event.get_verb_display(), event.detail.get("comment", "")
        )
        for event in decided
    ] + [
        SubmissionStep(later.at, later.by_name, Event.Verb.SUBMITTED.label, number=later.number)
        for later in siblings
        if later.at > receipt.at
    ]
    return sorted(steps, key=lambda step: step.at)


def taking_back(receipt: Receipt) -> Event | None:
    """Returns the event by which the school took back what this receipt is of, if it did. The
    number alone says so: the campaign may have had another address then."""
    return Event.objects.filter(
        verb=Event.Verb.TAKEN_BACK,
        school=receipt.submission.school_id,
        detail__receipt=receipt.number,
    ).first()
