"""Adding one thing after the other: stored at once where no number moves, with what follows from
the plan filled in, and back on the plan's page in the end."""

from typing import Any

import pytest

from imtplan.planning.new_rows import next_code
from indicators.models import FollowedIndicator, Indicator, IndicatorLink, Target
from levers.models import Lever
from objectives.models import Objective, StrategicPlan
from tests import factories

PAGE = "/plan/plans/2018-2022/"


def _press(office: Any, url: str, button: str, **typed: Any) -> Any:
    answer = office.client.post(url, office.filled(url, **{button: "1", **typed}))
    form = answer.context and answer.context.get("form")
    assert form is None or not form.errors, form.errors
    return answer


def test_what_moves_no_number_is_stored_at_once_and_the_next_one_asked(
    office: Any, draft: StrategicPlan
) -> None:
    url = "/plan/ajouter/objectifs/?plan=2018-2022"
    first = _press(office, url, "another", title_fr="Former", title_en="Train")
    assert (first.status_code, first.url) == (302, url)
    page = office.client.get(first.url).content.decode()
    assert "vous voyez chaque nombre qui bouge" not in page, "it is stored at once"
    assert "Ajouté" in page
    assert "Former." in page
    last = _press(office, url, "store", title_fr="Chercher", title_en="Search")
    assert (last.status_code, last.url) == (302, PAGE)
    stored = Objective.objects.filter(plan=draft).values_list("code", "rank", "title_fr")
    assert list(stored) == [("O1", 1, "Former"), ("O2", 2, "Chercher")]


def test_what_moves_a_number_that_readers_see_is_shown_first(
    office: Any, whole: StrategicPlan
) -> None:
    indicator = whole.targets.get().indicator
    typed = {"title_fr": "Ouvrir", "title_en": "Open", f"indicator_{indicator.pk}": "1"}
    url = "/plan/ajouter/leviers/?plan=2018-2022"
    StrategicPlan.objects.update(state="published")
    answer = _press(office, url, "another", kind_fr="structurel", **typed)
    assert answer.context["preview"].asks_reason
    assert not Lever.objects.exists()
    confirmed = office.client.post(
        url,
        dict(answer.context["form"].sent)
        | {
            "seen": answer.context["form"].mark,
            "announced": answer.context["preview"].digest,
            "reason": "Vote",
            "confirm": "another",
        },
    )
    assert confirmed.url == url
    assert Lever.objects.get().title_fr == "Ouvrir"


def test_numbers_of_a_draft_move_without_a_reason(office: Any, draft: StrategicPlan) -> None:
    indicator = factories.IndicatorFactory(code="students")
    factories.follow(draft, indicator)
    factories.FigureFactory(indicator=indicator, year=2017)
    url = "/plan/ajouter/cibles/?plan=2018-2022"
    typed = {"value": "20000", "source": "Conseil", "sureness": "high"}
    assert office.client.get(url).context["form"].proposed["indicator"] == indicator.pk
    differences = office.preview(url, **typed).context["preview"].differences
    shown = {row.label: row.after for row in differences}
    assert shown["indicateur"] == indicator.name, "what is proposed is shown as new"
    assert shown["Cible de référence"] == "oui"
    answer = _press(office, url, "another", **typed)
    assert (answer.status_code, answer.url) == (302, url)
    target = Target.objects.get()
    assert (target.code, target.indicator, target.is_reference) == (
        "students-2022",
        indicator,
        True,
    )
    # The next one is for an indicator that has none yet, and there is none.
    assert "indicator" not in office.client.get(url).context["form"].proposed


def test_a_made_code_keeps_its_year_where_the_indicators_code_is_long(
    office: Any, draft: StrategicPlan
) -> None:
    indicator = factories.IndicatorFactory(code="students-" * 5)
    url = f"/plan/ajouter/cibles/?plan=2018-2022&indicateur={indicator.code}"
    typed = {"value": "20000", "source": "Conseil", "sureness": "high"}
    for _time in range(2):
        _press(office, url, "store", **typed)
    first, second = Target.objects.order_by("pk").values_list("code", flat=True)
    assert first.endswith("-2022")
    assert second == f"{first}-2"


def test_an_indicator_of_a_plan_is_linked_as_it_is_made(office: Any, draft: StrategicPlan) -> None:
    objective = factories.ObjectiveFactory(plan=draft, code="O1")
    url = "/plan/ajouter/indicateurs/?plan=2018-2022"
    typed = {
        "name_fr": "Élèves-ingénieurs",
        "name_en": "Engineers",
        "unit_fr": "élèves",
        "unit_en": "students",
        "theme": "training",
        "aggregation": "sum",
        "counts_in": f"objective-{objective.pk}",
    }
    answer = _press(office, url, "store", **typed)
    assert (answer.status_code, answer.url) == (302, PAGE)
    indicator = Indicator.objects.get()
    assert indicator.code == "eleves-ingenieurs"
    assert IndicatorLink.objects.get().objective == objective
    assert FollowedIndicator.objects.get().rank == 1
    _press(office, url, "store", **typed)
    assert set(Indicator.objects.values_list("code", flat=True)) == {
        "eleves-ingenieurs",
        "eleves-ingenieurs-2",
    }


def test_a_new_plan_opens_and_a_milestone_comes_after_a_milestone(
    office: Any, draft: StrategicPlan
) -> None:
    years = {"baseline_year": "2022", "first_year": "2023", "last_year": "2027"}
    names = {"code": "2023-2027", "name_fr": "Plan suivant", "name_en": "Next plan"}
    answer = _press(office, "/plan/ajouter/plans/", "store", **names, **years)
    assert answer.url == "/plan/plans/2023-2027/"
    project = factories.ProjectFactory(plan=draft)
    url = f"/plan/ajouter/jalons/?projet={project.pk}"
    typed = {"title_fr": "Début", "title_en": "Start", "due_on": "2019-01-01"}
    assert _press(office, url, "another", **typed).url == url
    assert _press(office, url, "store", **typed).url == f"/plan/modifier/projets/{project.pk}/"


@pytest.mark.parametrize(
    ("codes", "expected"),
    [([], "O1"), (["O1", "O3"], "O4"), (["P09"], "P10"), (["Axe"], ""), (["Axe", "A2"], "A3")],
)
def test_codes_count_on(codes: list[str], expected: str) -> None:
    assert next_code(codes, "O1") == expected
