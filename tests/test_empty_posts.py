"""An act is named by its button: a post with nothing in it changes nothing, whoever sends it."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from imtplan.accounts.models import School, User
from imtplan.accounts.roles import Role
from imtplan.accounts.services import make_token
from imtplan.audit.models import Event
from imtplan.campaigns.models import KeptInput, Proposal, Remark
from imtplan.exports.models import Export
from imtplan.outbox.models import Mail
from imtplan.planning.plan_life import PlanStep
from indicators.models import Figure, RecomputeRun
from objectives.models import PlanReader
from tests import factories
from tests.stored import everything_stored
from tests.test_conventions import routes

# Answered by libraries: signing in and out, passwords. Django's administration has its own walk.
APART = re.compile(r"^(administration/|api/v1/\^|compte/(?!jetons|langue))")
STATES = ["draft", "submitted", "validated", "returned"]
ROLES = ["alice", "bob", "sylvie", "diane", "paul"]


@pytest.fixture
def sylvie(albi: School) -> User:
    user = factories.UserFactory(name="Sylvie", email="sylvie@example.org")
    until = timezone.localdate() + timedelta(days=9)
    factories.MembershipFactory(user=user, role=Role.SUBSTITUTE, school=albi, ends_on=until)
    return user


@pytest.fixture
def placed(
    request: pytest.FixtureRequest, albi: School, bob: User, sylvie: User
) -> Callable[[User, str], dict[str, list[dict[str, Any]]]]:
    """What stands where an address leads, for one person: by its name, the parts it is filled
    with. Each row is in the state in which its act is possible."""
    return lambda user, state: _placed(user, state, albi, bob)


def _placed(user: User, state: str, school: School, bob: User) -> dict[str, list[dict[str, Any]]]:
    target = factories.students_of_the_plan(school)
    indicator, plan = target.indicator, target.plan
    other = factories.IndicatorFactory(code="contracts")
    campaign = factories.CampaignFactory(plan=plan, indicators=[indicator, other])
    figure = factories.FigureFactory(
        indicator=indicator, school=school, year=2022, status="draft", entered_by=user, version=3
    )
    KeptInput.objects.create(
        campaign=campaign, school=school, indicator=other, typed={"value": "abc"}, by=user
    )
    submission = factories.SubmissionFactory(
        campaign=campaign,
        school=school,
        state=state,
        submitted_at=timezone.now(),
        decided_at=timezone.now() if state in ("validated", "returned") else None,
    )
    remark = Remark.objects.create(submission=submission, indicator=indicator, text="?")
    Figure.objects.filter(pk=figure.pk).update(
        status={"submitted": "submitted", "validated": "validated"}.get(state, "draft")
    )
    proposal = Proposal.objects.create(campaign=campaign, school=school, by=user, origin="paste")
    saved = Event.objects.create(
        verb="figures_saved",
        actor=user,
        school=school,
        subject="2022",
        detail={"figures": {"students": 3}},
    )
    held = bob.memberships.get()
    ended = factories.MembershipFactory(
        role=Role.CONTRIBUTOR, school=school, ended_at=timezone.now(), ended_by=user
    )
    held_there = factories.MembershipFactory(role=Role.DIRECTORATE_GENERAL)
    ended_there = factories.MembershipFactory(
        role=Role.DIRECTORATE_GENERAL, ended_at=timezone.now(), ended_by=user
    )
    objective = factories.ObjectiveFactory(plan=plan)
    link = factories.LinkFactory(indicator=indicator, objective=objective, weight=1)
    mail = Mail.objects.create(key="m", kind="test", address="a@example.org", state="given_up")
    token, _key = make_token(by=user, name="R")
    export = Export.objects.create(
        by=user, kind="school-pdf", subject=school.code, state="failed", reason="x"
    )
    run = RecomputeRun.objects.create(
        started_at=timezone.now(),
        marks=1,
        indicators=1,
        rows_changed=0,
        error="x",
        indicator=indicator,
    )
    reader = PlanReader.objects.create(plan=plan, user=bob)
    rule = factories.FigureRuleFactory(indicator=indicator, is_on=False)
    rows = {"plans": plan, "objectifs": objective, "indicateurs": indicator, "cibles": target}
    return {
        "plan_add": [{"kind": kind} for kind in rows],
        "plan_edit": [{"kind": kind, "pk": row.pk} for kind, row in rows.items()],
        "plan_archive": [{"kind": kind, "pk": row.pk} for kind, row in rows.items()],
        "plan_confirm": [{"kind": "indicateur", "pk": link.pk}],
        "plan_step": [{"word": step.value} for step in PlanStep],
        "plan_rule_trial": [{"pk": rule.pk}],
        "plan_withdraw_reader": [{"pk": reader.pk}],
        "file_again": [{"number": export.pk}],
        "retry_run": [{"number": run.pk}],
        "retry-mail": [{"pk": mail.pk}],
        "revoke-token": [{"pk": token.pk}],
        "proposal": [{"pk": proposal.pk}],
        "undo": [{"event": saved.pk}],
        "answer_remark": [{"pk": remark.pk}],
        "settle_remark": [{"pk": remark.pk}],
        "end_delegation": [{"pk": held.pk}],
        "undo_end": [{"pk": ended.pk}],
        "account": [{"pk": bob.pk}],
        "end_institute_role": [{"pk": held_there.pk}],
        "undo_institute_end": [{"pk": ended_there.pk}],
    }


def addresses(placed: dict[str, list[dict[str, Any]]]) -> Iterator[str]:
    known = {"year": 2022, "campaign": "2022", "school": "imt-mines-albi", "indicator": "students"}
    for name, path in routes(get_resolver().url_patterns):
        if APART.match(path):
            continue
        code = "students" if path.startswith("indicateurs") else "2018-2022"
        for parts in placed.get(name, [{"pk": 1, "number": 1}]):
            words = known | {"code": code, "kind": "x"} | parts
            filled = re.sub(r"<(?:\w+:)?(\w+)>", lambda m, w=words: str(w.get(m[1], "x")), path)
            yield f"/{filled}"


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("who", ROLES)
def test_an_empty_post_changes_nothing(
    who: str,
    state: str,
    request: pytest.FixtureRequest,
    placed: Any,
    signed_in: Callable[[User], Client],
    diane: User,
) -> None:
    user = request.getfixturevalue(who)
    places = placed(user, state)
    browser = signed_in(user)
    before = everything_stored()
    statuses = {place: browser.post(place).status_code for place in addresses(places)}
    answered = [place for place, status in statuses.items() if status not in (403, 404, 405)]
    after = everything_stored()
    moved = [table for table in after if after[table] != before.get(table)]
    assert moved == [], answered
    assert not any(status >= 500 for status in statuses.values()), statuses
    assert answered  # the walk came to pages that act


def test_every_address_with_a_row_of_its_own_is_walked(placed: Any, alice: User) -> None:
    """A new address that acts on a row says above which row that is."""
    named = set(placed(alice, "draft"))
    acts = {
        name
        for name, path in routes(get_resolver().url_patterns)
        if re.search(r"<int:(pk|event|number)>", path) and not APART.match(path)
    }
    reading = {"snapshot", "snapshot_json", "snapshot_csv", "snapshot_xlsx", "snapshot_ods"}
    assert acts - named - reading - {"file_download"} == set()
