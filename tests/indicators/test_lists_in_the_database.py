"""The migrations made the triggers and views that the code lists, and no others."""

import pytest
from django.db import connection

from indicators import past
from indicators.recomputing import stale_triggers
from tests.lists_in_the_database import compare


def test_the_database_has_what_the_lists_name(db: None) -> None:
    compare()


def test_a_table_that_a_migration_forgot_fails_with_its_sql(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(stale_triggers.STALE, "campaigns_campaign", "SELECT 1, 1, 1, false")
    with pytest.raises(AssertionError, match="CREATE OR REPLACE TRIGGER mark_stale_campaigns_camp"):
        compare()


def test_a_view_of_the_past_that_differs_fails_with_its_sql(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute('ALTER VIEW past."levers_lever" RENAME COLUMN kind_fr TO sort')
    with pytest.raises(AssertionError, match=r'CREATE VIEW past\."levers_lever"') as failure:
        compare()
    assert "objectives_objective" not in str(failure.value)


def test_what_the_lists_name_no_more_fails(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(past.VERSIONED, "levers")
    with pytest.raises(AssertionError, match=r"drops them.*past\.levers_lever"):
        compare()
