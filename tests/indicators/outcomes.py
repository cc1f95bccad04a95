"""What the formulas give, as numbers alone: for tests that do not look at how it is explained."""

from decimal import Decimal
from typing import Any, NamedTuple

from indicators.formulas import assessment
from indicators.formulas import progress as formulas
from indicators.formulas.assessment import Assessment
from indicators.formulas.progress import TargetPath
from indicators.formulas.steps import value_of
from indicators.formulas.verdicts import Status


class YearlyChange(NamedTuple):
    needed_per_year: Decimal | None
    needed_rate: Decimal | None
    achieved_per_year: Decimal | None
    achieved_rate: Decimal | None


class AssessedNumbers:
    """An assessment, with its numbers as attributes; those that are not known are None."""

    def __init__(self, numbers: Assessment) -> None:
        self.assessment, self.status = numbers, numbers.status
        self.would_be = numbers.verdict.would_be
        self.rule = numbers.verdict.rule

    def __getattr__(self, name: str) -> Any:
        if hasattr(Assessment, name) or name in Assessment.__dataclass_fields__:
            return getattr(self.assessment, name)
        return self.assessment.numbers.get(name)

    @property
    def change(self) -> YearlyChange:
        return YearlyChange(*(self.assessment.numbers.get(name) for name in YearlyChange._fields))


def assess(path: TargetPath, **question: Any) -> AssessedNumbers:
    return AssessedNumbers(assessment.assess(path, **question))


def expected_value(path: TargetPath, year: int) -> Decimal | None:
    return value_of(formulas.expected_value(path, year))


def progress(path: TargetPath, value: Decimal | None) -> Decimal | None:
    return value_of(formulas.progress(path, value))


def expected_progress(path: TargetPath, year: int) -> Decimal | None:
    return value_of(formulas.expected_progress(path, year, expected_value(path, year)))


def pace(progress: Decimal | None, expected: Decimal | None) -> Decimal | None:
    return value_of(formulas.pace(progress, expected))


def gap(path: TargetPath, year: int, value: Decimal | None) -> Decimal | None:
    return value_of(formulas.gap(path, year, value, expected_value(path, year)))


def distance_to_band(path: TargetPath, value: Decimal) -> Decimal | None:
    return value_of(formulas.distance_to_band(path, value))


def change(path: TargetPath, year: int, value: Decimal | None) -> YearlyChange:
    return YearlyChange(*map(value_of, formulas.changes(path, year, value)))


def status(*, line: TargetPath, year: int, **numbers: Any) -> Status:
    expected = expected_progress(line, year)
    return assessment.verdict(line, year, expected=expected, **numbers).status
