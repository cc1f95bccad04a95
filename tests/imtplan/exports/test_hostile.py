"""What people typed is text in every file, whatever it looks like."""

import io
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from imtplan.accounts.models import School, User
from indicators.models import Indicator, Target
from levers.models import Lever
from objectives.models import Objective
from tests.imtplan.exports.conftest import FORMULA, HOSTILE, Made, needs_press, slides_of, text_of
from tests.imtplan.test_paper import unpacked

pytestmark = pytest.mark.usefixtures("board")


def parts(content: bytes, ending: str = ".xml") -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name.endswith(ending)}


def has_formula(workbook: bytes) -> bool:
    return any(re.search(rb"<f[ >]", text) for text in parts(workbook).values())


@needs_press
@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        ("dashboard-pdf", ""),
        ("objective-pdf", "O1"),
        ("lever-pdf", "L1"),
        ("matrix-pdf", ""),
        ("school-pdf", "imt-mines-albi"),
        ("indicator-pdf", "students"),
    ],
)
def test_a_pdf_shows_it_and_does_nothing(
    kind: str, subject: str, board: Target, made: Made, tmp_path: Path
) -> None:
    Indicator.objects.update(name_fr=HOSTILE)
    School.objects.update(name=HOSTILE)
    for model in (Objective, Lever):
        model.objects.update(title_fr=HOSTILE)
    pdf = bytes(made(kind, subject).content)
    text = text_of(pdf, tmp_path)
    assert 'onerror="alert(1)"' in text
    assert "{{ 7|add:7 }}" in text
    for active in (b"/JavaScript", b"/JS", b"/URI", b"/Launch", b"/EmbeddedFile", b"/OpenAction"):
        assert active not in unpacked(pdf)


def test_slides_show_it_and_do_nothing(made: Made) -> None:
    content = bytes(made("dashboard-slides").content)
    for text in parts(content).values():
        ElementTree.fromstring(text)  # noqa: S314 - our own
    said = " ".join(
        text for slide in slides_of(content) for line in slide["cells"] for text in line
    )
    assert HOSTILE in said
    links = b"".join(parts(content, ".rels").values())
    assert b'TargetMode="External"' not in links


def test_the_sheets_behind_the_charts_hold_no_formula(made: Made) -> None:
    content = bytes(made("dashboard-slides").content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        books = [archive.read(name) for name in archive.namelist() if name.endswith(".xlsx")]
    assert len(books) == 4
    assert not any(map(has_formula, books))


@pytest.mark.parametrize("name", ["objectifs-et-leviers", "projets", "decisions"])
def test_a_table_holds_texts(name: str, diane: User, signed_in) -> None:
    client = signed_in(diane)
    address = f"/fichiers/tableau-de-bord/{name}"
    assert not has_formula(client.get(f"{address}.xlsx").content)
    text = client.get(f"{address}.csv").content.decode("utf-8-sig")
    cells = re.split(r"[;\r\n]", text)
    assert not any(cell.strip('"').startswith(("=", "+", "@")) for cell in cells)
    assert ("'" + FORMULA.replace('"', '""') in text) == (name == "objectifs-et-leviers")
    assert ("onerror" in text) == (name != "objectifs-et-leviers")


def test_a_file_is_named_in_plain_letters(made: Made, diane: User, signed_in) -> None:
    export = made("dashboard-slides")
    answer = signed_in(diane).get(f"/fichiers/{export.pk}/")
    assert (
        answer["Content-Disposition"] == 'attachment; filename="imtplan-tableau-de-bord-2020.pptx"'
    )


TURNED = "facture\u202egnp.exe"
STRAIGHT = "facture\ufffdgnp.exe"


@needs_press
def test_a_pdf_turns_no_text(board: Target, made: Made, tmp_path: Path) -> None:
    School.objects.update(name=TURNED)
    text = text_of(bytes(made("school-pdf", "imt-mines-albi").content), tmp_path)
    assert STRAIGHT in text


@needs_press
def test_a_pdf_names_the_signs_that_no_font_has(board: Target, made: Made, tmp_path: Path) -> None:
    """A box says nothing; these are in no font of ours, nor in any usual one."""
    School.objects.update(name="École \U0001f9ff \U00012000")
    pdf = bytes(made("school-pdf", "imt-mines-albi").content)
    text = text_of(pdf, tmp_path)
    assert "[U+12000]" in text
    assert "ne figurent dans aucune police" in text


@needs_press
def test_a_pdf_keeps_the_signs_that_a_font_has(board: Target, made: Made, tmp_path: Path) -> None:
    School.objects.update(name="Łódź Ελλάδα Київ ≈ → ☎")
    text = text_of(bytes(made("school-pdf", "imt-mines-albi").content), tmp_path)
    assert "Łódź Ελλάδα Київ ≈ → ☎" in text
    assert "U+" not in text


def test_slides_turn_no_text(made: Made) -> None:
    Indicator.objects.update(name_fr=TURNED)
    content = b"".join(parts(bytes(made("dashboard-slides").content)).values())
    assert TURNED.encode() not in content
    assert STRAIGHT.encode() in content


@pytest.mark.parametrize("ending", ["xlsx", "ods", "csv"])
def test_a_table_turns_no_text(ending: str, diane: User, signed_in) -> None:
    Indicator.objects.update(name_fr=TURNED)
    answer = signed_in(diane).get(f"/fichiers/tableau-de-bord/indicateurs.{ending}")
    content = answer.content
    if ending != "csv":
        content = b"".join(parts(content).values())
    assert TURNED.encode() not in content
    assert STRAIGHT.encode() in content
