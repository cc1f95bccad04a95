"""What a published target said before it was changed, on what day, and why."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from imtplan.accounts.models import School, User
from indicators.models import Target, TrajectoryPoint
from indicators.past import at
from indicators.questions.target_revisions import TargetRevision, revisions_of, with_versions
from indicators.services_plan import store_target
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

SignedIn = Callable[[User], Client]
REASON = "Décision du conseil."


@pytest.fixture
def students(albi: School, recomputed: Callable[[], Any]) -> Target:
    target = factories.students_of_the_plan(albi)
    recomputed()
    return target


def revisions(target: Target) -> list[TargetRevision]:
    return revisions_of(with_versions(Target.objects.all()).get(pk=target.pk))


def test_a_target_that_stayed_has_none(students: Target) -> None:
    assert revisions(students) == []


def test_a_revision_says_what_was_why_and_by_whom(students: Target, paul: User) -> None:
    store_target(target=students, by=paul, reason=REASON, value=Decimal(19500))
    [revision] = revisions(students)
    assert revision.moved == ["value"]
    assert (revision.before.value, revision.after.value) == (20000, 19500)
    assert (revision.by, revision.reason) == ("Paul", REASON)


def test_stated_values_and_the_baseline_are_terms_too(students: Target, paul: User) -> None:
    terms = {"trajectory": "stated", "baseline_value": Decimal(13900)}
    points = {2019: Decimal(15000)}
    store_target(target=students, by=paul, reason=REASON, points=points, **terms)
    store_target(target=students, by=paul, reason="Faute.", points={2019: Decimal(15500)})
    first, second = revisions(students)
    assert first.moved == ["baseline_value", "trajectory", "stated"]
    assert (second.moved, second.reason) == (["stated"], "Faute.")
    assert second.before.stated == ((2019, Decimal(15000)),)
    assert second.after.stated == ((2019, Decimal(15500)),)


def test_a_change_in_a_shell_is_a_revision_without_a_name(students: Target, paul: User) -> None:
    store_target(target=students, by=paul, reason=REASON, value=Decimal(19500))
    Target.objects.filter(pk=students.pk).update(year=2023)
    TrajectoryPoint.objects.create(target=students, year=2020, value=1)
    assert [(row.by, row.moved) for row in revisions(students)] == [
        ("Paul", ["value"]),
        ("", ["year"]),
        ("", ["stated"]),
    ]


def test_another_source_is_no_revision(students: Target, paul: User) -> None:
    store_target(target=students, by=paul, reason=REASON, source="Rapport annuel")
    assert revisions(students) == []


def test_a_target_that_takes_the_references_place_marks_both(students: Target, paul: User) -> None:
    other = factories.TargetFactory(indicator=students.indicator, is_reference=False, value=15600)
    store_target(target=other, by=paul, reason=REASON, is_reference=True)
    assert [revisions(target)[0].after.is_reference for target in (students, other)] == [
        False,
        True,
    ]


def test_what_is_written_while_the_plan_is_a_draft_is_no_revision(paul: User) -> None:
    plan = factories.PlanFactory(code="2023-2027", state="draft")
    target = factories.TargetFactory(plan=plan)
    store_target(target=target, by=paul, reason=REASON, value=Decimal(1))
    plan.state, plan.published_at = "published", timezone.now()
    plan.save()
    assert revisions(target) == []
    store_target(target=target, by=paul, reason=REASON, value=Decimal(2))
    assert [row.before.value for row in revisions(target)] == [1]


def test_what_was_written_in_a_draft_again_is_one_revision(students: Target, paul: User) -> None:
    plan = students.plan
    for state, value in (("draft", 18000), ("draft", 17000), ("published", 16000)):
        plan.state = state
        plan.save()
        store_target(target=students, by=paul, reason=f"{value}", value=Decimal(value))
    first, second = revisions(students)
    assert (first.before.value, first.after.value, first.reason) == (20000, 17000, "")
    assert (second.before.value, second.after.value, second.reason) == (17000, 16000, "16000")


def test_a_change_in_a_shell_has_nobodys_name_after_it_either(students: Target, paul: User) -> None:
    TrajectoryPoint.objects.create(target=students, year=2020, value=1)
    store_target(target=students, by=paul, reason=REASON, points={2019: Decimal(15000)})
    assert [(row.by, row.moved) for row in revisions(students)] == [
        ("", ["stated"]),
        ("Paul", ["stated"]),
    ]


def test_what_one_transaction_writes_twice_is_one_revision(students: Target, paul: User) -> None:
    with transaction.atomic():
        store_target(target=students, by=paul, reason="Essai.", value=Decimal(1))
        store_target(target=students, by=paul, reason=REASON, value=Decimal(2))
    [revision] = revisions(students)
    assert (revision.before.value, revision.after.value, revision.reason) == (20000, 2, REASON)


def test_an_earlier_day_knows_of_no_later_revision(students: Target, paul: User) -> None:
    moment: datetime = timezone.now()
    store_target(target=students, by=paul, reason=REASON, value=Decimal(19500))
    with at(moment):
        assert revisions(students) == []
    with at(timezone.now()):
        assert len(revisions(students)) == 1


# --- Where it is read -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "/indicateurs/students/",
        "/tableau-de-bord/",
        "/objectifs/O1/",
        "/explication/cibles/students-plan-2022/",
    ],
)
def test_every_page_that_shows_the_target_says_so(
    students: Target, paul: User, diane: User, signed_in: SignedIn, address: str
) -> None:
    objective = factories.ObjectiveFactory(plan=students.plan, code="O1")
    factories.LinkFactory(indicator=students.indicator, objective=objective)
    page = signed_in(diane).get(address, {"year": 2020}).content.decode()
    assert "Révisée le" not in page
    store_target(target=students, by=paul, reason=REASON, value=Decimal(19500))
    page = signed_in(diane).get(address, {"year": 2020}).content.decode()
    assert "Révisée le" in page
    assert "cible 20\N{NARROW NO-BREAK SPACE}000 jusque-là, 19\N{NARROW NO-BREAK SPACE}500" in page
    assert REASON in page


def test_the_chart_draws_what_was_promised_at_first(
    students: Target, paul: User, diane: User, signed_in: SignedIn
) -> None:
    store_target(target=students, by=paul, reason=REASON, value=Decimal(19500))
    store_target(target=students, by=paul, reason=REASON, value=Decimal(19000))
    response = signed_in(diane).get("/indicateurs/students/", {"year": 2020})
    chart = response.context["page"].chart
    [former] = [trace for trace in chart["data"] if trace["meta"]["role"] == "former-path"]
    assert former["x"] == [2017, 2018, 2019, 2020, 2021, 2022]
    assert (former["y"][0], former["y"][3], former["y"][-1]) == (13400, 17360, 20000)


def test_a_promise_that_came_back_is_drawn_once(
    students: Target, paul: User, diane: User, signed_in: SignedIn
) -> None:
    for value in (19500, 20000):
        store_target(target=students, by=paul, reason=REASON, value=Decimal(value))
    response = signed_in(diane).get("/indicateurs/students/", {"year": 2020})
    roles = [trace["meta"]["role"] for trace in response.context["page"].chart["data"]]
    assert "former-path" not in roles


def test_a_school_reads_what_moved_and_not_who_moved_it(
    students: Target, paul: User, alice: User, signed_in: SignedIn
) -> None:
    store_target(target=students, by=paul, reason=REASON, value=Decimal(19500))
    [row] = signed_in(alice).get("/api/v1/targets/").json()["results"]
    [revision] = row["revisions"]
    assert (revision["moved"], revision["reason"], revision["by"]) == (["value"], REASON, "")


def test_programs_read_the_former_terms(
    students: Target, paul: User, diane: User, signed_in: SignedIn
) -> None:
    store_target(target=students, by=paul, reason=REASON, value=Decimal(19500))
    [row] = signed_in(diane).get("/api/v1/targets/").json()["results"]
    [revision] = row["revisions"]
    assert (revision["moved"], revision["reason"], revision["by"]) == (["value"], REASON, "Paul")
    assert (revision["before"]["value"], revision["after"]["value"]) == ("20000", "19500")


def test_the_rows_of_progress_say_it_too(
    students: Target, paul: User, diane: User, signed_in: SignedIn
) -> None:
    address = "/api/v1/progress/?target=students-plan-2022&year=2020&view=validated"
    [row] = signed_in(diane).get(address).json()["results"]
    assert row["target_revisions"] == []
    store_target(target=students, by=paul, reason=REASON, value=Decimal(19500))
    [row] = signed_in(diane).get(address).json()["results"]
    [revision] = row["target_revisions"]
    assert (revision["moved"], revision["before"]["value"]) == (["value"], "20000")
    assert (revision["reason"], revision["by"]) == (REASON, "Paul")
