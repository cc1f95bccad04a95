"""How an element of the plan stands in one year and view, as pages read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from imtplan.numbers import percentage
from indicators.models import ProgressStatus, RollUp, VerdictInWords


@dataclass(frozen=True)
class Standing:
    """A roll-up as pages read it. Nothing known is None, never zero."""

    status: ProgressStatus
    share: Decimal | None = None
    expected_share: Decimal | None = None
    coverage: Decimal | None = None
    pace: Decimal | None = None
    would_be: str = ""
    items: int = 0
    known_items: int = 0
    coverage_needed: Decimal | None = None
    of_plan: bool = False

    @classmethod
    def of(cls, roll_up: RollUp | None) -> "Standing":
        if roll_up is None:
            return cls(ProgressStatus.NO_DATA)
        return cls(
            ProgressStatus(roll_up.status),
            roll_up.progress,
            roll_up.expected_progress,
            roll_up.coverage,
            roll_up.pace,
            roll_up.would_be,
            roll_up.items,
            roll_up.known_items,
            roll_up.coverage_needed,
            roll_up.plan_id is not None,
        )

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> "Standing":
        """Reads the columns of `with_standing`, of a row or of a model's attributes."""
        if row["now_status"] is None:
            return cls(ProgressStatus.NO_DATA)
        return cls(
            ProgressStatus(row["now_status"]),
            row["now_progress"],
            row["now_expected"],
            row["now_coverage"],
            row["now_pace"],
            row["now_would_be"],
            row["now_items"],
            row["now_known_items"],
            row["now_needed"],
            row["now_plan"] is not None,
        )

    @property
    def verdict(self) -> VerdictInWords:
        return VerdictInWords.of_mean(self, of_plan=self.of_plan)

    @property
    def gap(self) -> Decimal | None:
        """Returns progress less what was expected by then: below zero is behind."""
        if self.share is None or self.expected_share is None:
            return None
        return self.share - self.expected_share

    @property
    def is_behind(self) -> bool:
        """Compares as the numbers are written, in whole percent."""
        if self.share is None or self.expected_share is None:
            return False
        return percentage(self.share, 0) < percentage(self.expected_share, 0)

    @property
    def is_partial(self) -> bool:
        return self.coverage is not None and self.coverage < 1
