"""The plan office says which indicators are a plan's, and since when one no longer is."""

from collections.abc import Callable
from typing import Any

import pytest

from imtplan.accounts.models import School
from indicators.models import FollowedIndicator, Indicator, Progress, Target
from indicators.recomputing.recompute import recompute_stale
from objectives.models import Objective, StrategicPlan
from tests import factories
from tests.imtplan.planning.workbooks import changed, opened, saved, title


@pytest.fixture
def target(albi: School) -> Target:
    found = factories.students_of_the_plan(albi)
    recompute_stale()
    return found


@pytest.fixture
def following(target: Target) -> StrategicPlan:
    return factories.PlanFactory(
        code="2023-2027", baseline_year=2022, first_year=2023, last_year=2027, follows=[]
    )


def of(plan: StrategicPlan) -> list[str]:
    return list(plan.followed_indicators.values_list("indicator__code", flat=True))


def test_an_indicator_added_from_a_plans_page_is_that_plans_and_comes_back_to_it(
    office: Any, following: StrategicPlan
) -> None:
    answer = office.do(
        "/plan/ajouter/indicateurs/?plan=2023-2027",
        code="engineers",
        name_fr="Élèves-ingénieurs",
        name_en="Engineers in training",
        unit_fr="élèves",
        unit_en="students",
        theme="training",
        aggregation="sum",
        is_headline="on",
    )
    assert answer.url == "/plan/plans/2023-2027/"
    assert of(following) == ["engineers"]
    assert of(StrategicPlan.objects.get(code="2018-2022")) == ["students"]
    assert following.followed_indicators.get().is_headline


def test_a_target_and_a_link_make_an_indicator_the_plans(
    office: Any, following: StrategicPlan, target: Target
) -> None:
    objective = factories.ObjectiveFactory(plan=following)
    linked = factories.IndicatorFactory(code="linked", followed_by=[])
    name = f"indicator_{linked.pk}"
    office.do(f"/plan/modifier/objectifs/{objective.pk}/", **{name: "1"})
    office.do(
        "/plan/ajouter/cibles/?plan=2023-2027",
        code="students-2027",
        indicator=str(target.indicator_id),
        value="21000",
        source="Contrat",
        sureness="high",
    )
    assert sorted(of(following)) == ["linked", "students"]
    assert Indicator.objects.filter(code="students").count() == 1


def test_an_indicator_that_is_there_is_followed_in_its_own_place(
    office: Any, following: StrategicPlan, target: Target
) -> None:
    url = "/plan/ajouter/suivis/?plan=2023-2027"
    typed = {"indicator": str(target.indicator_id), "rank": "3"}
    assert office.refused(url, **typed, first_year="2020") == {
        "first_year": ["Cette année n’est pas dans le plan."]
    }
    office.do(url, **typed, first_year="2024", is_headline=None)
    row = following.followed_indicators.get()
    assert (row.first_year, row.is_headline, row.rank) == (2024, False, 3)
    first = FollowedIndicator.objects.get(plan=target.plan)
    assert (first.first_year, first.is_headline, first.rank) == (None, True, 0)


def test_a_plan_puts_an_indicator_aside_and_takes_it_up_again(office: Any, target: Target) -> None:
    row = FollowedIndicator.objects.get()
    url = f"/plan/archiver/suivis/{row.pk}/"
    before = list(Progress.objects.order_by("year", "view").values_list("year", "progress"))
    assert office.refused(url, end_reason="replaced") == {
        "replaced_by": ["Dites par quel indicateur."]
    }
    office.do(url, "Le registre a changé.", last_year="2020", end_reason="broken")
    recompute_stale()
    row.refresh_from_db()
    assert (row.last_year, row.end_reason, row.end_sentence) == (
        2020,
        "broken",
        "Le registre a changé.",
    )
    assert max(Progress.objects.values_list("year", flat=True)) == 2020
    page = office.client.get("/plan/plans/2018-2022/")
    assert ("suivis", row) in page.context["overview"].archived
    assert list(page.context["overview"].others) == []
    office.do(url, "Par erreur.")
    recompute_stale()
    after = list(Progress.objects.order_by("year", "view").values_list("year", "progress"))
    assert after == before


def test_what_it_put_aside_is_offered_for_no_target_and_keeps_its_weight(
    office: Any, target: Target
) -> None:
    linked, other = (factories.ObjectiveFactory(plan=target.plan, code=code) for code in ("A", "B"))
    factories.LinkFactory(indicator=target.indicator, objective=linked)
    row = FollowedIndicator.objects.get()
    office.do(f"/plan/archiver/suivis/{row.pk}/", last_year="2020")
    add = office.client.get("/plan/ajouter/cibles/?plan=2018-2022").context["form"]
    assert list(add.fields["indicator"].queryset) == []
    name = f"indicator_{target.indicator_id}"
    for objective, offered in ((linked, True), (other, False)):
        form = office.client.get(f"/plan/modifier/objectifs/{objective.pk}/").context["form"]
        assert (name in form.fields) == offered
    office.do(f"/plan/modifier/objectifs/{linked.pk}/", title_fr="Autrement")
    url = f"/plan/plans/2018-2022/ecoles/{target.indicator.code}/"
    school = School.objects.without_the_institute().get()
    typed = {"source": "Contrat", "sureness": "medium", f"school_{school.pk}": "17 000"}
    (sentence,) = office.refused(url, **typed)["__all__"]
    assert sentence.startswith("Ce plan a mis de côté «\u202fÉtudiants\u202f»")


def test_an_indicator_that_no_plan_follows_is_put_aside_without_a_year(
    office: Any, following: StrategicPlan
) -> None:
    alone = factories.IndicatorFactory(code="alone", followed_by=[])
    url = f"/plan/archiver/indicateurs/{alone.pk}/"
    assert list(office.client.get(url).context["form"].fields) == []
    office.do(url, "Plus personne ne la produit.")
    alone.refresh_from_db()
    assert alone.archived_at is not None


def test_an_indicator_put_aside_everywhere_stands_once_among_what_is_put_aside(
    office: Any, target: Target
) -> None:
    successor = factories.IndicatorFactory(code="other", followed_by=[])
    url = f"/plan/archiver/indicateurs/{target.indicator_id}/"
    typed = {"last_year": "2020", "end_reason": "suspended", "replaced_by": str(successor.pk)}
    office.do(url, "La source a disparu.", **typed)
    assert FollowedIndicator.objects.get().replaced_by is None
    overview = office.client.get("/plan/plans/2018-2022/").context["overview"]
    assert [kind for kind, _row in overview.archived] == ["indicateurs"]


def test_a_closed_plan_keeps_what_it_followed_to_its_end(
    office: Any, following: StrategicPlan, target: Target
) -> None:
    factories.follow(following, target.indicator)
    url = f"/plan/archiver/indicateurs/{target.indicator_id}/"
    office.do(url, "Trop tard.", last_year="2024", end_reason="ended")
    overview = office.client.get("/plan/plans/2018-2022/").context["overview"]
    assert [row.followed.code for row in overview.measured] == ["students"]
    assert office.client.get("/plan/plans/2023-2027/").context["overview"].measured == []


def test_the_form_of_an_indicator_says_where_its_place_counts(office: Any, target: Target) -> None:
    form = office.client.get(f"/plan/modifier/indicateurs/{target.indicator_id}/").context["form"]
    for name in ("is_headline", "rank"):
        assert "la page de ce plan" in str(form.fields[name].help_text)


def test_a_workbook_reads_and_writes_what_a_plan_follows(
    desk: Callable[..., Any], target: Target
) -> None:
    here = desk("2018-2022")
    data = here.download()
    assert here.moving(data) == {}
    sheets = opened(data)
    rows = sheets[title("suivis")]
    assert rows[1][0] == "students"
    rows[1][2] = 2019
    here.load(saved(sheets))
    assert FollowedIndicator.objects.get().first_year == 2019


def test_a_workbook_from_before_makes_its_indicators_the_plans(
    desk: Callable[..., Any], following: StrategicPlan, target: Target
) -> None:
    """It has no sheet of what is followed: a line of an indicator says it."""
    here = desk("2023-2027")
    sheets = opened(here.download())
    del sheets[title("suivis")]
    old = opened(desk("2018-2022").download())
    sheets[title("indicateurs")] = old[title("indicateurs")]
    here.load(saved(sheets))
    assert of(following) == ["students"]
    again = changed(here.download(), "indicateurs", "students", rank=4)
    here.load(again)
    assert Indicator.objects.get().rank == 4


def test_what_was_put_aside_is_not_in_the_workbook(
    desk: Callable[..., Any], office: Any, target: Target
) -> None:
    factories.LinkFactory(indicator=target.indicator, objective=factories.ObjectiveFactory())
    row = FollowedIndicator.objects.get()
    office.do(f"/plan/archiver/suivis/{row.pk}/", last_year="2020")
    sheets = opened(desk("2018-2022").download())
    for slug in ("indicateurs", "suivis", "cibles", "liens"):
        assert not any("students" in map(str, line) for line in sheets[title(slug)]), slug
    assert Objective.objects.get().indicator_links.exists()


def test_a_workbook_from_before_loads_what_stays_and_refuses_a_new_link(
    desk: Callable[..., Any], office: Any, target: Target
) -> None:
    """Its lines of what was put aside since are as they were; a new one would count nowhere."""
    for code in ("O1", "O2"):
        factories.ObjectiveFactory(plan=target.plan, code=code)
    linked = Objective.objects.get(code="O1")
    factories.LinkFactory(indicator=target.indicator, objective=linked)
    here = desk("2018-2022")
    sheets = opened(here.download())
    del sheets[title("suivis")]
    row = FollowedIndicator.objects.get()
    office.do(f"/plan/archiver/suivis/{row.pk}/", last_year="2020")
    assert here.moving(saved(sheets)) == {}
    links = sheets[title("liens")]
    links.append([cell if cell != "O1" else "O2" for cell in links[1]])
    ((_where, _typed, why),) = here.refused(saved(sheets))
    assert why.startswith("Ce plan a mis de côté")
