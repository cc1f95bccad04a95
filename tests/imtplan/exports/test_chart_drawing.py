"""The charts of paper: the same points as in the browser, in lines and words."""

import re
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from imtplan.dashboard.charts import ChartPath, ChartPoint, ForecastPoint, trajectory
from imtplan.dashboard.target_chart import with_breaks
from imtplan.dashboard.wording import Wording
from imtplan.exports.chart_drawing import Canvas, drawn, ticks

SIZE = (330, 170)
WORDS = Wording("fr", "étudiants", 0)


def figure(*, name: str = "Cible 2022", ahead: bool = True) -> dict:
    values = {2017: 100, 2018: 110, 2019: None, 2020: 130}
    points = [ChartPoint(year, value and Decimal(value)) for year, value in values.items()]
    points.append(ChartPoint(2021, Decimal(140), is_estimate=True))
    path = [(2017, Decimal(100)), (2022, Decimal(200))]
    band = [ForecastPoint(2021, Decimal(138), Decimal(130), Decimal(146))] if ahead else []
    return trajectory(
        points,
        [ChartPath(name, 2022, Decimal(200), path)],
        words=WORDS,
        ahead=band,
        marked_year=2020,
    )


def read(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)  # noqa: S314 - our own


def svg(**options: object) -> ElementTree.Element:
    return read(drawn(figure(**options), "Étudiants & cible", size=SIZE))


def found(root: ElementTree.Element, tag: str) -> list[ElementTree.Element]:
    return root.findall(f".//{{http://www.w3.org/2000/svg}}{tag}")


def test_every_point_stands_where_its_number_is() -> None:
    canvas = Canvas.of(figure(), SIZE)
    dots = [(float(one.get("cx")), float(one.get("cy"))) for one in found(svg(), "circle")]
    known = [(2017, 100), (2018, 110), (2020, 130), (2021, 140)]
    assert sorted(dots) == [(canvas.x(year), canvas.y(value)) for year, value in known]


def test_a_year_without_a_figure_is_a_hole_in_the_line() -> None:
    """2017 and 2018 are a line; 2020 stands alone, as 2019 is unknown."""
    thick = [one for one in found(svg(), "polyline") if one.get("stroke-width") == "2.4"]
    assert [len(one.get("points").split()) for one in thick] == [2]


def test_path_target_and_forecast_are_told_apart_without_colour() -> None:
    root = svg()
    dashes = {one.get("stroke-dasharray") for one in found(root, "polyline")}
    assert {"none", "5 3", "1.5 3"} <= dashes
    assert len(found(root, "polygon")) == 2  # the target's diamond and the forecast's band
    assert len(found(svg(ahead=False), "polygon")) == 1


def test_its_words_are_those_of_the_page() -> None:
    root = svg()
    texts = [one.text for one in found(root, "text")]
    assert {"2017", "2022", "Cible 2022", "200", "130"} <= set(texts)
    assert found(root, "title")[0].text == "Étudiants & cible"


def test_a_hostile_name_is_text() -> None:
    texts = " ".join(one.text or "" for one in found(svg(name="</svg><script>x</script>"), "text"))
    assert "</svg><script>x</script>" in texts
    assert not found(svg(name="</svg><script>x</script>"), "script")


def test_a_break_is_an_upright_line() -> None:
    broken = drawn(with_breaks(figure(), [2019]), "x", size=SIZE)
    x = Canvas.of(figure(), SIZE).x(2018.5)
    assert re.search(rf'points="{x},[\d.]+ {x},[\d.]+"', broken)


def test_nothing_known_is_an_empty_drawing() -> None:
    empty = trajectory([ChartPoint(2017, None), ChartPoint(2018, None)], [], words=WORDS)
    root = read(drawn(empty, "x", size=SIZE))
    assert not found(root, "circle")


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.0, 1.0, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (12344.0, 21848.0, ["14000", "16000", "18000", "20000"]),
        (-3.0, 2.0, ["-3", "-2", "-1", "0", "1", "2"]),
    ],
)
def test_ticks_are_few_and_round(low: float, high: float, expected: list[str]) -> None:
    assert ticks(low, high) == [Decimal(text) for text in expected]
