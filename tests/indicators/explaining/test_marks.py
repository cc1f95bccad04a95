"""What a bar alone would hide is said in a word, and of an estimate not too much."""

from decimal import Decimal

import pytest

from indicators.explaining import Mark
from indicators.progress import Direction


@pytest.mark.parametrize(
    ("direction", "progress", "mark", "of_an_estimate"),
    [
        (Direction.INCREASE, None, None, None),
        (Direction.INCREASE, "-0.2", Mark.BEHIND_BASELINE, Mark.BEHIND_BASELINE),
        (Direction.INCREASE, "0", None, None),
        (Direction.DECREASE, "1", None, None),
        (Direction.DECREASE, "1.4", Mark.BEYOND, Mark.BEYOND),
        (Direction.KEEP, None, None, None),
        (Direction.KEEP, "0.8", Mark.LOST, None),
        (Direction.KEEP, "1", Mark.KEPT, None),
    ],
)
def test_the_mark_of_a_progress(
    direction: Direction, progress: str | None, mark: Mark | None, of_an_estimate: Mark | None
) -> None:
    share = None if progress is None else Decimal(progress)
    assert Mark.of(direction, share) is mark
    assert Mark.of(direction, share, is_estimate=True) is of_an_estimate
