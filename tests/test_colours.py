"""Colours are told apart by every eye, and read by most: computed from the files that hold them.

What somebody without one kind of cone sees is simulated after Machado, Oliveira and Fernandes, "A
Physiologically-based Model for Simulation of Color Vision Deficiency" (IEEE TVCG 15-6, 2009),
severity 1, in linear RGB; without any cone, luminance is left (WCAG 2.2, "relative luminance").
Distances are those of OKLab (Ottosson, 2020), where about 0.02 is the least that one notices.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations
from math import dist
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from imtplan.campaigns.models import Submission
from imtplan.dashboard.charts import ChartPath, ChartPoint, ForecastPoint, trajectory
from imtplan.dashboard.matrix.cells import CellState
from imtplan.dashboard.overview.decisions import DecisionReason
from imtplan.dashboard.wording import Wording
from imtplan.exports import chart_drawing, slides
from imtplan.exports.templatetags import paper
from indicators.models import ProgressStatus

CSS = settings.BASE_DIR / "static" / "css"
LUMINANCE = (0.2126, 0.7152, 0.0722)
EYES = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
    "achromatopsia": (LUMINANCE,) * 3,
}
# The least distance of two verdicts: where one cone is missing, and where only greys are left.
APART, GREYS_APART = 0.075, 0.045
TEXT, GRAPHICS = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11
VERDICTS = ["good", "fair", "warn", "bad", "worst"]
GROUNDS = ["page", "surface", "surface-sunken"]
Triple = tuple[float, ...]


def schemes() -> dict[str, dict[str, str]]:
    """The roles of the theme by day and by night."""
    text = (CSS / "theme.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root(?::not\(\.paper\))? \{(.*?)\n\s*\}", text, re.DOTALL)[:2]
    day, night = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)) for block in blocks)
    return {"day": day, "night": day | night}


SCHEMES = schemes()
by_day_and_by_night = pytest.mark.parametrize("roles", SCHEMES.values(), ids=SCHEMES)


# --- Arithmetic of colours ------------------------------------------------------------------------


def linear(colour: str) -> Triple:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    return tuple(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)


def times(matrix: tuple[Triple, ...], vector: Triple) -> Triple:
    return tuple(sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)


def contrast(one: str, other: str) -> float:
    low, high = sorted(times((LUMINANCE,), linear(colour))[0] for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def oklab(rgb: Triple) -> Triple:
    cones = times(
        (
            (0.4122214708, 0.5363325363, 0.0514459929),
            (0.2119034982, 0.6806995451, 0.1073969566),
            (0.0883024619, 0.2817188376, 0.6299787005),
        ),
        rgb,
    )
    return times(
        (
            (0.2104542553, 0.7936177850, -0.0040720468),
            (1.9779984951, -2.4285922050, 0.4505937099),
            (0.0259040371, 0.7827717662, -0.8086757660),
        ),
        tuple(cone ** (1 / 3) for cone in cones),
    )


def seen(colour: str, eye: str) -> Triple:
    return oklab(tuple(min(1.0, max(0.0, c)) for c in times(EYES[eye], linear(colour))))


def distance(one: str, other: str, eye: str) -> float:
    return dist(seen(one, eye), seen(other, eye))


def test_the_arithmetic_knows_what_is_known() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert oklab(linear("#ff0000")) == pytest.approx((0.62796, 0.22486, 0.12585), abs=1e-4)
    # Red and green of one luminance: apart for most, one grey without cones.
    assert distance("#ff0000", "#009400", "all cones") > 0.3
    assert distance("#ff0000", "#009400", "achromatopsia") < 0.02
    assert distance("#ff0000", "#009400", "deuteranopia") < 0.2


# --- Told apart -----------------------------------------------------------------------------------


@by_day_and_by_night
@pytest.mark.parametrize("eye", EYES)
def test_every_eye_tells_the_verdicts_apart(roles: dict[str, str], eye: str) -> None:
    """Bars, chips and milestones; each has a sign and a word besides."""
    least = GREYS_APART if eye == "achromatopsia" else APART
    near = {
        (one, other): round(found, 3)
        for one, other in combinations(VERDICTS, 2)
        if (found := distance(roles[one], roles[other], eye)) < least
    }
    assert near == {}


def test_paper_and_slides_have_the_colours_of_the_day() -> None:
    day = [SCHEMES["day"][role] for role in VERDICTS]

    assert list(paper.COLOURS.values()) == day
    assert [f"#{colour}".lower() for colour in slides.STATUSES.values()] == day
    assert SCHEMES["day"]["accent"] == chart_drawing.ACCENT
    assert [SCHEMES["day"][role] for role in ("ink", "ink-soft")] == [
        chart_drawing.INK,
        chart_drawing.SOFT,
    ]


FIGURE = trajectory(
    [ChartPoint(2017, Decimal(10)), ChartPoint(2018, Decimal(12), is_estimate=True)],
    [
        ChartPath("A", 2022, Decimal(20), [(2017, Decimal(10)), (2022, Decimal(20))]),
        ChartPath(
            "B", 2022, Decimal(15), [(2017, Decimal(9)), (2022, Decimal(15))], is_reference=False
        ),
    ],
    words=Wording("fr", "x", 0),
    ahead=[ForecastPoint(2022, Decimal(13), Decimal(12), Decimal(14))],
)


def look(trace: dict[str, Any]) -> tuple[Any, ...]:
    """How a trace is drawn, its colour and its width left out."""
    line = trace.get("line", {}).get("dash", "solid") if "lines" in trace["mode"] else None
    mark = trace["marker"].get("symbol", "circle") if "markers" in trace["mode"] else None
    return trace.get("fill"), line, mark


def roles_of_traces() -> dict[str, str]:
    """The colour that charts.js gives to each role."""
    text = (settings.BASE_DIR / "static" / "js" / "charts.js").read_text(encoding="utf-8")
    return dict(re.findall(r'"?([\w-]+)"?: \["--([\w-]+)", "--[\w-]+"\]', text))


@by_day_and_by_night
@pytest.mark.parametrize("eye", EYES)
def test_lines_of_a_chart_differ_by_more_than_their_hue(roles: dict[str, str], eye: str) -> None:
    """By dashes, by marks, or, where these are the same, by a colour that every eye tells apart."""
    colours = roles_of_traces()
    assert len(FIGURE["data"]) == 8
    alike = [
        (one["meta"]["role"], other["meta"]["role"])
        for one, other in combinations(FIGURE["data"], 2)
        if look(one) == look(other)
        and distance(*(roles[colours[each["meta"]["role"]]] for each in (one, other)), eye) < APART
    ]
    assert alike == []


def test_lines_on_paper_differ_by_width_or_dashes() -> None:
    assert len({(width, dash) for width, colour, dash in chart_drawing.LINES.values()}) == len(
        chart_drawing.LINES
    )


@pytest.mark.parametrize("signs", [ProgressStatus, Submission.State, DecisionReason])
def test_the_drawings_of_signs_differ(signs: Any) -> None:
    drawings = [sign.symbol for sign in signs]
    assert len(set(drawings)) == len(drawings)


def test_the_states_of_a_cell_differ_by_sign_or_word() -> None:
    said = {(state.sign, "" if state.sign else state.label) for state in CellState}
    assert len(said) == len(CellState)


def test_milestones_differ_by_their_shape() -> None:
    """Triangle, diamond and full circle; what is to come is a circle with nothing in it."""
    file = settings.BASE_DIR / "templates" / "dashboard" / "parts" / "timeline.html"
    text = file.read_text(encoding="utf-8")
    key = dict(re.findall(r'<span><svg class="time-(\w+)"[^>]*>(<.*?/>)</svg>', text))
    assert len(set(key.values())) == 3
    assert key["done"] == key["to_come"]
    fills = {s: d.get("fill") for _f, s, d in rules() if s.startswith(":is(.time-mark")}
    (hollow,) = [fill for selector, fill in fills.items() if selector.endswith(".time-to_come")]
    assert hollow == "var(--surface)"


# --- Read -----------------------------------------------------------------------------------------


def rules() -> Iterator[tuple[Path, str, dict[str, str]]]:
    """The rules of the pages' style sheets: their declarations by property."""
    for file in sorted(CSS.glob("*.css")):
        text = re.sub(r"/\*.*?\*/", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", text):
            yield file, selector.strip(), dict(re.findall(r"([\w-]+):\s*([^;]+)", body))


def role(value: str | None) -> str | None:
    found = re.fullmatch(r"var\(--([\w-]+)\)", value or "")
    return found.group(1) if found else None


@by_day_and_by_night
def test_text_is_read_on_every_ground(roles: dict[str, str]) -> None:
    """Text on the three grounds, ink on every tint, and what a rule puts together."""
    tints = [name for name in roles if name.endswith("-soft") and name != "ink-soft"]
    pairs = {(text, ground) for text in ("ink", "ink-soft") for ground in GROUNDS + tints}
    pairs |= {(text, ground) for text in [*VERDICTS, "accent", "none"] for ground in GROUNDS}
    for _file, _selector, said in rules():
        text = role(said.get("--tone") or said.get("color"))
        ground = role(said.get("--tone-soft") or said.get("background"))
        if text in roles and ground in roles:
            pairs.add((text, ground))
    assert ("good", "good-soft") in pairs
    assert ("accent-ink", "accent") in pairs
    faint = {
        pair: round(found, 2)
        for pair in sorted(pairs)
        if (found := contrast(roles[pair[0]], roles[pair[1]])) < TEXT
    }
    assert faint == {}


@by_day_and_by_night
def test_graphics_stand_out_from_their_ground(roles: dict[str, str]) -> None:
    """Bars on their track, marks and lines of charts, edges of fields, the ring of the focus."""
    marks = [*VERDICTS, "accent", "ink", "ink-soft", "line-strong"]
    faint = {
        (mark, ground): round(found, 2)
        for mark in marks
        for ground in GROUNDS
        if (found := contrast(roles[mark], roles[ground])) < GRAPHICS
    }
    assert faint == {}


def test_a_new_definition_is_seen_by_day_and_by_night() -> None:
    text = (settings.BASE_DIR / "imtplan" / "dashboard" / "target_chart.py").read_text(
        encoding="utf-8"
    )
    (colour,) = re.findall(r'"color": "(#[0-9a-f]{6})"', text)

    assert all(contrast(colour, roles["surface"]) >= GRAPHICS for roles in SCHEMES.values())
