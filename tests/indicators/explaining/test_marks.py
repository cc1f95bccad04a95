"""What a bar alone would hide is said in a word, and of an estimate not too much."""

from decimal import Decimal

import pytest

from indicators.explaining import ProgressMark
from indicators.formulas.progress import Direction


@pytest.mark.parametrize(
    ("direction", "progress", "mark", "of_an_estimate"),
    [
        (Direction.INCREASE, None, None, None),
        (Direction.INCREASE, "-0.2", ProgressMark.BEHIND_BASELINE, ProgressMark.BEHIND_BASELINE),
        (Direction.INCREASE, "0", None, None),
        (Direction.DECREASE, "1", None, None),
        (Direction.DECREASE, "1.4", ProgressMark.BEYOND, ProgressMark.BEYOND),
        (Direction.KEEP, None, None, None),
        (Direction.KEEP, "0.8", ProgressMark.LOST, None),
        (Direction.KEEP, "1", ProgressMark.KEPT, None),
    ],
)
def test_the_mark_of_a_progress(
    direction: Direction,
    progress: str | None,
    mark: ProgressMark | None,
    of_an_estimate: ProgressMark | None,
) -> None:
    share = None if progress is None else Decimal(progress)
    assert ProgressMark.of(direction, share) is mark
    assert ProgressMark.of(direction, share, is_estimate=True) is of_an_estimate
