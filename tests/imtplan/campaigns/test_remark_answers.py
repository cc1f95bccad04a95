"""What the directorate-general asks about single figures, and what the school answers."""

from collections.abc import Callable
from typing import Any

import pytest

from imtplan.accounts.models import School, User
from imtplan.audit.models import Event
from imtplan.campaigns.entry.remark_answers import AnswerConflict, answer_remark, settle_remark
from imtplan.campaigns.gate import CampaignRefusal, TransitionRefused
from imtplan.campaigns.models import Campaign, Remark
from imtplan.campaigns.review import submission_services as services
from imtplan.outbox.models import Mail
from indicators.models import Indicator
from tests import factories

State = Remark.State


@pytest.fixture
def give_back(
    save: Any, place: dict[str, Any], alice: User, diane: User
) -> Callable[..., list[Remark]]:
    save("100")

    def act(**remarks: str) -> list[Remark]:
        services.submit(**place, by=alice)
        services.return_to_school(**place, by=diane, comment="", remarks=remarks)
        return list(Remark.objects.order_by("pk"))

    return act


def test_an_answer_is_kept_with_who_and_when(give_back: Any, bob: User, albi: School) -> None:
    [remark] = give_back(students="Comptez les apprentis.")
    assert remark.state == State.OPEN
    answered = answer_remark(remark, text=" Ils y sont.\nTous. ", by=bob)
    answered.refresh_from_db()
    assert (answered.state, answered.answer) == (State.ANSWERED, "Ils y sont.\nTous.")
    assert (answered.answered_by, answered.answered_at is None) == (bob, False)
    event = Event.objects.first()
    assert (event.verb, event.actor, event.school) == (Event.Verb.REMARK_ANSWERED, bob, albi)
    assert event.detail == {"indicator": "students", "answer": "Ils y sont.\nTous."}


def test_the_same_answer_twice_is_one_event(give_back: Any, bob: User) -> None:
    [remark] = give_back(students="Comptez.")
    for _ in range(2):
        answer_remark(remark, text="Oui.", by=bob)
    assert Event.objects.filter(verb=Event.Verb.REMARK_ANSWERED).count() == 1


def test_an_answer_can_be_changed_and_taken_away(give_back: Any, alice: User, bob: User) -> None:
    [remark] = give_back(students="Comptez.")
    answer_remark(remark, text="Oui.", by=bob)
    changed = answer_remark(remark, text="Non.", by=alice)
    assert (changed.answer, changed.answered_by) == ("Non.", alice)
    emptied = answer_remark(remark, text="  ", by=alice)
    assert (emptied.state, emptied.answer, emptied.answered_by) == (State.OPEN, "", None)


def test_what_is_not_returned_is_not_answered(
    give_back: Any, place: dict[str, Any], alice: User
) -> None:
    [remark] = give_back(students="Comptez.")
    services.submit(**place, by=alice)
    with pytest.raises(TransitionRefused):
        answer_remark(remark, text="Trop tard.", by=alice)
    assert Remark.objects.get().answer == ""


def test_submitting_again_leaves_remarks_as_they_are(
    give_back: Any, campaign: Campaign, place: dict[str, Any], alice: User
) -> None:
    """Who decides sees which were answered and which were not."""
    [remark] = give_back(students="Comptez.")
    services.submit(**place, by=alice)
    remark.refresh_from_db()
    assert remark.state == State.OPEN


@pytest.mark.parametrize("act", ["validate", "return"])
def test_the_next_decision_settles_them(
    give_back: Any, place: dict[str, Any], alice: User, diane: User, act: str
) -> None:
    [first] = give_back(students="Comptez.")
    answer_remark(first, text="Fait.", by=alice)
    if act == "validate":
        services.submit(**place, by=alice)
        services.validate(**place, by=diane)
        assert [one.state for one in Remark.objects.all()] == [State.SETTLED]
    else:
        _first, second = give_back(students="Encore.")
        first.refresh_from_db()
        assert (first.state, first.answer, second.state) == (State.SETTLED, "Fait.", State.OPEN)


def test_the_mail_of_the_next_submission_carries_each_answer(
    give_back: Any, campaign: Campaign, place: dict[str, Any], alice: User
) -> None:
    staff: Indicator = factories.IndicatorFactory(code="staff", name_fr="Personnels")
    [remark] = give_back(students="Comptez les apprentis.")
    answer_remark(remark, text="Ils y sont <tous>.", by=alice)
    Remark.objects.create(submission=remark.submission, indicator=staff, text="Et ceux-ci ?")
    services.submit(**place, by=alice)
    body = Mail.objects.filter(kind="submitted").latest("pk").body
    assert "\n> Comptez les apprentis.\nRéponse (Alice)\u202f:\n> Ils y sont <tous>.\n" in body
    assert "\nPersonnels\n> Et ceux-ci ?\nSans réponse.\n" in body


def test_somebody_elses_answer_is_not_replaced_unseen(
    give_back: Any, alice: User, bob: User
) -> None:
    [remark] = give_back(students="Comptez.")
    answer_remark(remark, text="Oui.", by=bob, seen="")
    with pytest.raises(AnswerConflict, match="Oui") as refusal:
        answer_remark(remark, text="Non.", by=alice, seen="")
    assert Remark.objects.get().answer == "Oui."
    seen = refusal.value.remark.answer_version
    assert answer_remark(remark, text="Non.", by=alice, seen=seen).answer == "Non."


def test_an_answer_is_kept_whole_or_refused_with_its_length(give_back: Any, bob: User) -> None:
    """It goes into the mail of who decides, and into the audit: a novel has no place there."""
    [remark] = give_back(students="Comptez.")
    with pytest.raises(CampaignRefusal) as refusal:
        answer_remark(remark, text="a" * 2001, by=bob)
    assert "2\u202f001" in str(refusal.value.message)
    assert Remark.objects.get().answer == ""
    assert answer_remark(remark, text="a" * 2000, by=bob).answer == "a" * 2000


# --- Settled alone ------------------------------------------------------------------------------


def test_one_remark_is_settled_and_the_others_stay(
    give_back: Any, alice: User, diane: User, albi: School
) -> None:
    [first] = give_back(students="Comptez.")
    staff = factories.IndicatorFactory(code="staff")
    Remark.objects.create(submission=first.submission, indicator=staff, text="Et ceux-ci ?")
    settle_remark(first, by=diane, seen="")
    settle_remark(first, by=diane)  # twice changes nothing
    assert [one.state for one in Remark.objects.order_by("pk")] == [State.SETTLED, State.OPEN]
    [event] = Event.objects.filter(verb=Event.Verb.REMARK_SETTLED)
    assert (event.actor, event.school) == (diane, albi)
    assert event.detail == {"indicator": first.indicator.code}
    with pytest.raises(TransitionRefused):
        answer_remark(first, text="Oui.", by=alice)


def test_an_answer_given_meanwhile_is_read_before_it_is_settled(
    give_back: Any, diane: User, bob: User
) -> None:
    [remark] = give_back(students="Comptez.")
    answered = answer_remark(remark, text="Ils y sont.", by=bob)
    with pytest.raises(CampaignRefusal):
        settle_remark(remark, by=diane, seen="")
    assert settle_remark(remark, by=diane, seen=answered.answer_version).state == State.SETTLED


def test_what_the_school_has_sent_again_is_settled_by_the_decision(
    give_back: Any, place: dict[str, Any], alice: User, diane: User
) -> None:
    [remark] = give_back(students="Comptez.")
    services.submit(**place, by=alice)
    with pytest.raises(TransitionRefused):
        settle_remark(remark, by=diane)
