"""Receipts: one text for one submission, which anybody can check, and its pages."""

import hashlib
import json
import subprocess
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from imtplan import paper
from imtplan.accounts.models import School, User
from imtplan.audit.models import Event
from imtplan.audit.services import record
from imtplan.campaigns.models import Campaign, Receipt, Submission
from imtplan.campaigns.review.receipts.receipt_content import lines_of
from imtplan.canonical import canonical
from indicators.models import Figure, Indicator
from tests import factories
from tests.imtplan.campaigns.handing_in import (
    AT,
    HOSTILE,
    enter,
    fill,
    give_back,
    hand_in,
    three_asked,
)
from tests.imtplan.test_paper import needs_press, text_of


@pytest.fixture
def campaign(db: None) -> Campaign:
    return three_asked()


@pytest.fixture
def figures(campaign: Campaign, albi: School, bob: User) -> list[Figure]:
    return fill(campaign, albi, bob)


@pytest.fixture
def receipt(campaign: Campaign, albi: School, alice: User, figures: list[Figure]) -> Receipt:
    return hand_in(campaign, albi, alice)


@pytest.fixture
def returned(receipt: Receipt, diane: User) -> Submission:
    return give_back(receipt.submission, diane)


# --- What it holds ------------------------------------------------------------------------------


def test_the_sha256_is_of_exactly_these_bytes(receipt: Receipt) -> None:
    assert receipt.sha256 == hashlib.sha256(receipt.content.encode("utf-8")).hexdigest()


def test_there_is_one_way_to_write_it(receipt: Receipt) -> None:
    content = json.loads(receipt.content)
    assert canonical(content) == receipt.content
    assert canonical(dict(reversed(content.items()))) == receipt.content
    assert '": ' not in receipt.content.replace(json.dumps(HOSTILE, ensure_ascii=False), "")


def test_it_names_the_submission(receipt: Receipt) -> None:
    content = json.loads(receipt.content)
    del content["figures"]
    assert content == {
        "format": "imtplan-receipt-1",
        "number": "2022-imt-mines-albi-1",
        "at": "2022-11-23T09:41:12.345678Z",
        "by": "Alice",
        "campaign": {
            "plan": "2018-2022",
            "year": 2022,
            "closes_at": content["campaign"]["closes_at"],
        },
        "school": {"code": "imt-mines-albi", "name": "IMT Mines Albi"},
    }
    assert content["campaign"]["closes_at"].endswith("Z")


def test_it_holds_each_figure_in_the_order_of_the_campaign(receipt: Receipt) -> None:
    students, foreign, contracts = json.loads(receipt.content)["figures"]
    assert [one["code"] for one in (students, foreign, contracts)] == [
        "students",
        "foreign",
        "contracts",
    ]
    assert (students["state"], students["value"], students["year"]) == (
        "number",
        "1234.5",
        "2022-2023",
    )
    assert (students["entered_by"], students["version"], students["origin"]) == ("Bob", 1, "form")
    assert students["confirmed"] == {"change": "34.5"}
    assert (foreign["value"], foreign["numerator"], foreign["denominator"]) == (None, "300", "1200")
    assert (contracts["state"], contracts["reason"]) == ("not_available", "Bilan en mars")


def test_words_are_kept_exactly_as_typed(receipt: Receipt) -> None:
    assert json.loads(receipt.content)["figures"][0]["explanation"] == HOSTILE


def test_an_accent_in_two_characters_stays_in_two(
    campaign: Campaign, albi: School, alice: User
) -> None:
    enter(
        campaign.indicators.get(code="contracts"),
        albi,
        alice,
        state="not_available",
        reason="e\u0301te\u0301",
    )
    content = json.loads(hand_in(campaign, albi, alice).content)
    assert content["figures"][2]["reason"] == "e\u0301te\u0301"


def test_a_figure_that_is_not_there_is_said_to_be_missing(
    campaign: Campaign, albi: School, alice: User
) -> None:
    first = json.loads(hand_in(campaign, albi, alice).content)["figures"][0]
    assert (first["state"], first["value"], first["entered_at"]) == ("not_entered", None, None)


def test_the_lines_read_what_was_written(receipt: Receipt) -> None:
    students, foreign, contracts = lines_of(receipt)
    assert (students.name, students.number, students.is_academic) == (
        "Étudiants",
        Decimal("1234.5"),
        True,
    )
    assert (foreign.number, foreign.is_ratio) == (25, True)
    assert contracts.number is None
    assert students.entered_at == AT
    with translation.override("en"):
        assert students.name == "Students"


def test_what_is_renamed_later_is_not_renamed_on_the_receipt(
    receipt: Receipt,
) -> None:
    Indicator.objects.filter(code="students").update(name_fr="Autre", scale=7)
    assert lines_of(receipt)[0].name == "Étudiants"


# --- Its number, and that it stays --------------------------------------------------------------


def test_each_submission_counts_its_receipts(
    receipt: Receipt, returned: Submission, albi: School, ales: School, alice: User
) -> None:
    again = hand_in(receipt.submission.campaign, albi, alice, at=timezone.now())
    other = hand_in(receipt.submission.campaign, ales, alice)
    assert again.number == "2022-imt-mines-albi-2"
    assert other.number == "2022-imt-mines-ales-1"


def test_two_campaigns_of_one_year_do_not_share_a_number(
    receipt: Receipt, albi: School, alice: User
) -> None:
    plan = factories.PlanFactory(code="2023-2027", first_year=2023, last_year=2027)
    campaign = factories.CampaignFactory(plan=plan, year=2022, name="Budget")
    assert hand_in(campaign, albi, alice).number == "2022-budget-imt-mines-albi-1"


@pytest.mark.parametrize("change", [{"content": "{}"}, {"sha256": "0"}, {"number": "x"}])
def test_the_database_keeps_it_as_it_is(receipt: Receipt, change: dict[str, str]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Receipt.objects.filter(pk=receipt.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        receipt.delete()


# --- The page -----------------------------------------------------------------------------------


def read(client: Client, name: str, receipt: Receipt) -> Any:
    return client.get(reverse(name, args=[receipt.number]))


def test_the_page_says_what_when_who_and_how_to_check(
    signed_in: Callable[[User], Client], alice: User, receipt: Receipt
) -> None:
    page = read(signed_in(alice), "receipt", receipt).content.decode()
    assert "2022-imt-mines-albi-1" in page
    assert "23 novembre 2022" in page
    assert "10:41:12" in page  # Paris, an hour ahead of UTC in winter
    assert "1\u202f234,5" in page
    assert "25,0" in page
    assert "Bilan en mars" in page
    assert "2022-2023" in page
    assert receipt.sha256 in page.replace("<wbr>", "")
    assert "sha256sum recu-2022-imt-mines-albi-1.json" in page


def test_hostile_words_are_words(
    signed_in: Callable[[User], Client], alice: User, receipt: Receipt
) -> None:
    page = read(signed_in(alice), "receipt", receipt).content.decode()
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=alert(1)&gt; =1+1 \ufffdabc 😀" in page


def test_the_page_in_english(
    signed_in: Callable[[User], Client], alice: User, receipt: Receipt
) -> None:
    User.objects.filter(pk=alice.pk).update(language="en")
    client = Client(headers={"accept-language": "en"})
    client.force_login(alice)
    page = read(client, "receipt", receipt).content.decode()
    assert "23 November 2022 at 10:41:12, Paris time" in page
    assert "Students" in page
    assert "1,234.5" in page


@pytest.mark.parametrize("name", ["receipt", "receipt_pdf", "receipt_json"])
def test_another_school_does_not_see_it(
    name: str,
    signed_in: Callable[[User], Client],
    alice: User,
    bob: User,
    charlie: User,
    diane: User,
    receipt: Receipt,
) -> None:
    assert read(signed_in(charlie), name, receipt).status_code == 404
    for reader in (alice, bob, diane):
        assert read(signed_in(reader), name, receipt).status_code == 200


def test_a_number_that_is_none_is_404(signed_in: Callable[[User], Client], diane: User) -> None:
    assert signed_in(diane).get("/recu/2022-nowhere-1/").status_code == 404
    assert signed_in(diane).get("/recu/2022-nowhere-1.pdf").status_code == 404


def test_nothing_happened_since(
    signed_in: Callable[[User], Client], alice: User, receipt: Receipt
) -> None:
    context = read(signed_in(alice), "receipt", receipt).context
    assert context["steps"] == []
    assert context["differences"] == []
    assert context["latest"] == receipt


def test_it_says_that_it_was_returned_and_handed_in_again(
    signed_in: Callable[[User], Client],
    alice: User,
    receipt: Receipt,
    returned: Submission,
    figures: list[Figure],
) -> None:
    figures[0].value, figures[0].version = Decimal(1300), 2
    figures[0].save()
    again = hand_in(returned.campaign, returned.school, alice, at=timezone.now())
    response = read(signed_in(alice), "receipt", receipt)
    assert [(step.who, step.number) for step in response.context["steps"]] == [
        ("Diane", ""),
        ("Alice", again.number),
    ]
    assert [one.code for one in response.context["differences"]] == ["students"]
    page = response.content.decode()
    assert "À revoir" in page
    assert reverse("receipt", args=[again.number]) in page
    newest = read(signed_in(alice), "receipt", again)
    assert newest.context["steps"] == newest.context["differences"] == []
    assert reverse("receipt", args=[receipt.number]) in newest.content.decode()


def test_forty_figures_take_no_more_queries(
    signed_in: Callable[[User], Client],
    alice: User,
    albi: School,
    campaign: Campaign,
    figures: list[Figure],
    django_assert_max_num_queries: Any,
) -> None:
    more = factories.IndicatorFactory.create_batch(40)
    for one in more:
        enter(one, albi, alice, value=Decimal(1))
    campaign.indicators.add(*more)
    client = signed_in(alice)
    receipt = hand_in(campaign, albi, alice)
    with django_assert_max_num_queries(12):
        page = read(client, "receipt", receipt)
    assert len(page.context["lines"]) == 43


# --- The files ----------------------------------------------------------------------------------


def test_the_json_file_is_what_was_hashed(
    signed_in: Callable[[User], Client], alice: User, receipt: Receipt, tmp_path: Path
) -> None:
    response = read(signed_in(alice), "receipt_json", receipt)
    assert response["Content-Type"] == "application/json"
    name = 'attachment; filename="recu-2022-imt-mines-albi-1.json"'
    assert response["Content-Disposition"] == name
    (tmp_path / "recu.json").write_bytes(response.content)
    done = subprocess.run(
        ["sha256sum", tmp_path / "recu.json"], capture_output=True, check=True, text=True
    )
    assert done.stdout.split()[0] == receipt.sha256


@needs_press
def test_the_pdf_holds_the_receipt(
    signed_in: Callable[[User], Client], alice: User, receipt: Receipt, tmp_path: Path
) -> None:
    response = read(signed_in(alice), "receipt_pdf", receipt)
    assert response["Content-Type"] == "application/pdf"
    text = text_of(response.content, tmp_path)
    assert "2022-imt-mines-albi-1" in text
    assert "<img src=x onerror=alert(1)>" in " ".join(text.split())
    assert "Bilan en mars" in text
    assert receipt.sha256 in "".join(text.split())


@pytest.fixture
def taken_back(receipt: Receipt, alice: User) -> Receipt:
    record(
        Event.Verb.TAKEN_BACK,
        by=alice,
        school=receipt.submission.school,
        subject=str(receipt.submission.campaign.year),
        receipt=receipt.number,
    )
    return receipt


@needs_press
def test_the_pdf_says_that_it_was_taken_back(
    signed_in: Callable[[User], Client], alice: User, taken_back: Receipt, tmp_path: Path
) -> None:
    response = read(signed_in(alice), "receipt_pdf", taken_back)
    text = " ".join(text_of(response.content, tmp_path).split())
    assert "Saisie reprise" in text
    assert "Alice" in text
    assert "-repris.pdf" in response["Content-Disposition"]


def test_the_name_of_the_json_file_says_that_it_was_taken_back(
    signed_in: Callable[[User], Client], alice: User, taken_back: Receipt
) -> None:
    """Its bytes are those that were hashed, and say nothing of what came after."""
    client = signed_in(alice)
    response = read(client, "receipt_json", taken_back)
    name = "recu-2022-imt-mines-albi-1-repris.json"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert hashlib.sha256(response.content).hexdigest() == taken_back.sha256
    assert f"sha256sum {name}" in read(client, "receipt", taken_back).content.decode()


def test_without_pango_the_page_says_to_print_it(
    signed_in: Callable[[User], Client],
    alice: User,
    receipt: Receipt,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(paper, "is_available", lambda: False)
    client = signed_in(alice)
    address = reverse("receipt_pdf", args=[receipt.number])
    assert address not in read(client, "receipt", receipt).content.decode()
    response = client.get(address, follow=True)
    assert response.redirect_chain == [(reverse("receipt", args=[receipt.number]), 302)]
    assert [message.level_tag for message in response.context["messages"]] == ["error"]
