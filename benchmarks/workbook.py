"""Measures a plan's workbook: written, looked at, stored, and looked at again untouched.

    .venv/bin/python -m imtplan.embedded .venv/bin/python benchmarks/workbook.py --indicators 300

A plan of so many indicators, each followed, linked to one of ten objectives and with a target, is
loaded into an empty database, as the plan office does it in its pages. It makes a database of its
own and drops it at the end. The last column holds the times against the sign-in page of the same
run, so that two machines can be compared.
"""

import argparse
import cProfile
import pstats
import re
from html import unescape
from time import perf_counter
from typing import Any

import recompute as made  # of this folder; sets Django up
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from entry import in_a_database_of_its_own, timed

from imtplan.accounts.roles import Role
from imtplan.planning.workbook.writing import workbook_of
from imtplan.spreadsheets.books import BookFormat
from indicators.models import Indicator
from indicators.recomputing.recompute import recompute_stale
from objectives.models import StrategicPlan
from tests import factories

OBJECTIVES = 10
PAGE = "/plan/classeur/"


def book_of(indicators: int) -> bytes:
    """The workbook of a plan that is there no more."""
    plan = factories.PlanFactory(code="large")
    objectives = [
        factories.ObjectiveFactory(plan=plan, code=f"O{number + 1}") for number in range(OBJECTIVES)
    ]
    for number in range(indicators):
        indicator = factories.IndicatorFactory(
            code=f"measure-{number + 1}", is_headline=number < 12, defined=True, followed_by=[plan]
        )
        factories.LinkFactory(indicator=indicator, objective=objectives[number % OBJECTIVES])
        factories.TargetFactory(indicator=indicator, plan=plan)
    book = BookFormat.XLSX
    data = b"".join(book.response(workbook_of(plan, "fr", book), "plan"))
    StrategicPlan.objects.update(state="draft")
    plan.delete()
    Indicator.objects.all().delete()
    recompute_stale()
    return data


def look(office: Client, data: bytes, page: str = PAGE) -> str:
    answer = office.post(page, {"file": SimpleUploadedFile("plan.xlsx", data)})
    text: str = answer.content.decode()
    assert answer.status_code == 200, re.sub(r"<[^>]+>|\s+", " ", text)[-3000:]
    return text


def confirm(office: Client, preview: str, page: str = PAGE) -> None:
    """Sends what the page of the preview carries, as its button does."""
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', preview)
    sent = {name: unescape(value) for name, value in hidden}
    answer = office.post(page, sent | {"reason": "Vote du conseil.", "confirm": "1"})
    assert answer.status_code == 302, re.sub(r"<[^>]+>|\s+", " ", answer.content.decode())[-3000:]


def measure(indicators: int, *, profiled: bool) -> None:
    data = book_of(indicators)
    office = Client(headers={"accept-language": "fr"})
    office.force_login(factories.person("Paul", Role.PLAN_OFFICE))
    office.get(PAGE)  # the first request reads what all of them share
    times: dict[str, float] = {}

    def step(name: str, act: Any, *arguments: Any) -> Any:
        profile = cProfile.Profile() if profiled else None
        begin = perf_counter()
        result = profile.runcall(act, *arguments) if profile else act(*arguments)
        times[name] = perf_counter() - begin
        if profile:
            pstats.Stats(profile).sort_stats("cumulative").print_stats(
                "imtplan|forms|queries|execute|gettext", 60
            )
        return result

    preview = step("looked at", look, office, data)
    step("stored", confirm, office, preview)
    recompute_stale()
    page = "/plan/plans/large/classeur/"
    step("looked at again, untouched", look, office, data, page)
    unit = timed(lambda: Client().get("/compte/login/")) / 1000
    print(f"{indicators} indicators, {len(data) // 1024} kB")
    for name, seconds in times.items():
        print(f"{name:30} {seconds:7.1f} s {seconds / unit:9.0f} × the sign-in page")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--indicators", type=int, default=300)
    parser.add_argument("--profile", action="store_true")
    given = parser.parse_args()
    assert made.FIRST_YEAR
    in_a_database_of_its_own(lambda: measure(given.indicators, profiled=given.profile))
