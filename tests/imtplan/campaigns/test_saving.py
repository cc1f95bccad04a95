"""Storing figures: what is stored, what is refused, and that nothing is lost."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from imtplan.accounts.models import School, User
from imtplan.audit.models import Event
from imtplan.campaigns.entry import saving
from imtplan.campaigns.entry.checking.cells import EnteredCell
from imtplan.campaigns.entry.kept_inputs import keep
from imtplan.campaigns.entry.reading import read
from imtplan.campaigns.models import Campaign, KeptInput, Submission
from indicators.models import Figure, Indicator, StaleMark
from tests import factories

State = Figure.State


def test_saving_writes_figure_version_and_event_together(
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
    assert not StaleMark.objects.exists(), "a draft counts in no result"


@pytest.mark.django_db(transaction=True)
def test_when_the_event_cannot_be_written_nothing_is(
    save: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    StaleMark.objects.all().delete()

    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the audit is down")

    monkeypatch.setattr(saving, "record", broken)
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
    outcome = saving.save_figures(
        campaign=campaign,
        school=albi,
        cells=[
            EnteredCell(indicator=students, value=Decimal("10.5")),
            EnteredCell(indicator=funds, value=Decimal("10.5")),
        ],
        by=alice,
        origin=Figure.Origin.FORM,
    )
    assert list(outcome.refused) == ["students"]
    assert [figure.indicator.code for figure in outcome.changed] == ["own-funds"]


# --- Surprises and their answers ----------------------------------------------------------------


@pytest.fixture
def last_year(students: Indicator, albi: School) -> Figure:
    return factories.FigureFactory(indicator=students, school=albi, year=2021, value=Decimal(100))


def test_a_surprise_is_stored_and_waits_for_its_answer(save: Any, last_year: Figure) -> None:
    outcome = save("200")
    assert [one.answered for one in outcome.reading.findings(last_year.indicator)] == [False]
    assert outcome.reading.counts["to_explain"] == 1
    assert Figure.objects.get(year=2022).value == 200


@pytest.mark.parametrize("answer", [{"confirm": True}, {"explanation": "Fusion des deux sites."}])
def test_a_tick_or_a_sentence_answers_it(
    save: Any, last_year: Figure, answer: dict[str, Any]
) -> None:
    save("200")
    outcome = save("200", version=1, **answer)
    figure = Figure.objects.get(year=2022)
    assert figure.confirmed == {"change": "100.00"}
    assert figure.explanation == answer.get("explanation", "")
    assert outcome.reading.counts["to_explain"] == 0


def test_an_old_tick_does_not_stretch_to_a_bigger_surprise(save: Any, last_year: Figure) -> None:
    """The form sends the tick as it stood: only a new one speaks of the new figure."""
    save("200")
    save("200", version=1, confirm=True)
    outcome = save("300", version=2, confirm=True)
    assert Figure.objects.get(year=2022).confirmed == {"change": "100.00"}
    assert outcome.reading.counts["to_explain"] == 1
    save("300", version=3, confirm=True)
    assert Figure.objects.get(year=2022).confirmed == {"change": "200.00"}


def test_a_new_sentence_speaks_of_the_new_figure(save: Any, last_year: Figure) -> None:
    save("200", explanation="Un site de plus.")
    save("300", version=1, explanation="Deux sites de plus.")
    assert Figure.objects.get(year=2022).confirmed == {"change": "200.00"}


def test_an_old_sentence_does_not_answer_a_new_surprise(save: Any, last_year: Figure) -> None:
    """It was said of a figure that surprised nobody."""
    save("101", explanation="Un apprenti de plus.")
    outcome = save("300", version=1, explanation="Un apprenti de plus.")
    assert Figure.objects.get(year=2022).confirmed == {}
    assert outcome.reading.counts["to_explain"] == 1


def test_a_tick_does_not_answer_a_slip_of_a_power_of_ten(save: Any, last_year: Figure) -> None:
    number = last_year.value * 1000
    figure = save(number, confirm=True).changed[0]
    assert figure.confirmed == {}
    figure = save(number, confirm=True, explanation="ok", version=1).changed[0]
    assert figure.confirmed == {}
    figure = save(number, explanation="Deux écoles ont fusionné.", version=2).changed[0]
    assert set(figure.confirmed) == {"magnitude"}


def test_old_words_do_not_answer_a_new_slip(save: Any, last_year: Figure) -> None:
    save(last_year.value, explanation="Comptés en octobre.")
    figure = save(
        last_year.value * 10, explanation="Comptés en octobre.", confirm=True, version=1
    ).changed[0]
    assert figure.confirmed == {}


@pytest.mark.parametrize("explanation", [".", "-", "ok", "?!"])
def test_a_sign_answers_nothing(save: Any, last_year: Figure, explanation: str) -> None:
    figure = save(last_year.value * 2, explanation=explanation).changed[0]
    assert (figure.explanation, figure.confirmed) == (explanation, {})


def test_an_answer_taken_back_is_asked_again(save: Any, last_year: Figure) -> None:
    save("200", confirm=True)
    outcome = save("200", version=1)
    assert Figure.objects.get(year=2022).confirmed == {}
    assert outcome.reading.counts["to_explain"] == 1


# --- What cannot be stored is kept --------------------------------------------------------------


def test_a_kept_text_stands_beside_the_figure_until_the_cell_is_stored(
    save: Any, place: dict[str, Any], students: Indicator, alice: User
) -> None:
    save("100")
    keep(read(**place), {students: {"value": "12o"}}, by=alice)
    keep(read(**place), {students: {"value": "12,5,3"}}, by=alice)
    kept = KeptInput.objects.get()
    assert kept.typed == {"value": "12,5,3"}
    assert Figure.objects.get().value == 100
    save("120", version=1, kept=kept.pk)
    assert not KeptInput.objects.exists()


def test_a_way_of_entry_that_shows_no_kept_text_leaves_it_there(
    save: Any, place: dict[str, Any], students: Indicator, alice: User
) -> None:
    keep(read(**place), {students: {"value": "12,5,3"}}, by=alice)
    save("120")
    assert Figure.objects.get().value == 120
    assert KeptInput.objects.get().typed == {"value": "12,5,3"}


def test_typing_back_what_was_stored_lets_the_kept_text_go(
    save: Any, place: dict[str, Any], students: Indicator, alice: User
) -> None:
    save("100")
    keep(read(**place), {students: {"value": "12o"}}, by=alice)
    save("100", version=1, kept=KeptInput.objects.get().pk)
    assert not KeptInput.objects.exists()
    assert Figure.objects.get().version == 1


def test_a_kept_text_holds_no_nul(place: dict[str, Any], students: Indicator, alice: User) -> None:
    keep(read(**place), {students: {"value": "1\x002"}}, by=alice)
    assert KeptInput.objects.get().typed == {"value": "1␀2"}


# --- Going back ---------------------------------------------------------------------------------


def test_an_old_version_becomes_the_new_one(save: Any, campaign: Campaign, bob: User) -> None:
    save("100")
    save("200", version=1)
    figure = Figure.objects.get()
    saving.restore(campaign=campaign, figure=figure, version=1, by=bob, seen_version=2)
    figure.refresh_from_db()
    assert (figure.value, figure.version, figure.origin) == (Decimal(100), 3, "restored")
    assert figure.entered_by == bob
    assert figure.events.count() == 3


def test_version_zero_is_the_empty_cell_before(save: Any, campaign: Campaign, alice: User) -> None:
    save("100")
    figure = Figure.objects.get()
    saving.restore(campaign=campaign, figure=figure, version=0, by=alice, seen_version=1)
    figure.refresh_from_db()
    assert (figure.state, figure.value, figure.version) == (State.NOT_ENTERED, None, 2)


@pytest.mark.parametrize(("version", "seen"), [(1, 1), (7, 2), (-1, 2)])
def test_what_changed_since_or_never_was_is_not_restored(
    save: Any, campaign: Campaign, alice: User, version: int, seen: int
) -> None:
    save("100")
    save("200", version=1)
    with pytest.raises(saving.VersionGone):
        saving.restore(
            campaign=campaign,
            figure=Figure.objects.get(),
            version=version,
            by=alice,
            seen_version=seen,
        )
    assert Figure.objects.get().value == 200


def test_a_save_is_taken_back_whole(
    campaign: Campaign, place: dict[str, Any], save: Any, students: Indicator, alice: User
) -> None:
    funds = factories.IndicatorFactory(code="own-funds", decimals=1)
    campaign.indicators.add(funds)
    save("100")
    pasted = saving.save_figures(
        **place,
        cells=[
            EnteredCell(indicator=students, value=Decimal(150), version=1),
            EnteredCell(indicator=funds, value=Decimal("2.5")),
        ],
        by=alice,
        origin=Figure.Origin.PASTE,
    )
    outcome = saving.undo(**place, event=pasted.event, by=alice)
    assert len(outcome.changed) == 2
    versions = Figure.objects.order_by("indicator__code").values_list("state", "value", "version")
    assert list(versions) == [("not_entered", None, 2), ("number", Decimal(100), 3)]
    assert Event.objects.latest("pk").verb == Event.Verb.FIGURES_UNDONE


def test_taking_back_leaves_what_changed_since(
    place: dict[str, Any], save: Any, alice: User
) -> None:
    first = save("100")
    save("200", version=1)
    outcome = saving.undo(**place, event=first.event, by=alice)
    assert list(outcome.conflicts) == ["students"]
    assert Figure.objects.get().value == 200


def test_what_another_campaign_asks_now_is_left_as_it_is(
    campaign: Campaign, place: dict[str, Any], save: Any, students: Indicator, alice: User
) -> None:
    first = save("100")
    save("200", version=1)
    second = Event.objects.latest("pk")
    campaign.indicators.set([factories.IndicatorFactory(code="own-funds")])
    factories.CampaignFactory(name="Autumn", indicators=[students])
    for event in (first.event, second):
        outcome = saving.undo(**place, event=event, by=alice)
        assert (outcome.changed, list(outcome.conflicts)) == ([], ["students"])
    assert Figure.objects.get().version == 2


def test_what_is_asked_of_the_institute_alone_is_not_restored_by_a_school(
    campaign: Campaign, save: Any, students: Indicator, alice: User
) -> None:
    save("100")
    save("200", version=1)
    Indicator.objects.filter(pk=students.pk).update(aggregation=Indicator.Aggregation.NONE)
    figure = Figure.objects.get()
    with pytest.raises(saving.VersionGone, match="ne demande pas"):
        saving.restore(campaign=campaign, figure=figure, version=1, by=alice, seen_version=2)


# --- Without an earlier year --------------------------------------------------------------------


@pytest.fixture
def funds(campaign: Campaign) -> Indicator:
    funds = factories.IndicatorFactory(code="funds", unit_fr="M€", unit_en="M€", decimals=1)
    campaign.indicators.add(funds)
    return funds


@pytest.mark.parametrize(
    ("of_the_school", "target", "number", "says"),
    [
        (True, {"value": 25, "baseline_value": Decimal("20.2")}, 21_800_000, "20,2 M€"),
        (True, {"value": 25, "baseline_value": None}, 21_800, "k€ au lieu de M€"),
        (False, {"value": 272, "baseline_value": 170}, 21_800_000, "€ au lieu de M€"),
        (False, {"value": None, "growth_percent": 60, "baseline_value": 170}, 21_800_000, "170 M€"),
    ],
)
def test_without_an_earlier_year_the_target_is_held_against(
    save: Any,
    campaign: Campaign,
    albi: School,
    funds: Indicator,
    of_the_school: bool,
    target: dict[str, Any],
    number: int,
    says: str,
) -> None:
    factories.TargetFactory(
        plan=campaign.plan,
        indicator=funds,
        school=albi if of_the_school else None,
        is_reference=not of_the_school,
        **target,
    )
    outcome = save(number, indicator=funds, confirm=True)
    with translation.override("fr"):
        [one] = outcome.reading.findings(funds)
        assert (one.code, one.answered) == ("magnitude", False)
        assert says in str(one.message).replace("\u202f", " ")
    outcome = save(30, indicator=funds, version=1)
    assert outcome.reading.findings(funds) == []
