"""A plan's workbook given back: what it would do is seen first, and done as the pages do it."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from imtplan.accounts.models import School, User
from imtplan.audit.models import Event
from indicators.models import IndicatorLink, Progress, Target
from indicators.recomputing.recompute import recompute_stale
from levers.models import Lever
from objectives.models import Objective, StrategicPlan
from projects.models import FlagshipProject, Milestone, Serves
from tests import factories
from tests.imtplan.planning.workbooks import changed, made, opened, saved, title, with_lines

PLAN = "2018-2022"
SOURCE = "Contrat d’objectifs 2018-2022."


@pytest.fixture
def target(albi: School, recomputed: Callable[[], Any]) -> Target:
    found = factories.students_of_the_plan(albi)
    objective = factories.ObjectiveFactory(plan=found.plan, code="O1", title_fr="Former")
    factories.LeverFactory(plan=found.plan, code="L1")
    factories.ProjectFactory(plan=found.plan, code="P01")
    factories.LinkFactory(indicator=found.indicator, objective=objective, inferred=True)
    recomputed()
    return found


@pytest.fixture
def here(target: Target, desk: Callable[..., Any]) -> Any:
    return desk(PLAN)


def edited() -> list[Event]:
    return list(Event.objects.filter(verb=Event.Verb.PLAN_EDITED).order_by("pk"))


# --- What is seen before ------------------------------------------------------------------------


def test_looking_stores_nothing(here: Any, target: Target) -> None:
    here.preview(changed(here.download(), "cibles", target.code, value=21000))
    target.refresh_from_db()
    assert target.value == 20000
    assert not edited()


def test_each_cell_is_shown_before_and_after_and_each_number_that_moves(
    here: Any, target: Target
) -> None:
    data = changed(here.download(), "cibles", target.code, value=21000)
    answer = here.preview(data)
    page = answer.content.decode().replace("\u202f", " ")
    assert '<del class="as-typed">20 000</del> → <ins class="as-typed">21 000</ins>' in page
    assert "24,24 %" in page
    assert "21,05 %" in page
    assert answer.context["preview"].asks_reason


def test_what_is_announced_is_what_happens(here: Any, target: Target, paul: User) -> None:
    answer = here.preview(changed(here.download(), "cibles", target.code, value=21000))
    announced = [one for one in answer.context["preview"].moves if one.model is Progress]
    assert here.confirm(answer, "Avenant au contrat").status_code == 302
    recompute_stale()
    for move in announced:
        row = Progress.objects.get(target=target, year=move.after["year"], view=move.after["view"])
        assert row.progress == move.after["progress"]
    (event,) = edited()
    assert (event.actor, event.detail["reason"]) == (paul, "Avenant au contrat")
    assert (event.detail["before"], event.detail["after"]) == (
        {"value": "20000"},
        {"value": "21000"},
    )


def test_without_a_reason_a_number_does_not_move(here: Any, target: Target) -> None:
    answer = here.preview(changed(here.download(), "cibles", target.code, value=21000))
    refused = here.confirm(answer, reason=" ")
    assert refused.status_code == 422
    assert refused.context["problem"]
    assert not edited()


def test_the_same_file_twice_changes_nothing_the_second_time(here: Any, target: Target) -> None:
    objective = {"code": "O2", "title_fr": "Deux", "title_en": "Two"}
    milestone = {"project": "P01", "title_fr": "Fin", "due_on": date(2021, 6, 30)}
    data = with_lines(here.download(), {"objectifs": [objective], "jalons": [milestone]})
    here.load(data)
    first = len(edited())
    assert first == 2
    assert here.moving(data) == {}
    assert here.confirm(here.preview(data)).status_code == 302
    assert len(edited()) == first
    assert Milestone.objects.get().due_on == date(2021, 6, 30)


def test_what_changed_since_is_seen_before_it_is_stored(
    here: Any, target: Target, office: Any
) -> None:
    """The cell says 20 000, as the workbook was made; meanwhile somebody decided on 22 000."""
    answer = here.preview(changed(here.download(), "objectifs", "O1", title_en="Train more"))
    office.do(f"/plan/modifier/cibles/{target.pk}/", value="22 000")
    again = here.confirm(answer)
    assert again.status_code == 422
    assert "22 000" in again.content.decode().replace("\u202f", " ")
    assert Objective.objects.get().title_en != "Train more"
    remarks = again.context["form"].report.remarks
    assert len(remarks) == 1  # that the plan changed since the workbook was made
    assert here.confirm(again).status_code == 302
    target.refresh_from_db()
    assert target.value == 20000


def test_a_number_that_moved_since_is_seen_too(here: Any, target: Target, albi: School) -> None:
    answer = here.preview(changed(here.download(), "cibles", target.code, value=21000))
    target.indicator.figures.filter(year=2020).update(value=Decimal(16000))
    again = here.confirm(answer)
    assert again.status_code == 422
    assert not edited()


@pytest.mark.parametrize("spoiled", ["", "x", "eyJ:1abcd:xyz"])
def test_what_was_not_read_by_us_is_not_loaded(here: Any, spoiled: str) -> None:
    data = {"content": spoiled, "confirm": "1", "reason": "Voilà"}
    answer = here.client.post(here.url, data)
    assert answer.status_code == 422
    assert "file" in answer.context["form"].errors


# --- What is done -------------------------------------------------------------------------------


def test_new_things_of_every_kind_in_one_load(here: Any, target: Target, albi: School) -> None:
    """Each names others of the same workbook, on whatever line they stand."""
    data = made(
        objectifs=[{"code": "O2", "title_fr": "Chercher", "title_en": "Search", "weight": "1,5"}],
        leviers=[{"code": "L2", "title_fr": "Argent", "title_en": "Money", "kind_fr": "financier"}],
        projets=[{"code": "P02", "leader": "A. Martin", "lead_school": "imt-mines-albi"}],
        jalons=[{"project": "P02", "title_fr": "Début", "due_on": "15/12/2020", "weight": 2}],
        indicateurs=[
            {"code": "part", "part_of": "whole", "name_fr": "Partie", "name_en": "Part"}
            | {"theme": "research", "unit_fr": "%", "unit_en": "%", "aggregation": "none"},
            {"code": "whole", "name_fr": "Tout", "name_en": "Whole", "is_headline": "oui"}
            | {"theme": "Recherche", "unit_fr": "%", "unit_en": "%", "aggregation": "none"},
        ],
        liens=[
            {"code": "whole", "element": "O2", "weight": 0.5},
            {"code": "part", "element": "P02", "weight": "0,25"},
            {"code": "P02", "element": "L2", "weight": 1},
        ],
        cibles=[
            {"code": "whole-2022", "indicator": "whole", "school": None, "year": 2022}
            | {"baseline_year": 2017, "value": (0.225,), "growth_percent": None}
            | {"source": SOURCE, "sureness": "high", "is_reference": True},
            {"code": "albi-2022", "indicator": "whole", "school": "imt-mines-albi", "year": 2022}
            | {"baseline_year": 2017, "growth_percent": "12,5 %", "source": SOURCE}
            | {"sureness": "medium"},
        ],
    )
    here.load(data)
    assert Objective.objects.get(code="O2").weight == Decimal("1.5")
    assert Lever.objects.get(code="L2").kind_fr == "financier"
    project = FlagshipProject.objects.get(code="P02")
    assert (project.leader, project.lead_school) == ("A. Martin", albi)
    milestone = Milestone.objects.get()
    assert (milestone.due_on, milestone.weight) == (date(2020, 12, 15), Decimal(2))
    weights = IndicatorLink.objects.exclude(indicator=target.indicator).order_by("weight")
    assert [(str(one.element.code), one.weight) for one in weights] == [
        ("P02", Decimal("0.25")),
        ("O2", Decimal("0.5")),
    ]
    assert Serves.objects.get().lever.code == "L2"
    whole = Target.objects.get(code="whole-2022")
    assert (whole.value, whole.is_reference, whole.school) == (Decimal("22.5"), True, None)
    assert whole.indicator.is_headline
    of_albi = Target.objects.get(code="albi-2022")
    assert (of_albi.growth_percent, of_albi.school) == (Decimal("12.5"), albi)
    assert Target.objects.get(code="albi-2022").value is None
    assert {event.detail["reason"] for event in edited()} == {"Décision du conseil"}
    assert here.moving(data) == {}


def test_absence_takes_nothing_away(here: Any, target: Target) -> None:
    sheets = opened(here.download())
    for name in list(sheets)[1:]:
        if name not in (title("plans"), "imtplan-plan"):
            del sheets[name][1:]
    assert here.moving(saved(sheets)) == {}
    one_column = made(cibles=[{"code": target.code, "sureness": "medium"}])
    here.load(one_column)
    target.refresh_from_db()
    assert (target.sureness, target.value) == ("medium", 20000)
    assert IndicatorLink.objects.count() == 1


def test_an_emptied_cell_empties_what_may_be_empty(here: Any, target: Target) -> None:
    here.load(changed(here.download(), "cibles", target.code, baseline_value=None))
    target.refresh_from_db()
    assert target.baseline_value is None
    assert here.moving(changed(here.download(), "objectifs", "O1", weight=None)) == {}
    here.load(changed(here.download(), "objectifs", "O1", title_en=None))
    assert Objective.objects.get().title_en == "", "it may wait"
    data = changed(here.download(), "objectifs", "O1", title_fr=None)
    ((where, typed, _why),) = here.refused(data)
    assert (where, typed) == ("ligne 2, colonne C", "")


def test_a_weight_that_stays_leaves_its_link_to_confirm(here: Any, target: Target) -> None:
    here.load(changed(here.download(), "objectifs", "O1", title_en="Train more"))
    assert IndicatorLink.objects.get().inferred
    answer = here.preview(changed(here.download(), "liens", "students", weight="2,5"))
    (total,) = answer.context["form"].report.sums
    assert (total.before, total.after) == ("1", "2,5")
    assert here.confirm(answer).status_code == 302
    link = IndicatorLink.objects.get()
    assert (link.weight, link.inferred) == (Decimal("2.5"), False)


def test_the_reference_passes_from_one_target_to_another(here: Any, target: Target) -> None:
    other = factories.TargetFactory(
        plan=target.plan, indicator=target.indicator, code="autre", is_reference=False
    )
    data = changed(here.download(), "cibles", target.code, is_reference="non")
    here.load(changed(data, "cibles", "autre", is_reference="oui"))
    other.refresh_from_db()
    target.refresh_from_db()
    assert (other.is_reference, target.is_reference) == (True, False)
    two = changed(here.download(), "cibles", target.code, is_reference="oui")
    assert len(here.refused(two)) == 1


def test_stated_values_stand_under_their_years(here: Any, target: Target) -> None:
    data = made(cibles=[{"code": target.code, "trajectory": "stated", "point_2020": 15500.5}])
    here.load(data)
    assert list(target.points.values_list("year", "value")) == [(2020, Decimal("15500.5"))]
    data = made(cibles=[{"code": target.code, "Expected in 2031": 1}])
    assert len(here.refused(data)) == 1


def test_a_milestone_is_known_by_its_number(here: Any, target: Target) -> None:
    project = FlagshipProject.objects.get()
    milestone = factories.MilestoneFactory(project=project, title_fr="Avant")
    data = made(jalons=[{"number": milestone.pk, "project": "P01", "title_fr": "Après"}])
    here.load(data)
    milestone.refresh_from_db()
    assert milestone.title_fr == "Après"
    for wrong in (milestone.pk + 1, "99999999999999"):
        data = made(jalons=[{"number": wrong, "project": "P01", "title_fr": "Après"}])
        assert len(here.refused(data)) == 1


def test_the_terms_of_the_plan_itself(here: Any, target: Target) -> None:
    terms = {"on_track_from": "0,8", "verdict_from": "0,4", "presented_on": None}
    here.load(changed(here.download(), "plans", PLAN, **terms))
    plan = StrategicPlan.objects.get()
    assert (plan.on_track_from, plan.presented_on) == (Decimal("0.8"), None)
    assert plan.verdict_from == Decimal("0.4")
