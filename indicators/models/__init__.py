"""The models: indicators, targets, figures, and the results computed from them."""

from indicators.models.figure import CountedFigure, Figure, FigureContent, FigureEvent, View
from indicators.models.figure_rule import (
    IN_PERCENT,
    RULE_CODE,
    FigureRule,
    RuleKind,
    RuleSeverity,
)
from indicators.models.followed import FollowedIndicator
from indicators.models.inapplicability import Inapplicability
from indicators.models.indicator import Indicator, IndicatorLink
from indicators.models.published_value import PublishedValue
from indicators.models.result import (
    ComputedDay,
    InstituteValue,
    Progress,
    RangePlacing,
    RecomputeRun,
    RollUp,
    StaleMark,
    ValueNature,
)
from indicators.models.series_break import SeriesBreak
from indicators.models.snapshot import Snapshot
from indicators.models.status import ProgressStatus, VerdictInWords
from indicators.models.target import GROWTH_NEEDS_POSITIVE, Sureness, Target, TrajectoryPoint

__all__ = [
    "GROWTH_NEEDS_POSITIVE",
    "IN_PERCENT",
    "RULE_CODE",
    "ComputedDay",
    "CountedFigure",
    "Figure",
    "FigureContent",
    "FigureEvent",
    "FigureRule",
    "FollowedIndicator",
    "Inapplicability",
    "Indicator",
    "IndicatorLink",
    "InstituteValue",
    "Progress",
    "ProgressStatus",
    "PublishedValue",
    "RangePlacing",
    "RecomputeRun",
    "RollUp",
    "RuleKind",
    "RuleSeverity",
    "SeriesBreak",
    "Snapshot",
    "StaleMark",
    "Sureness",
    "Target",
    "TrajectoryPoint",
    "ValueNature",
    "VerdictInWords",
    "View",
]
