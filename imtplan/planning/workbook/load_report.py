"""The report of a workbook: what each line of each sheet does, or why it is refused."""

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy

from imtplan.planning.forms import FormDifference, fingerprint_of
from imtplan.planning.workbook.reading import MAX_REFUSALS, Refusal, WorkbookLine
from imtplan.planning.workbook.sheets import SHEETS, PlanSheet
from objectives.models import StrategicPlan


class LinesRefused(ValidationError):
    """Nothing is loaded, for some lines are refused; the report says which."""

    def __init__(self) -> None:
        super().__init__(gettext_lazy("Nothing is loaded: some lines are not right."), code="lines")


class LoadOutcome(models.TextChoices):
    NEW = "new", gettext_lazy("new")
    CHANGED = "changed", gettext_lazy("changed")
    SAME = "same", gettext_lazy("as it was")
    LEFT_OUT = "left_out", gettext_lazy("left out")

    @property
    def is_change(self) -> bool:
        return self in (LoadOutcome.NEW, LoadOutcome.CHANGED)

    @property
    def symbol(self) -> str:
        """Returns the icon of the outcome, so that colour is never its only sign."""
        return {
            LoadOutcome.NEW: "plus-lg",
            LoadOutcome.CHANGED: "pencil",
            LoadOutcome.SAME: "check-lg",
            LoadOutcome.LEFT_OUT: "dash-circle",
        }[self]


@dataclass(frozen=True)
class LineReport:
    """The outcome of a line, the fields that differ, and why it is left out, if it is."""

    line: WorkbookLine
    name: str
    outcome: LoadOutcome
    differences: list[FormDifference]
    why: str = ""

    @property
    def number(self) -> int:
        return self.line.number


@dataclass
class LoadReport:
    """The outcome of every line, by sheet, with the refusals and the remarks."""

    lines: dict[str, list[LineReport]] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    sums: list[FormDifference] = field(default_factory=list)  # of the weights in an element
    plan: StrategicPlan | None = None

    @property
    def sheets(self) -> list["SheetReport"]:
        return [
            SheetReport(sheet, self.lines[sheet.slug])
            for sheet in SHEETS
            if sheet.slug in self.lines
        ]

    @property
    def changes(self) -> bool:
        return any(line.outcome.is_change for lines in self.lines.values() for line in lines)

    @property
    def few(self) -> list[Refusal]:
        return self.refusals[:MAX_REFUSALS]

    @property
    def more(self) -> int:
        return max(0, len(self.refusals) - MAX_REFUSALS)

    @property
    def mark(self) -> str:
        """Returns a fingerprint: a report is stored only if it equals the one that was shown."""
        plain = [
            [
                slug,
                line.number,
                line.outcome,
                [
                    (difference.label, difference.before, difference.after)
                    for difference in line.differences
                ],
            ]
            for slug, lines in self.lines.items()
            for line in lines
        ]
        return fingerprint_of(plain)


@dataclass(frozen=True)
class SheetReport:
    sheet: PlanSheet
    lines: list[LineReport]

    def _count(self, outcome: LoadOutcome) -> int:
        return sum(line.outcome == outcome for line in self.lines)

    @property
    def new(self) -> int:
        return self._count(LoadOutcome.NEW)

    @property
    def changed(self) -> int:
        return self._count(LoadOutcome.CHANGED)

    @property
    def same(self) -> int:
        return self._count(LoadOutcome.SAME)

    @property
    def left_out(self) -> int:
        return self._count(LoadOutcome.LEFT_OUT)

    @property
    def moving(self) -> list[LineReport]:
        """Returns the lines that are worth a look: all but those that say what is stored."""
        return [line for line in self.lines if line.outcome != LoadOutcome.SAME]
