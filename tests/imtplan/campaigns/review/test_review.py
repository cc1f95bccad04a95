"""The last look before submitting, the decision, and the queue: all is shown, nothing is lost."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.test import Client
from django.utils import timezone

from imtplan.accounts.models import School, User
from imtplan.audit.models import Event
from imtplan.audit.services import record
from imtplan.campaigns.models import Campaign, Extension, KeptInput, Receipt, Submission
from imtplan.campaigns.review import submission_services as services
from imtplan.campaigns.review.review_page import steps_of
from indicators.models import Figure, Indicator
from tests import factories
from tests.imtplan.campaigns.review.submission import DECIDE, ENTRY, REVIEW, SEND, SUBMIT, read, say

# --- Check your answers -------------------------------------------------------------------------


def test_every_value_is_there_with_last_year_its_change_its_unit_and_its_parts(
    page: Client, filled: Campaign
) -> None:
    html = read(page)
    for text in (
        "1\u202f100",
        "1\u202f142",
        "+3,8\u202f%",
        "étudiants",
        "10,4",
        "119 / 1\u202f142",
    ):
        assert text in html
    assert SUBMIT in html


def test_a_word_stands_there_with_its_reason(
    page: Client, campaign: Campaign, students: Indicator, albi: School
) -> None:
    say(students, albi, state="not_available", value=None, reason="Registre en cours d’inventaire")
    html = read(page)
    assert "Registre en cours d’inventaire" in html
    assert "non disponible" in html


def test_what_is_missing_is_named_and_linked_to_its_cell(page: Client, campaign: Campaign) -> None:
    html = read(page)
    assert "2 valeurs retiennent la soumission" in html
    assert f'href="{ENTRY}#students"' in html
    assert SUBMIT not in html


def test_a_text_that_was_not_stored_is_to_correct(
    page: Client, filled: Campaign, students: Indicator, albi: School
) -> None:
    typed = {"value": "douze <b>"}
    KeptInput.objects.create(campaign=filled, school=albi, indicator=students, typed=typed)
    html = read(page)
    assert "1 valeur retient la soumission" in html
    assert "douze &lt;b&gt;" in html
    assert SUBMIT not in html


def test_a_surprise_holds_back_until_it_is_answered_and_the_answer_is_shown(
    page: Client, filled: Campaign, students: Indicator, albi: School
) -> None:
    figures = Figure.objects.filter(indicator=students, school=albi, year=2022)
    figures.update(value=Decimal(2200))
    # The ratio's denominator says the same students.
    Figure.objects.filter(denominator=1142).update(denominator=Decimal(2200))
    html = read(page)
    assert "À confirmer ou à expliquer" in html
    assert SUBMIT not in html
    figures.update(confirmed={"change": "100"}, explanation="Fusion de deux cursus")
    html = read(page)
    assert "Fusion de deux cursus" in html
    assert SUBMIT in html


def test_who_may_not_submit_reads_who_can(bob: User, filled: Campaign, signed_in: Any) -> None:
    html = read(signed_in(bob))
    assert SUBMIT not in html
    assert "La direction de l’école peut soumettre" in html
    assert signed_in(bob).post(SEND, {"send": ""}).status_code == 403


def test_submitting_shows_the_receipt_and_closes_the_page(page: Client, filled: Campaign) -> None:
    response = page.post(SEND, {"send": ""}, follow=True)
    html = response.content.decode()
    receipt = Receipt.objects.get()
    assert f"/recu/{receipt.number}/" in html
    assert "Reprendre la saisie" in html
    assert SUBMIT not in html
    assert f'href="{ENTRY}#students"' not in html


def test_a_double_click_makes_one_receipt_and_no_error(page: Client, filled: Campaign) -> None:
    page.post(SEND, {"send": ""})
    response = page.post(SEND, {"send": ""}, follow=True)
    assert Receipt.objects.count() == 1
    assert "notice-error" not in response.content.decode()
    assert Submission.objects.get().state == "submitted"


def test_submitting_what_is_incomplete_says_what_is_missing(
    page: Client, campaign: Campaign
) -> None:
    html = page.post(SEND, {"send": ""}, follow=True).content.decode()
    assert "notice-error" in html
    assert "2 valeurs retiennent la soumission" in html
    assert not Submission.objects.filter(state="submitted").exists()


def test_a_closed_campaign_says_so_and_who_can_give_more_time(
    page: Client, filled: Campaign, paul: User, signed_in: Any, albi: School
) -> None:
    filled.closes_at = timezone.now() - timedelta(hours=1)
    filled.save()
    html = read(page)
    assert SUBMIT not in html
    assert "Le bureau du plan peut accorder un délai" in html
    assert "/campagnes/2022/imt-mines-albi/delai/" in read(signed_in(paul))
    later = timezone.now() + timedelta(days=2)
    Extension.objects.create(campaign=filled, school=albi, closes_at=later, reason="Incendie")
    assert SUBMIT in read(page)


def test_a_campaign_that_is_not_open_yet_says_when_it_opens(page: Client, filled: Campaign) -> None:
    filled.opens_at = timezone.now() + timedelta(days=2)
    filled.save()
    html = read(page)
    assert "Rien ne peut être saisi avant" in html
    assert "Revenir à la saisie" not in html
    assert SUBMIT not in html


def test_anothers_school_does_not_exist(filled: Campaign, charlie: User, signed_in: Any) -> None:
    client = signed_in(charlie)
    assert client.get(REVIEW).status_code == 404
    assert client.post(SEND, {"send": ""}).status_code == 404
    assert client.post(DECIDE, {"validate": ""}).status_code == 404


def test_the_page_asks_the_database_as_often_for_many_rows(
    page: Client, campaign: Campaign, albi: School, django_assert_max_num_queries: Any
) -> None:
    for indicator in factories.IndicatorFactory.create_batch(40):
        say(indicator, albi)
        campaign.indicators.add(indicator)
    with django_assert_max_num_queries(28):
        read(page)


# --- The history --------------------------------------------------------------------------------


def test_saves_of_one_person_are_told_as_one_step(albi: School, alice: User, bob: User) -> None:
    verb = Event.Verb.FIGURES_SAVED
    for person, code in ((alice, "a"), (alice, "b"), (bob, "a"), (alice, "a"), (alice, "a")):
        record(verb, by=person, school=albi, subject="2022", figures={code: 1})
    steps = steps_of(Event.objects.all())
    assert [(step.event.actor_name, sorted(step.codes)) for step in steps] == [
        ("Alice", ["a"]),
        ("Bob", ["a"]),
        ("Alice", ["a", "b"]),
    ]


def test_the_history_tells_each_step(desk: Client, page: Client, submitted: Submission) -> None:
    seen = services.handing_in_of(submitted)
    desk.post(DECIDE, {"return": "", "comment": "À revoir", "seen": seen})
    html = read(page)
    for text in ("a soumis", "a renvoyé", "Alice", "Diane"):
        assert text in html
