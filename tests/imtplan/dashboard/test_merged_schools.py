"""A merger on the pages: an estimate names whose figures stand in, and who is left out."""

import pytest

from imtplan.accounts.models import School
from indicators.models import Figure, Indicator, Target
from tests import factories


@pytest.fixture
def merged(students, albi, ales, recomputed):
    """Alès has merged into Albi, which has not reported 2021; a third school has."""
    factories.FigureFactory(indicator=students.indicator, school=ales, year=2020, value=700)
    third = factories.SchoolFactory(code="third", name="IMT Atlantique")
    for year in (2020, 2021):
        factories.FigureFactory(indicator=students.indicator, school=third, year=year, value=300)
    ales.last_year, ales.merged_into = 2020, albi
    ales.save()
    recomputed()
    return students


@pytest.fixture
def page(diane, signed_in, read):
    def _page(path, **asked):
        asked = {"plan": "2018-2022", "year": "2021"} | asked
        return read(signed_in(diane).get(path, asked))

    return _page


def test_the_explanation_says_whose_figures_stand_in_for_the_successor(merged, page):
    """15,000 of Albi and 700 of Alès, both of 2020, and 300."""
    text = page("/explication/indicateurs/students/")

    assert "Alès a fusionné dans IMT Mines Albi\u202f: sa dernière valeur est reprise" in text
    assert "700, repris de 2020" in text
    assert "fusionnée dans IMT Mines Albi" in text
    assert "16\u202f000" in text
    assert "ne redonne pas" not in text


def test_the_dashboard_names_every_figure_that_is_carried(merged, page):
    text = page("/indicateurs/students/")

    assert "IMT Mines Albi (2020)" in text
    assert "IMT Mines Alès (2020)" in text


def test_a_school_that_begins_is_named_and_no_total_is_lost(merged, page, recomputed):
    factories.SchoolFactory(code="new", name="IMT Nouvelle", first_year=2021)
    recomputed()

    sentence = "Sans IMT Nouvelle, qui commence en 2021."
    assert sentence in page("/indicateurs/students/")
    explained = page("/explication/indicateurs/students/")
    assert sentence in explained
    assert "16\u202f000" in explained
    assert "laissée hors de la fourchette" in explained


def test_the_files_say_what_the_estimate_rests_on(merged, diane, signed_in, recomputed):
    factories.SchoolFactory(code="new", name="IMT Nouvelle", first_year=2021)
    recomputed()
    answer = signed_in(diane).get(
        "/fichiers/indicateurs/students/annees.csv", {"plan": "2018-2022", "year": "2021"}
    )
    (line,) = [row for row in answer.content.decode().splitlines() if ";2021;" in row]
    assert ";IMT Mines Albi (2020), IMT Mines Alès (2020);IMT Nouvelle;" in line


EXPLAINED = "/explication/indicateurs/students/"


def test_a_school_that_begins_has_no_last_figure_to_stand_in(merged, page, recomputed):
    """Only Albi's does; then Albi reports, and New alone is missing."""
    factories.SchoolFactory(code="new", name="IMT Nouvelle", first_year=2021)
    recomputed()
    assert "1 école n’a pas de valeur prise en compte" in page(EXPLAINED)

    albi = School.objects.get(code="imt-mines-albi")
    factories.FigureFactory(indicator=merged.indicator, school=albi, year=2021, value=900)
    recomputed()
    text = page(EXPLAINED)
    assert "1\u202f200" in text
    assert "Sans IMT Nouvelle" in text
    assert "n’a pas de valeur prise en compte" not in text


def test_a_new_successor_has_no_figure_of_its_own(merged, ales, page, recomputed):
    new = factories.SchoolFactory(code="new", name="IMT Nouvelle", first_year=2021)
    School.objects.filter(code="imt-mines-albi").update(last_year=2020, merged_into=new)
    School.objects.filter(pk=ales.pk).update(merged_into=new)
    recomputed()
    text = page(EXPLAINED)
    assert "IMT Nouvelle, qui n’a pas encore de valeur\u202f: leurs dernières valeurs" in text
    assert "prise en compte pour cette année" not in text


def test_whose_figure_is_missing_where_there_is_no_estimate(merged, ales, page, recomputed):
    """Nothing is known of Alès, for which Albi speaks since 2021."""
    Figure.objects.filter(school=ales).delete()
    recomputed()
    text = page(EXPLAINED)
    assert "IMT Mines Alès, fusionnée dans IMT Mines Albi n’a aucune valeur antérieure" in text


def test_a_running_sum_leaves_the_first_figure_out_and_counts_the_later(merged, page, recomputed):
    begun = factories.SchoolFactory(code="new", name="IMT Nouvelle", first_year=2020)
    factories.FigureFactory(indicator=merged.indicator, school=begun, year=2021, value=7)
    Indicator.objects.filter(pk=merged.indicator.pk).update(accumulation="cumulative")
    Target.objects.filter(pk=merged.pk).update(baseline_year=2020)
    recomputed()
    sentence = "Sans la valeur 2020 de IMT Nouvelle, qui a commencé cette année-là."
    assert sentence in page(EXPLAINED)
    assert sentence in page("/indicateurs/students/")
    assert "Sans IMT Nouvelle, qui commence en 2020." in page(EXPLAINED, year="2020")


# --- the pages of the schools ---


def test_the_successors_page_says_who_merged_into_it(merged, page):
    text = page("/ecoles/imt-mines-albi/")

    assert "IMT Mines Alès a fusionné dans cette école après 2020" in text


def test_the_page_of_a_school_that_merged_says_where_it_went(merged, ales, diane, signed_in, page):
    factories.CampaignFactory(plan=merged.plan, year=2021)
    text = page("/ecoles/imt-mines-ales/")

    assert "Fusionnée après 2020 dans IMT Mines Albi" in text
    assert "Elle ne répond pas pour 2021" in text
    assert "Formulaire de la campagne" not in text
    assert "sur 1 en 2020" in page("/ecoles/imt-mines-ales/", year="2020")
