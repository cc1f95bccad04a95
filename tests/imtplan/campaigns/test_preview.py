"""The preview runs every check that saving runs, and takes every decision that is to be made."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from imtplan.accounts.models import School, User
from imtplan.campaigns.files.preview import CellOutcome, ProposalPreview, preview
from imtplan.campaigns.files.preview_decisions import Decisions
from imtplan.campaigns.files.proposals import apply, propose
from imtplan.campaigns.files.tables.typed_cells import CellClaim, TypedCell
from imtplan.campaigns.models import Campaign, Proposal
from indicators.models import Figure, Indicator
from tests import factories

ALBI = "/saisie/2022/imt-mines-albi/"


@pytest.fixture
def funds(campaign: Campaign) -> Indicator:
    funds = factories.IndicatorFactory(
        code="own-funds", name_fr="Ressources propres", decimals=1, rank=1
    )
    campaign.indicators.add(funds)
    return funds


@pytest.fixture
def proposed(place: dict[str, Any], alice: User) -> Callable[..., ProposalPreview]:
    """The preview of texts for indicators: a value, or the fields."""

    def look(**texts: Any) -> ProposalPreview:
        by_code = {one.code: one for one in Indicator.objects.all()}
        cells = []
        for code, text in texts.items():
            typed = text if isinstance(text, dict) else {"value": text}
            cells.append(TypedCell(by_code[code.replace("_", "-")], typed, "ligne 1"))
        proposal = propose(**place, cells=cells, origin=Figure.Origin.PASTE, by=alice)
        return preview(proposal)

    return look


def last_year(indicator: Indicator, school: School, value: str) -> None:
    factories.FigureFactory(indicator=indicator, school=school, year=2021, value=Decimal(value))


# --- Checks -------------------------------------------------------------------------------------


def test_a_surprise_stands_in_the_preview_with_last_year_and_the_change(
    proposed: Any, funds: Indicator, albi: School
) -> None:
    last_year(funds, albi, "20.2")
    [row] = proposed(own_funds="1 160").rows
    assert row.outcome == CellOutcome.NEW
    assert row.last.value == Decimal("20.2")
    assert row.change == "×\u202f57"
    assert [finding.code for finding in row.surprises][:1] == ["change"]
    assert row.asks


def test_parts_are_added_up_as_they_would_stand_together(
    proposed: Any, students: Indicator, campaign: Campaign, save: Any
) -> None:
    """120 in a part, and 100 of the whole: neither is stored, both are in the preview."""
    part = factories.IndicatorFactory(code="women", part_of=students)
    campaign.indicators.add(part)
    whole, _part = proposed(students="100", women="120").rows
    assert [finding.code for finding in whole.surprises] == ["parts"]


def test_a_surprise_elsewhere_is_said_too(
    proposed: Any, students: Indicator, campaign: Campaign, save: Any
) -> None:
    campaign.indicators.add(factories.IndicatorFactory(code="women", part_of=students))
    save("100")
    shown = proposed(women="120")
    assert [(one.indicator, one.finding.code) for one in shown.elsewhere] == [(students, "parts")]


# --- Decisions ----------------------------------------------------------------------------------


def test_emptying_is_counted_apart_and_waits_for_its_tick(
    proposed: Any, students: Indicator, save: Any, alice: User
) -> None:
    save("100")
    shown = proposed(students="")
    assert shown.counts == {CellOutcome.EMPTIED: 1}
    assert shown.count_changes == 0
    applied = apply(shown.proposal, by=alice)
    assert [row.indicator for row in applied.left_out] == [students]
    assert Figure.objects.get().value == 100

    again = proposed(students="")
    apply(again.proposal, by=alice, decisions=Decisions(empties=True))
    assert Figure.objects.get().state == Figure.State.NOT_ENTERED


@pytest.mark.parametrize(("seen", "stored"), [(None, 100), (1, 120), (7, 100)])
def test_a_conflict_is_decided_against_the_version_that_was_shown(
    place: dict[str, Any],
    save: Any,
    students: Indicator,
    alice: User,
    seen: int | None,
    stored: int,
) -> None:
    cell = TypedCell(students, {"value": "120"}, "1", version=0)
    save("100")
    proposal = propose(**place, cells=[cell], origin=Figure.Origin.IMPORT, by=alice)
    assert [row.outcome for row in preview(proposal).rows] == [CellOutcome.CONFLICT]
    mine = {"students": seen} if seen else {}
    applied = apply(proposal, by=alice, decisions=Decisions(mine=mine))
    assert Figure.objects.get().value == stored
    assert [row.outcome for row in applied.left_out] == [CellOutcome.CONFLICT] * (stored == 100)


def test_a_surprise_is_explained_in_the_preview(
    proposed: Any, funds: Indicator, albi: School, alice: User
) -> None:
    last_year(funds, albi, "20.2")
    shown = proposed(own_funds="40")
    assert shown.rows[0].change == "+98\u202f%"
    decisions = Decisions(explanations={"own-funds": "Une chaire de plus."})
    apply(shown.proposal, by=alice, decisions=decisions)
    figure = Figure.objects.get(year=2022)
    assert (figure.explanation, "change" in figure.confirmed) == ("Une chaire de plus.", True)


def test_of_two_claims_none_is_taken_before_one_is_chosen(
    place: dict[str, Any], students: Indicator, alice: User
) -> None:
    claims = [CellClaim({"value": "100"}, "A"), CellClaim({"value": "200"}, "B")]
    cell = TypedCell(students, {}, "A, B", claims=claims)
    for chosen, stored in ((None, []), (1, [200])):
        proposal = propose(**place, cells=[cell], origin=Figure.Origin.IMPORT, by=alice)
        [row] = preview(proposal).rows
        assert (row.outcome, row.cell) == (CellOutcome.UNDECIDED, None)
        assert [claim.cell.value for claim in row.claims] == [100, 200]
        choice = {} if chosen is None else {"students": chosen}
        apply(proposal, by=alice, decisions=Decisions(chosen=choice))
        assert [figure.value for figure in Figure.objects.all()] == stored


# --- The page -----------------------------------------------------------------------------------


@pytest.fixture
def client(campaign: Campaign, alice: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(alice)


def paste(client: Client, text: str) -> Any:
    data = {"text": text, "start": "students", "column": "value"}
    return client.post(f"{ALBI}coller/", data).json()


def test_the_question_how_a_block_is_meant_is_answered_without_storing(
    client: Client, funds: Indicator
) -> None:
    shown = paste(client, "2022\n1150")
    assert shown["count"] == 0
    assert 'name="apply"' not in shown["html"]
    assert shown["html"].count('name="answer"') == 2
    assert client.post(shown["url"], {"apply": "1"}).status_code == 302
    assert not Figure.objects.exists()

    shown = paste(client, "2022\n1150")
    page = client.post(shown["url"], {"answer": "1"}, follow=True).content.decode()
    assert "2 022" in page.replace("\u202f", " ")
    assert not Figure.objects.exists()
    client.post(shown["url"], {"apply": "1"})
    values = {figure.indicator.code: figure.value for figure in Figure.objects.all()}
    assert values == {"students": 2022, "own-funds": 1150}


def test_a_block_turned_round_in_another_window_is_not_applied_unseen(
    client: Client, funds: Indicator
) -> None:
    url = paste(client, "2022\n1150")["url"]
    page = client.post(url, {"answer": "0"}, follow=True).content.decode()
    assert '<input type="hidden" name="meant" value="0">' in page
    client.post(url, {"answer": "1"})
    page = client.post(url, {"apply": "1", "meant": "0"}, follow=True).content.decode()
    assert "regardez-le à nouveau" in page
    assert '<input type="hidden" name="meant" value="1">' in page
    assert not Figure.objects.exists()
    client.post(url, {"apply": "1", "meant": "1"})
    assert Figure.objects.count() == 2


def test_a_script_gets_the_answered_block_as_a_piece_of_page(client: Client) -> None:
    url = paste(client, "2022\n1150")["url"]
    headers = {"accept": "application/json"}
    answer = client.post(url, {"answer": "0"}, headers=headers).json()
    assert answer["count"] == 1


@pytest.mark.parametrize("choice", ["7", "-1", "x", ""])
def test_an_answer_that_was_not_offered_changes_nothing(client: Client, choice: str) -> None:
    url = paste(client, "2022\n1150")["url"]
    assert client.post(url, {"answer": choice}, follow=True).status_code == 200
    assert Proposal.objects.get().cells == []


def test_what_was_left_out_is_named_after_applying(
    client: Client, funds: Indicator, students: Indicator, save: Any
) -> None:
    save("100")
    shown = paste(client, "120\nbeaucoup")
    page = client.post(shown["url"], {"apply": "1"}, follow=True).content.decode()
    assert f"{funds.name} (refusée)" in page
    assert "1 case n’est pas enregistrée" in page
    assert Figure.objects.get(indicator=students).value == 120


def test_an_explanation_that_is_too_long_is_shown_again_and_nothing_applied(
    client: Client, funds: Indicator, albi: School
) -> None:
    last_year(funds, albi, "20.2")
    shown = paste(client, "Ressources propres\t40")
    long = "é" * 2001
    answer = client.post(shown["url"], {"apply": "1", "explain-own-funds": long})
    assert answer.status_code == 422
    assert long in answer.content.decode()
    assert not Figure.objects.filter(year=2022).exists()


def test_an_explanation_with_a_nul_is_refused_with_a_sentence_and_shown_again(
    client: Client, funds: Indicator, albi: School
) -> None:
    last_year(funds, albi, "20.2")
    shown = paste(client, "Ressources propres\t40")
    typed = {"apply": "1", "explain-own-funds": "Une chaire\x00 de plus."}
    answer = client.post(shown["url"], typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Une chaire\u2400 de plus.</textarea>" in page
    assert "Le caractère nul n’est pas autorisé" in page
    assert not Figure.objects.filter(year=2022).exists()


def test_a_preview_shown_again_keeps_every_choice(
    client: Client, place: dict[str, Any], funds: Indicator, students: Indicator, alice: User
) -> None:
    last_year(funds, place["school"], "20.2")
    claims = [CellClaim({"value": "100"}, "A"), CellClaim({"value": "200"}, "B")]
    cells = [TypedCell(students, {}, "A, B", claims=claims), TypedCell(funds, {"value": "40"}, "C")]
    url = preview(propose(**place, cells=cells, origin=Figure.Origin.IMPORT, by=alice)).url
    page = client.get(url).content.decode()
    seen = re.search(r'name="seen-own-funds" value="([^"]+)"', page)[1]
    typed = {"choose-students": "1", "confirm-own-funds": "on", "seen-own-funds": seen}
    long = {"explain-students": "é" * 2001}
    page = client.post(url, typed | long | {"apply": "1"}).content.decode()
    assert 'name="choose-students" value="1"' in page
    assert 'name="confirm-own-funds" checked' in page


# --- A tick is about the surprise that was seen -------------------------------------------------


def seen_of(page: str, code: str) -> dict[str, str]:
    return {f"seen-{code}": re.search(rf'name="seen-{code}" value="([^"]*)"', page)[1]}


@pytest.mark.parametrize("answer", [{"confirm-own-funds": "on"}, {"explain-own-funds": "Un don."}])
def test_an_answer_is_not_given_to_a_surprise_that_grew_since(
    client: Client, funds: Indicator, albi: School, answer: dict[str, str]
) -> None:
    last_year(funds, albi, "30")
    url = paste(client, "Ressources propres\t40")["url"]
    shown = client.get(url).content.decode()
    typed = {"apply": "1"} | answer | seen_of(shown, "own-funds")
    Figure.objects.filter(year=2021).update(value=Decimal(20))  # +33 % is +100 % now
    again = client.post(url, typed)
    page = again.content.decode()
    assert again.status_code == 409
    assert "surprend davantage" in page
    assert "+100" in page
    assert 'name="confirm-own-funds" checked' not in page
    assert ("Un don.</textarea>" in page) == ("explain-own-funds" in answer)
    assert not Figure.objects.filter(year=2022).exists()

    client.post(url, {"apply": "1"} | answer | seen_of(page, "own-funds"))
    assert Figure.objects.get(year=2022).confirmed == {"change": "100.00"}


def test_an_answer_to_a_surprise_that_shrank_counts(
    client: Client, funds: Indicator, albi: School
) -> None:
    last_year(funds, albi, "20")
    url = paste(client, "Ressources propres\t40")["url"]
    seen = seen_of(client.get(url).content.decode(), "own-funds")
    Figure.objects.filter(year=2021).update(value=Decimal(30))
    client.post(url, {"apply": "1", "confirm-own-funds": "on"} | seen)
    assert "change" in Figure.objects.get(year=2022).confirmed


@pytest.mark.parametrize("seen", [{}, {"seen-own-funds": ""}, {"seen-own-funds": "change:NaN x"}])
def test_a_tick_that_names_no_surprise_confirms_none(
    client: Client, funds: Indicator, albi: School, seen: dict[str, str]
) -> None:
    last_year(funds, albi, "20")
    url = paste(client, "Ressources propres\t40")["url"]
    answer = client.post(url, {"apply": "1", "confirm-own-funds": "on"} | seen)
    assert answer.status_code == 409
    assert not Figure.objects.filter(year=2022).exists()


def test_the_words_typed_for_a_block_that_was_turned_round_are_shown_again(
    client: Client, funds: Indicator
) -> None:
    url = paste(client, "2022\n1150")["url"]
    client.post(url, {"answer": "1"})
    typed = {"apply": "1", "meant": "0", "explain-students": "Un site de plus."}
    page = client.post(url, typed).content.decode()
    assert "Un site de plus.</textarea>" in page


def test_the_numbers_of_an_english_page_are_english(client: Client, funds: Indicator) -> None:
    client.cookies["django_language"] = "en"
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    shown = paste(client, "1,150\n22.5")
    client.post(shown["url"], {"apply": "1"})
    values = {figure.indicator.code: figure.value for figure in Figure.objects.all()}
    assert values == {"students": 1150, "own-funds": Decimal("22.5")}
