"""A merger on the pages: an estimate names whose figures stand in, and who is left out."""

import pytest

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
