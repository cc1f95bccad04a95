"""The life of a submission: what is stored, what is refused, and that nothing is lost."""

from decimal import Decimal
from typing import Any

import pytest

from imtplan.accounts.models import School, User
from imtplan.audit.models import Event
from imtplan.campaigns import services
from imtplan.campaigns.checks import Cell
from imtplan.campaigns.models import Campaign, Submission
from imtplan.campaigns.services import (
    CampaignClosed,
    CampaignRefusal,
    SaveOutcome,
    SubmissionIncomplete,
    TransitionRefused,
)
from indicators.models import Figure, Indicator, StaleMark
from tests import factories

State = Figure.State


@pytest.fixture
def students(db: None) -> Indicator:
    return factories.IndicatorFactory(code="students")


@pytest.fixture
def campaign(students: Indicator) -> Campaign:
    return factories.CampaignFactory(indicators=[students])


@pytest.fixture
def save(campaign: Campaign, albi: School, alice: User, students: Indicator) -> Any:
    """Save one cell of the students' row as Alice."""

    def save_cell(value: object = None, **cell: Any) -> SaveOutcome:
        given = {"value": Decimal(str(value))} if value is not None else {}
        return services.save_figures(
            campaign=campaign,
            school=albi,
            cells=[Cell(indicator=students, **given, **cell)],
            by=alice,
            origin=Figure.Origin.FORM,
        )

    return save_cell


@pytest.fixture
def place(campaign: Campaign, albi: School) -> dict[str, Any]:
    return {"campaign": campaign, "school": albi}


def test_saving_writes_figure_version_event_and_stale_mark_together(
    save: Any, albi: School, alice: User
) -> None:
    StaleMark.objects.all().delete()
    outcome = save("13400")
    figure = Figure.objects.get()
    assert outcome.changed == [figure]
    assert (figure.value, figure.version, figure.status) == (Decimal(13400), 1, "draft")
    assert (figure.entered_by, figure.origin) == (alice, "form")
    assert figure.events.count() == 1
    event = Event.objects.get(verb=Event.Verb.FIGURES_SAVED)
    assert event.detail == {"figures": {"students": 1}, "origin": "form"}
    assert [mark.indicator_id for mark in StaleMark.objects.all()] == [figure.indicator_id]


@pytest.mark.django_db(transaction=True)
def test_when_the_event_cannot_be_written_nothing_is(
    save: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    StaleMark.objects.all().delete()

    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the audit is down")

    monkeypatch.setattr(services, "record", broken)
    with pytest.raises(RuntimeError, match="audit is down"):
        save("13400")
    assert not Figure.objects.exists()
    assert not Submission.objects.exists()
    assert not StaleMark.objects.exists()


def test_the_queue_is_poked_after_the_commit_only(
    save: Any, poked: list[bool], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        save("13400")
        assert poked == []
    for callback in callbacks:
        callback()
    assert poked == [True]


def test_every_version_is_kept(save: Any) -> None:
    save("100")
    save("200", version=1)
    save(state=State.NOT_ENTERED, version=2)
    figure = Figure.objects.get()
    versions = figure.events.order_by("pgh_id").values_list("version", "value", "state")
    assert list(versions) == [
        (1, Decimal(100), "number"),
        (2, Decimal(200), "number"),
        (3, None, "not_entered"),
    ]


def test_saving_the_same_again_makes_no_version_and_no_event(save: Any) -> None:
    save("100")
    outcome = save("100.000", version=1)
    assert outcome.changed == []
    assert Figure.objects.get().version == 1
    assert Event.objects.filter(verb=Event.Verb.FIGURES_SAVED).count() == 1


def test_an_empty_row_never_entered_stores_nothing(save: Any) -> None:
    assert save(state=State.NOT_ENTERED).is_clean
    assert not Figure.objects.exists()


def test_zero_is_a_number(save: Any) -> None:
    save("0")
    assert Figure.objects.get().value == 0


def test_an_old_version_does_not_overwrite_a_newer_one(save: Any) -> None:
    save("100")
    save("200", version=1)
    outcome = save("150", version=1)
    figure = Figure.objects.get()
    assert outcome.conflicts == {"students": figure}
    assert figure.value == 200


def test_two_people_who_type_the_same_are_not_in_conflict(save: Any) -> None:
    save("100")
    assert save("100").is_clean


def test_a_refused_cell_says_why_and_leaves_the_figure(save: Any) -> None:
    save("100")
    outcome = save("-5", version=1)
    assert [problem.part for problem in outcome.refused["students"]] == ["value"]
    assert Figure.objects.get().value == 100


def test_one_refused_cell_does_not_hold_back_the_others(
    campaign: Campaign, albi: School, alice: User, students: Indicator
) -> None:
    funds = factories.IndicatorFactory(code="own-funds", decimals=1)
    campaign.indicators.add(funds)
    outcome = services.save_figures(
        campaign=campaign,
        school=albi,
        cells=[
            Cell(indicator=students, value=Decimal("10.5")),
            Cell(indicator=funds, value=Decimal("10.5")),
        ],
        by=alice,
        origin=Figure.Origin.FORM,
    )
    assert list(outcome.refused) == ["students"]
    assert [figure.indicator.code for figure in outcome.changed] == ["own-funds"]


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
    assert [indicator.code for indicator in refusal.value.missing] == ["students"]


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
