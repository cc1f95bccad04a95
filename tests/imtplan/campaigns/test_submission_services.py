"""The life of a submission: draft, submitted, returned, validated, and who may go where."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from imtplan.accounts.models import School, User
from imtplan.audit.models import Event
from imtplan.campaigns.entry.kept_inputs import keep
from imtplan.campaigns.entry.reading import read
from imtplan.campaigns.gate import CampaignClosed, CampaignRefusal, TransitionRefused
from imtplan.campaigns.models import Campaign, Receipt, Remark, Submission
from imtplan.campaigns.review import submission_services as services
from imtplan.campaigns.review.submission_services import SubmissionIncomplete
from indicators.models import Figure, Indicator
from tests import factories

State = Figure.State


def test_a_closed_campaign_stores_nothing(
    save: Any, campaign: Campaign, place: dict[str, Any], alice: User
) -> None:
    save("100")
    campaign.closes_at = campaign.opens_at + (campaign.closes_at - campaign.opens_at) / 4
    campaign.save()
    with pytest.raises(CampaignClosed):
        save("200", version=1)
    with pytest.raises(CampaignClosed):
        services.submit(**place, by=alice)
    assert Figure.objects.get().value == 100


def test_submitting_hands_the_figures_in(save: Any, place: dict[str, Any], alice: User) -> None:
    save("100")
    submission = services.submit(**place, by=alice)
    assert submission.state == Submission.State.SUBMITTED
    assert (submission.submitted_by, submission.submitted_at is None) == (alice, False)
    assert Figure.objects.get().status == Figure.Status.SUBMITTED


def test_a_missing_figure_holds_back_the_submission(place: dict[str, Any], alice: User) -> None:
    with pytest.raises(SubmissionIncomplete) as refusal:
        services.submit(**place, by=alice)
    assert [indicator.code for indicator in refusal.value.indicators] == ["students"]


@pytest.mark.parametrize(
    ("state", "reason"), [(State.NOT_AVAILABLE, "No register."), (State.NOT_APPLICABLE, "")]
)
def test_a_word_in_place_of_the_number_is_an_answer(
    save: Any, place: dict[str, Any], alice: User, state: State, reason: str
) -> None:
    save(state=state, reason=reason)
    assert services.submit(**place, by=alice).state == Submission.State.SUBMITTED


def test_what_is_submitted_is_read_only(save: Any, place: dict[str, Any], alice: User) -> None:
    save("100")
    services.submit(**place, by=alice)
    with pytest.raises(TransitionRefused):
        save("200", version=1)
    with pytest.raises(TransitionRefused):
        services.submit(**place, by=alice)


def test_validated_figures_count(
    save: Any, place: dict[str, Any], alice: User, diane: User
) -> None:
    save("100")
    services.submit(**place, by=alice)
    submission = services.validate(**place, by=diane)
    assert (submission.state, submission.decided_by) == (Submission.State.VALIDATED, diane)
    assert Figure.objects.get().status == Figure.Status.VALIDATED


def test_a_draft_cannot_be_validated(save: Any, place: dict[str, Any], diane: User) -> None:
    save("100")
    with pytest.raises(TransitionRefused):
        services.validate(**place, by=diane)


def test_returned_figures_can_be_changed_and_submitted_again(
    save: Any, place: dict[str, Any], alice: User, diane: User
) -> None:
    save("100")
    services.submit(**place, by=alice)
    returned = services.return_to_school(**place, by=diane, comment=" Please check. ")
    assert (returned.state, returned.comment) == (Submission.State.RETURNED, "Please check.")
    save("200", version=1)
    again = services.submit(**place, by=alice)
    assert (again.state, again.comment) == (Submission.State.SUBMITTED, "")
    verbs = Event.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == [
        "figures_saved",
        "submitted",
        "returned",
        "figures_saved",
        "submitted",
    ]


def test_returning_demands_a_reason(
    save: Any, place: dict[str, Any], alice: User, diane: User
) -> None:
    save("100")
    services.submit(**place, by=alice)
    with pytest.raises(CampaignRefusal, match="Dites pourquoi"):
        services.return_to_school(**place, by=diane, comment="  ")
    assert Submission.objects.get().state == Submission.State.SUBMITTED


def test_a_return_may_speak_of_single_cells(
    save: Any,
    place: dict[str, Any],
    students: Indicator,
    alice: User,
    diane: User,
) -> None:
    save("100")
    services.submit(**place, by=alice)
    remarks = {"students": " Comptez les apprentis. ", "unknown": "?", "own-funds": "  "}
    services.return_to_school(**place, by=diane, comment="", remarks=remarks)
    remark = Remark.objects.get()
    assert (remark.indicator, remark.text, remark.by) == (
        students,
        "Comptez les apprentis.",
        diane,
    )
    assert remark.state == Remark.State.OPEN


def test_what_is_to_correct_holds_back_the_submission(
    save: Any, place: dict[str, Any], students: Indicator, alice: User
) -> None:
    save("100")
    keep(read(**place), {students: {"value": "10o"}}, by=alice)
    with pytest.raises(SubmissionIncomplete, match="corriger"):
        services.submit(**place, by=alice)


def test_a_surprise_without_an_answer_holds_back_the_submission(
    save: Any, place: dict[str, Any], students: Indicator, albi: School, alice: User
) -> None:
    factories.FigureFactory(indicator=students, school=albi, year=2021, value=Decimal(100))
    save("300")
    with pytest.raises(SubmissionIncomplete) as refusal:
        services.submit(**place, by=alice)
    assert list(refusal.value.indicators) == [students]
    save("300", version=1, confirm=True)
    assert services.submit(**place, by=alice).state == Submission.State.SUBMITTED


def test_after_the_closing_figures_go_back_only_with_more_time(
    save: Any, place: dict[str, Any], campaign: Campaign, alice: User, diane: User
) -> None:
    save("100")
    services.submit(**place, by=alice)
    campaign.closes_at = timezone.now() - timedelta(minutes=1)
    campaign.save()
    with pytest.raises(CampaignRefusal, match="La campagne est close ici"):
        services.return_to_school(**place, by=diane, comment="À revoir.")
    assert Submission.objects.get().state == Submission.State.SUBMITTED
    later = timezone.now() + timedelta(days=3)
    campaign.extensions.create(school=place["school"], closes_at=later, reason="À revoir.")
    again = Campaign.objects.get()
    services.return_to_school(campaign=again, school=place["school"], by=diane, comment="À revoir.")
    assert Submission.objects.get().state == Submission.State.RETURNED


def test_each_submission_has_its_receipt(
    save: Any, place: dict[str, Any], alice: User, diane: User
) -> None:
    save("100")
    services.submit(**place, by=alice)
    services.return_to_school(**place, by=diane, comment="À revoir.")
    save("200", version=1)
    services.submit(**place, by=alice)
    numbers = Receipt.objects.order_by("pk").values_list("number", flat=True)
    assert list(numbers) == ["2022-imt-mines-albi-1", "2022-imt-mines-albi-2"]


def test_a_school_that_is_not_asked_enters_nothing(
    save: Any, campaign: Campaign, ales: School
) -> None:
    campaign.schools.set([ales])
    with pytest.raises(TransitionRefused):
        save("100")
    assert not Submission.objects.exists()
