"""Explanations: every step of a result with its numbers, every figure with who gave it.

They are plain data without a sentence: `indicators.api.explanations` gives them to programs,
`imtplan.dashboard` puts them in words. Nothing here writes.
"""

from indicators.explaining.agreement import Agreement, StoredDifference
from indicators.explaining.inputs import Input, InputUse, NotCountedReason
from indicators.explaining.progress_explanation import ProgressExplanation, ProgressMark
from indicators.explaining.reader import ExplanationReader, explain_roll_up, kind_of
from indicators.explaining.roll_up_explanation import (
    ItemExplanation,
    LeftOutReason,
    RollUpExplanation,
)
from indicators.explaining.value_explanation import MissingSchool, ValueExplanation
from indicators.formulas.coverage_range import RangeAssumption
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
    "MissingSchool",
    "NotCountedReason",
    "ProgressExplanation",
    "ProgressMark",
    "RangeAssumption",
    "RollUpExplanation",
    "StatusRule",
    "StepResult",
    "StoredDifference",
    "ValueExplanation",
    "bracketed",
    "explain_roll_up",
    "kind_of",
]
