"""The whole way of a figure, with nothing replaced: typed, submitted, recomputed, seen."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from imtplan.campaigns.models import Submission
from imtplan.numbers import format_number, format_percent
from indicators.models import Figure, Progress

pytestmark = [pytest.mark.browser]

DIRECTOR = "directrice.albi@demo.example"
DIRECTORATE = "direction.generale@demo.example"
ENTRY = "/saisie/2022/imt-mines-albi/"
LIVE = "/tableau-de-bord/?year=2022&view=provisional"


def figure_of(code: str) -> Figure:
    return Figure.objects.get(indicator__code=code, school__code="imt-mines-albi", year=2022)


def students() -> Progress:
    return Progress.objects.get(target__code="students-plan-2022", year=2022, view="provisional")


def fill_the_year(entry: Any) -> None:
    """Every row, two of them as French people type them; what surprises is explained."""
    fields = entry.page.locator(".entry input[type=text]:visible")
    for index in range(fields.count()):
        if not fields.nth(index).input_value():
            fields.nth(index).fill("7")
    for code, text in (("students", "13\u202f400"), ("own-funds", "1 234,5")):
        entry.field(code).fill(text)
    entry.type("foreign-students-share", "2", "numerator")
    asked = entry.page.locator(".entry-row.asks")
    entry.page.locator("[data-count=filled]", has_text="11").wait_for()
    entry.wait("foreign-students-share")
    while asked.count():
        code = asked.first.get_attribute("id")
        entry.type(code, "Vérifié avec le service.", "explanation")
        entry.page.locator(f"#{code}:not(.asks)").wait_for()


def test_a_director_submits_and_the_directorate_sees_the_plan_move(
    person: Callable[..., Any], grid: Callable[..., Any]
) -> None:
    directorate = person()
    open_page = directorate.sign_in(DIRECTORATE)
    open_page = directorate.go(LIVE)
    before = students().progress

    entry = grid()
    page = entry.page
    assert page.url.endswith(ENTRY)
    fill_the_year(entry)
    page.click("button[name=review]")
    page.wait_for_url("**/relire/")
    page.get_by_role("link", name="Soumettre").click()
    page.get_by_role("button", name="Soumettre").click()
    page.get_by_role("link", name="2022-imt-mines-albi-1").first.wait_for()

    assert figure_of("students").value == 13400
    assert figure_of("own-funds").value == Decimal("1234.5")
    assert Submission.objects.get(school__code="imt-mines-albi").state == "submitted"

    # The page that was open all along moves by itself: no reload.
    text = re.compile(re.escape(expected_progress(open_page, before)))
    open_page.get_by_text(text).first.wait_for(timeout=10_000)
    assert format_number(students().value, language="fr", decimals=0) in open_page.content()


def expected_progress(open_page: Any, before: Decimal | None) -> str:
    """The new percentage as the dashboard writes it, once the worker has computed it."""
    for _try in range(100):
        now = students().progress
        if now != before:
            return format_percent(now, language="fr")
        open_page.wait_for_timeout(50)
    raise AssertionError("The worker did not compute the new progress within five seconds.")


def test_what_is_wrong_is_said_and_what_was_typed_stays(grid: Callable[..., Any]) -> None:
    entry = grid()
    for code, text, sentence in (
        ("students", "12,5,3", "deux virgules"),
        ("own-funds", "1e5", "en entier"),
    ):
        entry.type(code, text)
        entry.page.locator(f"#{code}.is-wrong", has_text=sentence).wait_for()
        assert entry.field(code).input_value() == text


def test_the_form_works_without_javascript(person: Callable[..., Any]) -> None:
    director = person(java_script_enabled=False)
    director.sign_in(DIRECTOR)
    page = director.go(ENTRY)
    page.fill("input[name=students-value]", "968")
    page.click("button[name=save]")
    page.wait_for_load_state()
    assert figure_of("students").value == 968


def test_english_is_a_choice_of_the_browser(person: Callable[..., Any]) -> None:
    director = person(locale="en-GB")
    director.sign_in(DIRECTOR)
    page = director.go(ENTRY)
    assert page.get_attribute("html", "lang") == "en"
    assert "Save the draft" in page.inner_text("main")
