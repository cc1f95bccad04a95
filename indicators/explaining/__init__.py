"""Why a number is what it is: every step with its numbers, every figure with who gave it.

Plain data without a sentence: `indicators.api_explain` gives it to programs, `imtplan.dashboard`
puts it in words. Nothing here writes.
"""

from indicators.explaining.agreement import Agreement, StoredDifference
from indicators.explaining.formulas import (
    Formula,
    FormulaNumber,
    FormulaStep,
    Measure,
    StepResult,
    bracketed,
)
from indicators.explaining.inputs import Input, NotCountedReason, Use
from indicators.explaining.marks import ProgressMark
from indicators.explaining.progress import ProgressExplanation
from indicators.explaining.reading import Reader, explain_roll_up, kind_of
from indicators.explaining.roll_ups import ItemExplanation, Missing, RollUpExplanation
from indicators.explaining.steps import StatusRule
from indicators.explaining.values import StandIn, ValueExplanation

__all__ = [
    "Agreement",
    "Formula",
    "FormulaNumber",
    "FormulaStep",
    "Input",
    "ItemExplanation",
    "Measure",
    "Missing",
    "NotCountedReason",
    "ProgressExplanation",
    "ProgressMark",
    "Reader",
    "RollUpExplanation",
    "StandIn",
    "StatusRule",
    "StepResult",
    "StoredDifference",
    "Use",
    "ValueExplanation",
    "bracketed",
    "explain_roll_up",
    "kind_of",
]
