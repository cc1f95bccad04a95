"""One table of spellings, and what each way of entry makes of each: the form, a paste, a workbook,
a CSV and the API, through their own doors.

Each spelling has an indicator of its own, so that one page, one block and one file hold them all.
A way takes the value, leads to the word that was typed, asks (between two readings), or refuses,
and says why: the sentence of the code stands on the page.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from imtplan.accounts.models import School, User
from imtplan.campaigns.entry.checking.checks import problems
from imtplan.campaigns.entry.checking.number_sentences import NUMBER_SENTENCES, sentence_of, unit_of
from imtplan.numbers import NumberError, NumberProblem, plain
from imtplan.units import parse_quantity
from indicators.models import Figure, Indicator
from tests import factories

TABLE = Path(__file__).with_name("entry_spellings.csv")
ALBI = "/saisie/2022/imt-mines-albi/"
DENOMINATOR = "200"

CELLS: dict[str, dict[str, Any]] = {
    "students": {"unit_fr": "étudiants", "unit_en": "students"},
    "M€": {"unit_fr": "M€", "unit_en": "M€", "decimals": 2},
    "€": {"unit_fr": "€", "unit_en": "€", "decimals": 2},
    "%": {"unit_fr": "%", "unit_en": "%", "decimals": 1, "maximum": Decimal(100)},
    "part": {"ratio": True, "unit_fr": "%", "unit_en": "%"},
}


@dataclass(frozen=True)
class Spelling:
    text: str
    cell: str
    code: str
    expected: dict[str, str]

    @property
    def part(self) -> str:
        return "numerator" if self.cell == "part" else "value"


def spellings() -> list[Spelling]:
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return [
            Spelling(
                row["text"],
                row["cell"],
                f"c{number:03d}",
                {way: row[way] for way in ("form", "paste", "xlsx", "csv", "api")},
            )
            for number, row in enumerate(csv.DictReader(lines), start=1)
        ]


SPELLINGS = spellings()


@pytest.fixture
def client(albi: School, alice: User, signed_in: Callable[[User], Client]) -> Client:
    """Alice's browser, at a campaign that asks one indicator for each spelling."""
    indicators = [
        factories.IndicatorFactory(code=one.code, rank=rank, **CELLS[one.cell])
        for rank, one in enumerate(SPELLINGS)
    ]
    factories.CampaignFactory(indicators=indicators)
    return signed_in(alice)


# --- The five ways ------------------------------------------------------------------------------


def by_form(client: Client) -> dict[str, str]:
    typed = {f"{one.code}-{one.part}": one.text for one in SPELLINGS}
    typed |= {f"{one.code}-denominator": DENOMINATOR for one in SPELLINGS if one.cell == "part"}
    page = client.post(ALBI, typed)
    errors = {row.indicator.code: row for row in page.context["page"].rows if row.is_wrong}
    return {
        one.code: _of_the_form(errors[one.code], one) if one.code in errors else _stored(one)
        for one in SPELLINGS
    }


def _of_the_form(row: Any, one: Spelling) -> str:
    for errors in row.form.errors.as_data().values():
        return _outcome(errors[0].code)
    return f"refused:{row.findings[0].code}"


def _outcome(code: str) -> str:
    if code in (Figure.State.NOT_AVAILABLE, Figure.State.NOT_APPLICABLE):
        return f"word:{code}"
    return "asked" if code == "either_word" else f"refused:{code}"


def by_paste(client: Client) -> dict[str, str]:
    outcomes = {}
    for is_part in (False, True):
        ours = [one for one in SPELLINGS if (one.cell == "part") is is_part]
        end = f"\t{DENOMINATOR}" if is_part else ""
        text = "".join(f"{one.code}\t{one.text}{end}\r\n" for one in ours)
        answer = client.post(f"{ALBI}coller/", {"text": text, "start": ours[0].code})
        assert answer.status_code == 200, answer.content
        outcomes |= _applied(client, answer.json()["url"], ours)
    return outcomes


def by_csv(client: Client) -> dict[str, str]:
    written = io.StringIO()
    csv.writer(written, delimiter=";").writerows(_table())
    return _uploaded(client, "chiffres.csv", written.getvalue().encode())


def by_xlsx(client: Client) -> dict[str, str]:
    return _uploaded(client, "chiffres.xlsx", _workbook(_table()))


def _table() -> Iterator[list[str]]:
    yield ["Code", "Valeur", "Numérateur", "Dénominateur"]
    for one in SPELLINGS:
        yield [
            one.code,
            *(("", one.text, DENOMINATOR) if one.cell == "part" else (one.text, "", "")),
        ]


def _workbook(rows: Iterator[list[str]]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as made:
        sheet = made.add_worksheet()
        for line, row in enumerate(rows):
            for column, text in enumerate(row):
                sheet.write_string(line, column, text)
    return file.getvalue()


def _uploaded(client: Client, name: str, data: bytes) -> dict[str, str]:
    answer = client.post(f"{ALBI}importer/", {"file": SimpleUploadedFile(name, data)})
    assert answer.status_code == 302, answer.content.decode()
    return _applied(client, answer.url, SPELLINGS)


def _applied(client: Client, url: str, ours: list[Spelling]) -> dict[str, str]:
    """What the preview says, and, after applying, what is stored."""
    rows = {row.indicator.code: row for row in client.get(url).context["proposal"].rows}
    client.post(url, {"apply": "1"})
    return {one.code: _of_the_preview(rows.get(one.code), one) for one in ours}


def _of_the_preview(row: Any, one: Spelling) -> str:
    if row is None:
        return "left out"
    if row.cell and row.cell.state in (Figure.State.NOT_AVAILABLE, Figure.State.NOT_APPLICABLE):
        return f"word:{row.cell.state}"
    if row.outcome != "refused":
        return _stored(one)
    if row.cell:
        return f"refused:{problems(row.cell)[0].code}"
    return _code_of(str(row.messages[0]), row.indicator, one)


def _code_of(sentence: str, indicator: Indicator, one: Spelling) -> str:
    """The code whose sentence the person reads."""
    with translation.override("fr"):
        known = {str(text): problem for problem, text in NUMBER_SENTENCES.items()}
        try:
            parse_quantity(one.text, language="fr", cell=unit_of(indicator, one.part))
        except NumberError as error:
            known[str(sentence_of(error, unit_of(indicator, one.part)))] = error.problem
    is_question = sentence not in known and "peut se lire de deux façons" in sentence
    return "asked" if is_question else f"refused:{known.get(sentence, sentence)}"


def by_api(client: Client) -> dict[str, str]:
    return {one.code: _sent(client, one) for one in SPELLINGS}


def _sent(client: Client, one: Spelling) -> str:
    body = {one.part: one.text, "version": None}
    body |= {"denominator": DENOMINATOR} if one.cell == "part" else {}
    answer = client.put(
        f"/api/v1/entries/2022/imt-mines-albi/{one.code}/",
        json.dumps(body),
        content_type="application/json",
    )
    if answer.status_code == 422:
        return f"refused:{answer.json()['findings'][0]['code']}"
    if answer.status_code == 400:
        [sentence] = answer.json()[one.part]
        with translation.override("fr"):
            codes = [problem for problem, text in NUMBER_SENTENCES.items() if str(text) == sentence]
        return f"refused:{codes[0]}"
    return _stored(one)


def _stored(one: Spelling) -> str:
    figure = Figure.objects.get(indicator__code=one.code)
    return plain(getattr(figure, one.part)) if figure.state == "number" else f"word:{figure.state}"


# --- The table ----------------------------------------------------------------------------------

WAYS = {"form": by_form, "paste": by_paste, "xlsx": by_xlsx, "csv": by_csv, "api": by_api}


@pytest.mark.parametrize("way", WAYS)
def test_every_spelling_by_every_way(client: Client, way: str) -> None:
    outcomes = WAYS[way](client)
    wrong = [
        (one.text, one.cell, one.expected[way], outcomes[one.code])
        for one in SPELLINGS
        if outcomes[one.code] != one.expected[way]
    ]
    assert wrong == []
    stored = set(Figure.objects.values_list("indicator__code", flat=True))
    refused = {one.code for one in SPELLINGS if one.expected[way].startswith(("refused", "asked"))}
    assert not stored & refused


def test_the_table_is_large_and_every_refusal_is_known() -> None:
    assert len(SPELLINGS) >= 101
    assert len({(one.text, one.cell) for one in SPELLINGS}) == len(SPELLINGS)
    assert {one.cell for one in SPELLINGS} == set(CELLS)
    known = {f"refused:{problem}" for problem in NumberProblem}
    known |= {"refused:whole", "refused:minimum", "refused:maximum", "asked"}
    known |= {"word:not_available", "word:not_applicable"}
    others = {text for one in SPELLINGS for text in one.expected.values()} - known
    assert {text for text in others if not Decimal(text).is_finite()} == set()
