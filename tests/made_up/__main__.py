"""Makes the migration, migrates an empty database from zero, and prints what a change left."""

import json
import sys
from pathlib import Path

import django
from django.core.management import call_command
from django.utils import timezone

django.setup()

from indicators.models import StaleMark
from indicators.past import at
from tests import factories
from tests.lists_in_the_database import compare, statements
from tests.made_up.models import Footnote

OPERATION = """
    operations.append(migrations.RunSQL({sql!r}, migrations.RunSQL.noop))
"""


def write_migration(folder: Path) -> None:
    (folder / "__init__.py").touch()
    call_command("makemigrations", "made_up", verbosity=0)
    sql = "".join(made for name, made in statements().items() if "made_up" in name)
    with (folder / "0001_initial.py").open("a", encoding="utf-8") as migration:
        migration.write(OPERATION.format(sql=sql))


def change() -> dict[str, object]:
    footnote = Footnote.objects.create(indicator=factories.IndicatorFactory(), text="before")
    StaleMark.objects.all().delete()
    moment = timezone.now()
    Footnote.objects.update(text="after")
    with at(moment):
        then = Footnote.objects.get().text
    return {
        "versions": list(
            Footnote.pgh_event_models["update"].objects.values_list("pgh_label", "text")
        ),
        "stale": list(StaleMark.objects.values_list("reason", flat=True)),
        "of its indicator": StaleMark.objects.filter(indicator=footnote.indicator).exists(),
        "then": then,
        "now": Footnote.objects.get().text,
    }


if __name__ == "__main__":
    write_migration(Path(sys.argv[1]))
    call_command("migrate", verbosity=0)
    print(json.dumps(change()))
    compare()
