"""A number that answers "why": its formula, its inputs, and who gave them."""

from decimal import Decimal

import pytest
from django.utils import translation

from imtplan.dashboard.freshness import Freshness
from imtplan.dashboard.indicator.page import indicator_page
from indicators.models import Figure, Progress
from tests import factories


def page_for(user, code="students", **asked):
    return indicator_page(user, code, {"year": "2020", **asked}, Freshness.read())


def test_the_stored_number_agrees_with_its_inputs(students, diane):
    (explained,) = page_for(diane).explanations

    assert explained.in_words.agrees


def test_a_stored_number_that_differs_is_told(students, diane, signed_in, read):
    Progress.objects.filter(year=2020).update(progress=Decimal("0.9"))

    (explained,) = page_for(diane).explanations

    assert not explained.in_words.agrees
    assert "ne redonne pas" in read(signed_in(diane).get("/indicateurs/students/"))


def test_a_figure_changed_and_not_yet_recomputed_differs_too(students, diane):
    Figure.objects.filter(year=2020).update(value=16000)

    assert not page_for(diane).explanations[0].in_words.agrees


def test_several_targets_stand_side_by_side(students, diane, recomputed):
    factories.TargetFactory(
        indicator=students.indicator,
        code="students-cop-2022",
        is_reference=False,
        baseline_value=13000,
        value=15600,
        perimeter_fr="Huit écoles propres",
        perimeter_en="Eight own schools",
    )
    recomputed()

    page = page_for(diane)

    assert [one.target.code for one in page.explanations] == [
        "students-plan-2022",
        "students-cop-2022",
    ]
    assert page.explanations[1].in_words.steps[1].worked.replace("\u202f", " ") == (
        "(15 000 − 13 000) / (15 600 − 13 000)"
    )
    assert {trace["meta"]["role"] for trace in page.chart["data"]} >= {"path", "other-path"}


def test_a_schools_own_target_is_not_the_institutes(students, albi, diane):
    factories.TargetFactory(indicator=students.indicator, school=albi, is_reference=False)

    assert len(page_for(diane).followed_targets) == 1


def test_nothing_known_is_said_and_only_what_is_expected_is_computed(students, diane):
    with translation.override("en"):
        (explained,) = page_for(diane, year="2019").explanations

        assert explained.sentence.startswith("No value is known for 2019")
        assert [step.name for step in explained.in_words.steps] == [
            "Expected in 2019",
            "Expected progress",
        ]


def test_without_a_baseline_the_reason_is_said(albi, diane, recomputed):
    indicator = factories.IndicatorFactory(code="researchers")
    factories.TargetFactory(indicator=indicator, value=None, growth_percent=25, baseline_value=None)
    factories.FigureFactory(indicator=indicator, school=albi, year=2020, value=900)
    recomputed()

    with translation.override("en"):
        (explained,) = page_for(diane, "researchers").explanations

        assert "The baseline of 2017 is not known yet" in explained.sentence


def test_less_is_better_turns_the_gap_round(albi, diane, recomputed):
    indicator = factories.IndicatorFactory(code="dropouts", direction="decrease")
    factories.TargetFactory(indicator=indicator, baseline_value=10, value=5)
    factories.FigureFactory(indicator=indicator, school=albi, year=2020, value=9)
    recomputed()

    steps = {step.name: step for step in page_for(diane, "dropouts").explanations[0].in_words.steps}

    assert any(step.worked == "7 − 9" for step in steps.values())


@pytest.mark.parametrize(("value", "progress"), [(100, "100\u202f%"), (98, "80\u202f%")])
def test_a_band_has_its_own_rule(value, progress, albi, diane, recomputed):
    indicator = factories.IndicatorFactory(
        code="kept", direction="keep", band_low=100, tolerance=10
    )
    factories.TargetFactory(indicator=indicator, baseline_value=100, value=100)
    factories.FigureFactory(indicator=indicator, school=albi, year=2020, value=value)
    recomputed()

    results = [step.result for step in page_for(diane, "kept").explanations[0].in_words.steps]

    assert progress in results


def test_a_negative_operand_stands_in_brackets(albi, diane, recomputed):
    indicator = factories.IndicatorFactory(code="balance", minimum=None)
    factories.TargetFactory(indicator=indicator, baseline_value=-5, value=2)
    factories.FigureFactory(indicator=indicator, school=albi, year=2020, value=-1)
    recomputed()

    worked = [step.worked for step in page_for(diane, "balance").explanations[0].in_words.steps]

    assert "((−1) − (−5)) / (2 − (−5))" in worked


@pytest.mark.parametrize("kind", ["compound", "stated"])
def test_every_trajectory_has_its_formula(kind, students, diane, recomputed):
    students.trajectory = kind
    students.save()
    students.points.create(year=2020, value=14000)
    recomputed()

    step = page_for(diane).explanations[0].in_words.steps[0]

    assert ("^" in step.worked) == (kind == "compound")


# --- the schools ---


def test_who_is_missing_and_what_stands_in_for_it(students, albi, ales, diane, recomputed):
    factories.FigureFactory(indicator=students.indicator, school=ales, year=2019, value=700)
    recomputed()

    page = page_for(diane)
    rows = {row.source.code: row for row in page.value.inputs}

    assert page.now.is_estimate
    assert [row.name for row in page.value.missing_schools] == ["IMT Mines Alès"]
    assert rows["imt-mines-ales"].carried == "700, repris de 2019"
    assert rows["imt-mines-albi"].source.counts


def test_a_draft_shows_no_number(students, albi, diane):
    factories.never_counted(Figure.objects.get(year=2020), status="draft")

    (row,) = page_for(diane).value.inputs

    assert row.number == ""
    assert row.why == "en cours de saisie"
    assert row.given is None
    assert not row.source.counts


@pytest.mark.parametrize("state", ["not_entered", "not_available", "not_applicable"])
def test_a_word_is_no_number(state, students, diane, signed_in, read):
    figure = students.indicator.figures.get(year=2020)
    figure.state, figure.value, figure.reason = state, None, "Panne"
    figure.save()

    (row,) = page_for(diane).value.inputs

    assert row.number == ""
    assert not row.source.counts
    assert row.why == figure.get_state_display()


def test_a_handed_in_number_is_shown_before_it_counts(students, diane):
    factories.never_counted(Figure.objects.get(year=2020), status="submitted")

    (row,) = page_for(diane).value.inputs
    assert (row.number, row.source.counts) == ("15\u202f000", False)
    (row,) = page_for(diane, view="provisional").value.inputs
    assert row.source.counts


def test_an_indicator_of_the_institute_has_one_row(diane, recomputed, signed_in, read):
    indicator = factories.IndicatorFactory(code="share", aggregation="none", decimals=1)
    factories.TargetFactory(indicator=indicator, baseline_value=38, value=41)
    factories.FigureFactory(
        indicator=indicator,
        school=factories.InstituteFactory(),
        year=2020,
        value=Decimal("40.6"),
        source="budget.gouv.fr",
    )
    recomputed()

    (row,) = page_for(diane, "share").value.inputs

    assert (row.source.code, row.source.counts) == ("imt", True)
    assert "budget.gouv.fr" in read(signed_in(diane).get("/indicateurs/share/?year=2020"))


def test_an_indicator_without_a_target_still_shows_its_years(albi, diane, recomputed, students):
    indicator = factories.IndicatorFactory(code="phd")
    factories.FigureFactory(indicator=indicator, school=albi, year=2020, value=63)
    recomputed()

    page = page_for(diane, "phd")

    assert page.reference is None
    assert page.now.value == 63
    assert page.chart["data"]
