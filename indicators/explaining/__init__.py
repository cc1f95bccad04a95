"""Why a number is what it is: every step with its numbers, every figure with who gave it.

Plain data without a sentence: `indicators.api_explain` gives it to programs, `imtplan.dashboard`
puts it in words. Nothing here writes.
"""

from indicators.explaining.agreement import Agreement, Difference
from indicators.explaining.formulas import Formula, Measure, Number, Result, Step, bracketed
from indicators.explaining.inputs import Input, Use, Why
from indicators.explaining.marks import Mark
from indicators.explaining.progress import ProgressExplanation
from indicators.explaining.reading import Reader, explain_roll_up, kind_of
from indicators.explaining.roll_ups import ItemExplanation, Missing, RollUpExplanation
from indicators.explaining.steps import Rule
from indicators.explaining.values import StandIn, ValueExplanation

__all__ = [
    "Agreement",
    "Difference",
    "Formula",
    "Input",
    "ItemExplanation",
    "Mark",
    "Measure",
    "Missing",
    "Number",
    "ProgressExplanation",
    "Reader",
    "Result",
    "RollUpExplanation",
    "Rule",
    "StandIn",
    "Step",
    "Use",
    "ValueExplanation",
    "Why",
    "bracketed",
    "explain_roll_up",
    "kind_of",
]
