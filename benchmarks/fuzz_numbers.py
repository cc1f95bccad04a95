"""Fuzzes imtplan/numbers.py and units.py: an accepted text never means another number than its own
digits, with a unit beside it or without, from a person or from a program.

By hand, with atheris (not a dependency of the product) on the path:

    python benchmarks/fuzz_numbers.py -runs=1000000

The oracle does not parse. It lays the result's digits over the text's, and looks at each mark:
the decimal one stands before as many digits as the result has decimals, and every other one is
followed by exactly three. It stops with an exception at the first text that breaks this.
Every 100,000 texts it prints how many were accepted and how many refused, and why.
"""

import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

with atheris.instrument_imports(include=["imtplan.numbers", "imtplan.units"]):
    from imtplan.numbers import NumberError, format_number, parse_number, parse_plain, plain
    from imtplan.units import CellUnit, parse_quantity

DIGITS = "0123456789"
# Half the texts use only these, so that many are numbers; the other half is any Unicode.
ALPHABET = DIGITS + DIGITS + ",,,,....    \u00a0\u202f\u2009\u2007''\u2019+--\u2212"
UNITS = (" M€", "k€", " €", " millions", " %", " étudiants", "m", " d'euros")
CELL = CellUnit("M€", ("M€", "M€"))
outcomes: Counter[str] = Counter()
others: Counter[str] = Counter()  # of the same texts with a unit, or from a program


def text_from(data: atheris.FuzzedDataProvider) -> str:
    if data.ConsumeBool():
        return "".join(ALPHABET[byte % len(ALPHABET)] for byte in data.ConsumeBytes(32))
    return str(data.ConsumeUnicode(32))


def read(text: str, language: str) -> Decimal | None:
    """The parser's answer, counted. Any exception but its own ends the run."""
    try:
        number = parse_number(text, language=language)
        outcome = "accepted"
    except NumberError as error:
        number, outcome = None, error.problem.value
    outcomes[outcome] += 1
    tried = outcomes.total()
    if tried % 100_000 == 0:
        counts = [*outcomes.most_common(), *others.most_common()]
        print(f"{tried} texts:", ", ".join(f"{name} {n}" for name, n in counts))
    return number


def read_alone(text: str, language: str) -> Decimal | None:
    try:
        return parse_number(text, language=language)
    except NumberError:  # "5m" is no number, and 5 with "€" behind it
        return None


def assert_same_digits(text: str, number: Decimal) -> None:
    typed = "".join(character for character in text if character in DIGITS)
    kept = "".join(map(str, number.as_tuple().digits))
    assert typed.lstrip("0") == kept.lstrip("0"), f"{text!r} read as {number}"
    assert (number < 0) == (number != 0 and ("-" in text or "\u2212" in text)), repr(text)


def assert_same_scale(text: str, number: Decimal, language: str) -> None:
    """Cuts the text at its marks: what follows each must be the decimals, or a group of three."""
    body = text.strip(" \t\r\n\u00a0\u202f\u2009\u2007").lstrip("+-\u2212 \u00a0\u202f\u2009\u2007")
    marks = [character for character in body if character not in DIGITS]
    parts = "".join(c if c in DIGITS else "|" for c in body).split("|")
    decimals = -int(number.as_tuple().exponent)
    if decimals:
        assert marks.pop() in ",.", f"{text!r} read as {number}"
        assert len(parts.pop()) == decimals, f"{text!r} read as {number}"
        assert not {",", "."} <= set(marks), f"{text!r} read as {number}"
    assert all(len(part) == 3 for part in parts[1:]), f"{text!r} read as {number}"
    if body.count(",") + body.count(".") == 1:
        own = ("," if language == "fr" else ".") in body
        groups = language == "en" and not own  # "1,234": the only mark that may group alone
        assert decimals or groups, f"{text!r} read as {number}: its decimal mark as a group"
        assert own or decimals != 3 or cannot_group(parts), f"{text!r} read as {number}: a guess"


def assert_a_unit_never_rescales(text: str, language: str, unit: str) -> None:
    """With a unit behind it a text is the number of its digits, or refused."""
    try:
        quantity = parse_quantity(f"{text}{unit}", language=language, cell=CELL)
    except NumberError:
        return
    others["accepted with a unit"] += 1
    assert_same_digits(text, quantity)
    if (alone := read_alone(text, language)) is not None:
        assert quantity == alone, f"{text!r}{unit} read as {quantity}"


def assert_a_program_is_plain(text: str) -> None:
    """What is taken from a program is written back as it was, but for zeros at its end."""
    try:
        number = parse_plain(text)
    except NumberError:
        return
    others["accepted from a program"] += 1
    trimmed = text.rstrip("0").rstrip(".") if "." in text else text
    assert plain(number) in (trimmed, trimmed.removeprefix("-")), f"{text!r} read as {number}"


def cannot_group(parts: list[str]) -> bool:
    """What stands before a foreign mark and three digits: only this excludes a group."""
    return len(parts) == 1 and (parts[0] in ("", "0") or len(parts[0]) > 3)


def test_one_input(data: bytes) -> None:
    provider = atheris.FuzzedDataProvider(data)
    language = "fr" if provider.ConsumeBool() else "en"
    unit = UNITS[provider.ConsumeIntInRange(0, len(UNITS) - 1)]
    text = text_from(provider)
    assert_a_unit_never_rescales(text, language, unit)
    assert_a_program_is_plain(text)
    number = read(text, language)
    if number is None:
        return
    assert_same_digits(text, number)
    assert_same_scale(text, number, language)
    for shown in (format_number(number, language=language), f" {text}\n"):
        assert parse_number(shown, language=language) == number, f"{text!r} as {shown!r}"


if __name__ == "__main__":
    # Short inputs: a number that people type has fewer than 32 characters.
    atheris.Setup([*sys.argv, "-max_len=40"], test_one_input)
    atheris.Fuzz()
