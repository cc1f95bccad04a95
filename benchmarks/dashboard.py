"""Measures the pages of the reading room on the server: queries, time, weight.

    .venv/bin/python -m imtplan.embedded .venv/bin/python benchmarks/dashboard.py --size L/10

The sizes are those of `recompute.py`. It makes a database of its own and drops it at the end. The
last column holds the times against the sign-in page of the same run, so that two machines can be
compared.
"""

import argparse
import random
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from statistics import median

import recompute as made  # of this folder; sets Django up
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from entry import cold_kilobytes, in_a_database_of_its_own, queries, timed

from imtplan.accounts.roles import Role
from indicators.models import FollowedIndicator, Indicator
from tests import factories

HEADLINES = 3
# session, person, roles, demonstration: what every page asks beside its own
OF_EVERY_PAGE = 4
# Page, its address, how many queries of its own, milliseconds, kilobytes before charts come in.
PAGES = [
    ("dashboard", "/tableau-de-bord/", 8, 60, 250),
    ("objective", "/objectifs/{objective}/", 10, 100, 250),
    ("indicator", "/indicateurs/{indicator}/", 25, 250, 250),
]


def prepare(size: made.Size) -> tuple[Client, dict[str, str]]:
    """Somebody of the directorate-general, and codes to open pages of."""
    made.make(size)
    headlines = Indicator.objects.order_by("pk")[:HEADLINES]
    FollowedIndicator.objects.filter(indicator__in=list(headlines)).update(is_headline=True)
    made.recompute_stale()
    made.ask("VACUUM ANALYZE")
    client = Client()
    client.force_login(factories.person("Diane", Role.DIRECTORATE_GENERAL, None))
    objective = headlines[0].links.latest("pk").objective
    return client, {"objective": objective.code, "indicator": headlines[0].code}


def measure(size: made.Size) -> None:
    client, codes = prepare(size)
    sign_in = timed(lambda: Client().get("/compte/login/"))
    print(f"{size.schools} schools × {size.indicators} indicators × {size.years} years", end=", ")
    print(f"{size.plans} plans" if size.plans > 1 else "1 plan")
    print(f"{'':26}{'budget':>8}{'measured':>10}{'used':>7}{'sign-in page':>14}")
    for name, address, most_queries, milliseconds, kilobytes in PAGES:
        page = partial(client.get, address.format(**codes))
        assert page().status_code == 200, address
        report(f"{name}, queries", most_queries, queries(page) - OF_EVERY_PAGE)
        took = timed(page)
        report(f"{name}, server ms", milliseconds, took, f"{took / sign_in:.1f}×")
        report(f"{name}, KB gzipped cold", kilobytes, cold_kilobytes(page().content))
    report("poll, ms of database", 1, poll(client))


def poll(client: Client) -> float:
    """The time in the database of an open page that asks whether anything changed, and nothing
    did: planning and execution of every query, as PostgreSQL clocks them.
    """
    address = PAGES[0][1]
    tag = client.get(address)["ETag"]
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address, headers={"X-Live": "1", "If-None-Match": tag})
    assert answer.status_code == HTTPStatus.NOT_MODIFIED
    return sum(median(clocked(one["sql"]) for _time in range(20)) for one in asked)


def clocked(query: str) -> float:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query.replace('%', '%%')}")
        (told,) = cursor.fetchone()[0]
    return told["Planning Time"] + told["Execution Time"]


def report(name: str, budget: int, measured: float, beside: str = "") -> None:
    print(f"{name:26}{budget:>8}{measured:>10.1f}{measured / budget:>7.0%}{beside:>14}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--size", choices=made.SIZES, default="S")
    given = parser.parse_args()
    random.seed(1)
    act: Callable[[], None] = partial(measure, made.SIZES[given.size])
    in_a_database_of_its_own(act)


if __name__ == "__main__":
    main()
