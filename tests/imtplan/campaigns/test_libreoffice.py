"""The workbook through LibreOffice: opened, saved, given back, and nothing has changed."""

from decimal import Decimal
from pathlib import Path

import pytest

from imtplan.accounts.models import School, User
from imtplan.campaigns.files.preview import CellOutcome, preview
from imtplan.campaigns.files.proposals import propose
from imtplan.campaigns.files.tables.table_reader import content_of_file
from imtplan.campaigns.files.workbook import workbook_of
from imtplan.campaigns.models import Campaign
from imtplan.spreadsheets.books import BookFormat
from indicators.models import Figure, Indicator
from tests import factories
from tests.libreoffice import converted

LONG = "Une fusion de deux laboratoires.\nDétail : « effectif » à l’équivalent temps plein, 😀"

CODES = ["whole", "decimals", "precise", "third", "negative", "zero", "ratio", "unknown"]
CODES += ["not-asked", "nothing"]


@pytest.fixture
def stored(albi: School) -> Campaign:
    """One indicator of each sort: whole, with decimals, in %, a ratio, two words, and nothing."""
    numbers = {
        "whole": Decimal(13400),
        "decimals": Decimal("12.345678"),
        "precise": Decimal("123456789012345.123456"),
        "third": Decimal("0.3"),
        "negative": Decimal("-1234567.5"),
        "zero": Decimal(0),
    }
    indicators: dict[str, Indicator] = {
        code: factories.IndicatorFactory(
            code=code,
            ratio=code == "ratio",
            decimals=0 if code == "whole" else 2,
            unit_fr="%" if code == "third" else "M€",
            minimum=None,
        )
        for code in CODES
    }

    def store(code: str, **said: object) -> None:
        factories.FigureFactory(
            indicator=indicators[code], school=albi, year=2022, status=Figure.Status.DRAFT, **said
        )

    for code, number in numbers.items():
        store(code, value=number, version=2)
    store("ratio", value=None, numerator=Decimal(300), denominator=Decimal("1200.5"))
    store("unknown", state="not_available", value=None, reason="=SOMME(A1:A3)", explanation=LONG)
    store("not-asked", state="not_applicable", value=None, reason="-")
    return factories.CampaignFactory(indicators=list(indicators.values()))


@pytest.mark.parametrize(
    ("language", "made", "kind"),
    [("fr", "xlsx", "xlsx"), ("en", "ods", "ods"), ("fr", "ods", "xlsx"), ("en", "xlsx", "ods")],
)
def test_opened_and_saved_nothing_has_changed(
    stored: Campaign,
    albi: School,
    alice: User,
    soffice: str,
    tmp_path: Path,
    language: str,
    made: str,
    kind: str,
) -> None:
    data = workbook_of(stored, albi, language, BookFormat(made))
    saved = converted(soffice, data, tmp_path, kind, f"classeur.{made}")
    content = content_of_file(saved, stored, albi)
    proposal = propose(stored, albi, content=content, origin=Figure.Origin.IMPORT, by=alice)
    rows = preview(proposal).rows
    assert content.strays == []
    assert {row.outcome for row in rows} == {CellOutcome.SAME}
    assert {row.indicator.code for row in rows} == {*CODES} - {"nothing"}


def test_saved_as_csv_it_is_a_table_of_their_own(
    stored: Campaign, albi: School, soffice: str, tmp_path: Path
) -> None:
    """The first sheet alone, with the separators that LibreOffice chooses."""
    data = converted(soffice, workbook_of(stored, albi, "fr"), tmp_path, "csv")
    content = content_of_file(data, stored, albi)
    assert {cell.indicator.code for cell in content.cells} == {*CODES} - {"nothing"}
