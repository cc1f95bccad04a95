"""Every name and comment is a trap: no page opens a dialog, runs it or breaks the page's policy."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from imtplan.accounts.models import User
from indicators.recompute import recompute
from tests.walk import pages

TRAP = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
    "\"' onmouseover=alert(3) x='javascript:alert(4)"
)
# Where people write what they want. Codes, addresses and choices are held by the database.
WRITTEN = ("name", "title", "definition", "description", "comment", "sentence", "reason", "source")
WRITTEN += ("explanation", "leader", "perimeter", "unit", "sites", "region", "former_name")
PEOPLE = ["directrice.albi@demo.example", "bureau.plan@demo.example"]


def set_traps() -> int:
    """In every free text of every table of ours, past triggers and forms."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, coalesce(character_maximum_length, 300) "
            "FROM information_schema.columns WHERE table_schema = 'public' "
            "AND data_type IN ('text', 'character varying') AND is_updatable = 'YES' "
            "AND column_name ~ %s AND table_name !~ '^(django|auth|account)_'",
            [rf"^({'|'.join(WRITTEN)})(_fr|_en)?$"],
        )
        columns = cursor.fetchall()
        cursor.execute("SET session_replication_role = replica")
        for table, column, length in columns:
            cursor.execute(
                f'UPDATE "{table}" SET "{column}" = left(%s || "{column}", {length}) '  # noqa: S608
                f"WHERE \"{column}\" <> ''",
                [TRAP],
            )
        cursor.execute("SET session_replication_role = origin")
    return len(columns)


@pytest.mark.parametrize("email", PEOPLE)
def test_a_trap_in_every_text_springs_nowhere(
    person: Callable[..., Any], site: str, email: str
) -> None:
    somebody = person()
    somebody.sign_in(email)
    assert set_traps() > 20
    recompute()
    sprung: list[str] = []
    harmless = 0
    somebody.page.on("dialog", lambda dialog: (sprung.append(dialog.message), dialog.dismiss()))
    reader = Client()
    reader.force_login(User.objects.get(email=email))
    for path, body in pages(reader, "/", of_a_kind=1):
        page = somebody.go(path)
        page.mouse.wheel(0, 4000)  # charts are drawn when they come into view
        harmless += "&lt;script&gt;alert" in body
        assert "<script>alert" not in body, path
        assert page.locator("img[onerror], [onmouseover]").count() == 0, path
        assert page.evaluate("document.querySelectorAll('a[href^=\"javascript:\"]').length") == 0
    assert sprung == []
    assert harmless > 5  # the traps were there to be seen
