"""Schools over the years, their targets, and the milestones of projects."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from imtplan.accounts.models import School, User
from imtplan.accounts.school_names import EarlierName
from imtplan.audit.models import Event
from imtplan.planning.services import store_school
from indicators.models import InstituteValue, Target
from indicators.recomputing.recompute import recompute_stale
from projects.models import Milestone, StatusReport
from tests import factories


@pytest.fixture
def target(albi: School, ales: School, recomputed: Callable[[], Any]) -> Target:
    found = factories.students_of_the_plan(albi)
    factories.FigureFactory(indicator=found.indicator, school=ales, year=2020, value=Decimal(1300))
    recomputed()
    return found


def test_renaming_keeps_the_name_before(office: Any, albi: School) -> None:
    office.do(f"/plan/modifier/ecoles/{albi.pk}/", name="IMT Albi", reason="Décret du 1er mars")
    albi.refresh_from_db()
    assert (albi.name, albi.former_names) == ("IMT Albi", [EarlierName("IMT Mines Albi")])
    assert Event.objects.get().detail["reason"] == "Décret du 1er mars"


def test_the_preview_says_that_the_name_before_is_kept(office: Any, albi: School) -> None:
    url = f"/plan/modifier/ecoles/{albi.pk}/"
    answer = office.preview(url, name="IMT Albi", renamed_on="2019-09-01")
    differences = answer.context["preview"].differences
    assert [(row.before, row.after) for row in differences][-1] == (
        "",
        "IMT Mines Albi ; 31/08/2019",
    )


def test_a_new_name_has_a_day_and_the_history_says_it(office: Any, albi: School) -> None:
    url = f"/plan/modifier/ecoles/{albi.pk}/"
    office.do(url, name="IMT Albi", renamed_on="2019-09-01")
    office.do(url, name="IMT Tarn", renamed_on="2021-01-01")

    albi.refresh_from_db()
    assert [albi.name_in(year) for year in (2018, 2019, 2020, 2021)] == [
        "IMT Mines Albi",
        "IMT Albi",
        "IMT Albi",
        "IMT Tarn",
    ]
    page = office.client.get(url).content.decode()
    assert "IMT Mines Albi (jusqu’au 31 août 2019)" in page
    assert "IMT Mines Albi ; 31/08/2019\nIMT Albi ; 31/12/2020" in page
    listed = office.client.get("/plan/ecoles/").content.decode()
    assert "IMT Albi (jusqu’au 31 décembre 2020)" in listed


def test_earlier_names_are_corrected_by_hand(office: Any, albi: School) -> None:
    url = f"/plan/modifier/ecoles/{albi.pk}/"
    office.do(url, earlier_names="Mines Albi ; 2016\nEMAC ; 1/3/2013\nÉcole des mines")
    albi.refresh_from_db()
    assert albi.former_names == [
        EarlierName("École des mines"),
        EarlierName("EMAC", "2013-03-01"),
        EarlierName("Mines Albi", "2016"),
    ]
    office.do(url, name="IMT Albi", earlier_names="IMT Mines Albi ; 2020")
    albi.refresh_from_db()
    assert albi.former_names == [EarlierName("IMT Mines Albi", "2020")]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"renamed_on": "2020-01-01"}, "renamed_on"),
        ({"name": "IMT Albi", "renamed_on": "2199-01-01"}, "renamed_on"),
        (
            {"name": "IMT Albi", "renamed_on": "2020-01-01", "earlier_names": "Mines ; 2020"},
            "renamed_on",
        ),
        ({"earlier_names": "Mines ; l’an dernier"}, "earlier_names"),
        ({"earlier_names": "Mines ; 31/02/2020"}, "earlier_names"),
        ({"earlier_names": "; 2020"}, "earlier_names"),
        ({"earlier_names": "Mines ; 2020\nMines ; 2021"}, "earlier_names"),
        ({"earlier_names": "Mines ; 2020\nEMAC ; 31/12/2020"}, "earlier_names"),
        ({"opened_on": "2020-01-02", "closed_on": "2020-01-01"}, "closed_on"),
    ],
)
def test_names_and_days_that_cannot_be_are_refused(
    office: Any, albi: School, typed: dict[str, str], field: str
) -> None:
    assert list(office.refused(f"/plan/modifier/ecoles/{albi.pk}/", **typed)) == [field]


def test_a_closed_school_is_no_longer_expected(office: Any, target: Target, ales: School) -> None:
    url = f"/plan/modifier/ecoles/{ales.pk}/"
    preview = office.preview(url, last_year="2020")
    moved = {(move.model, move.key[1]) for move in preview.context["preview"].moves}
    assert (InstituteValue, 2020) not in moved
    assert office.confirm(url, preview).status_code == 302
    recompute_stale()
    of_2021 = InstituteValue.objects.filter(indicator=target.indicator, year=2021)
    assert {row.expected for row in of_2021} <= {1}


def test_a_merged_school_says_where_and_until_when(
    office: Any, target: Target, albi: School, ales: School
) -> None:
    url = f"/plan/modifier/ecoles/{ales.pk}/"
    assert list(office.refused(url, merged_into=str(albi.pk))) == ["last_year"]
    office.do(url, merged_into=str(albi.pk), last_year="2020")
    ales.refresh_from_db()
    assert (ales.merged_into, ales.last_year) == (albi, 2020)
    assert "IMT Mines Albi" in office.client.get("/plan/ecoles/").content.decode()
    assert not target.indicator.figures.filter(school=albi, year=2020, value=16300).exists()


def test_a_school_merges_into_one_that_reports_the_year_after(
    office: Any, albi: School, ales: School
) -> None:
    url = f"/plan/modifier/ecoles/{ales.pk}/"
    albi.last_year = 2020
    albi.save()
    assert list(office.refused(url, merged_into=str(albi.pk), last_year="2020")) == ["merged_into"]
    office.do(url, merged_into=str(albi.pk), last_year="2019")


def test_a_school_of_the_institutes_merges_into_another_of_them(
    office: Any, albi: School, ales: School
) -> None:
    """An associated school is in no total: what merges into it would be in none."""
    url = f"/plan/modifier/ecoles/{ales.pk}/"
    School.objects.filter(pk=albi.pk).update(kind="associated")
    assert list(office.refused(url, merged_into=str(albi.pk), last_year="2020")) == ["merged_into"]
    office.do(url, merged_into=str(albi.pk), last_year="2020", kind="associated")


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"kind": "subsidiary"}, "kind"),
        ({"last_year": "2020"}, "last_year"),
        ({"first_year": "2022"}, "first_year"),
    ],
)
def test_a_successor_goes_on_reporting_for_both(
    office: Any, albi: School, ales: School, typed: dict[str, str], field: str
) -> None:
    ales.last_year, ales.merged_into = 2020, albi
    ales.save()
    url = f"/plan/modifier/ecoles/{albi.pk}/"
    assert list(office.refused(url, **typed)) == [field]
    office.do(url, last_year="2021", first_year="2021", name="IMT Sud")


def test_a_school_ends_after_its_last_validated_figure(
    office: Any, paul: User, target: Target, ales: School
) -> None:
    url = f"/plan/modifier/ecoles/{ales.pk}/"
    factories.FigureFactory(
        indicator=target.indicator, school=ales, year=2021, value=1, status="submitted"
    )
    (message,) = office.refused(url, last_year="2019")["last_year"]
    assert message == (
        "IMT Mines Alès a des valeurs validées de 2020\u202f: sa dernière année est "
        "au plus tôt 2020."
    )
    with pytest.raises(ValidationError):
        store_school(school=ales, by=paul, reason="Décret.", last_year=2019)
    office.do(url, last_year="2020")


def test_a_school_begins_before_its_first_validated_figure(
    office: Any, target: Target, ales: School
) -> None:
    url = f"/plan/modifier/ecoles/{ales.pk}/"
    (message,) = office.refused(url, first_year="2021")["first_year"]
    assert message.endswith("sa première année est au plus tard 2020.")
    office.do(url, first_year="2020")


def test_a_school_with_validated_figures_stays_one_of_the_institutes_own(
    office: Any, target: Target, albi: School, ales: School
) -> None:
    url = f"/plan/modifier/ecoles/{ales.pk}/"
    (message,) = office.refused(url, kind="subsidiary", last_year="2020")["kind"]
    assert message == (
        "Les valeurs validées de IMT Mines Alès (2020 à 2020) comptent parmi celles des écoles "
        "propres, et n’y compteraient plus. Si elle quitte l’institut, donnez-lui une dernière "
        "année."
    )
    School.objects.filter(pk=ales.pk).update(kind="subsidiary")  # written before there was a rule
    office.do(url, name="IMT Alès")


def test_what_was_stored_before_stays_and_can_be_renamed(
    office: Any, target: Target, ales: School
) -> None:
    School.objects.filter(pk=ales.pk).update(last_year=2019)
    office.do(f"/plan/modifier/ecoles/{ales.pk}/", name="IMT Alès")


def test_the_page_says_that_splits_are_not_recorded(office: Any) -> None:
    assert "Une scission" in office.client.get("/plan/ecoles/").content.decode()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"first_year": "2021", "last_year": "2020"}, "last_year"),
        ({"name": None}, "name"),
        ({"kind": "autre"}, "kind"),
        ({"merged_into": "self"}, "merged_into"),
    ],
)
def test_a_school_that_cannot_be_is_refused(
    office: Any, albi: School, typed: dict[str, Any], field: str
) -> None:
    typed = {name: str(albi.pk) if text == "self" else text for name, text in typed.items()}
    assert list(office.refused(f"/plan/modifier/ecoles/{albi.pk}/", **typed)) == [field]


def test_a_new_school_begins_in_its_year(office: Any, albi: School) -> None:
    office.do("/plan/ajouter/ecoles/", code="neuve", name="École neuve", first_year="2024")
    assert School.objects.get(code="neuve").is_member_in(2024)
    assert not School.objects.get(code="neuve").is_member_in(2023)


GRID = "/plan/plans/2018-2022/ecoles/students/"
SHARED = {"source": "Contrat de l’école", "sureness": "medium"}


def test_the_targets_of_the_schools_beside_the_institutes(
    office: Any, target: Target, albi: School, ales: School
) -> None:
    office.do(GRID, **SHARED, **{f"school_{albi.pk}": "17 000", f"school_{ales.pk}": "1 400"})
    found = Target.objects.filter(school__isnull=False)
    assert dict(found.values_list("school__code", "value")) == {
        albi.code: Decimal(17000),
        ales.code: Decimal(1400),
    }
    assert not found.filter(is_reference=True).exists()
    [compared] = office.client.get(GRID).context["years"]
    numbers = [(row.value.replace("\u202f", " "), row.gap) for row in compared.rows]
    assert numbers == [("20 000", ""), ("18 400", "−1\u202f600")]


def test_an_emptied_target_is_put_aside_and_may_come_back(
    office: Any, target: Target, albi: School
) -> None:
    name = f"school_{albi.pk}"
    office.do(GRID, **SHARED, **{name: "17 000"})
    office.do(GRID, **{name: None})
    one = Target.objects.get(school=albi)
    assert one.archived_at
    office.do(GRID, **SHARED, **{name: "18 000"})
    one.refresh_from_db()
    assert (one.archived_at, one.value) == (None, 18000)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"source": None}, "source"),
        ({"year": "2016"}, "year"),
        ({"year": "bientôt"}, "year"),
        ({"sureness": "sans doute"}, "sureness"),
    ],
)
def test_a_grid_that_cannot_be_is_refused(
    office: Any, target: Target, albi: School, typed: dict[str, Any], field: str
) -> None:
    added = {f"school_{albi.pk}": "17 000"}
    assert list(office.refused(GRID, **(SHARED | added | typed))) == [field]


def test_a_school_s_number_is_read_as_french(office: Any, target: Target, albi: School) -> None:
    name = f"school_{albi.pk}"
    assert list(office.refused(GRID, **SHARED, **{name: "1.234"})) == [name]


def test_milestones_and_reports_of_a_project(office: Any, target: Target) -> None:
    project = factories.ProjectFactory(plan=target.plan)
    url = f"/plan/ajouter/jalons/?projet={project.pk}"
    assert list(office.refused(url, title_fr="Accord", due_on="demain")) == ["due_on"]
    assert list(office.refused(url, title_fr="Accord", due_on="2021-06-30", weight="-1")) == [
        "weight"
    ]
    office.do(url, title_fr="Accord", due_on="2021-06-30", weight="1,5")
    milestone = Milestone.objects.get()
    assert milestone.weight == Decimal("1.5")
    preview = office.preview(f"/plan/modifier/jalons/{milestone.pk}/", done_on="2021-06-01")
    assert preview.context["preview"].moves
    report = f"/plan/ajouter/avancements/?projet={project.pk}"
    assert list(office.refused(report, status="on_track")) == ["sentence"]
    office.do(report, status="at_risk", sentence="L’accord tarde.")
    assert StatusReport.objects.get().reported_by is not None
