"""The fields of the results, each declared once: its label, its measure, and where it appears.

The fields of the API, the columns of its files, the lines of snapshots, the words of explanations
and those of the pages' tables come from these lists. A result's field is a column of its model, a
step of a formula (`indicators.formulas.steps.StepResult`) and a line here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from django.utils.translation import gettext_lazy as _

from indicators.formulas.steps import MEASURES, Measure


class FieldKind(Enum):
    """The content of a result's field, which decides how a file writes it."""

    NUMBER = auto()
    STATUS = auto()
    WORD = auto()  # one of a list, with a label
    TEXT = auto()
    IS_ESTIMATE = auto()
    FROM_BASELINE = auto()


@dataclass(frozen=True, slots=True)
class ResultField:
    name: str
    label: Any
    kind: FieldKind = FieldKind.NUMBER
    is_signed: bool = False  # a change or a gap: shown with its sign
    is_rough: bool = False  # a forecast or a range: shown without false precision
    in_snapshots: bool = True
    explained_as: Any = None  # the label in an explanation, if it is another

    @property
    def measure(self) -> Measure:
        return MEASURES.get(self.name, Measure.AMOUNT)


# The two ends between which an estimate may lie.
RANGE = [
    ResultField("low", _("At the least"), is_rough=True),
    ResultField("high", _("At the most"), is_rough=True),
    ResultField("range_by", _("Missing schools of the range"), FieldKind.WORD, in_snapshots=False),
]

# The fields of the institute's value in a year.
VALUES = [
    ResultField("value", _("Value")),
    ResultField("estimate", _("Estimate")),
    *RANGE,
    ResultField("expected", _("Schools expected")),
    ResultField("reported", _("Schools that reported")),
]

# The fields that the progress of a series and the means of the plan share.
WAY = [
    ResultField("progress", _("Progress")),
    ResultField("expected_progress", _("Expected progress")),
    ResultField("pace", _("Pace")),
]
STATUS = ResultField("status", _("Status"), FieldKind.STATUS)
# Only a pending verdict has one; a snapshot writes it beside its fields.
WOULD_BE = ResultField(
    "would_be", _("What a pending status would be"), FieldKind.WORD, in_snapshots=False
)
# What a mean rests on, and what it needs. A project is made of milestones and has no items.
LACKING = [
    ResultField("items", _("Items of the mean"), in_snapshots=False),
    ResultField("known_items", _("Items with data"), in_snapshots=False),
    ResultField("coverage_needed", _("Coverage needed for a verdict"), in_snapshots=False),
]
IS_ESTIMATE = ResultField("is_estimate", _("Estimate"), FieldKind.IS_ESTIMATE)

# The fields of the progress of one series toward one target in a year.
PROGRESS = [
    ResultField("value", _("Value")),
    IS_ESTIMATE,
    ResultField("baseline", _("Baseline")),
    ResultField("target_value", _("Target")),
    ResultField(
        "expected_value", _("Expected by the trajectory"), explained_as=_("Expected in %(year)s")
    ),
    *WAY,
    ResultField("gap", _("Gap"), is_signed=True),
    STATUS,
    WOULD_BE,
    ResultField("reason", _("Why not computable"), FieldKind.TEXT),
    ResultField("needed_per_year", _("Change needed, per year"), is_signed=True),
    ResultField("needed_rate", _("Growth needed, per year"), is_signed=True, in_snapshots=False),
    ResultField("achieved_per_year", _("Change so far, per year"), is_signed=True),
    ResultField("achieved_rate", _("Growth so far, per year"), is_signed=True, in_snapshots=False),
    ResultField("forecast", _("Forecast"), is_rough=True),
    ResultField("forecast_low", _("Forecast, low end"), is_rough=True),
    ResultField("forecast_high", _("Forecast, high end"), is_rough=True),
    ResultField("probability", _("Chances that the target is met")),
    ResultField("forecast_points", _("Points of the forecast")),
    ResultField(
        "forecast_from_baseline",
        _("Baseline among the points"),
        FieldKind.FROM_BASELINE,
        in_snapshots=False,
    ),
]

# The fields of the mean of an objective, a lever, a project or the plan in a year.
MEANS = [
    *WAY,
    ResultField("coverage", _("Coverage")),
    STATUS,
    WOULD_BE,
    IS_ESTIMATE,
    *LACKING,
]

# The numbers of steps that are not stored.
STEPS_ALONE = [ResultField("distance", _("Distance to the band"))]

FIELDS = {field.name: field for field in [*STEPS_ALONE, *MEANS, *PROGRESS, *VALUES]}


def names_of(fields: Iterable[ResultField]) -> list[str]:
    return [field.name for field in fields]
