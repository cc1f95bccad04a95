"""Charts as data: what is drawn, what is left out, and how numbers are written."""

from decimal import Decimal

import pytest

from imtplan.dashboard.charts import SEPARATORS, ChartPath, ChartPoint, trajectory
from imtplan.dashboard.wording import Wording

FRENCH = Wording("fr", "étudiants", 0)
POINTS = [
    ChartPoint(2017, Decimal(13400)),
    ChartPoint(2018, None),
    ChartPoint(2019, Decimal(14100), is_estimate=True),
    ChartPoint(2020, Decimal(0)),
]
PATH = ChartPath(
    "Cible 2022", 2022, Decimal(20000), [(2017, Decimal(13400)), (2022, Decimal(20000))]
)


def traces(figure):
    return {trace["meta"]["role"]: trace for trace in figure["data"]}


def test_a_missing_year_is_a_hole_and_zero_is_a_number():
    value = traces(trajectory(POINTS, [PATH], words=FRENCH))["value"]

    assert value["y"] == [13400, None, None, 0]
    assert value["connectgaps"] is False


def test_an_estimate_is_hollow_and_outside_the_line():
    estimate = traces(trajectory(POINTS, [PATH], words=FRENCH))["estimate"]

    assert estimate["y"] == [None, None, 14100, None]
    assert estimate["marker"]["symbol"] == "circle-open"


def test_the_target_carries_its_label():
    figure = trajectory(POINTS, [PATH], words=FRENCH, marked_year=2017)
    labels = {label["name"]: label["text"] for label in figure["layout"]["annotations"]}

    assert labels == {"target": "Cible 2022<br>20\u202f000", "value": "13\u202f400"}


@pytest.mark.parametrize(
    ("values", "expected", "corner"),
    [
        ((100, 150), 400, ("right", "bottom")),  # rising, the path far above
        ((100, 150), 160, ("left", "top")),  # rising, the path just above
        ((100, 150), 120, ("right", "bottom")),  # rising, the path below
        ((150, 100), 400, ("left", "bottom")),  # falling, the path far above
        ((150, 100), 120, ("right", "top")),  # falling, the path just above
    ],
)
def test_a_number_stands_where_neither_its_line_nor_the_path_runs(values, expected, corner):
    points = [ChartPoint(2017 + i, Decimal(value)) for i, value in enumerate(values)]
    path = ChartPath("Cible", 2022, Decimal(500), [(2018, Decimal(expected))])
    figure = trajectory(points, [path], words=FRENCH, marked_year=2018)

    (label,) = [one for one in figure["layout"]["annotations"] if one["name"] == "value"]
    assert (label["xanchor"], label["yanchor"]) == corner


def test_a_target_that_falls_carries_its_label_below():
    path = ChartPath("Cible", 2022, Decimal(5), [(2017, Decimal(10)), (2022, Decimal(5))])
    figure = trajectory([ChartPoint(2017, Decimal(10))], [path], words=FRENCH)

    assert figure["layout"]["annotations"][0]["yanchor"] == "top"


def test_a_wide_chart_folds_its_labels_beside_the_marks():
    path = ChartPath("Huit écoles propres", 2022, Decimal(5), [])
    figure = trajectory([ChartPoint(2017, Decimal(1))], [path], words=FRENCH, wide=True)

    (label,) = figure["layout"]["annotations"]
    assert label["text"] == "Huit écoles<br>propres<br>5"
    assert label["xanchor"] == "left"


def test_without_a_target_the_years_are_still_drawn():
    figure = trajectory(POINTS, [], words=FRENCH, marked_year=2018)

    assert set(traces(figure)) == {"value", "estimate"}
    assert "annotations" not in figure["layout"]


def test_nothing_known_is_an_empty_chart():
    figure = trajectory([ChartPoint(2017, None)], [], words=FRENCH)

    assert traces(figure)["value"]["y"] == [None]


def test_a_second_target_is_another_kind_of_line():
    other = ChartPath("COP", 2022, Decimal(15600), [(2017, Decimal(13000))], is_reference=False)
    found = traces(trajectory(POINTS, [PATH, other], words=FRENCH))

    assert found["path"]["line"]["dash"] != found["other-path"]["line"]["dash"]
    assert found["other-target"]["y"] == [15600]


def test_numbers_are_written_in_the_language():
    english = trajectory(POINTS, [PATH], words=Wording("en", "students", 0))

    assert english["layout"]["separators"] == SEPARATORS["en"] == ".,"
    assert traces(english)["value"]["text"][0] == "13,400 students"


def test_a_figure_is_small_and_has_no_style_of_its_own():
    figure = trajectory(POINTS, [PATH], words=FRENCH)

    assert "template" not in figure["layout"]
    assert "font" not in figure["layout"]


def test_a_unit_or_a_perimeter_is_text_never_markup():
    unsafe = ChartPath('<a href="javascript:x">', 2022, Decimal(1), [], is_reference=True)
    figure = trajectory([ChartPoint(2017, Decimal(1))], [unsafe], words=Wording("fr", "<b>x", 0))

    assert "<a" not in str(figure)
    assert "<b>x" not in str(figure)
