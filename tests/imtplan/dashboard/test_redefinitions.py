"""An indicator that was defined anew says so on its page, its chart and its table."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from imtplan.dashboard.indicator.redefinitions import redefinitions
from imtplan.dashboard.target_chart import with_breaks
from indicators import past
from indicators.models import Indicator
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def test_only_what_changes_the_meaning_is_a_break():
    indicator = factories.IndicatorFactory()
    rows = Indicator.objects.filter(pk=indicator.pk)
    rows.update(name_fr="Autre nom", rank=7, source="Bilan")
    assert redefinitions(indicator) == []

    rows.update(definition_fr="Inscrits", definition_en="Enrolled", aggregation="mean")
    with transaction.atomic():  # a moment's mistake that nobody saw
        rows.update(direction="decrease")
        rows.update(direction="increase")
    rows.update(unit_fr="têtes")

    found = redefinitions(indicator)
    assert [one.fields for one in found] == [
        ["definition_fr", "definition_en", "aggregation"],
        ["unit_fr"],
    ]
    assert len(found[0].what.split(", ")) == 2, "two languages are one definition"


def test_at_an_earlier_moment_it_had_not_happened_yet():
    indicator = factories.IndicatorFactory()
    before = timezone.now()
    Indicator.objects.filter(pk=indicator.pk).update(unit_fr="têtes")
    with past.at(before):
        assert redefinitions(indicator) == []
    with past.at(timezone.now()):
        assert len(redefinitions(indicator)) == 1
    with past.at(before - timedelta(days=1)):
        assert redefinitions(indicator) == []


def test_the_page_says_so(students, diane, signed_in):
    client = signed_in(diane)
    assert 'class="plain breaks"' not in client.get("/indicateurs/students/").content.decode()
    Indicator.objects.update(definition_fr="Inscrits au 15 octobre", name_fr="Inscrits")
    assert 'class="plain breaks"' in client.get("/indicateurs/students/").content.decode()


def test_a_line_stands_in_the_chart_where_its_years_show_it():
    figure = {"data": [{"x": [2019, 2020]}, {"name": "no years"}], "layout": {"height": 340}}
    assert with_breaks(figure, [2018, 2026]) is figure
    drawn = with_breaks(figure, [2020, 2020, 2026])
    places = [(line["x0"], line["x1"]) for line in drawn["layout"]["shapes"]]
    assert places == [(2019.5, 2019.5)], "between the year before and the one that begins anew"
    assert "shapes" not in figure["layout"], "the figure given is left as it was"
