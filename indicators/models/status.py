"""The status of a result as people read it: its word, its icon, its place in a list."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext, ngettext, npgettext
from django.utils.translation import gettext_lazy as _

from imtplan.bilingual import reader_language
from imtplan.numbers import format_percent


class ProgressStatus(models.TextChoices):
    """The verdict on a number: its word, and its place when the worst comes first."""

    MISSED = "missed", _("missed")
    OFF_TRACK = "off_track", _("off track")
    AT_RISK = "at_risk", _("at risk")
    PENDING = "pending", _("pending")
    ON_TRACK = "on_track", _("on track")
    ACHIEVED = "achieved", _("achieved")
    NOT_STARTED = "not_started", _("not started")
    NO_DATA = "no_data", _("no data")
    NO_TARGET = "no_target", _("no target")
    NOT_COMPUTABLE = "not_computable", _("not computable")

    @property
    def is_good(self) -> bool:
        return self in (ProgressStatus.ON_TRACK, ProgressStatus.ACHIEVED)

    @property
    def is_behind(self) -> bool:
        """Returns whether it is not where it should be, by the figures that count."""
        return self in (ProgressStatus.MISSED, ProgressStatus.OFF_TRACK, ProgressStatus.AT_RISK)

    @property
    def is_judged(self) -> bool:
        """Returns whether it is a judgement: not pending, and not for want of figures or target."""
        return self.is_good or self.is_behind or self == ProgressStatus.NOT_STARTED

    @property
    def order(self) -> int:
        return list(ProgressStatus).index(self)

    @property
    def symbol(self) -> str:
        """Returns the name of the icon: a status is never shown by colour alone."""
        return {
            ProgressStatus.MISSED: "x-circle-fill",
            ProgressStatus.OFF_TRACK: "arrow-down-circle-fill",
            ProgressStatus.AT_RISK: "exclamation-triangle-fill",
            ProgressStatus.PENDING: "hourglass-split",
            ProgressStatus.ON_TRACK: "arrow-up-right-circle-fill",
            ProgressStatus.ACHIEVED: "check-circle-fill",
            ProgressStatus.NOT_STARTED: "circle",
            ProgressStatus.NO_DATA: "dash-circle-dotted",
            ProgressStatus.NO_TARGET: "dash-circle",
            ProgressStatus.NOT_COMPUTABLE: "question-circle",
        }[self]


WHOLE = Decimal(1)
# The words for what a pending verdict would be, were nothing missing.
WOULD_BE = {
    ProgressStatus.MISSED: _("would be missed"),
    ProgressStatus.OFF_TRACK: _("would be off track"),
    ProgressStatus.AT_RISK: _("would be at risk"),
    ProgressStatus.ON_TRACK: _("would be on track"),
    ProgressStatus.ACHIEVED: _("would be achieved"),
    ProgressStatus.NOT_STARTED: _("would not be started"),
}


@dataclass(frozen=True)
class MissingItems:
    """How much of an element's mean has data, where that is too little for a verdict."""

    items: int
    known: int
    coverage: Decimal
    needed: Decimal
    of_plan: bool = False  # its items are objectives

    @property
    def text(self) -> str:
        """Returns "3 of 5 … without data", with the coverage and the one that the plan asks for."""
        missing = self.items - self.known
        if self.of_plan:
            text = ngettext(
                "%(missing)s of %(items)s objectives without enough data",
                "%(missing)s of %(items)s objectives without enough data",
                missing,
            )
        else:
            text = ngettext(
                "%(missing)s of %(items)s indicators and projects without data",
                "%(missing)s of %(items)s indicators and projects without data",
                missing,
            )
        shares = gettext("data for %(coverage)s of the weight, the plan asks for %(needed)s")
        coverage, needed = self._apart()
        counted = text % {"missing": missing, "items": self.items}
        return f"{counted} ({shares % {'coverage': coverage, 'needed': needed}})"

    def _apart(self) -> tuple[str, str]:
        """Returns both shares with as few decimals as leave them different."""
        for decimals in range(4):
            pair = [
                format_percent(share, language=reader_language(), decimals=decimals)
                for share in (self.coverage, self.needed)
            ]
            if pair[0] != pair[1]:
                break
        return pair[0], pair[1]


@dataclass(frozen=True)
class VerdictInWords:
    """A status in the words that its numbers call for.

    It counts `reported` of `expected` schools; both are None where it is not about several schools.
    """

    status: ProgressStatus
    would_be: str = ""
    pace: Decimal | None = None
    reported: int | None = None
    expected: int | None = None
    missing: MissingItems | None = None

    @classmethod
    def of(
        cls, row: Any, *, reported: int | None = None, expected: int | None = None
    ) -> "VerdictInWords":
        return cls(ProgressStatus(row.status), row.would_be or "", row.pace, reported, expected)

    @classmethod
    def of_mean(cls, mean: Any, *, of_plan: bool = False) -> "VerdictInWords":
        """Returns the verdict on an element, with what is missing where there is none."""
        missing = None
        if mean.items and mean.coverage is not None and mean.coverage_needed is not None:
            counts = (mean.items, mean.known_items, mean.coverage, mean.coverage_needed)
            missing = MissingItems(*counts, of_plan)
        return cls(ProgressStatus(mean.status), mean.would_be or "", mean.pace, missing=missing)

    @property
    def value(self) -> str:
        return self.status.value

    @property
    def symbol(self) -> str:
        return self.status.symbol

    @property
    def label(self) -> str:
        """Returns the word; "on track" says whether it is close to the trajectory or not behind."""
        if self.status != ProgressStatus.ON_TRACK:
            return str(self.status.label)
        if self.is_close:
            return gettext("close to its trajectory")
        return gettext("on its trajectory or ahead")

    @property
    def is_close(self) -> bool:
        """Returns whether it is behind its trajectory, but not late enough to be at risk."""
        on_track = self.status == ProgressStatus.ON_TRACK
        return on_track and self.pace is not None and self.pace < WHOLE

    @property
    def details(self) -> str:
        """Returns what a pending verdict would be, and how many schools it counts; of an element
        without data, what is missing; else empty."""
        if self.status == ProgressStatus.NO_DATA and self.missing:
            return self.missing.text
        if self.status != ProgressStatus.PENDING:
            return ""
        would_be = WOULD_BE.get(ProgressStatus(self.would_be)) if self.would_be else None
        return gettext("; ").join(str(part) for part in (would_be, self.counted) if part)

    @property
    def counted(self) -> str:
        if not self.expected or self.expected == 1:
            return gettext("figures are missing")
        return npgettext(
            "counted in a verdict",
            "%(reported)s of %(expected)s schools",
            "%(reported)s of %(expected)s schools",
            self.reported or 0,
        ) % {"reported": self.reported or 0, "expected": self.expected}

    @property
    def text(self) -> str:
        """Returns all of it in one line, for a cell of a file or a sentence."""
        if not self.details:
            return self.label
        known = {"verdict": self.label, "details": self.details}
        return gettext("%(verdict)s: %(details)s") % known
