"""A right is asked again where it counts: a request that waited for a lock may have lost it."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from imtplan.accounts.models import Membership, School, User
from imtplan.accounts.roles import Permission, Role, has_permission
from imtplan.audit.models import Event
from imtplan.audit.services import record
from imtplan.campaigns.gate import CampaignClosed
from imtplan.campaigns.models import Campaign, Submission
from imtplan.campaigns.review import submission_services as services
from imtplan.campaigns.terms.campaign_services import Terms, give_extension, open_campaign
from imtplan.campaigns.terms.people_services import DelegationRefused, end_delegation, name_person
from indicators.models import Figure
from tests import factories
from tests.databases import count_locks


def end_roles(user: User) -> None:
    Membership.objects.filter(user=user).update(ended_at=timezone.now())


def waits() -> bool:
    """Whether some other connection waits for a lock of ours."""
    return count_locks(waiting=True) > 0


def while_it_waits(submission: Submission, act: Callable[[], Any], meanwhile: Any) -> list[Any]:
    """Begin `act` while the submission is locked, do `meanwhile`, and let it go on."""
    came: list[Any] = []

    def begin() -> None:
        try:
            came.append(act())
        except Exception as error:  # noqa: BLE001 - it is looked at below
            came.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=begin)
    with transaction.atomic():
        Submission.objects.select_for_update().get(pk=submission.pk)
        thread.start()
        while not waits():
            pass
        meanwhile()
    thread.join()
    return came


@pytest.mark.django_db(transaction=True)
def test_a_save_that_waited_is_not_stored_after_the_role_has_ended(
    save: Any, campaign: Campaign, albi: School, alice: User, signed_in: Callable[[User], Client]
) -> None:
    submission = factories.SubmissionFactory(campaign=campaign, school=albi)
    browser = signed_in(alice)
    address = "/saisie/2022/imt-mines-albi/valeur/students/"
    came = while_it_waits(
        submission,
        lambda: browser.post(address, {"students-value": "120"}).status_code,
        lambda: end_roles(alice),
    )
    assert came == [403]
    assert not Figure.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_save_that_waited_is_not_stored_once_the_campaign_is_for_directors(
    campaign: Campaign, albi: School, bob: User, signed_in: Callable[[User], Client]
) -> None:
    submission = factories.SubmissionFactory(campaign=campaign, school=albi)
    browser = signed_in(bob)
    came = while_it_waits(
        submission,
        lambda: (
            browser.post(
                "/saisie/2022/imt-mines-albi/valeur/students/", {"students-value": "120"}
            ).status_code
        ),
        lambda: Campaign.objects.update(entered_by=Campaign.EnteredBy.DIRECTORS),
    )
    assert came == [403]
    assert not Figure.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_figures_that_waited_are_not_submitted_after_the_closing(
    save: Any, place: dict[str, Any], alice: User
) -> None:
    save("100")
    campaign = Campaign.objects.get()  # as a request has read it
    came = while_it_waits(
        Submission.objects.get(),
        lambda: services.submit(campaign=campaign, school=place["school"], by=alice),
        lambda: Campaign.objects.update(closes_at=timezone.now() - timedelta(seconds=1)),
    )
    assert [type(one) for one in came] == [CampaignClosed]
    assert Submission.objects.get().state == "draft"


# Everything that somebody remembered of their roles is older than the end of them.


@pytest.fixture
def acts(
    save: Any, place: dict[str, Any], alice: User, bob: User, diane: User, paul: User
) -> dict[str, tuple[User, Callable[[], Any]]]:
    campaign, school = place["campaign"], place["school"]
    later = timezone.now() + timedelta(days=30)
    terms = Terms(
        plan=campaign.plan,
        year=2023,
        opens_at=timezone.now(),
        closes_at=later,
        indicators=list(campaign.indicators.all()),
    )
    given = {"closes_at": later, "reason": "Panne.", "by": paul}
    named = {"school": school, "name": "Nora", "role": "contributor", "ends_on": None}
    return {
        "save": (alice, lambda: save("100")),
        "submit": (alice, lambda: services.submit(**place, by=alice)),
        "validate": (diane, lambda: services.validate(**place, by=diane)),
        "return": (diane, lambda: services.return_to_school(**place, by=diane, comment="Non.")),
        "campaign": (paul, lambda: open_campaign(terms=terms, by=paul)),
        "extension": (paul, lambda: give_extension(**place, **given)),
        "name": (alice, lambda: name_person(**named, email="nora@example.org", by=alice)),
        "end": (alice, lambda: end_delegation(bob.memberships.get(), by=alice)),
    }


@pytest.mark.parametrize(
    "act", ["save", "submit", "validate", "return", "campaign", "extension", "name", "end"]
)
def test_no_act_is_done_after_the_role_has_ended(
    act: str, acts: dict[str, Any], save: Any, place: dict[str, Any], alice: User
) -> None:
    if act in ("submit", "validate", "return"):
        save("100")
    if act in ("validate", "return"):
        services.submit(**place, by=alice)
    who, do = acts[act]
    assert who.held_roles  # read, and remembered
    factories.person("Odile", Role.PLAN_OFFICE)  # the last one would stay
    end_roles(who)
    before = Event.objects.count()
    with pytest.raises((PermissionDenied, DelegationRefused)):
        do()
    assert Event.objects.count() == before


@pytest.mark.parametrize("switched_off", [True, False])
def test_an_act_is_not_kept_in_the_name_of_who_may_not(
    paul: User, diane: User, switched_off: bool
) -> None:
    factories.person("Odile", Role.PLAN_OFFICE)  # the last one would stay
    if switched_off:
        User.objects.filter(pk=paul.pk).update(is_active=False)
    with pytest.raises(PermissionDenied):
        record(Event.Verb.PLAN_EDITED, by=paul if switched_off else diane)


def test_what_is_allowed_is_one_rule_in_both_ways_of_asking(
    alice: User, bob: User, diane: User, paul: User, albi: School, ales: School
) -> None:
    for user in (alice, bob, diane, paul):
        for school in (albi, ales, None):
            for permission in Permission:
                held = Membership.objects.permitting(permission, school=school)
                may = has_permission(user, permission, school=school)
                assert held.filter(user=user).exists() == may
