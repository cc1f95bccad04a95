"""What the database refuses of indicators, targets and figures, whoever writes."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from imtplan.accounts.models import School, User
from indicators.formulas.verdicts import Status
from indicators.models import CountedFigure, Figure, ProgressStatus, Target, View
from tests import factories

GROWING = {"value": None, "growth_percent": Decimal(50)}


@pytest.mark.parametrize(
    ("content", "constraint"),
    [
        ({"state": "number", "value": None}, "figure_says_what_its_state_says"),
        ({"state": "number", "value": 1, "numerator": 1}, "figure_says_what_its_state_says"),
        ({"state": "number", "value": None, "numerator": 1}, "figure_says_what_its_state_says"),
        ({"state": "not_entered", "value": 0}, "figure_says_what_its_state_says"),
        ({"state": "not_applicable", "value": 0}, "figure_says_what_its_state_says"),
        ({"state": "not_available", "value": None}, "figure_not_available_has_a_reason"),
        (
            {"value": None, "numerator": 1, "denominator": 0},
            "figure_denominator_positive",
        ),
        ({"year": 1789}, "figure_year_plausible"),
    ],
)
def test_a_figure_says_one_thing(albi: School, content: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        factories.FigureFactory(school=albi, **content)


@pytest.mark.parametrize(
    "content",
    [
        {"value": 0},
        {"value": -3},
        {"value": None, "numerator": 0, "denominator": 3},
        {"state": "not_entered", "value": None},
        {"state": "not_available", "value": None, "reason": "Archive brûlée."},
        {"state": "not_applicable", "value": None},
    ],
)
def test_what_a_figure_may_say(albi: School, content: dict[str, Any]) -> None:
    assert factories.FigureFactory(school=albi, **content).pk


@pytest.mark.parametrize("institute", [True, False])
def test_a_figure_stands_once(albi: School, institute: bool) -> None:
    first = factories.FigureFactory(school=factories.InstituteFactory() if institute else albi)
    with pytest.raises(IntegrityError, match="figure_once"):
        factories.FigureFactory(indicator=first.indicator, school=first.school)


def test_a_ratio_comes_to_its_scaled_quotient(albi: School) -> None:
    figure = factories.FigureFactory(
        indicator=factories.IndicatorFactory(ratio=True),
        value=None,
        numerator=Decimal(119),
        denominator=Decimal(1190),
    )
    assert figure.number == 10


def test_a_word_comes_to_no_number() -> None:
    assert Figure(state="not_available").number is None


def test_a_deleted_figure_leaves_its_versions(albi: School) -> None:
    figure = factories.FigureFactory(school=albi, value=5)
    figure_id = figure.pk
    figure.delete()
    history = Figure.pgh_event_model.objects.filter(pgh_obj_id=figure_id).order_by("pgh_id")
    assert [(event.pgh_label, event.value) for event in history] == [
        ("insert", 5),
        ("delete", 5),
    ]


@pytest.mark.parametrize(
    ("content", "constraint"),
    [
        ({"value": None}, "target_value_or_growth"),
        ({"growth_percent": 5}, "target_value_or_growth"),
        ({"year": 2017}, "target_after_baseline"),
        ({"source": ""}, "target_is_sourced"),
        (GROWING | {"baseline_value": 0}, "target_growth_needs_positive"),
        (GROWING | {"baseline_value": -10}, "target_growth_needs_positive"),
    ],
)
def test_a_target_is_one_promise_with_a_source(
    db: None, content: dict[str, Any], constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        factories.TargetFactory(**content)


@pytest.mark.parametrize("baseline", [0, -10])
def test_the_baseline_of_a_growth_stays_above_zero(db: None, baseline: int) -> None:
    target = factories.TargetFactory(**GROWING)
    with pytest.raises(IntegrityError, match="target_growth_needs_positive"):
        Target.objects.filter(pk=target.pk).update(baseline_value=baseline)


@pytest.mark.parametrize("baseline", [0, -10])
def test_a_growth_over_the_figures_of_a_year_needs_more_than_nothing(
    albi: School, recomputed: Any, baseline: int
) -> None:
    figure = factories.FigureFactory(school=albi, year=2017, value=baseline)
    recomputed()
    terms = GROWING | {"indicator": figure.indicator, "baseline_value": None}
    for school in (None, albi):
        target = factories.TargetFactory.build(
            **terms, plan=factories.PlanFactory(), school=school, is_reference=False
        )
        with pytest.raises(ValidationError) as refused:
            target.clean()
        assert list(refused.value.message_dict) == ["growth_percent"]


def test_a_school_has_no_reference_target(albi: School) -> None:
    with pytest.raises(IntegrityError, match="target_reference_is_the_institutes"):
        factories.TargetFactory(school=albi)


def test_an_indicator_has_one_reference_target_in_a_plan(db: None) -> None:
    target = factories.TargetFactory()
    factories.TargetFactory(indicator=target.indicator, is_reference=False)
    with pytest.raises(IntegrityError, match="target_one_reference"):
        factories.TargetFactory(indicator=target.indicator)


@pytest.mark.parametrize(
    ("content", "constraint"),
    [
        ({"minimum": 2, "maximum": 1}, "indicator_bounds_in_order"),
        ({"direction": "keep"}, "indicator_keep_has_a_band"),
        ({"tolerance": 0}, "indicator_tolerance_positive"),
        ({"aggregation": "ratio"}, "indicator_ratio_names_its_parts"),
    ],
)
def test_an_indicator_is_defined_in_full(
    db: None, content: dict[str, Any], constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        factories.IndicatorFactory(**content)


def test_a_link_goes_to_one_element(db: None) -> None:
    with pytest.raises(IntegrityError, match="indicator_link_one_element"):
        factories.LinkFactory()


def test_a_school_sees_its_own_figures_and_the_published_ones(
    alice: User, charlie: User, diane: User, albi: School
) -> None:
    own = factories.FigureFactory(school=albi)
    published = factories.FigureFactory(school=factories.InstituteFactory())
    typed = factories.FigureFactory(school=factories.InstituteFactory(), status="submitted")
    assert set(Figure.objects.visible_to(alice)) == {own, published}
    assert set(Figure.objects.visible_to(charlie)) == {published}
    assert set(Figure.objects.visible_to(diane)) == {own, published, typed}
    counted = CountedFigure.objects.in_view("provisional").visible_to(alice)
    assert {row.figure for row in counted} == {own}
    assert not Figure.objects.visible_to(factories.UserFactory()).exists()


def test_a_school_sees_its_own_targets_and_the_institutes(
    alice: User, charlie: User, albi: School
) -> None:
    of_all = factories.TargetFactory()
    of_albi = factories.TargetFactory(school=albi, is_reference=False)
    assert set(Target.objects.visible_to(alice)) == {of_all, of_albi}
    assert set(Target.objects.visible_to(charlie)) == {of_all}


@pytest.mark.parametrize(
    ("view", "statuses"),
    [(View.VALIDATED, {"validated"}), (View.PROVISIONAL, {"validated", "submitted"})],
)
def test_a_view_counts_by_status(albi: School, view: View, statuses: set[str]) -> None:
    for year, status in enumerate(Figure.Status, start=2018):
        factories.FigureFactory(school=albi, year=year, status=status)
    assert {figure.status for figure in CountedFigure.objects.in_view(view)} == statuses


def test_the_words_of_the_formulas_are_those_of_the_screens() -> None:
    assert {status.value for status in Status} == set(ProgressStatus.values)
    assert all(status.symbol for status in ProgressStatus)


def test_a_figure_of_a_deleted_person_is_not_said_to_be_by_a_form(alice: User) -> None:
    """Its author was "form": the way of entry in place of somebody."""
    figure = factories.FigureFactory(entered_by=alice, origin=Figure.Origin.FORM)
    assert figure.author == "Alice"
    alice.delete()
    assert Figure.objects.get().author == "personne dont le compte a été supprimé"
    published = factories.FigureFactory(entered_by=None, origin=Figure.Origin.PUBLISHED)
    assert published.author == Figure.Origin.PUBLISHED.label
