"""Why a number is what it is: every step with its numbers, every figure with who gave it.

Plain data without a sentence: `indicators.api.explanations` gives it to programs,
`imtplan.dashboard` puts it in words. Nothing here writes.
"""

from indicators.explaining.agreement import Agreement, StoredDifference
from indicators.explaining.inputs import Input, InputUse, NotCountedReason
from indicators.explaining.marks import ProgressMark
from indicators.explaining.progress import ProgressExplanation
from indicators.explaining.reading import ExplanationReader, explain_roll_up, kind_of
from indicators.explaining.roll_ups import ItemExplanation, LeftOutReason, RollUpExplanation
from indicators.explaining.values import StandIn, ValueExplanation
from indicators.formulas.steps import (
    Formula,
    FormulaNumber,
    FormulaStep,
    Measure,
    StepResult,
    bracketed,
)
from indicators.formulas.verdicts import StatusRule

__all__ = [
    "Agreement",
    "ExplanationReader",
    "Formula",
    "FormulaNumber",
    "FormulaStep",
    "Input",
    "InputUse",
    "ItemExplanation",
    "LeftOutReason",
    "Measure",
    "NotCountedReason",
    "ProgressExplanation",
    "ProgressMark",
    "RollUpExplanation",
    "StandIn",
    "StatusRule",
    "StepResult",
    "StoredDifference",
    "ValueExplanation",
    "bracketed",
    "explain_roll_up",
    "kind_of",
]
