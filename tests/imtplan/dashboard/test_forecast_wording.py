"""The forecast in words and on the chart."""

from decimal import Decimal

import pytest
from django.utils import translation

from imtplan.dashboard.charts import ChartPath, ChartPoint, ForecastPoint, trajectory
from imtplan.dashboard.forecast_wording import chances, outlook
from imtplan.dashboard.freshness import Freshness
from imtplan.dashboard.overview.page import dashboard_page
from imtplan.dashboard.wording import Wording
from indicators.models import Progress
from tests import factories

ENGLISH = Wording("en", "students", 0)


@pytest.fixture
def _english():
    with translation.override("en"):
        yield


@pytest.mark.usefixtures("_english")
@pytest.mark.parametrize(
    ("probability", "said"),
    [
        ("0", "less than 1 chance in 100"),
        ("0.004", "less than 1 chance in 100"),
        ("0.012", "1 chance in 100"),
        ("0.0213", "2 chances in 100"),
        ("0.99", "99 chances in 100"),
        ("0.9999", "more than 99 chances in 100"),
    ],
)
def test_chances_are_told_in_a_hundred(probability, said):
    assert chances(Decimal(probability)) == said


@pytest.mark.usefixtures("_english")
def test_four_points_tell_an_interval_and_the_odds():
    row = Progress(
        forecast=Decimal("14900.4"),
        forecast_low=Decimal(14500),
        forecast_high=Decimal(15300),
        probability=Decimal("0.02"),
        forecast_points=4,
    )

    assert outlook(row, 2022, ENGLISH) == (
        "At this pace 2022 would reach 14,900 students, between 14,500 and 15,300 with 80% "
        "confidence. This rests on 4 points. The target has 2 chances in 100 to be met."
    )


@pytest.mark.usefixtures("_english")
def test_a_baseline_among_the_points_is_said():
    row = Progress(forecast=Decimal(14900), forecast_points=3, forecast_from_baseline=True)

    assert outlook(row, 2022, ENGLISH).endswith(
        "it rests on 3 points only. One of them is the target's own baseline: "
        "its year has no figure."
    )


@pytest.mark.usefixtures("_english")
@pytest.mark.parametrize(
    ("pace", "odds", "said"),
    [
        ("0.92", "0.11", "Close to its trajectory, but 11 chances in 100 to meet the target."),
        ("1.02", "0.2", "On its trajectory or ahead, but 20 chances in 100 to meet"),
        ("0.92", "0.25", "The target has 25 chances in 100 to be met."),
    ],
)
def test_verdict_and_forecast_are_said_together_where_they_differ(pace, odds, said):
    row = Progress(
        status="on_track",
        pace=Decimal(pace),
        forecast=Decimal(1),
        forecast_low=Decimal(0),
        forecast_high=Decimal(2),
        probability=Decimal(odds),
    )

    assert said in outlook(row, 2022, ENGLISH)


@pytest.mark.usefixtures("_english")
def test_three_points_are_indicative():
    row = Progress(forecast=Decimal(14900), forecast_points=3)

    assert outlook(row, 2022, ENGLISH).endswith("This is indicative: it rests on 3 points only.")


@pytest.mark.parametrize("row", [None, Progress()])
def test_without_a_forecast_nothing_is_said(row):
    assert outlook(row, 2022, ENGLISH) == ""


# --- on the chart ---

POINTS = [
    ChartPoint(2019, Decimal(100)),
    ChartPoint(2020, Decimal(110)),
    ChartPoint(2021, Decimal(500), True),
]
PATH = ChartPath("Target", 2022, Decimal(200), [(2019, Decimal(100)), (2022, Decimal(200))])


def traces(ahead):
    figure = trajectory(POINTS, [PATH], words=ENGLISH, ahead=ahead)
    return {trace["meta"]["role"]: trace for trace in figure["data"]}, figure


def test_the_band_begins_at_the_last_final_value():
    ahead = [
        ForecastPoint(2021, Decimal(120), Decimal(115), Decimal(125)),
        ForecastPoint(2022, Decimal(130), Decimal(110), Decimal(150)),
    ]
    found, figure = traces(ahead)

    assert found["band"]["x"] == [2020, 2021, 2022, 2022, 2021, 2020]
    assert found["band"]["y"] == [110, 125, 150, 110, 115, 110]
    assert found["forecast"]["y"] == [110, 120, 130]  # the estimate of 2021 is no beginning
    assert found["forecast"]["text"][-1] == "130 students"
    assert figure["layout"]["yaxis"]["range"][1] > 500


def test_few_points_have_a_line_and_no_band():
    found, _figure = traces([ForecastPoint(2021, Decimal(120)), ForecastPoint(2022, Decimal(130))])

    assert "band" not in found
    assert found["forecast"]["x"] == [2020, 2021, 2022]


def test_a_new_plan_without_a_final_value_draws_the_forecast_alone():
    ahead = [ForecastPoint(2023, Decimal(120), Decimal(115), Decimal(125))]
    figure = trajectory([ChartPoint(2022, None)], [PATH], words=ENGLISH, ahead=ahead)
    band = next(trace for trace in figure["data"] if trace["meta"]["role"] == "band")

    assert band["x"] == [2023, 2023]


def test_nothing_ahead_draws_nothing():
    found, _figure = traces([])

    assert found.keys() & {"band", "forecast"} == set()


def test_what_is_drawn_is_what_is_stored(students, albi, diane, recomputed):
    for year, value in ((2018, 13800), (2019, 14500)):
        factories.FigureFactory(indicator=students.indicator, school=albi, year=year, value=value)
    recomputed()
    [headline] = dashboard_page(diane, {"year": "2020"}, Freshness.read()).headlines
    stored = Progress.objects.get(target=students, year=2020, view="validated")

    year, drawn = headline.followed.forecasts[-1]
    assert year == 2022
    for name, value in (("forecast", drawn.value), ("forecast_low", drawn.low)):
        assert abs(getattr(stored, name) - value) < Decimal("1e-9")
    assert abs(stored.probability - drawn.probability) < Decimal("1e-9")
    assert stored.forecast_points == len(headline.followed.points) == 4


def test_the_headline_says_it(students, albi, diane, recomputed, signed_in, read):
    diane.language = "en"
    diane.save()
    words = read(signed_in(diane).get("/tableau-de-bord/?year=2020"))

    assert "At this pace 2022 would reach 16,067 students." in words
    assert "Needed a year So far, a year Change +2,500 +533.33 Growth +15.47% +3.83%" in words
