"""Explanations to look at: of an indicator with two schools, one of which may be missing."""

from collections.abc import Callable
from typing import Any

import pytest

from imtplan.accounts.models import School, User
from indicators.explaining import ExplanationReader, ProgressExplanation, ValueExplanation
from indicators.models import Indicator, Target, View


@pytest.fixture
def value_of(diane: User) -> Callable[..., ValueExplanation]:
    def explain(indicator: Indicator, year: int = 2020, view: str = "validated") -> Any:
        return ExplanationReader(diane, indicator, View(view), year).value()

    return explain


@pytest.fixture
def progress_of(diane: User) -> Callable[..., ProgressExplanation]:
    def explain(target: Target, year: int = 2020, view: str = "validated") -> Any:
        [found] = ExplanationReader(diane, target.indicator, View(view), year).progress([target])
        return found

    return explain


@pytest.fixture
def both(albi: School, ales: School) -> tuple[School, School]:
    """Two schools are expected."""
    return albi, ales
