"""Numbers on a page, in its language."""

from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation


@pytest.mark.parametrize(
    ("language", "written", "value", "shown"),
    [
        ("fr", "value|number", Decimal("13400.50"), "13\u202f400,5"),
        ("en", "value|number", Decimal("13400.50"), "13,400.5"),
        ("fr", "value|number:0", Decimal("2.5"), "3"),
        ("fr", "value|number", None, ""),
        ("fr", "value|number", Decimal(0), "0"),
        ("fr", "value|signed", Decimal(-2360), "−2\u202f360"),
        ("fr", "value|signed", Decimal(5), "+5"),
        ("fr", "value|percent", Decimal("0.2424242424"), "24,24\u202f%"),
        ("en", "value|percent:0", Decimal("0.6"), "60%"),
        ("fr", "value|plain", Decimal("1234.50"), "1234.5"),
        ("fr", "value|plain", None, ""),
        ("fr", "value|bar", Decimal("0.3333"), "33.33"),
        ("fr", "value|bar", Decimal("1.4"), "100"),
        ("fr", "value|bar", Decimal("-0.2"), "0"),
        ("fr", "value|bar", None, "0"),
        ("fr", "value|bar:200", Decimal("0.5"), "100"),
    ],
)
def test_a_number_is_written_as_its_language_writes(
    language: str, written: str, value: Decimal | None, shown: str
) -> None:
    with translation.override(language):
        html = Template("{{ " + written + " }}").render(Context({"value": value}))
    assert html == shown
