"""A file that claims to be a receipt: true, altered, outdated, or anything at all."""

import hashlib
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from imtplan.accounts.models import School, User
from imtplan.campaigns.models import Campaign, Receipt, Submission
from imtplan.campaigns.review.receipts.receipt_content import differences
from imtplan.campaigns.review.receipts.receipt_verification import LONGEST_FILE, quoted, verify
from indicators.models import Figure
from tests.imtplan.campaigns.handing_in import AT, fill, give_back, hand_in, three_asked


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


@pytest.fixture
def file(receipt: Receipt, tmp_path: Path) -> Path:
    path = tmp_path / "recu.json"
    path.write_bytes(receipt.content.encode())
    return path


def run(path: Path) -> tuple[int, str]:
    """The command's exit code, and what it said."""
    said = io.StringIO()
    try:
        call_command("verify_receipt", str(path), stdout=said)
    except SystemExit as done:
        return int(done.code or 0), said.getvalue()
    except CommandError as error:
        return error.returncode, str(error)
    return 0, said.getvalue()


def test_the_file_as_downloaded_is_true(file: Path, receipt: Receipt) -> None:
    code, said = run(file)
    assert code == 0
    assert "byte for byte, receipt 2022-imt-mines-albi-1: IMT Mines Albi, campaign 2022" in said
    assert "handed in by “Alice” on 2022-11-23 09:41:12 UTC" in said
    assert "still has its SHA-256" in said
    assert "The figures stored today say the same." in said


def test_one_changed_digit_is_found_and_named(file: Path, receipt: Receipt) -> None:
    file.write_bytes(file.read_bytes().replace(b'"1234.5"', b'"9234.5"'))
    code, said = run(file)
    assert code == 1
    assert "is not, byte for byte, receipt 2022-imt-mines-albi-1" in said
    assert "students, “value”: “1234.5” in the receipt, the file says “9234.5”" in said
    assert receipt.sha256 in said
    assert hashlib.sha256(file.read_bytes()).hexdigest() in said


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda text: text + "\n",
        lambda text: json.dumps(json.loads(text), indent=2),
        lambda text: "\ufeff" + text,
    ],
)
def test_the_same_written_otherwise_is_said(file: Path, rewrite: Callable[[str], str]) -> None:
    file.write_text(rewrite(file.read_text()))
    code, said = run(file)
    assert code == 1
    assert "It says the same, written otherwise" in said


def test_a_figure_changed_since_is_named_with_who_and_when(
    file: Path, returned: Submission, figures: list[Figure], alice: User
) -> None:
    one = figures[0]
    one.value, one.version, one.entered_by = Decimal(1300), 2, alice
    one.entered_at, one.origin = datetime(2022, 12, 1, 8, tzinfo=UTC), Figure.Origin.PASTE
    one.save()
    code, said = run(file)
    assert code == 1
    assert "byte for byte, receipt" in said
    assert "Figures that say something else today: 1." in said
    assert (
        "students, value: “1234.5” in the receipt, today “1300” "
        "since 2022-12-01 08:00 UTC, by “Alice” (paste)." in said
    )


def test_a_figure_that_is_gone_is_named(
    file: Path, returned: Submission, figures: list[Figure], receipt: Receipt
) -> None:
    figures[1].delete()
    assert [one.today for one in differences(receipt)] == [None]
    code, said = run(file)
    assert code == 1
    assert (
        "foreign, state: “number” in the receipt, today “not_entered”; the figure is gone" in said
    )


def test_who_entered_it_may_change_without_a_difference(
    receipt: Receipt, returned: Submission, figures: list[Figure], alice: User
) -> None:
    figures[0].entered_by, figures[0].version = alice, 2
    figures[0].save()
    assert differences(receipt) == []


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.7 not a text \xff\xfe",
        b"null",
        b"[]",
        b"{}",
        b'"2022-imt-mines-albi-1"',
        b'{"number": 12}',
        b'{"number": "a\\u0000b"}',
        b'{"number": "\\ud800"}',
        b'{"number": "../../etc/passwd"}',
        b'{"number": "2022-nowhere-1"}',
        b'{"number": ' + b"9" * 10_000 + b"}",
        b"[" * 200_000,
        b'{"number":' * 100_000,
        "{}".encode("utf-16"),
    ],
)
def test_what_is_no_receipt_gets_a_sentence(data: bytes, receipt: Receipt, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(data)
    code, said = run(path)
    assert code == 2
    assert "not a receipt" in said or "has no receipt" in said


@pytest.mark.parametrize(
    "figures_of_the_file",
    [
        None,
        [],
        {},
        [1, 2, 3],
        [{}, {}, {}],
        [
            {"code": "students", "value": ["\ud800", {"a": []}], "\u001b[31m": "\u001b[2J\u202e"},
            {"code": "foreign"},
            {"code": "contracts", "confirmed": {"a": {"b": 1e999}}},
        ],
    ],
)
def test_a_file_of_any_shape_gets_sentences(
    figures_of_the_file: Any, receipt: Receipt, tmp_path: Path
) -> None:
    path = tmp_path / "x.json"
    claim = {"number": receipt.number, "figures": figures_of_the_file}
    path.write_text(json.dumps(claim))
    code, said = run(path)
    assert code == 1
    assert "is not, byte for byte, receipt" in said
    assert "\u001b" not in said
    said.encode()


def test_a_deep_file_with_a_true_number_gets_sentences(receipt: Receipt) -> None:
    deep = "[" * 900 + "]" * 900
    claim = f'{{"number": "{receipt.number}", "figures": {deep}}}'
    assert not verify(claim.encode()).is_same


def test_a_huge_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    code, said = run(path)
    assert code == 2
    assert f"longer than {LONGEST_FILE:,} bytes" in said


def test_a_file_that_is_not_there_gets_a_sentence(tmp_path: Path) -> None:
    assert run(tmp_path / "none.json")[0] == 2
    assert "cannot be read" in run(tmp_path)[1]


def test_a_damaged_store_is_told(receipt: Receipt) -> None:
    """Who goes round the trigger is found out by the number that was printed and mailed."""
    data = receipt.content.encode()
    damaged = Receipt(
        submission=receipt.submission,
        number="2022-imt-mines-albi-9",
        at=AT,
        by_name="?",
        content=receipt.content.replace("1234.5", "1.5").replace("albi-1", "albi-9"),
        sha256=receipt.sha256.replace("a", "b"),
    )
    damaged.save()
    verdict = verify(data.replace(b"albi-1", b"albi-9"))
    assert not verdict.is_same
    assert any("is damaged" in sentence for sentence in verdict.sentences)


def test_a_text_of_others_does_not_move_the_cursor() -> None:
    assert quoted("a\u001b[2J\u202eb\ud800") == "“a\\x1b[2J\\u202eb\\ud800”"
    assert len(quoted("x" * 500)) < 100


def test_what_a_file_has_beyond_the_receipt_is_counted(receipt: Receipt) -> None:
    more = {f"field-{number:02d}": 1 for number in range(12)}
    found = verify(json.dumps(json.loads(receipt.content) | more).encode())
    assert "“field-09” and 2 more." in str(found)
