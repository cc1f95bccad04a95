"""Numbers on a page, in its language."""

from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation

from indicators.models import ProgressStatus


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


def rendered(tag: str, **given: object) -> str:
    return Template("{% " + tag + " %}").render(Context(given))


def test_what_is_missing_is_a_dash_that_is_read_out() -> None:
    with translation.override("fr"):
        html = rendered("or_missing text", text="")
    assert html == (
        '<span aria-hidden="true">—</span><span class="visually-hidden">donnée manquante</span>'
    )
    assert rendered("or_missing text", text="0") == "0"


def test_what_is_said_is_text_never_code() -> None:
    assert rendered("or_missing text", text="<b>1</b>") == "&lt;b&gt;1&lt;/b&gt;"
    html = rendered('why text address "value"', text="<b>", address='/"><b>')
    assert "<b>" not in html


def test_a_number_opens_its_explanation_at_its_part() -> None:
    with translation.override("en"):
        html = rendered('why text address "gap"', text="−2,360", address="/explications/1/")
    assert html == (
        '<a class="why" href="/explications/1/#gap" title="How is this computed?"'
        " data-explain>−2,360</a>"
    )


@pytest.mark.parametrize(("text", "address"), [("", "/explications/1/"), ("5", "")])
def test_a_number_without_explanation_or_missing_is_no_link(text: str, address: str) -> None:
    html = rendered('why text address "gap"', text=text, address=address)
    assert html == rendered("or_missing text", text=text)


def test_a_status_is_told_by_sign_word_and_colour() -> None:
    with translation.override("fr"):
        html = rendered("chip status", status=ProgressStatus.AT_RISK)
    assert html.startswith('<span class="chip chip-at_risk"><svg class="icon" aria-hidden="true">')
    assert f"#{ProgressStatus.AT_RISK.symbol}" in html
    assert html.endswith("</svg>À risque</span>")


def test_no_status_leaves_nothing() -> None:
    assert rendered("chip status", status=None) == ""
