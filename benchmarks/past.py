"""Measures what an earlier day costs, however much was written since and before.

    .venv/bin/python -m imtplan.embedded .venv/bin/python benchmarks/past.py

The demonstration, whose figures were saved over and over in the year before: 1,000, 10,000, 100,000
and 305,000 versions of figures in all. Each address is asked for as known half a year ago, the
quickest of some is printed, and against the first size of the same run. It makes a database of its
own and drops it at the end.
"""

from datetime import timedelta
from time import perf_counter

import entry as made  # of this folder; sets Django up
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from imtplan.accounts.roles import Role
from indicators.past import VERSIONED
from tests import factories
from tests.history import grow_versions

SIZES = (1_000, 10_000, 100_000, 305_000)
RUNS = 8
LIMIT = 1000  # milliseconds
TODAY = [
    "/tableau-de-bord/",
    "/saisies/",
]
PAST = [
    "/tableau-de-bord/",
    "/indicateurs/students/",
    "/matrice/",
    "/ecoles/imt-mines-albi/",
    "/projets/",
    "/historique/comparer/?before={day}",
    "/api/v1/progress/",
    "/api/v1/figures.csv",
]


def prepare() -> Client:
    """The plan and the rest as they have been for two years; the figures are of today."""
    call_command("load_plan", verbosity=0)
    call_command("load_demo", verbosity=0)
    tables = [f"{app}_{name.lower()}event" for app, names in VERSIONED.items() for name in names]
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for table in tables:
            if table != "indicators_figureevent":
                cursor.execute(f"UPDATE {table} SET pgh_created_at = now() - interval '2 years'")  # noqa: S608
        cursor.execute("SET session_replication_role = origin")
    client = Client(headers={"accept-language": "fr"})
    client.force_login(factories.person("Diane", Role.DIRECTORATE_GENERAL))
    return client


def addresses() -> list[str]:
    day = (timezone.localdate() - timedelta(days=180)).isoformat()
    past = [one.format(day=day) if "{day}" in one else f"{one}?as_of={day}" for one in PAST]
    return [*TODAY, *past]


def took(client: Client, address: str) -> float:
    """The quickest of some: the machine's other work makes none quicker."""
    times = []
    for _run in range(RUNS):
        begin = perf_counter()
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        b"".join(answer) if answer.streaming else answer.content
        times.append((perf_counter() - begin) * 1000)
    return min(times)


def measure() -> None:
    client = prepare()
    first: dict[str, float] = {}
    print(f"{'versions':>9}  {'':44}{'ms':>6}{'of a second':>13}{'beside the first':>18}")
    for size in SIZES:
        grow_versions(size)
        for address in addresses():
            now = took(client, address)
            first.setdefault(address, now)
            beside = f"{now / first[address]:.2f} ×"
            print(f"{size:>9}  {address:44}{now:>6.0f}{now / LIMIT:>13.0%}{beside:>18}")


if __name__ == "__main__":
    made.in_a_database_of_its_own(measure)
