"""A change of the plan: seen before it is stored, with a reason; who comes second is told."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from imtplan.accounts.models import School, User
from imtplan.audit.models import Event
from indicators.models import Figure, IndicatorLink, Progress, RollUp, StaleMark, Target
from indicators.recomputing.recompute import recompute_stale
from objectives.models import Objective
from projects.models import Serves
from tests import factories

SPACE = "\u202f"


@pytest.fixture
def target(albi: School, recomputed: Callable[[], Any]) -> Target:
    found = factories.students_of_the_plan(albi)
    objective = factories.ObjectiveFactory(plan=found.plan, code="O1")
    factories.LinkFactory(indicator=found.indicator, objective=objective)
    recomputed()
    return found


@pytest.fixture
def url(target: Target) -> str:
    return f"/plan/modifier/cibles/{target.pk}/"


def test_looking_stores_nothing(office: Any, target: Target, url: str) -> None:
    answer = office.preview(url, value=f"21{SPACE}000")
    assert answer.status_code == 200
    target.refresh_from_db()
    assert target.value == 20000
    assert not Event.objects.exists()
    assert not StaleMark.objects.exists()


def test_the_preview_says_what_is_typed_and_what_moves(
    office: Any, target: Target, url: str
) -> None:
    page = office.preview(url, value="21 000").content.decode().replace(SPACE, " ")
    assert '<del class="as-typed">20 000</del>' in page
    assert "24,24 %" in page
    assert "21,05 %" in page


def test_what_is_announced_is_what_happens(office: Any, target: Target, url: str) -> None:
    preview = office.preview(url, value="21 000")
    announced = preview.context["preview"].moves
    assert announced
    assert office.confirm(url, preview).status_code == 302
    recompute_stale()
    for move in announced:
        assert move.after is not None
        key = {
            name: value
            for name, value in move.after.items()
            if name.endswith("_id") or name in ("year", "view")
        }
        assert move.model._default_manager.filter(**key).values(*move.after).get() == move.after
    assert {move.model for move in announced} == {Progress, RollUp}


def test_the_reason_and_what_was_there_are_kept(
    office: Any, paul: User, target: Target, url: str
) -> None:
    office.do(url, value="21 000", reason="Avenant au contrat")
    event = Event.objects.get()
    assert (event.verb, event.actor) == (Event.Verb.PLAN_EDITED, paul)
    assert event.detail["reason"] == "Avenant au contrat"
    assert event.detail["before"] == {"value": "20000"}
    assert event.detail["after"] == {"value": "21000"}
    page = office.client.get(url).content.decode().replace(SPACE, " ")
    assert "Avenant au contrat" in page
    assert "20 000 → 21 000" in page


@pytest.mark.parametrize("reason", ["", "   "])
def test_without_a_reason_nothing_is_stored(
    office: Any, target: Target, url: str, reason: str
) -> None:
    answer = office.confirm(url, office.preview(url, value="21 000"), reason)
    assert answer.status_code == 422
    assert answer.context["problem"]
    target.refresh_from_db()
    assert target.value == 20000


def test_no_reason_is_asked_where_nothing_moves(office: Any, target: Target, url: str) -> None:
    preview = office.preview(url, perimeter_fr="Huit écoles")
    assert not preview.context["preview"].asks_reason
    assert not preview.context["preview"].moves
    assert office.confirm(url, preview, "").status_code == 302
    target.refresh_from_db()
    assert target.perimeter_fr == "Huit écoles"


def test_a_definition_asks_for_a_reason_though_nothing_moves(office: Any, target: Target) -> None:
    url = f"/plan/modifier/indicateurs/{target.indicator_id}/"
    preview = office.preview(url, definition_fr="Inscrits au 15 janvier.")
    assert not preview.context["preview"].moves
    assert office.confirm(url, preview, "").status_code == 422
    assert office.confirm(url, preview, "Précision").status_code == 302


def test_storing_what_is_there_leaves_no_trace(office: Any, target: Target, url: str) -> None:
    office.do(url)
    assert not Event.objects.exists()


def test_a_change_in_between_is_noticed(office: Any, target: Target, url: str) -> None:
    slow = office.filled(url, value="21 000")
    office.do(url, value="22 000", reason="Plus vite")
    answer = office.client.post(url, slow)
    assert answer.status_code == 422
    differences = {(one.before, one.after) for one in answer.context["overtaken"]}
    assert differences == {(f"22{SPACE}000", f"21{SPACE}000")}
    target.refresh_from_db()
    assert target.value == 22000


def test_a_change_between_looking_and_confirming_is_noticed(
    office: Any, target: Target, url: str
) -> None:
    preview = office.preview(url, value="21 000")
    office.do(url, value="22 000")
    assert office.confirm(url, preview).status_code == 422
    target.refresh_from_db()
    assert target.value == 22000


def test_figures_that_come_in_between_are_announced_anew(
    office: Any, target: Target, url: str
) -> None:
    preview = office.preview(url, value="21 000")
    Figure.objects.filter(year=2020).update(value=Decimal(16000))
    again = office.confirm(url, preview)
    assert again.status_code == 422
    assert office.confirm(url, again).status_code == 302


def test_going_back_shows_what_was_typed(office: Any, target: Target, url: str) -> None:
    answer = office.client.post(url, office.filled(url, value="21 000") | {"back": "1"})
    assert answer.context["form"]["value"].value() == "21 000"
    target.refresh_from_db()
    assert target.value == 20000


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"value": "1.234"}, "value"),
        ({"value": "beaucoup"}, "value"),
        ({"value": None}, "value"),
        ({"growth_percent": "60"}, "value"),
        ({"growth_percent": "60", "value": None, "baseline_value": "0"}, "growth_percent"),
        ({"growth_percent": "60", "value": None, "baseline_value": "-5"}, "growth_percent"),
        ({"year": "2017"}, "year"),
        ({"year": "deux mille"}, "year"),
        ({"source": None}, "source"),
        ({"trajectory": "stated"}, "trajectory"),
        ({"trajectory": "elsewhere"}, "trajectory"),
        ({"baseline_value": "12,1234567"}, "baseline_value"),
        ({"point_2020": "douze"}, "point_2020"),
    ],
)
def test_bad_input_is_answered_at_its_field(
    office: Any, target: Target, url: str, typed: dict[str, Any], field: str
) -> None:
    assert list(office.refused(url, **typed)) == [field]


def test_stated_years_are_kept_and_changed(office: Any, target: Target, url: str) -> None:
    office.do(url, trajectory="stated", point_2019="14 000,5", point_2020="15 500")
    assert dict(target.points.values_list("year", "value")) == {
        2019: Decimal("14000.5"),
        2020: Decimal(15500),
    }
    office.do(url, point_2019=None, point_2020="16 000")
    assert dict(target.points.values_list("year", "value")) == {2020: Decimal(16000)}


def test_another_reference_takes_it_from_the_first(office: Any, target: Target) -> None:
    other = factories.TargetFactory(
        plan=target.plan, indicator=target.indicator, is_reference=False, value=15600
    )
    office.do(f"/plan/modifier/cibles/{other.pk}/", is_reference="on")
    found = Target.objects.filter(is_reference=True)
    assert list(found) == [other]
    assert Event.objects.count() == 2


def test_weights_link_change_and_unlink(office: Any, target: Target) -> None:
    objective = Objective.objects.get()
    project = factories.ProjectFactory(plan=target.plan)
    link = IndicatorLink.objects.get()
    url = f"/plan/modifier/objectifs/{objective.pk}/"
    office.do(url, **{f"project_{project.pk}": "0,5", f"indicator_{target.indicator_id}": "2"})
    assert Serves.objects.get().weight == Decimal("0.5")
    link.refresh_from_db()
    assert link.weight == 2
    office.do(url, **{f"project_{project.pk}": None})
    assert not Serves.objects.exists()


def test_a_weight_that_is_changed_is_no_longer_inferred(office: Any, target: Target) -> None:
    IndicatorLink.objects.update(inferred=True)
    url = f"/plan/modifier/objectifs/{Objective.objects.get().pk}/"
    office.do(url, **{f"indicator_{target.indicator_id}": "3"})
    assert not IndicatorLink.objects.get().inferred


@pytest.mark.parametrize("typed", ["-1", "un", "1e3", "100000"])
def test_a_bad_weight_is_refused(office: Any, target: Target, typed: str) -> None:
    url = f"/plan/modifier/objectifs/{Objective.objects.get().pk}/"
    name = f"indicator_{target.indicator_id}"
    assert list(office.refused(url, **{name: typed})) == [name]


def test_put_aside_and_brought_back(office: Any, target: Target) -> None:
    objective = Objective.objects.get()
    url = f"/plan/archiver/objectifs/{objective.pk}/"
    assert office.confirm(url, office.preview(url), "").status_code == 422
    office.do(url, reason="Fusionné avec O2", last_year="2019", end_reason="replaced")
    recompute_stale()
    objective.refresh_from_db()
    assert objective.archived_at
    assert (objective.last_year, objective.end_sentence) == (2019, "Fusionné avec O2")
    of_the_plan = RollUp.objects.filter(plan=target.plan, year=2020, view="validated")
    assert of_the_plan.get().progress is None
    plan = office.client.get("/plan/plans/2018-2022/")
    assert [row for _kind, row in plan.context["overview"].archived] == [objective]
    office.do(url)
    recompute_stale()
    assert round(of_the_plan.get().progress, 4) == Decimal("0.2424")


@pytest.mark.parametrize("kind", ["projets", "indicateurs", "cibles", "leviers"])
def test_whatever_is_put_aside_leaves_every_mean(office: Any, target: Target, kind: str) -> None:
    """A project that serves, an indicator that counts: the rest is computed without them."""
    objective = Objective.objects.get()
    project = factories.ProjectFactory(plan=target.plan)
    lever = factories.LeverFactory(plan=target.plan)
    for end in ({"objective": objective}, {"lever": lever}):
        Serves.objects.create(project=project, **end)
    rows = {
        "projets": project,
        "indicateurs": target.indicator,
        "cibles": target,
        "leviers": lever,
    }
    recompute_stale()
    office.do(f"/plan/archiver/{kind}/{rows[kind].pk}/", last_year="2019")
    recompute_stale()
    left = RollUp.objects.get(objective=objective, year=2020, view="validated")
    if kind in ("projets", "leviers"):
        assert round(left.progress, 4) == Decimal("0.2424")
    else:
        assert left.progress is None


def test_numbers_are_read_in_the_language_of_the_page(paul: User, target: Target) -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(paul)
    url = f"/plan/modifier/cibles/{target.pk}/"
    form = client.get(url).context["form"]
    assert 'value="20,000"' in client.get(url).content.decode()
    data = {"seen": form.mark, "year": "2022", "value": "21,000.5", "baseline_year": "2017"}
    data |= {"trajectory": "linear", "source": "x", "sureness": "high"}
    answer = client.post(url, data)
    assert answer.context["form"].cleaned_data["value"] == Decimal("21000.5")
