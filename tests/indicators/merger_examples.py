"""Mergers, worked out by hand: what the year before, the year of, and the years after come to.

École A merged into École B, which goes on; in `C_FOUNDED` both merged into a new École C. The last
year of a school that merged is 2020, unless the plan below says otherwise. `x` is École X, to which
nothing happens.

A line is read from 2018 to 2023: a number, `n/d` for a ratio, `.` no figure, `-` not applicable.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

YEARS = range(2018, 2024)
A_INTO_B = {"x": (None, None, None), "a": (None, 2020, "b"), "b": (None, None, None)}
C_FOUNDED = {
    "x": (None, None, None),
    "a": (None, 2020, "c"),
    "b": (None, 2020, "c"),
    "c": (2021, None, None),
}
# A into B after 2019, B into C after 2021.
CHAIN = {
    "x": (None, None, None),
    "a": (None, 2019, "b"),
    "b": (None, 2021, "c"),
    "c": (None, None, None),
}
C_BEGINS = {"x": (None, None, None), "a": (None, None, None), "c": (2021, None, None)}


@dataclass(frozen=True)
class Year:
    """What a year comes to: a value, or an estimate with the figures and schools that explain it;
    neither where something unknown is missing."""

    value: Any = None
    estimate: Any = None
    carried: Mapping[str, int] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def value(number: Any) -> Year:
    return Year(value=number)


def about(number: Any, missing: str, *left_out: str, **carried: int) -> Year:
    return Year(estimate=number, carried=carried, left_out=left_out, missing=tuple(missing.split()))


def unknown(missing: str) -> Year:
    return Year(missing=tuple(missing.split()))


@dataclass(frozen=True)
class Example:
    schools: Mapping[str, tuple[int | None, int | None, str | None]]
    figures: Mapping[str, str]
    years: Mapping[int, Year]
    kind: Mapping[str, Any] = field(default_factory=dict)


RATIO = {"ratio": True, "scale": 1}
RUNNING = {"accumulation": "cumulative"}

EXAMPLES = {
    # Before, in and after: 10 + 3 + 5 = 18 in 2020. In 2021 B is missing: its own 5 and A's 3 stand
    # in, 11 + 5 + 3 = 19. In 2022 B reports 9 for both; in 2023 that 9 stands in, and A no more.
    "a sum": Example(
        A_INTO_B,
        {"x": "10 10 10 11 12 13", "a": "2 3 3 . . .", "b": "4 5 5 . 9 ."},
        {
            2019: value(18),
            2020: value(18),
            2021: about(19, "b", a=2020, b=2020),
            2022: value(21),
            2023: about(22, "b", b=2022),
        },
    ),
    # In its own last year A is missing too: 2019's 3 stands in for it, and counts once. In 2021 the
    # same 3 goes on beside B's 5: 11 + 5 + 3.
    "a figure older than the successor's": Example(
        A_INTO_B,
        {"x": "10 10 10 11 12 13", "a": "2 3 . . . .", "b": "4 5 5 . . ."},
        {
            2020: about(18, "a", a=2019),
            2021: about(19, "b", a=2019, b=2020),
            2022: about(20, "b", a=2019, b=2020),
        },
        {"accumulation": "flow"},
    ),
    # B has not reported since 2018, A has until 2020: 11 + 4 + 3.
    "a successor's figure older than the other's": Example(
        A_INTO_B,
        {"x": "10 10 10 11 . .", "a": "2 3 3 . . .", "b": "4 . . . . ."},
        {2020: about(17, "b", b=2018), 2021: about(18, "b", a=2020, b=2018), 2022: unknown("b x")},
    ),
    # A never reported: unknown before the merger, and after it until B reports for both.
    "nothing is known of the school that merged": Example(
        A_INTO_B,
        {"x": "10 10 10 11 12 13", "a": ". . . . . .", "b": "4 5 5 . 9 ."},
        {2020: unknown("a"), 2021: unknown("b"), 2022: value(21), 2023: about(22, "b", b=2022)},
    ),
    # B never reported before the merger: A's figure alone is not the two of them.
    "nothing is known of the successor": Example(
        A_INTO_B,
        {"x": "10 10 10 11 12 13", "a": "2 3 3 . . .", "b": ". . . . 9 ."},
        {2020: unknown("b"), 2021: unknown("b"), 2022: value(21)},
    ),
    # It does not apply to A, whose 2 of 2018 is no part of 2020, nor of 2021: 11 + 5.
    "it does not apply to the school that merged": Example(
        A_INTO_B,
        {"x": "10 10 10 11 12 13", "a": "2 - - . . .", "b": "4 5 5 . . -"},
        {2020: value(15), 2021: about(16, "b", b=2020), 2023: value(13)},
    ),
    # It did not apply to B before the merger; afterwards it does, for A's part: 11 + 3.
    "it did not apply to the successor": Example(
        A_INTO_B,
        {"x": "10 10 10 11 12 13", "a": "2 3 3 . . .", "b": "- - - . 4 ."},
        {2020: value(13), 2021: about(14, "b", a=2020), 2022: value(16)},
    ),
    # Two into a new school: 11 + 3 + 5 while it has not reported, and it does not "begin": it is
    # what they were. 2022 is its own.
    "two into a new one": Example(
        C_FOUNDED,
        {"x": "10 10 10 11 12 13", "a": "2 3 3 . . .", "b": "4 5 5 . . .", "c": ". . . . 9 ."},
        {2020: value(18), 2021: about(19, "c", a=2020, b=2020), 2022: value(21)},
    ),
    # B speaks for A in 2020 (6), before it merges itself. C is missing in 2022: its own 8 of 2021
    # and what B brought to 2021, 6. X + C + B: 12 + 8 + 6. In 2021 only B is missing: 11 + 8 + 6.
    "a chain": Example(
        CHAIN,
        {"x": "10 10 10 11 12 13", "a": "2 2 . . . .", "b": "3 3 6 . . .", "c": "7 7 7 8 . ."},
        {
            2019: value(22),
            2020: value(23),
            2021: about(25, "b", b=2020),
            2022: about(26, "c", b=2020, c=2021),
        },
    ),
    # B has not spoken for A when it merges: A's 2 and B's 3 of 2019, both carried through.
    "a chain without a figure between": Example(
        CHAIN,
        {"x": "10 10 10 11 12 13", "a": "2 2 . . . .", "b": "3 3 . . . .", "c": "7 7 7 8 . ."},
        {
            2020: about(22, "b", a=2019, b=2019),
            2021: about(24, "b", a=2019, b=2019),
            2022: about(25, "c", a=2019, b=2019, c=2021),
        },
    ),
    # The parts: (10 + 3 + 5) / (20 + 4 + 16) in 2020; in 2021 (11 + 3 + 5) / (20 + 4 + 16).
    "a ratio": Example(
        A_INTO_B,
        {
            "x": "1/2 1/2 10/20 11/20 1/2 1/2",
            "a": "1/2 1/2 3/4 . . .",
            "b": "1/2 1/2 5/16 . 9/18 .",
        },
        {
            2020: value("0.45"),
            2021: about("0.475", "b", a=2020, b=2020),
            2022: value("0.5"),
            2023: about("0.5", "b", b=2022),
        },
        RATIO,
    ),
    # (10 + 3 + 5) / 3 = 6. Each figure that stands in counts once, as in its own year, so that the
    # merger alone moves nothing: (10 + 3 + 5) / 3 again, and not (10 + 8) / 2. B's own counts once.
    "a mean": Example(
        A_INTO_B,
        {"x": "10 10 10 10 10 10", "a": "2 3 3 . . .", "b": "4 5 5 . 8 ."},
        {2020: value(6), 2021: about(6, "b", a=2020, b=2020), 2022: value(9)},
        {"aggregation": "mean"},
    ),
    # From 2019: X 10 + 10, A 3 + 3, B 5 + 5 = 36 in 2020: what A brought stays. In 2021 10 more of
    # X, and for B's flow its 5 and A's 3: 54. In 2022 B reports 9; the hole of 2021 stays open: 73.
    "a running sum": Example(
        A_INTO_B,
        {"x": "10 10 10 10 10 10", "a": "2 3 3 . . .", "b": "4 5 5 . 9 9"},
        {
            2019: value(18),
            2020: value(36),
            2021: about(54, "b", a=2020, b=2020),
            2022: about(73, "b", a=2020, b=2020),
        },
        RUNNING,
    ),
    # Running, of parts: 2/4 + 1/2 + 1/4 a year make 8/20 in 2020; in 2021 with A's and B's parts.
    "a running ratio": Example(
        A_INTO_B,
        {"x": ". 2/4 2/4 2/4 2/4 .", "a": ". 1/2 1/2 . . .", "b": ". 1/4 1/4 . 4/8 ."},
        {2020: value("0.4"), 2021: about("0.4", "b", a=2020, b=2020)},
        RATIO | RUNNING,
    ),
    # C begins in 2021 with nothing to carry: 10 + 5 without it. In 2022 it is expected like others.
    "a school that begins": Example(
        C_BEGINS,
        {"x": "10 10 10 10 10 10", "a": "4 5 5 5 5 .", "c": ". . . . . 7"},
        {
            2020: value(15),
            2021: about(15, "c", "c"),
            2022: unknown("c"),
            2023: about(22, "a", a=2022),
        },
    ),
    # Without C in 2021 the mean is one of two; in a running sum its first flow alone is left out.
    "a mean without a school that begins": Example(
        C_BEGINS,
        {"x": "10 10 10 10 10 10", "a": "4 5 5 6 6 6", "c": ". . . . 8 ."},
        {2021: about(8, "c", "c"), 2022: value(8)},
        {"aggregation": "mean"},
    ),
    "a running sum without a school that begins": Example(
        C_BEGINS,
        {"x": ". 10 10 10 10 10", "a": ". 5 5 5 5 5", "c": ". . . . 7 ."},
        {2020: value(30), 2021: about(45, "c", "c"), 2022: about(67, "c", "c")},
        RUNNING,
    ),
    # What the institute enters itself knows no school, and no merger.
    "none": Example(
        A_INTO_B,
        {"imt": "10 10 10 11 . 12"},
        {2020: value(10), 2021: value(11), 2022: unknown("imt"), 2023: value(12)},
        {"aggregation": "none"},
    ),
}
