"""A figure counts, as it was validated (or handed in) last, until another version does."""

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from imtplan.accounts.models import School, User
from imtplan.integrity.checks import versions_unlike_rows
from imtplan.integrity.results_check import differences
from indicators.explaining import ExplanationReader
from indicators.models import (
    CountedFigure,
    Figure,
    FigureEvent,
    InstituteValue,
    Target,
    View,
)
from indicators.past import at
from indicators.results.corrections import corrections
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

Recompute = Callable[[], Any]


@pytest.fixture
def students(albi: School, recomputed: Recompute) -> Target:
    target = factories.students_of_the_plan(albi)
    recomputed()
    return target


def total(view: View = View.VALIDATED) -> InstituteValue:
    return InstituteValue.objects.get(year=2020, view=view)


def of_2020() -> Figure:
    return Figure.objects.get(year=2020)


def write(**values: Any) -> None:
    figure = of_2020()
    for name, value in values.items():
        setattr(figure, name, value)
    figure.version += 1
    figure.save()


def test_a_typed_correction_takes_nothing_out_of_the_total(
    students: Target, recomputed: Recompute
) -> None:
    before = total().value, total(View.PROVISIONAL).value
    write(value=1410, status="draft")
    assert recomputed() is None
    assert (total().value, total(View.PROVISIONAL).value) == before
    assert total().reported == total().expected


def test_a_correction_counts_in_each_view_when_its_time_comes(
    students: Target, recomputed: Recompute
) -> None:
    write(value=1410, status="submitted")
    recomputed()
    assert (total().value, total(View.PROVISIONAL).value) == (Decimal(15000), Decimal(1410))
    Figure.objects.filter(year=2020).update(status="validated")
    recomputed()
    assert (total().value, total(View.PROVISIONAL).value) == (Decimal(1410), Decimal(1410))


def test_what_is_returned_goes_on_counting(students: Target, recomputed: Recompute) -> None:
    Figure.objects.update(status="draft")
    assert recomputed() is None
    assert total().value == 15000


def test_a_word_that_is_validated_takes_the_number_away(
    students: Target, recomputed: Recompute
) -> None:
    write(value=None, state="not_available", reason="Incendie", status="validated")
    recomputed()
    assert (total().value, total().reported) == (None, 0)


def test_a_figure_that_is_deleted_counts_no_more(students: Target) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM indicators_figure WHERE year = 2020")
    assert not CountedFigure.objects.filter(year=2020).exists()


def test_the_past_has_what_counted_then(students: Target, recomputed: Recompute) -> None:
    moment: datetime = timezone.now()
    write(value=1410, status="validated")
    recomputed()
    write(value=1411, status="draft")
    with at(moment):
        assert total().value == 15000
    with at(timezone.now()):
        assert total().value == 1410


def test_the_explanation_names_what_counts_and_the_correction(
    students: Target, diane: User
) -> None:
    write(value=1410, status="submitted")
    value = ExplanationReader(diane, students.indicator, View.VALIDATED, 2020).value()
    assert value is not None
    [row] = value.inputs.rows
    assert (row.counts, row.number) == (True, Decimal(15000))
    assert row.correction is not None
    assert row.correction.number == 1410
    assert value.agreement.holds


def test_a_draft_correction_keeps_its_number_to_its_school(students: Target, diane: User) -> None:
    write(value=1410, status="draft")
    [correction] = corrections(diane, View.VALIDATED, year=2020).values()
    assert (correction.is_handed_in, correction.number) == (False, None)


def test_what_is_returned_is_a_correction_under_way(students: Target, diane: User) -> None:
    Figure.objects.filter(year=2020).update(status="draft")
    for view in View:
        [correction] = corrections(diane, view, year=2020).values()
        assert not correction.is_handed_in


def test_the_same_number_handed_in_again_is_no_correction(students: Target, diane: User) -> None:
    write(value=15000, status="submitted")
    assert corrections(diane, View.VALIDATED, year=2020) == {}


def test_corrections_cost_the_same_however_many(
    students: Target, diane: User, django_assert_num_queries: Any
) -> None:
    ratio = factories.IndicatorFactory(ratio=True)
    parts = {"value": None, "numerator": 1, "denominator": 2}
    for school in factories.SchoolFactory.create_batch(3):
        figure = factories.FigureFactory(indicator=ratio, school=school, **parts)
        Figure.objects.filter(pk=figure.pk).update(numerator=2, version=2, status="submitted")
    with django_assert_num_queries(2):  # the person's roles are one
        under_way = corrections(diane, View.VALIDATED, indicator=ratio).values()
        assert [row.number for row in under_way] == [ratio.scale] * 3
        assert [str(row.counted.school) for row in under_way]


@pytest.mark.parametrize("view", ["validated", "provisional"])
def test_pages_say_that_a_figure_is_being_corrected(
    students: Target, albi: School, diane: User, signed_in: Any, view: str
) -> None:
    Figure.objects.filter(year=2020).update(status="draft")
    factories.CampaignFactory(plan=students.plan, year=2020)
    asked = f"?year=2020&view={view}"
    for address in (f"/ecoles/{albi.code}/", "/indicateurs/students/", "/tableau-de-bord/"):
        page = signed_in(diane).get(address + asked).content.decode()
        assert f"En cours de correction par {albi}" in page, address
    # Inside the basis: the rows of all cards are counted, and one more would move the chart.
    assert re.search(r'class="basis">(?:(?!</div>).)*class="correction"', page, re.DOTALL)
    matrix = signed_in(diane).get("/matrice/" + asked).content.decode()
    assert 'class="cell cell-corrected' in matrix


# --- Drafts of plans ------------------------------------------------------------------------------


def test_a_draft_of_a_plan_moves_no_published_sum(albi: School, recomputed: Recompute) -> None:
    indicator = factories.IndicatorFactory(accumulation="cumulative")
    factories.TargetFactory(indicator=indicator, baseline_year=2018, year=2022)
    for year in range(2016, 2021):
        factories.FigureFactory(indicator=indicator, school=albi, year=year, value=10)
    recomputed()
    before = InstituteValue.objects.get(indicator=indicator, year=2020, view="validated").value
    draft = factories.PlanFactory(code="draft", state="draft")
    factories.TargetFactory(indicator=indicator, plan=draft, baseline_year=2016, year=2022)
    recomputed()
    after = InstituteValue.objects.get(indicator=indicator, year=2020, view="validated").value
    assert before == after == 30
    assert differences() == []
    type(draft).objects.filter(pk=draft.pk).update(state="published", published_at=timezone.now())
    recomputed()
    published = InstituteValue.objects.get(indicator=indicator, year=2020, view="validated").value
    assert published == 50
    assert differences() == []


def test_a_draft_of_a_plan_places_no_missing_school(
    albi: School, ales: School, recomputed: Recompute
) -> None:
    target = factories.students_of_the_plan(albi)
    factories.FigureFactory(indicator=target.indicator, school=ales, year=2019, value=500)
    recomputed()
    rows = InstituteValue.objects.filter(view="validated").order_by("year")
    before = list(rows.values_list("year", "low", "high"))
    factories.TargetFactory(
        indicator=target.indicator,
        plan=factories.PlanFactory(code="draft", state="draft"),
        school=ales,
        is_reference=False,
        baseline_year=2019,
        baseline_value=1,
        year=2022,
    )
    recomputed()
    assert list(rows.values_list("year", "low", "high")) == before
    assert differences() == []


# --- Any sequence ---------------------------------------------------------------------------------

COUNTED = {"validated": ["validated"], "provisional": ["validated", "submitted"]}


def as_the_history_has_it() -> dict[tuple[int, str], tuple[Any, ...]]:
    """An independent reading: of each figure that is still there, the last version that counts."""
    counted: dict[tuple[int, str], tuple[Any, ...]] = {}
    for event in FigureEvent.objects.order_by("pgh_id"):
        for view, statuses in COUNTED.items():
            key = (event.pgh_obj_id, view)
            if event.pgh_label == "delete":
                counted.pop(key, None)
            elif event.status in statuses:
                counted[key] = (event.state, event.value, event.version, event.status)
    return counted


def as_stored() -> dict[tuple[int, str], tuple[Any, ...]]:
    rows = CountedFigure.objects.values_list(
        "figure_id", "view", "state", "value", "version", "status"
    )
    return {(figure, view): tuple(rest) for figure, view, *rest in rows}


def step(random: Random) -> str:
    """Does one thing that people do to a figure; returns which."""
    figures = list(Figure.objects.order_by("pk"))
    act = random.choice(["type", "type", "hand in", "return", "validate", "delete", "new"])
    if act == "new" or not figures:
        factories.FigureFactory(status=random.choice(["draft", "submitted"]))
        return "new"
    figure = random.choice(figures)
    if act == "delete" and random.random() < 0.8:  # rarely
        return "nothing"
    if act == "delete":
        figure.delete()
    elif act == "type":
        figure.value, figure.status = random.randint(0, 9), "draft"
        figure.version += 1
        figure.save()
    else:
        statuses = {"hand in": "submitted", "return": "draft", "validate": "validated"}
        Figure.objects.filter(school=figure.school).update(status=statuses[act])
    return act


@pytest.mark.parametrize("seed", range(5))
def test_what_counts_is_what_the_history_has_after_any_sequence(db: None, seed: int) -> None:
    random = Random(seed)  # noqa: S311 - no secret
    for number in range(60):
        before = {key: row for key, row in as_stored().items() if key[1] == "validated"}
        act = step(random)
        stored = as_stored()
        assert stored == as_the_history_has_it(), (seed, number, act)
        validated = {key: row for key, row in stored.items() if key[1] == "validated"}
        assert validated == before or act in ("validate", "delete"), (seed, number, act)
    with transaction.atomic():
        assert list(versions_unlike_rows()) == []
