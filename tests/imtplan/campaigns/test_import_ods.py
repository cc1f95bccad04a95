"""OpenDocument by the page: the school's workbook to download, and a table of one's own."""

import random
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from imtplan.accounts.models import School, User
from imtplan.campaigns.models import Campaign, Proposal
from imtplan.spreadsheets.reading import read_tables
from indicators.models import Indicator
from tests import factories
from tests.imtplan.odsfiles import ods, row, text

SignIn = Callable[[User], Client]
PLACE = "/saisie/2022/imt-mines-albi/"
OF_ODS, WORKBOOK, IMPORT = f"{PLACE}classeur.ods", f"{PLACE}classeur.xlsx", f"{PLACE}importer/"


@pytest.fixture
def students(db: None) -> Indicator:
    return factories.IndicatorFactory(code="students", name_fr="Étudiants", name_en="Students")


@pytest.fixture
def campaign(students: Indicator, albi: School) -> Campaign:
    return factories.CampaignFactory(indicators=[students])


def upload(client: Client, data: bytes, name: str) -> None:
    assert client.post(IMPORT, {"file": SimpleUploadedFile(name, data)}).status_code == 302


def test_the_workbook_is_there_for_libreoffice_too(
    campaign: Campaign, alice: User, bob: User, signed_in: SignIn
) -> None:
    client = signed_in(alice)
    answer = client.get(OF_ODS)
    assert answer["Content-Type"] == "application/vnd.oasis.opendocument.spreadsheet"
    assert answer["Content-Disposition"].endswith('.ods"')
    as_xlsx = read_tables(client.get(WORKBOOK).content)
    assert [table.name for table in as_xlsx] == [
        table.name for table in read_tables(answer.content)
    ]
    made = 2  # the second line says when
    assert read_tables(answer.content)[0].rows[made:] == as_xlsx[0].rows[made:]
    for page in (PLACE, IMPORT):
        assert f'href="{PLACE}classeur.ods"' in client.get(page).content.decode()
    assert 'accept=".xlsx,.ods,' in client.get(IMPORT).content.decode()
    statuses = [signed_in(bob).get(file).status_code for file in (OF_ODS, WORKBOOK)]
    assert statuses[0] == statuses[1]
    assert client.get(f"{PLACE}classeur.odt").status_code == 404


def test_a_table_in_opendocument_is_read_with_its_units_and_notes(
    campaign: Campaign, alice: User, signed_in: SignIn
) -> None:
    """Given by the page, as LibreOffice writes it: the note is no digit of the number."""
    noted = text('1142<text:span text:style-name="up">1</text:span>')
    up = '<style:style style:name="up" style:family="text">'
    up += '<style:text-properties style:text-position="super 58%"/></style:style>'
    rows = row(text("Indicateur"), text("2022")) + row(text("Étudiants"), noted)
    upload(signed_in(alice), ods(rows, styles=up), "valeurs.ods")
    [cell] = Proposal.objects.get().cells
    assert cell["typed"]["value"] == "1142"


@pytest.mark.parametrize(
    "cell",
    ["9" * 500_000, "1142" + '<text:span text:style-name="up">7</text:span>' * 20_000],
    ids=["number", "note"],
)
def test_a_cell_without_end_is_not_written_out_on_the_page(
    campaign: Campaign, alice: User, signed_in: SignIn, cell: str
) -> None:
    """Refused or read, but the page to decide on it had a million characters."""
    up = '<style:style style:name="up" style:family="text">'
    up += '<style:text-properties style:text-position="super 58%"/></style:style>'
    noise = random.Random(1).randbytes(50_000)  # noqa: S311
    rows = row(text("Indicateur"), text("2022")) + row(text("Étudiants"), text(cell))
    client = signed_in(alice)
    upload(client, ods(rows, styles=up, **{"Pictures/i.bin": noise}), "valeurs.ods")
    page = client.get(f"{PLACE}proposition/{Proposal.objects.get().pk}/").content.decode()
    assert len(page) < 50_000
    assert "999…" in page or "7 7…" in page
