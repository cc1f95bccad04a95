"""A school takes its submission back, until somebody who decides has begun to look at it."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from imtplan.accounts.models import School, User
from imtplan.audit.models import Event
from imtplan.campaigns.entry.pages.cell_history import MomentKind, history_of
from imtplan.campaigns.gate import CampaignClosed, TransitionRefused
from imtplan.campaigns.models import Campaign, Receipt, Submission
from imtplan.campaigns.review import submission_services as services
from imtplan.campaigns.review.receipts.receipt_content import taking_back
from imtplan.integrity.checks import CHECKS, run
from imtplan.outbox.models import Mail
from indicators.models import Figure, Indicator

State = Submission.State
Submit = Callable[[], Submission]


@pytest.fixture
def submit(save: Any, place: dict[str, Any], alice: User, diane: User) -> Submit:
    save("100")
    return lambda: services.submit(**place, by=alice)


def test_a_submission_taken_back_is_a_draft_again(
    submit: Submit, save: Any, place: dict[str, Any], alice: User
) -> None:
    submit()
    taken = services.take_back(**place, by=alice)
    assert (taken.state, taken.submitted_at, taken.submitted_by) == (State.DRAFT, None, None)
    assert Figure.objects.get().status == Figure.Status.DRAFT
    save("120", version=1)
    assert services.submit(**place, by=alice).state == State.SUBMITTED


def test_it_is_audited_and_its_receipt_stays(
    submit: Submit, place: dict[str, Any], alice: User
) -> None:
    submit()
    content = Receipt.objects.get().content
    services.take_back(**place, by=alice)
    event = Event.objects.first()
    assert (event.verb, event.actor, event.subject) == (Event.Verb.TAKEN_BACK, alice, "2022")
    assert event.detail == {"receipt": "2022-imt-mines-albi-1"}
    assert Receipt.objects.get().content == content
    services.submit(**place, by=alice)
    assert Receipt.objects.first().number == "2022-imt-mines-albi-2"


def test_a_receipt_says_so_whatever_address_its_campaign_had_then(
    submit: Submit, place: dict[str, Any], alice: User
) -> None:
    submit()
    services.take_back(**place, by=alice)
    Campaign.objects.update(code="2022-2", name="plan 2023-2027")
    assert taking_back(Receipt.objects.get()) == Event.objects.first()


def test_what_had_been_returned_is_returned_again(
    submit: Submit, save: Any, place: dict[str, Any], alice: User, diane: User
) -> None:
    """With what was said and what is still to answer, as before it was sent."""
    first = submit()
    remarks = {"students": "Comptez."}
    services.return_to_school(**place, by=diane, comment="À revoir.", remarks=remarks)
    before = Submission.objects.get()
    save("120", version=1)
    services.submit(**place, by=alice)
    taken = services.take_back(**place, by=alice)
    assert (taken.state, taken.comment, taken.decided_by) == (State.RETURNED, "À revoir.", diane)
    assert (taken.decided_at, taken.submitted_at) == (before.decided_at, first.submitted_at)
    assert taken.remarks.get().state == "open"


def test_whom_the_mail_has_not_reached_hears_nothing_of_it(
    submit: Submit, place: dict[str, Any], alice: User
) -> None:
    submit()
    services.take_back(**place, by=alice)
    assert Mail.objects.get().state == Mail.State.WITHDRAWN


@pytest.mark.parametrize("state", [Mail.State.SENT, Mail.State.SENDING])
def test_whom_the_mail_has_reached_is_told(
    submit: Submit, place: dict[str, Any], alice: User, state: str
) -> None:
    submit()
    now = timezone.now()
    Mail.objects.update(state=state, sent_at=now, claimed_at=now)
    services.take_back(**place, by=alice)
    told = Mail.objects.get(kind="taken-back")
    assert told.address == "diane@example.org"
    assert told.subject == "IMT Plan – IMT Mines Albi – Campagne 2022 : saisie reprise"
    assert "Alice" in told.body
    assert "2022-imt-mines-albi-1" in told.body


# --- Until when ---------------------------------------------------------------------------------


def test_who_decides_has_begun_to_look_and_it_can_no_longer_be_taken_back(
    submit: Submit, place: dict[str, Any], alice: User, diane: User
) -> None:
    submit()
    services.look_at(**place, by=diane)
    looked = Submission.objects.get()
    assert looked.looked_by == diane
    with pytest.raises(TransitionRefused, match="Diane"):
        services.take_back(**place, by=alice)
    assert Submission.objects.get().state == State.SUBMITTED


def test_the_first_look_counts_until_the_school_submits_again(
    submit: Submit, place: dict[str, Any], alice: User, diane: User
) -> None:
    submit()
    services.look_at(**place, by=diane)
    first = Submission.objects.get().looked_at
    services.look_at(**place, by=diane)
    assert Submission.objects.get().looked_at == first
    services.return_to_school(**place, by=diane, comment="Non.")
    again = services.submit(**place, by=alice)
    assert (again.looked_at, again.looked_by) == (None, None)
    assert services.take_back(**place, by=alice).state == State.RETURNED


def test_a_draft_is_not_looked_at(submit: Submit, place: dict[str, Any], diane: User) -> None:
    services.look_at(**place, by=diane)
    assert Submission.objects.get().looked_at is None


def test_who_submitted_does_not_look_at_their_own(
    submit: Submit, place: dict[str, Any], alice: User
) -> None:
    submit()
    services.look_at(**place, by=alice)
    assert Submission.objects.get().looked_at is None


@pytest.mark.parametrize("state", ["draft", "validated"])
def test_only_what_is_submitted_is_taken_back(
    submit: Submit, place: dict[str, Any], alice: User, diane: User, state: str
) -> None:
    if state == "validated":
        submit()
        services.validate(**place, by=diane)
    with pytest.raises(TransitionRefused):
        services.take_back(**place, by=alice)
    assert Submission.objects.get().state == state


def test_after_the_closing_nothing_is_taken_back(
    submit: Submit, campaign: Campaign, place: dict[str, Any], alice: User
) -> None:
    """It could not be submitted again."""
    submit()
    campaign.closes_at = timezone.now() - timedelta(minutes=1)
    campaign.save()
    with pytest.raises(CampaignClosed):
        services.take_back(**place, by=alice)


@pytest.mark.django_db(transaction=True)
def test_a_look_and_a_taking_back_at_once_have_one_winner(
    save: Any, place: dict[str, Any], alice: User, diane: User
) -> None:
    save("100")
    together, refused = threading.Barrier(2), []

    def act(service: Callable[..., Any], by: User) -> None:
        try:
            together.wait(10)
            service(**place, by=by)
        except TransitionRefused as refusal:
            refused.append(refusal)
        finally:
            connection.close()

    for _ in range(5):
        services.submit(**place, by=alice)
        acts = [(services.look_at, diane), (services.take_back, alice)]
        threads = [threading.Thread(target=act, args=one) for one in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        stored = Submission.objects.get()
        looked = stored.looked_at is not None
        assert (stored.state == State.SUBMITTED) == looked == bool(refused)
        if looked:
            services.return_to_school(**place, by=diane, comment="Encore.")
        refused.clear()


# --- What others say of it ----------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_history_of_the_figure_says_who_took_it_back(
    submit: Submit, campaign: Campaign, albi: School, students: Indicator, alice: User, diane: User
) -> None:
    place = {"campaign": campaign, "school": albi}
    submit()
    services.take_back(**place, by=alice)
    services.submit(**place, by=alice)
    services.return_to_school(**place, by=diane, comment="À revoir.")
    services.submit(**place, by=alice)
    services.take_back(**place, by=alice)
    steps = [
        (moment.kind, moment.who)
        for moment in history_of(campaign, albi, students).moments
        if moment.version is None
    ]
    assert steps[::-1] == [
        (MomentKind.SUBMITTED, "Alice"),
        (MomentKind.TAKEN_BACK, "Alice"),
        (MomentKind.SUBMITTED, "Alice"),
        (MomentKind.RETURNED, "Diane"),
        (MomentKind.SUBMITTED, "Alice"),
        (MomentKind.TAKEN_BACK, "Alice"),
    ]


def test_what_was_taken_back_holds_together(
    submit: Submit, place: dict[str, Any], alice: User, recomputed: Any
) -> None:
    submit()
    services.take_back(**place, by=alice)
    recomputed()
    failed = {check.name for check, finding in run(CHECKS) if finding}
    assert failed.isdisjoint(
        {
            "figures_stand_as_their_submission",
            "submissions_have_a_receipt",
            "rows_are_their_versions",
        }
    )
