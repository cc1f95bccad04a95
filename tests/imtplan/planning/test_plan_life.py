"""The life of a plan: each step, what holds it back, who reads a draft, what goes with one."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from imtplan.accounts.models import User
from imtplan.audit.models import Event
from imtplan.audit.plan_edits import LOCK, ReasonNeeded
from imtplan.planning.forms_elements import StrategicPlanForm
from imtplan.planning.plan_life import (
    PlanStep,
    StepRefused,
    delete_draft,
    invite_reader,
    steps_of,
    take_step,
    withdraw_reader,
)
from indicators.models import Figure, Indicator, IndicatorLink, Snapshot, Target
from indicators.services import take_snapshot
from objectives.models import Objective, PlanState, StrategicPlan
from objectives.services import store_plan
from projects.models import Milestone, Serves
from tests import factories
from tests.imtplan.planning.plan_steps import WHY, walk

SignIn = Callable[[User], Client]


def test_a_plan_is_published_closed_and_archived_and_each_step_back(
    draft: StrategicPlan, paul: User
) -> None:
    forth = [PlanStep.PUBLISH, PlanStep.CLOSE, PlanStep.ARCHIVE]
    back = [PlanStep.BRING_BACK, PlanStep.REOPEN, PlanStep.WITHDRAW]
    states = [walk(draft, paul, step).state for step in [*forth, *back]]
    assert states == ["published", "closed", "archived", "closed", "published", "draft"]

    draft.refresh_from_db()
    assert (draft.published_at, draft.closed_at) == (None, None)
    events = Event.objects.filter(verb=Event.Verb.PLAN_EDITED).order_by("pk")
    assert [event.detail["after"]["state"] for event in events] == states
    assert {event.actor for event in events} == {paul}


@pytest.mark.parametrize("state", list(PlanState))
def test_no_step_is_skipped(state: PlanState, db: None, paul: User) -> None:
    closed_at = timezone.now() if state.is_over else None
    plan = factories.PlanFactory(state=state, closed_at=closed_at)
    for step in set(PlanStep) - set(steps_of(plan)):
        with pytest.raises(StepRefused):
            take_step(plan=plan, step=step, by=paul, reason=WHY)
    plan.refresh_from_db()
    assert plan.state == state


@pytest.mark.parametrize(
    ("before", "step"),
    [
        ([PlanStep.PUBLISH], PlanStep.WITHDRAW),
        ([PlanStep.PUBLISH, PlanStep.CLOSE], PlanStep.REOPEN),
        ([PlanStep.PUBLISH, PlanStep.CLOSE], PlanStep.ARCHIVE),
        ([PlanStep.PUBLISH, PlanStep.CLOSE, PlanStep.ARCHIVE], PlanStep.BRING_BACK),
    ],
)
def test_taking_away_what_people_see_needs_a_reason(
    before: list[PlanStep], step: PlanStep, draft: StrategicPlan, paul: User
) -> None:
    plan = walk(draft, paul, *before)
    with pytest.raises(ReasonNeeded):
        take_step(plan=plan, step=step, by=paul, reason=" ")
    assert take_step(plan=plan, step=step, by=paul, reason=WHY).state == step.ends.end


def test_a_plan_follows_no_draft_once_it_is_published(draft: StrategicPlan, paul: User) -> None:
    years = {"baseline_year": 2022, "first_year": 2023, "last_year": 2027}
    later = factories.PlanFactory(
        code="2023-2027", state=PlanState.DRAFT, supersedes=draft, **years
    )
    with pytest.raises(StepRefused):
        take_step(plan=later, step=PlanStep.PUBLISH, by=paul)
    plan = walk(draft, paul, PlanStep.PUBLISH)
    walk(later, paul, PlanStep.PUBLISH)
    with pytest.raises(StepRefused):
        take_step(plan=plan, step=PlanStep.WITHDRAW, by=paul, reason=WHY)


def test_a_published_plan_is_not_made_to_follow_a_draft(
    draft: StrategicPlan, paul: User, diane: User, signed_in: SignIn
) -> None:
    years = {"baseline_year": 2022, "first_year": 2023, "last_year": 2027}
    later = factories.PlanFactory(code="2023-2027", **years)
    with pytest.raises(ValidationError, match="projet"):
        store_plan(plan=later, by=paul, supersedes=draft)
    shown = StrategicPlanForm(instance=later)
    typed = {bound.html_name: bound.value() or "" for bound in shown}
    assert StrategicPlanForm(typed, instance=later).is_valid()
    refused = StrategicPlanForm({**typed, "supersedes": str(draft.pk)}, instance=later)
    assert list(refused.errors) == ["supersedes"]

    StrategicPlan.objects.filter(pk=later.pk).update(supersedes=draft)  # from before
    for user, former in ((paul, draft.code), (diane, None)):
        answer = signed_in(user).get("/api/v1/plans/2023-2027/")
        assert answer.json()["supersedes"] == former

    StrategicPlan.objects.filter(pk=later.pk).update(state=PlanState.DRAFT)
    assert store_plan(plan=later, by=paul, supersedes=draft).supersedes == draft


def test_a_step_waits_for_other_changes_before_it_locks_the_plans(
    draft: StrategicPlan, paul: User
) -> None:
    years = {"baseline_year": 2022, "first_year": 2023, "last_year": 2027}
    first = walk(draft, paul, PlanStep.PUBLISH)
    later = factories.PlanFactory(
        code="2023-2027", state=PlanState.DRAFT, supersedes=first, **years
    )
    with CaptureQueriesContext(connection) as queries:
        walk(later, paul, PlanStep.PUBLISH)
    asked = [query["sql"] for query in queries]
    lock = next(place for place, sql in enumerate(asked) if f"lock({LOCK})" in sql)
    rows = [place for place, sql in enumerate(asked) if "FOR NO KEY UPDATE" in sql]
    assert len(rows) == 2  # the plan, and the one it follows
    assert lock < rows[0]
    assert not any(sql.endswith("FOR UPDATE") for sql in asked)


def test_closing_freezes_the_final_edition_and_a_second_closing_another(
    draft: StrategicPlan, paul: User
) -> None:
    walk(draft, paul, PlanStep.PUBLISH, PlanStep.CLOSE)
    edition = Snapshot.objects.final_edition(draft)
    assert edition
    assert (edition.year, edition.view, edition.by_name) == (2022, "validated", str(paul))
    assert edition.title == "Édition finale du plan 2018-2022"
    walk(draft, paul, PlanStep.REOPEN, PlanStep.CLOSE)
    assert Snapshot.objects.filter(is_final_edition=True).count() == 2
    assert Snapshot.objects.final_edition(draft) != edition
    with pytest.raises(DatabaseError), transaction.atomic():
        Snapshot.objects.update(is_final_edition=False)


def test_a_plan_closed_before_its_end_is_frozen_for_the_running_year(
    draft: StrategicPlan, paul: User
) -> None:
    plan = walk(draft, paul, PlanStep.PUBLISH)
    with time_machine.travel("2021-06-01T12:00+02:00", tick=False):
        walk(plan, paul, PlanStep.CLOSE)
    edition = Snapshot.objects.final_edition(plan)
    assert edition
    assert edition.year == 2021


# --- Who reads a draft --------------------------------------------------------------------------


def test_an_invited_person_reads_the_draft_until_it_is_withdrawn(
    draft: StrategicPlan, paul: User, diane: User, charlie: User
) -> None:
    invite_reader(plan=draft, user=diane, by=paul)
    invite_reader(plan=draft, user=diane, by=paul)
    seen = StrategicPlan.objects.visible_to
    assert (seen(diane).exists(), seen(charlie).exists(), seen(paul).exists()) == (
        True, False, True,
    )  # fmt: skip
    withdraw_reader(reader=draft.readers.get(), by=paul)
    assert not seen(diane).exists()
    details = Event.objects.order_by("pk").values_list("detail__after", flat=True)
    assert list(details) == [{"readers": str(diane)}, {"readers": ""}]


def test_a_reader_is_withdrawn_once_and_from_a_draft_only(
    draft: StrategicPlan, paul: User, diane: User
) -> None:
    invite_reader(plan=draft, user=diane, by=paul)
    reader, same = draft.readers.get(), draft.readers.get()
    withdraw_reader(reader=reader, by=paul)
    withdraw_reader(reader=same, by=paul)
    assert Event.objects.filter(detail__after={"readers": ""}).count() == 1

    invite_reader(plan=draft, user=diane, by=paul)
    walk(draft, paul, PlanStep.PUBLISH)
    with pytest.raises(StepRefused):
        withdraw_reader(reader=draft.readers.get(), by=paul)
    assert draft.readers.exists()


def test_who_holds_no_role_or_sees_it_anyway_is_not_invited(
    draft: StrategicPlan, paul: User, diane: User
) -> None:
    for user in (factories.UserFactory(), paul):
        with pytest.raises(StepRefused):
            invite_reader(plan=draft, user=user, by=paul)
    walk(draft, paul, PlanStep.PUBLISH)
    with pytest.raises(StepRefused):
        invite_reader(plan=draft, user=diane, by=paul)


# --- Deleting -----------------------------------------------------------------------------------


def test_a_draft_goes_with_all_that_is_its_own_and_nothing_else(
    whole: StrategicPlan, paul: User
) -> None:
    other = factories.ObjectiveFactory(plan__code="2023-2027")
    delete_draft(plan=whole, by=paul)
    assert list(StrategicPlan.objects.all()) == [other.plan]
    assert list(Objective.objects.all()) == [other]
    for model in (Milestone, Serves, IndicatorLink, Target):
        assert not model.objects.exists()  # type: ignore[attr-defined]
    assert Indicator.objects.count() == Figure.objects.count() == 1
    event = Event.objects.get(verb=Event.Verb.PLAN_EDITED)
    assert event.detail["before"]["code"] == "2018-2022"


def test_what_was_published_or_frozen_is_not_deleted(draft: StrategicPlan, paul: User) -> None:
    words = {"title": "Séance", "comment": "", "by": paul}
    take_snapshot(plan=draft, year=2021, view="validated", **words)
    with pytest.raises(StepRefused):
        delete_draft(plan=draft, by=paul)
    for step in (PlanStep.PUBLISH, PlanStep.CLOSE, PlanStep.ARCHIVE):
        with pytest.raises(StepRefused):
            delete_draft(plan=walk(draft, paul, step), by=paul)


# --- The pages ----------------------------------------------------------------------------------


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().replace("\u202f", " ").replace("\xa0", " ").split())


def test_publishing_shows_what_will_be_seen_and_by_whom(
    whole: StrategicPlan, paul: User, diane: User, signed_in: SignIn
) -> None:
    page = signed_in(paul)
    address = "/plan/plans/2018-2022/vie/publier/"
    assert address in text_of(page.get("/plan/plans/2018-2022/"))
    shown = text_of(page.get(address))
    assert "<dt>Objectifs</dt><dd>2</dd>" in shown
    assert "<dt>Cibles</dt><dd>1</dd>" in shown
    assert "2 personnes aujourd’hui" in shown
    assert "aucun indicateur" in shown  # of O2
    assert "Les pages le montrent en premier dès maintenant." in shown

    assert page.post(address, {"confirm": "1"}).status_code == 302
    whole.refresh_from_db()
    assert whole.state == PlanState.PUBLISHED
    assert page.post(address, {"confirm": "1"}).status_code == 422
    assert "clore" in text_of(page.get("/plan/plans/2018-2022/"))


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("2022-06-01", "Les pages le montrent en premier à partir du 1er janvier 2023"),
        ("2024-06-01", "Les pages le montrent en premier dès maintenant."),
    ],
)
def test_publishing_says_when_it_is_the_first_page(
    day: str, sentence: str, db: None, paul: User, signed_in: SignIn
) -> None:
    factories.PlanFactory()
    years = {"baseline_year": 2022, "first_year": 2023, "last_year": 2027}
    factories.PlanFactory(code="2023-2027", state=PlanState.DRAFT, **years)
    with time_machine.travel(f"{day}T12:00+01:00", tick=False):
        assert sentence in text_of(signed_in(paul).get("/plan/plans/2023-2027/vie/publier/"))


def test_the_draft_is_deleted_after_a_page_that_lists_what_goes(
    whole: StrategicPlan, paul: User, signed_in: SignIn
) -> None:
    page = signed_in(paul)
    shown = text_of(page.get("/plan/plans/2018-2022/supprimer/"))
    assert "<dt>Objectifs</dt><dd>2</dd>" in shown
    assert "<dt>Jalons</dt><dd>1</dd>" in shown
    assert "<dt>Liens avec leurs poids</dt><dd>2</dd>" in shown
    answer = page.post("/plan/plans/2018-2022/supprimer/", {"confirm": "1"}, follow=True)
    assert "Supprimé : Plan stratégique 2018-2022." in text_of(answer)
    assert not StrategicPlan.objects.exists()


def test_readers_are_invited_and_withdrawn_on_the_plans_page(
    draft: StrategicPlan, paul: User, diane: User, signed_in: SignIn
) -> None:
    page = signed_in(paul)
    invited = page.post(
        "/plan/plans/2018-2022/lecteurs/", {"user": str(diane.pk), "invite": ""}, follow=True
    )
    assert f"{diane} <small>invité le" in text_of(invited)
    reader = draft.readers.get()
    page.post(f"/plan/plans/2018-2022/lecteurs/{reader.pk}/", {"withdraw": ""})
    assert not draft.readers.exists()
    history = text_of(page.get(f"/plan/modifier/plans/{draft.pk}/"))
    assert "Lecteur du projet de plan" in history


@pytest.mark.parametrize("who", ["alice", "diane"])
def test_only_the_plan_office_takes_steps(
    who: str, draft: StrategicPlan, request: pytest.FixtureRequest, signed_in: SignIn
) -> None:
    page = signed_in(request.getfixturevalue(who))
    for address in ("vie/publier/", "supprimer/", "lecteurs/"):
        answer = page.post(f"/plan/plans/2018-2022/{address}", {"confirm": "1", "invite": ""})
        assert answer.status_code == 403
    draft.refresh_from_db()
    assert draft.is_draft
