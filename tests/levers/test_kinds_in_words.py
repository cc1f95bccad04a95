"""Levers of before keep their kind, as the word that was shown of it."""

import importlib

import pytest
from django.db import connection

from levers.models import Lever
from tests import factories

KINDS = {
    "structural": ("structurel", "structural"),
    "financial": ("financier", "financial"),
    "managerial": ("managérial", "managerial"),
    "promotional": ("promotionnel", "promotional"),
}


@pytest.mark.django_db
def test_each_kind_becomes_its_words_and_no_version_is_added() -> None:
    """The statement of the migration, on a column like the one that it read."""
    for code in KINDS:
        factories.LeverFactory(code=code[:12], kind_fr="", kind_en="")
    versions = Lever.pgh_event_model.objects.count()
    migration = importlib.import_module("levers.migrations.0005_kinds_of_the_plan")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("levers_lever", "levers_leverevent"):
            cursor.execute(
                f"ALTER TABLE {table} ADD COLUMN kind text GENERATED ALWAYS AS (code) STORED"
            )
        cursor.execute(migration.IN_WORDS)
    rows = Lever.objects.values_list("code", "kind_fr", "kind_en")
    assert {code: (fr, en) for code, fr, en in rows} == KINDS
    events = Lever.pgh_event_model.objects.values_list("code", "kind_fr", "kind_en")
    assert {code: (fr, en) for code, fr, en in events} == KINDS
    assert Lever.pgh_event_model.objects.count() == versions
