"""How a campaign filled up, day by day, and which schools are late."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pgtrigger
import pytest
from django.utils import timezone

from imtplan.accounts.models import School
from imtplan.campaigns.models import Campaign, Extension
from imtplan.campaigns.review.completeness import rows_of
from imtplan.campaigns.review.figure_arrivals import ArrivalDay, Arrivals, arrivals
from indicators.models import Figure, FigureEvent, Indicator
from tests import factories
from tests.history import grow_versions, versions_read

QUEUE = "/saisies/"


@pytest.fixture
def indicators(db: None) -> list[Indicator]:
    return [factories.IndicatorFactory() for _ in range(2)]


@pytest.fixture
def campaign(indicators: list[Indicator], albi: School) -> Campaign:
    """Open since the first of June 2022: a closed one takes no more figures."""
    return factories.CampaignFactory(
        indicators=indicators,
        opens_at=datetime(2022, 6, 1, 8, tzinfo=UTC),
        closes_at=datetime(2090, 7, 1, 16, tzinfo=UTC),
    )


def told(school: School, indicator: Indicator, *moments: datetime) -> Figure:
    """A figure whose versions were written then: in, and with a second moment erased again."""
    figure = factories.FigureFactory(indicator=indicator, school=school, year=2022)
    if len(moments) > 1:
        figure.state, figure.value = Figure.State.NOT_ENTERED, None
        figure.save()
    versions = FigureEvent.objects.filter(pgh_obj=figure).order_by("pgh_id")
    with pgtrigger.ignore("indicators.FigureEvent:append_only"):
        for version, moment in zip(versions, moments, strict=True):
            FigureEvent.objects.filter(pk=version.pk).update(pgh_created_at=moment)
    return figure


def days_of(campaign: Campaign, schools: Sequence[School]) -> list[tuple[int, int]]:
    found = arrivals(campaign, [one.pk for one in schools], 4)
    return [(one.day.toordinal() - date(2022, 6, 1).toordinal(), one.there) for one in found.days]


def at(day: int, hour: int = 10) -> datetime:
    return datetime(2022, 6, day, hour, tzinfo=UTC)


def test_figures_add_up_day_by_day(campaign, indicators, albi, ales):
    told(albi, indicators[0], at(3))
    told(albi, indicators[1], at(3))
    told(ales, indicators[0], at(9))

    assert days_of(campaign, [albi, ales]) == [(2, 2), (8, 3)]


def test_what_was_erased_is_taken_off_on_its_day(campaign, indicators, albi):
    told(albi, indicators[0], at(3), at(5))
    told(albi, indicators[1], at(4))

    assert days_of(campaign, [albi]) == [(2, 1), (3, 2), (4, 1)]


def test_a_figure_removed_altogether_is_taken_off_too(campaign, indicators, albi):
    told(albi, indicators[0], at(3)).delete()

    assert days_of(campaign, [albi])[-1][1] == 0


def test_what_was_there_before_the_opening_is_there_on_its_day(campaign, indicators, albi):
    told(albi, indicators[0], datetime(2022, 5, 2, tzinfo=UTC))

    assert days_of(campaign, [albi]) == [(0, 1)]


def test_a_day_is_one_of_paris(campaign, indicators, albi):
    told(albi, indicators[0], at(3, hour=23))

    assert days_of(campaign, [albi]) == [(3, 1)]


def test_other_schools_years_and_indicators_are_left_out(campaign, indicators, albi, ales):
    told(ales, indicators[0], at(3))
    told(albi, factories.IndicatorFactory(), at(3))
    factories.FigureFactory(indicator=indicators[0], school=albi, year=2021)

    assert days_of(campaign, [albi]) == []


def test_what_was_said_again_after_it_was_erased_is_there_again(campaign, indicators, albi):
    figure = told(albi, indicators[0], at(3), at(5))
    Figure.objects.filter(pk=figure.pk).update(explanation="Rien encore.")
    Figure.objects.filter(pk=figure.pk).update(state=Figure.State.NUMBER, value=7)

    assert [there for _day, there in days_of(campaign, [albi])] == [1, 0, 1]


def test_it_costs_no_more_when_figures_were_saved_more_often(campaign, indicators, albi):
    def price() -> int:
        before = versions_read()
        assert days_of(campaign, [albi])
        return versions_read() - before

    for year in range(2000, 2023):
        factories.FigureFactory(indicator=indicators[0], school=albi, year=year)
    grow_versions(1_000)
    few = price()
    grow_versions(20_000)

    assert price() <= 2 * few < 20


def test_the_line_rises_where_figures_came_in():
    """Ten days; half of the figures on the third, all on the ninth."""
    first = date(2022, 6, 1)
    days = [ArrivalDay(date(2022, 6, 3), 2, 2), ArrivalDay(date(2022, 6, 9), 4, 2)]

    drawn = Arrivals(4, first, date(2022, 6, 10), date(2022, 6, 10), days)

    assert drawn.line == "M0 100 H20.00 V50.00 H80.00 V0.00 H100.00"
    assert drawn.closes_place == "100.00%"


def test_the_page_shows_the_line_and_the_days_as_a_table(
    campaign, indicators, albi, diane, signed_in
):
    told(albi, indicators[0], at(3))

    body = signed_in(diane).get(QUEUE).content.decode()

    assert "arrivals-line" in body
    assert "3 juin 2022" in body


def test_before_the_first_figure_the_page_says_so(campaign, diane, signed_in):
    assert "Rien n’est encore arrivé" in signed_in(diane).get(QUEUE).content.decode()


# --- late ---


@pytest.fixture
def closed(campaign: Campaign) -> Campaign:
    campaign.closes_at = timezone.now() - timedelta(days=3, hours=1)
    campaign.save()
    return campaign


@pytest.mark.parametrize(
    ("state", "late"),
    [("draft", True), ("returned", True), ("submitted", False), ("validated", False)],
)
def test_a_school_is_late_when_its_time_is_over(state, late, closed, albi):
    factories.SubmissionFactory(
        campaign=closed,
        school=albi,
        state=state,
        submitted_at=at(9),
        decided_at=at(10),
        comment="Revoir",
    )

    assert [row.is_late for row in rows_of(closed)] == [late]


def test_a_school_with_more_time_is_not_late(closed, albi, diane, signed_in):
    soon = timezone.now() + timedelta(days=3)
    Extension.objects.create(campaign=closed, school=albi, closes_at=soon, reason="Incendie")

    assert [row.is_late for row in rows_of(closed)] == [False]
    assert "queue-late" not in signed_in(diane).get(QUEUE).content.decode()


def test_nobody_is_late_while_the_campaign_is_open(campaign):
    assert [row.is_late for row in rows_of(campaign)] == [False]


def test_lateness_is_counted_in_days(closed, diane, signed_in):
    assert "en retard de 3" in signed_in(diane).get(QUEUE).content.decode()
