"""Odd files and pastes, by somebody who did not write the reader, through the page of import and
the grid. Each is right, asked or refused with a sentence: none stores a wrong number in silence."""

import csv
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from imtplan.accounts.models import User
from imtplan.campaigns.files.preview import CellOutcome, ProposedCell, preview
from imtplan.campaigns.models import Proposal
from imtplan.numbers import plain
from indicators.models import Figure
from tests.imtplan import odsfiles

HERE = Path(__file__).parent
PLACE = "/saisie/2022/imt-mines-albi/"
Right = dict[str, str]


class Case(NamedTuple):
    """A table, the way in which it comes, and what is right (`odd_tables.txt` says how)."""

    name: str
    way: str
    right: Right
    rows: list[list[str]]


HEAD = re.compile(r"# (?P<name>.+) \[(?P<way>.+)\] ?(?P<right>[^!]*)(?:!(?P<refusal>.+))?")


def cases(file: str) -> list[Any]:
    """Each as a parameter with its name."""
    parts = (HERE / file).read_text(encoding="utf-8").split("\n\n")
    return [pytest.param(case, id=case.name) for case in map(_case, parts) if case]


def _case(part: str) -> Case | None:
    head, *table = part.strip("\n").splitlines()
    found = HEAD.fullmatch(head)
    if found is None:
        return None
    right = dict(one.split("=") for one in found["right"].split())
    right |= {"!": found["refusal"]} if found["refusal"] else {}
    text = (
        "\n".join(table).replace("\\n", "").replace("\\u200f", "\u200f").replace("\\u00a0", "\xa0")
    )
    rows = [[cell.strip(" ") for cell in line.split("|")] for line in text.split("\n")]
    return Case(found["name"], found["way"], right, rows)


@pytest.fixture
def client(on_the_demonstration: None, db: None) -> Client:
    """The director's browser."""
    browser = Client(headers={"Accept-Language": "fr"})
    browser.force_login(User.objects.get(email="directrice.albi@demo.example"))
    return browser


# --- What each gave -----------------------------------------------------------------------------


def given(client: Client, name: str, data: bytes) -> Right:
    file = SimpleUploadedFile(name, data)
    answer = client.post(f"{PLACE}importer/", {"file": file})
    if answer.status_code != 302:
        return {"!": " ".join(answer.context["form"].errors["file"])}
    assert client.get(answer["Location"]).status_code == 200
    return outcome()


def pasted(client: Client, text: str) -> Right:
    data = {"text": text, "start": "students", "column": "value"}
    answer = client.post(f"{PLACE}coller/", data)
    return outcome() if answer.status_code == 200 else {"!": answer.json()["message"]}


def outcome() -> Right:
    shown = preview(Proposal.objects.get())
    if shown.is_undecided:
        return {"?": "asked"}
    assert shown.rows or shown.strays or shown.remarks, "nothing is said"
    return {row.indicator.code: _of(row) for row in shown.rows}


def _of(row: ProposedCell) -> str:
    if row.outcome == CellOutcome.UNDECIDED:
        return "asked"
    if row.outcome == CellOutcome.REFUSED:
        assert row.messages, row.indicator.code
        return "refused"
    assert row.cell is not None
    assert row.cell.value is not None
    return f"{'~' if row.surprises else ''}{plain(row.cell.value)}"


def stored() -> Right:
    figures = Figure.objects.filter(school__code="imt-mines-albi", year=2022)
    return {
        one.indicator.code: plain(one.value)
        for one in figures.select_related("indicator")
        if one.value is not None
    }


def check(client: Client, right: Right, gave: Callable[[], Right]) -> None:
    """What the preview says, and what one click on "apply" stores."""
    before = stored()
    said = gave()
    if "!" in right:
        assert right["!"] in said.get("!", ""), said
    else:
        assert said == right
    for proposal in Proposal.objects.all():
        client.post(preview(proposal).url, {"apply": "1"})
    numbers = {
        code: text.strip("~") for code, text in right.items() if text.strip("~")[0].isdigit()
    }
    assert stored() == before | {code: text for code, text in numbers.items() if code != "!"}


# --- The files ----------------------------------------------------------------------------------


def number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def separated(rows: list[list[str]], delimiter: str = ";", end: str = "\r\n") -> str:
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, lineterminator=end).writerows(rows)
    return written.getvalue()


def book(rows: list[list[str]], more: Callable[[Any, Any], None] | None = None) -> bytes:
    """A workbook with these rows, numbers as numbers; `more` does what else is to be done."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as made:
        sheet = made.add_worksheet("Feuil1")
        for line, row in enumerate(rows):
            for column, text in enumerate(row):
                value = number(text)
                sheet.write(line, column, (text or None) if value is None else value)
        if more:
            more(made, sheet)
    return file.getvalue()


def document(rows: list[list[str]]) -> bytes:
    """The same as OpenDocument."""
    made = [odsfiles.row(*map(_ods_cell, row)) for row in rows]
    return odsfiles.ods("".join(made))


def _ods_cell(text: str) -> str:
    value = number(text)
    return odsfiles.text(text) if value is None else odsfiles.number(str(value), text)


WAYS: dict[str, tuple[str, Callable[[list[list[str]]], bytes]]] = {
    "xlsx": ("xlsx", book),
    "ods": ("ods", document),
    "csv": ("csv", lambda rows: separated(rows).encode("utf-8-sig")),
    "cp1252": ("csv", lambda rows: separated(rows).encode("cp1252")),
    "utf-16": ("txt", lambda rows: separated(rows, "\t").encode("utf-16")),
    "mac": ("csv", lambda rows: separated(rows, end="\r").encode("utf-8")),
}


@pytest.mark.parametrize("case", cases("odd_tables.txt"))
def test_odd_tables(client: Client, case: Case) -> None:
    ending, made = WAYS[case.way]
    data = made(case.rows)
    check(client, case.right, lambda: given(client, f"chiffres.{ending}", data))


@pytest.mark.parametrize("case", cases("odd_pastes.txt"))
def test_odd_pastes(client: Client, case: Case) -> None:
    text = "\n".join("\t".join(row) for row in case.rows)
    check(client, case.right, lambda: pasted(client, text))


@pytest.mark.parametrize(
    ("text", "right"),
    [
        (
            'Indicateur\tValeur 2022\r\n"Étudiants,\r\ntous cycles"\t1 150 \r\nDoctorants\t121',
            {"students": "1150", "phd-students": "121"},
        ),
        (
            "| Indicateur | 2022 |\n| Doctorants | 121 |\n",
            {"students": "refused", "own-funds": "refused"},
        ),
        ('Doctorants\t"121"\r\n\r\n', {"phd-students": "121"}),
    ],
    ids=["Word, line ends in cells", "bars of Markdown", "quotation marks"],
)
def test_signs_of_other_programs(client: Client, text: str, right: Right) -> None:
    check(client, right, lambda: pasted(client, text))


# --- What only a workbook has -------------------------------------------------------------------

PLAIN = [["Indicateur", "2022"], ["Doctorants", "121"]]


def merged_headings(made: Any, sheet: Any) -> None:
    sheet.merge_range(0, 1, 0, 2, "Réalisé")
    sheet.merge_range(0, 3, 0, 4, "Cible")


def test_a_merged_heading_of_targets(client: Client) -> None:
    rows = [
        ["", "", "", "", ""],
        ["Indicateur", "2020", "2021", "2022", "2023"],
        ["Doctorants", "113", "116", "130", "140"],
    ]
    data = book(rows, merged_headings)
    check(client, {"!": "Cible 2022"}, lambda: given(client, "a.xlsx", data))


def test_a_title_merged_over_the_whole_table(client: Client) -> None:
    rows = [["", "", ""], ["Indicateur", "2021", "2022"], ["Doctorants", "116", "121"]]
    title = "Objectifs et résultats 2018-2022"
    data = book(rows, lambda _made, sheet: sheet.merge_range(0, 0, 0, 2, title))
    check(client, {"phd-students": "121"}, lambda: given(client, "a.xlsx", data))


def hidden_sheet_before(made: Any, _sheet: Any) -> None:
    old = made.add_worksheet("ancien")
    old.write_row(0, 0, ["Indicateur", 2022])
    old.write_row(1, 0, ["Doctorants", 99])
    old.write_row(2, 0, ["Étudiants, tous cycles", 999])
    old.hide()


def formulas(_made: Any, sheet: Any) -> None:
    sheet.write_row(2, 0, ["Étudiants, tous cycles"])
    sheet.write_formula(2, 1, '=IF(1,"n.c.",0)', None, "n.c.")
    sheet.write_row(3, 0, ["Ressources propres"])
    sheet.write_formula(3, 1, "=1/0", None, "#DIV/0!")


def shown_in_thousands(made: Any, sheet: Any) -> None:
    sheet.write(2, 0, "Ressources propres")
    sheet.write(2, 1, 22400, made.add_format({"num_format": '# ##0" k€"'}))


def computed(data: bytes) -> bytes:
    """As a spreadsheet program saves it: with the results of its formulas, to be trusted."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w") as made:
        for name in old.namelist():
            made.writestr(name, old.read(name).replace(b' fullCalcOnLoad="1"', b""))
    return file.getvalue()


@pytest.mark.parametrize(
    ("more", "right"),
    [
        (hidden_sheet_before, {"phd-students": "121"}),
        (formulas, {"phd-students": "121", "students": "refused"}),
        (shown_in_thousands, {"phd-students": "121", "own-funds": "asked"}),
    ],
)
def test_what_a_workbook_hides(client: Client, more: Callable[..., None], right: Right) -> None:
    data = computed(book(PLAIN, more))
    check(client, right, lambda: given(client, "a.xlsx", data))


def test_formulas_that_nobody_computed_are_told(client: Client) -> None:
    check(client, {"phd-students": "121"}, lambda: given(client, "a.xlsx", book(PLAIN, formulas)))
    strays = Proposal.objects.get().strays
    assert ["jamais été calculée" in stray["message"] for stray in strays] == [True, True]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("chiffres.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000)),
        ("chiffres.pdf", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"),
        ("capture.png", b"\x89PNG\r\n\x1a\n" + bytes(100)),
        ("export.xls", b"<html><table><tr><td>Doctorants</td><td>121</td></tr></table></html>"),
        ("lettre.docx", book([["x"]]).replace(b"xl/workbook.xml", b"wd/document.xml")),
        ("vide.csv", b""),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(
    client: Client, name: str, data: bytes
) -> None:
    gave = given(client, name, data)
    assert gave["!"].endswith(".")
    assert not Proposal.objects.exists()


@pytest.mark.parametrize(
    "data", [b"", b" \r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n", b"\xff\xfe\r\0\n\0"]
)
def test_a_file_without_a_sign_is_empty(client: Client, data: bytes) -> None:
    """Whatever its encoding, which a spreadsheet writes even before nothing."""
    assert given(client, "vide.csv", data) == {"!": "Ce fichier est vide."}
