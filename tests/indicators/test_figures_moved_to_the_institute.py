"""The migration that gave the institute's figures a row of their own to stand at."""

from datetime import UTC, datetime

from django.core.management import call_command
from django.db import connection

from imtplan.accounts.models import School
from indicators.models import CountedFigure, Figure, FigureEvent
from indicators.past import at
from tests import factories

TABLES = ["indicators_figure", "indicators_figureevent", "indicators_countedfigure"]


def contents() -> dict[str, tuple[int, str]]:
    """How many rows each table has, and the hash of all they say but at whom they stand."""
    with connection.cursor() as cursor:
        found = {}
        for table in TABLES:
            said = "(to_jsonb(t) - 'school_id')::text"
            hashed = f"md5(string_agg({said}, ';' ORDER BY {said}))"
            cursor.execute(f"SELECT count(*), {hashed} FROM {table} AS t")  # noqa: S608
            found[table] = cursor.fetchone()
        return found


def migrate(app: str, name: str) -> None:
    call_command("migrate", app, name, verbosity=0)


def test_it_keeps_every_figure_and_version(albi: School) -> None:
    own = factories.IndicatorFactory(code="share", aggregation="none")
    figure = factories.FigureFactory(indicator=own, school=factories.InstituteFactory())
    figure.value = 41
    figure.save()
    factories.FigureFactory(school=albi, indicator__code="students")
    before = contents()
    moment = datetime.now(UTC)

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # the test is one transaction
    migrate("indicators", "0010_left_out")
    migrate("accounts", "0001_initial")
    assert contents() == before
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM indicators_figureevent WHERE school_id IS NULL")
        assert cursor.fetchone() == (2,)

    for app in ("accounts", "indicators"):
        call_command("migrate", app, verbosity=0)
    assert contents() == before
    institute = School.objects.get(code="imt")
    assert FigureEvent.objects.filter(school=institute).count() == 2
    for rows in (Figure.objects, CountedFigure.objects.in_view("validated")):
        assert rows.get(indicator=own).school == institute
    with at(moment):
        assert Figure.objects.get(indicator=own).school.name == "Institut Mines-Télécom"
