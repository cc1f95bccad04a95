"""The next plan from the last: what is ticked goes on in a draft, and the last one stays."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from imtplan.accounts.models import School, User
from imtplan.audit.models import Event
from imtplan.planning.next_plan.services import GoingOn, prepare_next_plan
from imtplan.planning.workbook.writing import state_of
from indicators.models import IndicatorLink, Progress, SeriesBreak, Target
from indicators.recomputing.recompute import recompute_stale
from objectives.models import Objective, PlanState, StrategicPlan
from projects.models import Serves
from tests import factories

URL = "/plan/plans/2018-2022/suivant/"
NAMES = {"name_fr": "Plan 2023-2027", "name_en": "Plan 2023-2027"}


@pytest.fixture
def plan(albi: School) -> StrategicPlan:
    """A plan with something of each kind, of which results are known."""
    target = factories.students_of_the_plan(albi)
    plan = target.plan
    objective = factories.ObjectiveFactory(plan=plan, code="O1", title_fr="Former")
    factories.ObjectiveFactory(plan=plan, code="O2", title_fr="Chercher")
    factories.LeverFactory(plan=plan, code="L1")
    project = factories.ProjectFactory(plan=plan, code="P01", lead_school=albi)
    factories.MilestoneFactory(project=project)
    factories.LinkFactory(
        indicator=target.indicator, objective=objective, weight=Decimal("0.5"), inferred=True
    )
    Serves.objects.create(project=project, objective=objective, weight=Decimal(2))
    recompute_stale()
    return plan


@pytest.fixture
def draft(plan: StrategicPlan, office: Any) -> StrategicPlan:
    office.do(URL, **ticked(office))
    return StrategicPlan.objects.get(code="2023-2027")


def ticked(office: Any, **typed: Any) -> dict[str, Any]:
    """Returns the page's own proposal, with every box ticked, as browsers send it."""
    form = office.client.get(URL).context["form"]
    return {bound.html_name: bound.value() for bound in form.ticked_fields} | NAMES | typed


def test_all_that_goes_on_stands_in_a_draft(draft: StrategicPlan, plan: StrategicPlan) -> None:
    assert (draft.state, draft.supersedes) == (PlanState.DRAFT, plan)
    assert (draft.baseline_year, draft.first_year, draft.last_year) == (2022, 2023, 2027)
    assert [row.code for row in draft.objective_set.order_by("code")] == ["O1", "O2"]
    assert [row.kind_fr for row in draft.lever_set.all()] == ["financier"]
    project = draft.flagshipproject_set.get()
    assert (project.code, project.lead_school.code) == ("P01", "imt-mines-albi")
    link = IndicatorLink.objects.of(draft).get()
    assert (link.objective.plan, link.weight, link.inferred) == (draft, Decimal("0.5"), True)
    serves = Serves.objects.get(project=project)
    assert (serves.objective.plan, serves.weight, serves.inferred) == (draft, Decimal(2), False)
    assert draft.followed_indicators.get().indicator.code == "students"


def test_each_element_is_known_as_what_it_was(draft: StrategicPlan, plan: StrategicPlan) -> None:
    for rows in (draft.objective_set, draft.lever_set, draft.flagshipproject_set):
        for row in rows.all():
            assert (row.continues.plan, row.continues.code) == (plan, row.code)


def test_no_target_and_no_milestone_is_made(draft: StrategicPlan) -> None:
    assert not draft.targets.exists()
    assert not draft.flagshipproject_set.get().milestones.exists()


def test_nothing_of_the_last_plan_changes(office: Any, plan: StrategicPlan) -> None:
    before = state_of(plan), list(Progress.objects.order_by("pk").values())
    preview = office.preview(URL, **ticked(office)).context["preview"]
    assert not [move for move in preview.moves if move.model is Progress]
    assert not StrategicPlan.objects.exclude(pk=plan.pk).exists(), "looking stores nothing"
    office.do(URL, **ticked(office))
    recompute_stale()
    assert (state_of(plan), list(Progress.objects.order_by("pk").values())) == before
    events = Event.objects.filter(verb=Event.Verb.PLAN_EDITED)
    assert events.count() > 7
    assert plan.pk not in events.filter(detail__row="objectives.strategicplan").values_list(
        "detail__pk", flat=True
    )


def test_what_is_not_ticked_does_not_go_on(office: Any, plan: StrategicPlan) -> None:
    first = Objective.objects.get(code="O2")
    office.do(URL, **ticked(office, objectives=[str(first.pk)], levers=[], followed=[]))
    draft = StrategicPlan.objects.get(code="2023-2027")
    assert [row.code for row in draft.objective_set.all()] == ["O2"]
    assert not draft.lever_set.exists()
    assert not IndicatorLink.objects.of(draft).exists(), "its ends do not go on"
    assert not Serves.objects.filter(project__plan=draft).exists()
    assert draft.flagshipproject_set.exists()


def test_the_preview_lists_what_will_be_there(office: Any, plan: StrategicPlan) -> None:
    page = office.preview(URL, **ticked(office)).content.decode()
    assert "Objectifs qui se poursuivent (2/2)" in page
    assert "O1 Former" in page
    assert "O1, poids 0,5" in page
    assert "Valeur validée de 2020" in page, "the baseline that will be proposed"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"code": "2018-2022"}, "code"),
        ({"code": ""}, "code"),
        ({"name_fr": ""}, "name_fr"),
        ({"baseline_year": "2024"}, "first_year"),
        ({"baseline_year": "2016", "first_year": "2018"}, "first_year"),
        ({"objectives": ["999999"]}, "objectives"),
    ],
)
def test_a_wrong_field_is_refused_at_its_place(
    office: Any, plan: StrategicPlan, typed: dict[str, Any], field: str
) -> None:
    assert field in office.refused(URL, **ticked(office, **typed))


def test_a_code_that_a_plan_has_already_is_refused_in_one_sentence(
    office: Any, plan: StrategicPlan
) -> None:
    why = ["Un plan a déjà ce code\u202f: écrivez-en un autre."]
    assert office.refused(URL, **ticked(office, code=plan.code)) == {"code": why}
    years = {"baseline_year": "2022", "first_year": "2023", "last_year": "2027"}
    new = {"code": plan.code, **NAMES, **years}
    assert office.refused("/plan/ajouter/plans/", **new) == {"code": why}


def test_only_the_plan_office_opens_it(
    plan: StrategicPlan, diane: User, signed_in: Callable[[User], Client], office: Any
) -> None:
    assert signed_in(diane).get(URL).status_code == 403
    assert office.client.get("/plan/plans/nothing/suivant/").status_code == 404


def test_a_plan_with_nothing_in_it_has_a_next(office: Any, db: None) -> None:
    factories.PlanFactory()
    office.do(URL, **ticked(office))
    assert StrategicPlan.objects.get(code="2023-2027").supersedes.code == "2018-2022"


def test_it_is_all_or_nothing(plan: StrategicPlan, paul: User) -> None:
    """Two elements of one code: the second is refused, and nothing is there of the first."""
    twin = Objective.objects.get(code="O1")
    with pytest.raises(ValidationError):
        prepare_next_plan(
            plan=plan,
            terms={"code": "next", **NAMES}
            | {"baseline_year": 2022, "first_year": 2023, "last_year": 2027},
            going_on=GoingOn(objectives=[twin, twin]),
            by=paul,
        )
    assert not StrategicPlan.objects.filter(code="next").exists()


# --- The baselines of its targets ---------------------------------------------------------------


def adding(plan: StrategicPlan) -> str:
    return f"/plan/ajouter/cibles/?plan={plan.code}&indicateur=students"


TARGET = {"code": "students-2027", "value": "24000", "source": "Conseil", "sureness": "high"}


def test_the_last_validated_figure_is_proposed_with_its_source(
    draft: StrategicPlan, office: Any
) -> None:
    form = office.client.get(adding(draft)).context["form"]
    assert form["baseline_year"].value() == 2020
    assert form["baseline_value"].value() == "15\u202f000"
    assert form["baseline_source"].value() == "Valeur validée de 2020."
    preview = office.preview(adding(draft), **TARGET)
    labels = [one.label for one in preview.context["preview"].differences]
    assert "référence publiée" in labels, "what is proposed is shown before it is stored"
    office.confirm(adding(draft), preview)
    stored = Target.objects.get(code="students-2027")
    assert (stored.baseline_year, stored.baseline_value) == (2020, Decimal(15000))


def test_an_emptied_proposal_is_not_stored(draft: StrategicPlan, office: Any) -> None:
    office.do(adding(draft), **TARGET, baseline_value=None, baseline_source=None)
    stored = Target.objects.get(code="students-2027")
    assert (stored.baseline_value, stored.baseline_source) == (None, "")


def test_a_proposal_does_not_go_to_another_indicator(draft: StrategicPlan, office: Any) -> None:
    other = factories.IndicatorFactory(code="other")
    factories.follow(draft, other)
    refused = office.refused(adding(draft), **TARGET, indicator=str(other.pk))
    assert "baseline_value" in refused
    own = {"indicator": str(other.pk), "baseline_value": "9000"}
    assert "baseline_source" in office.refused(adding(draft), **TARGET, **own)


def test_a_quotient_is_proposed_with_decimals_that_its_own_form_takes(
    draft: StrategicPlan, office: Any, plan: StrategicPlan, albi: School
) -> None:
    share = factories.IndicatorFactory(code="share", ratio=True, followed_by=[draft])
    odd = factories.IndicatorFactory(code="odd", ratio=True, decimals=0, followed_by=[draft, plan])
    parts = {"numerator": Decimal(1234), "denominator": Decimal(5433)}
    for indicator in (share, odd):
        factories.FigureFactory(indicator=indicator, school=albi, year=2020, value=None, **parts)
    recompute_stale()
    for code, shown in (("share", "22,7"), ("odd", "22,71305")):
        url = f"/plan/ajouter/cibles/?plan={draft.code}&indicateur={code}"
        office.do(url, **TARGET | {"code": f"{code}-2027", "value": "30"})
        stored = Target.objects.get(code=f"{code}-2027")
        assert stored.baseline_value == Decimal(shown.replace(",", "."))
    typed = ticked(office, code="2024-2028")
    preview = office.preview(URL, **typed).context["preview"]
    assert "22,71305 étudiants" in preview.differences[-1].after


def test_a_figure_from_before_a_break_of_the_series_is_not_proposed(
    draft: StrategicPlan, office: Any
) -> None:
    indicator = draft.followed_indicators.get().indicator
    broken = SeriesBreak.objects.create(indicator=indicator, year=2021, sentence="Compté à neuf.")
    form = office.client.get(adding(draft)).context["form"]
    assert form["baseline_value"].value() is None
    SeriesBreak.objects.filter(pk=broken.pk).update(year=2020)
    form = office.client.get(adding(draft)).context["form"]
    assert form["baseline_year"].value() == 2020, "the first year that is counted anew"


def test_a_first_plan_proposes_nothing(plan: StrategicPlan, office: Any) -> None:
    form = office.client.get(adding(plan)).context["form"]
    assert form["baseline_value"].value() is None
