"""The same digits everywhere: typed by a director, read on the pages, in the API and in its files.

The twelve rows of the method that no system gets all right, and its worked example: three of five
years elapsed, one school, a straight trajectory.
"""

import csv
import html
import io
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from imtplan.accounts.models import School, User
from imtplan.campaigns.models import Submission
from imtplan.campaigns.review.submission_services import handing_in_of
from imtplan.numbers import parse_number
from imtplan.rest import rounded
from indicators.models import Target
from tests import factories

YEAR = 2020
FORM = f"/saisie/{YEAR}/imt-mines-albi/"
NUMBERS = [
    "value",
    "expected_value",
    "progress",
    "expected_progress",
    "pace",
    "gap",
    "needed_per_year",
    "needed_rate",
    "achieved_per_year",
    "achieved_rate",
    "forecast",
]
# What the dashboard says of a headline indicator that has no card, for it draws twelve.
IN_A_LINE = ["value", "progress"]
SHARES = {"progress", "expected_progress", "pace", "needed_rate", "achieved_rate"}


@dataclass(frozen=True)
class Case:
    """What was promised, what the director types, and what has to come out."""

    code: str
    baseline: str
    target: str
    typed: str
    progress: str | None
    status: str
    direction: str = "increase"
    mark: str = ""
    decimals: int = 0


CASES = [
    Case("actual-over-target", "100", "150", "130", "0.6", "on_track"),
    Case("small-way", "92", "95", "93,5", "0.5", "at_risk", decimals=1),
    Case("less-is-better", "10", "5", "7", "0.6", "on_track", "decrease"),
    Case("beyond", "100", "150", "170", "1.4", "achieved", mark="beyond the target"),
    Case("behind", "100", "150", "90", "-0.2", "off_track", mark="behind the baseline"),
    Case("band-kept", "100", "100", "100", "1", "achieved", "keep", "kept"),
    Case("band-lost", "100", "100", "98", "0.8", "at_risk", "keep", "lost"),
    Case("down-to-zero", "20", "0", "5", "0.75", "on_track", "decrease"),
    Case("zero-reached", "20", "0", "0", "1", "achieved", "decrease"),
    Case("up-from-zero", "0", "10", "4", "0.4", "at_risk"),
    Case("across-zero", "-5", "2", "-1", "0.5714285714", "on_track"),
    Case("nothing-reported", "100", "150", "", None, "no_data"),
    Case("students", "13400", "20000", "15\u202f000", "0.2424242424", "off_track"),
]
DECIMALS = {case.code: case.decimals for case in CASES}
# Of a band, and where nothing is known, what was expected is said in words.
NOT_ALWAYS_SHOWN = {"expected_progress"}


def promise(case: Case) -> Target:
    band = {"band_low": Decimal(100), "tolerance": Decimal(10)} if case.direction == "keep" else {}
    indicator = factories.IndicatorFactory(
        code=case.code,
        name_fr=case.code,
        name_en=case.code,
        direction=case.direction,
        decimals=case.decimals,
        minimum=None,
        is_headline=True,
        **band,
    )
    return factories.TargetFactory(
        code=f"{case.code}-2022",
        indicator=indicator,
        baseline_value=Decimal(case.baseline),
        value=Decimal(case.target),
    )


def cell(case: Case) -> dict[str, str]:
    """A row of the form as a director fills it in; no number is one of three words."""
    if case.typed:
        return {f"{case.code}-value": case.typed}
    return {f"{case.code}-word": "not_available", f"{case.code}-reason": "Logiciel remplacé"}


@pytest.fixture
def walked(
    albi: School,
    alice: User,
    diane: User,
    signed_in: Callable[[User], Client],
    recomputed: Callable[[], Any],
) -> "Walk":
    """Typed into the form, submitted, validated, computed."""
    targets = [promise(case) for case in CASES]
    indicators = [target.indicator for target in targets]
    factories.CampaignFactory(plan=targets[0].plan, year=YEAR, indicators=indicators)
    typed = {name: text for case in CASES for name, text in cell(case).items()}
    assert signed_in(alice).post(FORM, typed | {"review": ""}).status_code == 302
    assert signed_in(alice).post(FORM + "soumettre/", {"send": ""}).status_code == 302
    decision = {"validate": "", "seen": handing_in_of(Submission.objects.get())}
    assert signed_in(diane).post(FORM + "decider/", decision).status_code == 302
    recomputed()
    return Walk(signed_in(diane), diane)


@dataclass
class Walk:
    """What everybody reads afterwards, each in its own way."""

    client: Client
    reader: User

    def read(self, address: str, **question: Any) -> bytes:
        answer = self.client.get(address, question)
        assert answer.status_code == 200, answer
        return b"".join(answer.streaming_content) if answer.streaming else answer.content

    @cached_property
    def api(self) -> dict[str, dict[str, Any]]:
        rows = self.client.get("/api/v1/progress/", {"year": YEAR}).json()["results"]
        return {row["indicator"]: row for row in rows}

    @cached_property
    def csv(self) -> dict[str, dict[str, str]]:
        text = self.read("/api/v1/progress.csv", year=YEAR).decode()
        return {row["indicator"]: row for row in csv.DictReader(io.StringIO(text))}

    @cached_property
    def french_csv(self) -> dict[str, dict[str, str]]:
        text = self.read("/api/v1/progress.csv", year=YEAR, flavour="excel-fr").decode("utf-8-sig")
        _headings, *rows = csv.reader(io.StringIO(text), delimiter=";")
        keys = list(next(iter(self.csv.values())))
        return {row[2]: dict(zip(keys, row, strict=True)) for row in rows}

    @cached_property
    def xlsx(self) -> dict[str, dict[str, Any]]:
        file = io.BytesIO(self.read("/api/v1/progress.xlsx", year=YEAR))
        _headings, *rows = CalamineWorkbook.from_filelike(file).get_sheet_by_index(0).to_python()
        keys = list(next(iter(self.csv.values())))
        return {row[2]: dict(zip(keys, row, strict=True)) for row in rows}

    def page(self, path: str, language: str) -> str:
        self.reader.language = language
        self.reader.save()
        return self.read(path, year=YEAR).decode()

    def shown(self, path: str, language: str) -> dict[tuple[str, str], set[str]]:
        """Every text that a page gives to a number of the year, by its target and its name."""
        found = defaultdict(set)
        numbers = re.findall(
            r'<a class="why" href="([^"]+)"[^>]*>([^<]*)</a>', self.page(path, language)
        )
        for address, text in numbers:
            known = re.fullmatch(
                r"/explication/(?:cibles|indicateurs)/([\w-]+)/\?(.*)#(\w+)", html.unescape(address)
            )
            if known and f"year={YEAR}" in known[2]:
                found[known[1].removesuffix("-2022"), known[3]].add(html.unescape(text))
        return found


def number(text: str, language: str) -> Decimal:
    """As a reader would copy it: with its sign, its marks and its percent sign."""
    body = text.removesuffix("%").strip("\u202f ")
    value = parse_number(body, language=language)
    return value / 100 if text.endswith("%") else value


def test_the_method_is_kept(walked: Walk) -> None:
    found = {code: (row["progress"], row["status"]) for code, row in walked.api.items()}
    assert found == {case.code: (case.progress, case.status) for case in CASES}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_pages_show_the_digits_of_the_api(walked: Walk, language: str) -> None:
    dashboard = walked.shown("/tableau-de-bord/", language)
    page = walked.page("/tableau-de-bord/", language)
    for code, row in walked.api.items():
        names = NUMBERS if f'id="headline-{code}"' in page else IN_A_LINE
        assert not_the_same(dashboard, row, language, names) == []
        indicator = walked.shown(f"/indicateurs/{code}/", language)
        assert not_the_same(indicator, row, language) == []


def not_the_same(
    shown: Any, row: dict[str, Any], language: str, names: Sequence[str] = NUMBERS
) -> list[Any]:
    """Wherever a page shows a number it says the same; what is not known it does not show."""
    code, found = row["indicator"], []
    for name in names:
        numbers = {number(text, language) for text in shown.get((code, name), ())}
        wanted = as_shown(row, name)
        if numbers != wanted and not (name in NOT_ALWAYS_SHOWN and not numbers):
            found.append((code, name, numbers, wanted))
    return found


def as_shown(row: dict[str, Any], name: str) -> set[Decimal]:
    """What a page rounds an API's number to: a hundredth of a per cent, or two decimals; what
    lies ahead to the indicator's own."""
    if row[name] is None:
        return set()
    decimals = DECIMALS[row["indicator"]] if name == "forecast" else 4 if name in SHARES else 2
    return {rounded(Decimal(row[name]), decimals)}


def test_the_files_have_the_digits_of_the_api(walked: Walk) -> None:
    for code, row in walked.api.items():
        for name in NUMBERS:
            text = row[name] or ""
            assert walked.csv[code][name] == text
            assert walked.french_csv[code][name] == text.replace(".", ",")
            in_excel = walked.xlsx[code][name]
            assert in_excel == "" if text == "" else Decimal(str(in_excel)) == Decimal(text)


def test_the_explanations_come_to_the_digits_of_the_api(walked: Walk) -> None:
    for row in walked.api.values():
        told = walked.client.get(f"/api/v1/progress/{row['id']}/explain/").json()
        outcomes = {step["result"]: step["outcome"] for step in told["steps"]}
        assert told["recomputed"] == {"same": True, "differences": []}
        assert [name for name in NUMBERS[1:] if outcomes.get(name) != row[name]] == []
        assert told["value"]["value"] == row["value"]


def test_what_a_bar_would_hide_is_said(walked: Walk) -> None:
    for case in CASES:
        page = walked.page(f"/indicateurs/{case.code}/", "en")
        marks = set(re.findall(r'class="mark mark-\w+">([^<]+)<', page))
        assert marks == ({case.mark} if case.mark else set())
        assert ("bullet-beyond" in page) == (case.code == "beyond")
        assert ("bullet-behind" in page) == (case.code == "behind")


def test_nothing_reported_is_missing_and_never_zero(walked: Walk) -> None:
    page = walked.page("/indicateurs/nothing-reported/", "en")
    assert "no data" in page.lower()
    assert "Why is there no progress?" in page
    assert walked.csv["nothing-reported"]["value"] == ""
