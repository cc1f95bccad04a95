"""What a workbook would do, or why it does nothing: sheet by sheet, line by line."""

import hashlib
import json
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy

from imtplan.planning.forms import FormDifference
from imtplan.planning.workbook.reading import MAX_REFUSALS, Refusal, WorkbookLine
from imtplan.planning.workbook.sheets import SHEETS, PlanSheet
from objectives.models import StrategicPlan


class LinesRefused(ValidationError):
    """Some lines cannot be loaded: the report says which."""

    def __init__(self) -> None:
        super().__init__(gettext_lazy("Nothing is loaded: some lines are not right."), code="lines")


class LoadOutcome(models.TextChoices):
    NEW = "new", gettext_lazy("new")
    CHANGED = "changed", gettext_lazy("changed")
    SAME = "same", gettext_lazy("as it was")

    @property
    def symbol(self) -> str:
        """An outcome is never told by colour alone."""
        return {
            LoadOutcome.NEW: "plus-lg",
            LoadOutcome.CHANGED: "pencil",
            LoadOutcome.SAME: "check-lg",
        }[self]


@dataclass(frozen=True)
class LineReport:
    """What a line would do."""

    line: WorkbookLine
    name: str
    outcome: LoadOutcome
    differences: list[FormDifference]

    @property
    def number(self) -> int:
        return self.line.number


@dataclass
class LoadReport:
    """What the whole workbook would do, sheet by sheet."""

    lines: dict[str, list[LineReport]] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    sums: list[FormDifference] = field(default_factory=list)  # of the weights in an element
    plan: StrategicPlan | None = None

    @property
    def sheets(self) -> list["SheetReport"]:
        return [SheetReport(one, self.lines[one.slug]) for one in SHEETS if one.slug in self.lines]

    @property
    def changes(self) -> bool:
        return any(
            one.outcome != LoadOutcome.SAME for lines in self.lines.values() for one in lines
        )

    @property
    def few(self) -> list[Refusal]:
        return self.refusals[:MAX_REFUSALS]

    @property
    def more(self) -> int:
        return max(0, len(self.refusals) - MAX_REFUSALS)

    @property
    def mark(self) -> str:
        """Tells two reports apart: what is stored is what was seen, or it is not stored."""
        said = [
            [
                slug,
                one.line.number,
                one.outcome,
                [(d.label, d.before, d.after) for d in one.differences],
            ]
            for slug, lines in self.lines.items()
            for one in lines
        ]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class SheetReport:
    sheet: PlanSheet
    lines: list[LineReport]

    def _count(self, outcome: LoadOutcome) -> int:
        return sum(one.outcome == outcome for one in self.lines)

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
    def moving(self) -> list[LineReport]:
        return [one for one in self.lines if one.outcome != LoadOutcome.SAME]
