"""The preview of a paste or a spreadsheet: the same texts, checks and refusals as typing."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from imtplan.accounts.models import School, User
from imtplan.audit.models import Event
from imtplan.campaigns.files.preview import CellOutcome, ProposedCell, preview
from imtplan.campaigns.files.proposals import apply, propose
from imtplan.campaigns.files.tables.cell_forms import number_text
from imtplan.campaigns.files.tables.typed_cells import StrayText, TypedCell
from imtplan.campaigns.gate import CampaignRefusal
from imtplan.campaigns.models import Campaign, Proposal
from indicators.models import Figure, Indicator
from tests import factories

ALBI = "/saisie/2022/imt-mines-albi/"


@pytest.fixture
def read(place: dict[str, Any], students: Indicator, alice: User) -> Any:
    """The one row of the preview of what was found for the students."""

    def read_one(*, version: int | None = None, language: str = "fr", **typed: str) -> ProposedCell:
        cell = TypedCell(students, typed, "ligne 1", version=version, language=language)
        proposal = propose(**place, cells=[cell], origin=Figure.Origin.PASTE, by=alice)
        [row] = preview(proposal).rows
        return row

    return read_one


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("1 234", "1234"),
        ("1\u202f234,0", "1234"),
        ("1\u00a0234 étudiants", "1234"),
        ("1 234 Students", "1234"),
    ],
)
def test_numbers_are_read_as_excel_writes_them(read: Any, text: str, read_as: str) -> None:
    row = read(value=text)
    assert (row.outcome, row.cell.value) == (CellOutcome.NEW, Decimal(read_as))


@pytest.mark.parametrize("text", ["1.234", "12 €", "12 %", "(12)", "-", "1e3", "=1+1", "12 345 6"])
def test_what_is_not_certain_is_refused_with_a_sentence(read: Any, text: str) -> None:
    row = read(value=text)
    assert row.outcome == CellOutcome.REFUSED
    assert all(str(message) for message in row.messages)
    assert row.messages
    assert row.after_text == text


def test_brackets_are_a_minus_where_there_may_be_one(read: Any, students: Indicator) -> None:
    Indicator.objects.update(minimum=None)
    students.refresh_from_db()
    assert read(value="(1 234)").cell.value == -1234


@pytest.mark.parametrize(
    ("text", "read_as"),
    [("(12) %", "-12 %"), ("(1 234 €)", "-1 234 €"), ("12 M€", "12 M€"), ("12 (1)", "12 (1)")],
)
def test_brackets_are_the_only_thing_a_paste_is_read_for(text: str, read_as: str) -> None:
    assert number_text(text) == read_as


@pytest.mark.parametrize(
    ("text", "outcome", "says"),
    [
        ("170 M€", CellOutcome.NEW, ""),
        ("170 k€", CellOutcome.REFUSED, "0,17"),
        ("12 %", CellOutcome.REFUSED, "M€"),
    ],
)
def test_a_unit_is_read_and_never_rescales(
    read: Any, students: Indicator, text: str, outcome: CellOutcome, says: str
) -> None:
    Indicator.objects.update(unit_fr="M€", unit_en="M€")
    row = read(value=text)
    assert row.outcome == outcome
    assert says in " ".join(map(str, row.messages))


@pytest.mark.parametrize("text", ["NC", "n.c.", "Non communiqué", "non  disponible"])
def test_words_for_not_available_need_a_reason(read: Any, text: str) -> None:
    assert read(value=text).outcome == CellOutcome.REFUSED
    row = read(value=text, reason="Registre brûlé.")
    assert (row.outcome, row.cell.state) == (CellOutcome.NEW, Figure.State.NOT_AVAILABLE)


@pytest.mark.parametrize("text", ["NA", "N/A", "n.a."])
def test_na_is_asked_about(read: Any, text: str) -> None:
    row = read(value=text)
    assert row.outcome == CellOutcome.REFUSED
    assert "sans objet" in str(row.messages[0])


def test_the_language_of_the_file_reads_its_numbers(read: Any) -> None:
    assert read(value="1,234", language="en").cell.value == 1234
    assert read(value="1,234", language="fr").outcome == CellOutcome.REFUSED


def test_the_outcomes(read: Any, save: Any) -> None:
    save("100")
    assert read(value="100").outcome == CellOutcome.SAME
    assert read(value="120").outcome == CellOutcome.CHANGED
    assert read(value="120", version=1).outcome == CellOutcome.CHANGED
    assert read(value="120", version=0).outcome == CellOutcome.CONFLICT
    assert read(value="100", version=0).outcome == CellOutcome.SAME
    assert len({one.symbol for one in CellOutcome}) == len(CellOutcome)


def test_a_field_that_is_not_there_keeps_what_is_stored(read: Any, save: Any) -> None:
    save("100", explanation="Un site de plus.")
    assert read(value="100").outcome == CellOutcome.SAME
    assert read(value="120").cell.explanation == "Un site de plus."
    assert read(value="120", explanation="").cell.explanation == ""


def test_an_empty_cell_of_a_file_empties_and_is_no_zero(read: Any, save: Any) -> None:
    save("100")
    row = read(value="")
    assert (row.outcome, row.cell.state) == (CellOutcome.EMPTIED, Figure.State.NOT_ENTERED)


def test_nothing_is_stored_before_applying(read: Any) -> None:
    read(value="100")
    assert not Figure.objects.exists()


def test_applying_stores_what_the_preview_says(
    campaign: Campaign, place: dict[str, Any], students: Indicator, alice: User
) -> None:
    funds = factories.IndicatorFactory(code="own-funds", decimals=1)
    campaign.indicators.add(funds)
    cells = [TypedCell(students, {"value": "12,5"}, "1"), TypedCell(funds, {"value": "12,5"}, "2")]
    strays = [StrayText("3", "autre\x00", "Inconnu.")]
    proposal = propose(**place, cells=cells, strays=strays, origin=Figure.Origin.IMPORT, by=alice)
    shown = preview(proposal)
    assert (shown.count_changes, shown.counts[CellOutcome.REFUSED], len(shown.strays)) == (1, 1, 1)
    apply(proposal, by=alice)
    figure = Figure.objects.get()
    assert (figure.indicator, figure.value, figure.origin) == (funds, Decimal("12.5"), "import")
    assert Event.objects.get().detail["origin"] == "import"


def test_applying_twice_stores_once(
    place: dict[str, Any], students: Indicator, alice: User
) -> None:
    cell = TypedCell(students, {"value": "100"}, "1")
    proposal = propose(**place, cells=[cell], origin=Figure.Origin.PASTE, by=alice)
    apply(proposal, by=alice)
    with pytest.raises(CampaignRefusal):
        apply(proposal, by=alice)
    assert Figure.objects.get().version == 1


def test_a_proposal_grows_old(place: dict[str, Any], students: Indicator, alice: User) -> None:
    cell = TypedCell(students, {"value": "100"}, "1")
    proposal = propose(**place, cells=[cell], origin=Figure.Origin.PASTE, by=alice)
    Proposal.objects.update(created_at=timezone.now() - timedelta(hours=25))
    with pytest.raises(CampaignRefusal):
        apply(proposal, by=alice)
    assert not Figure.objects.exists()


def test_what_changed_between_preview_and_applying_stays(
    place: dict[str, Any], save: Any, students: Indicator, alice: User
) -> None:
    cell = TypedCell(students, {"value": "120"}, "1")
    proposal = propose(**place, cells=[cell], origin=Figure.Origin.PASTE, by=alice)
    save("100")
    assert [row.outcome for row in preview(proposal).rows] == [CellOutcome.CONFLICT]
    apply(proposal, by=alice)
    assert Figure.objects.get().value == 100


# --- The pages ----------------------------------------------------------------------------------


def test_paste_look_apply_and_take_back(
    campaign: Campaign, alice: User, signed_in: Any, albi: School
) -> None:
    client: Client = signed_in(alice)
    shown = client.post(f"{ALBI}coller/", {"text": "1 234\t", "start": "students"}).json()
    assert shown["count"] == 1
    assert "1\u202f234" in shown["html"]
    assert not Figure.objects.exists()
    assert client.get(shown["url"]).status_code == 200
    page = client.post(shown["url"], {"apply": ""}, follow=True).content.decode()
    assert Figure.objects.get().value == 1234
    event = Event.objects.get()
    assert f"{ALBI}annuler/{event.pk}/" in page
    again = client.post(shown["url"], {"apply": ""}, follow=True)
    assert "déjà" in again.content.decode()
    client.post(f"{ALBI}annuler/{event.pk}/", {"undo": ""})
    figure = Figure.objects.get()
    assert (figure.state, figure.value, figure.version) == ("not_entered", None, 2)


def test_what_is_asked_here_no_more_is_not_said_to_be_taken_back(
    campaign: Campaign, save: Any, alice: User, signed_in: Any
) -> None:
    event = save("100").event
    campaign.indicators.set([factories.IndicatorFactory(code="own-funds")])
    client = signed_in(alice)
    page = client.post(f"{ALBI}annuler/{event.pk}/", {"undo": ""}, follow=True).content.decode()
    assert "ne demande plus sont restées" in page
    assert "telles qu’avant" not in page
    assert Figure.objects.get().value == 100


def test_a_proposal_is_its_makers_alone(
    campaign: Campaign, alice: User, bob: User, charlie: User, signed_in: Any
) -> None:
    url = signed_in(alice).post(f"{ALBI}coller/", {"text": "1", "start": "students"}).json()["url"]
    for other in (bob, charlie):
        assert signed_in(other).get(url).status_code == 404
        assert signed_in(other).post(url).status_code == 404
    assert not Figure.objects.exists()


def test_a_block_that_cannot_be_read_says_so(
    campaign: Campaign, alice: User, signed_in: Any
) -> None:
    answer = signed_in(alice).post(f"{ALBI}coller/", {"text": "x" * 200_001})
    assert answer.status_code == 422
    assert answer.json()["message"]


def test_a_reader_pastes_nothing(
    campaign: Campaign, diane: User, albi: School, signed_in: Any
) -> None:
    assert signed_in(diane).post(f"{ALBI}coller/", {"text": "1"}).status_code == 403
