"""Asking, following and taking files, and who may."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from python_calamine import CalamineWorkbook

from imtplan.accounts.models import User
from imtplan.exports.making import make_waiting
from imtplan.exports.models import Export
from indicators.models import Figure
from indicators.services import take_snapshot
from tests import factories
from tests.imtplan.exports.conftest import Made

SignIn = Callable[[User], Client]
Read = Callable[[Any], str]
ASK, FILES = "/fichiers/demander/", "/fichiers/"
PLAN = {"plan": "2018-2022", "year": "2020"}
TABLE = "/fichiers/tableau-de-bord/indicateurs"

pytestmark = pytest.mark.usefixtures("board")


def ask(client: Client, kind: str = "dashboard-slides", **fields: str) -> HttpResponse:
    return client.post(ASK, PLAN | {"kind": kind, "view": "validated"} | fields)


def test_what_is_asked_on_the_page_is_found_among_ones_files(
    diane: User, signed_in: SignIn
) -> None:
    client = signed_in(diane)
    page = client.get("/tableau-de-bord/?year=2020").content.decode()
    assert 'name="kind" value="dashboard-slides"' in page
    answer = ask(client)
    assert answer.url == FILES
    assert 'class="file-progress"' in client.get(FILES).content.decode()
    make_waiting()
    page = client.get(FILES).content.decode()
    export = Export.objects.get()
    assert f'href="/fichiers/{export.pk}/"' in page
    taken = client.get(f"/fichiers/{export.pk}/")
    assert taken.content == bytes(export.content)
    assert taken["Cache-Control"] == "private, no-store"


def test_what_is_not_said_is_spelled_out(diane: User, signed_in: SignIn) -> None:
    """The default year of today is the year of the file, whenever it is made."""
    signed_in(diane).post(ASK, {"kind": "dashboard-slides"})
    assert Export.objects.get().asked == PLAN | {"view": "validated"}


def test_a_file_has_the_language_of_its_page(diane: User, signed_in: SignIn) -> None:
    diane.language = "en"
    diane.save()
    ask(signed_in(diane))
    assert Export.objects.get().language == "en"


@pytest.mark.parametrize("who", ["alice", "bob", "charlie"])
def test_schools_do_not_ask_for_the_institutes_files(
    who: str, request: pytest.FixtureRequest, signed_in: SignIn
) -> None:
    client = signed_in(request.getfixturevalue(who))
    assert ask(client).status_code == 403
    assert client.get(f"{TABLE}.csv").status_code == 403
    assert client.get(FILES).status_code == 200
    assert not Export.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "dashboard-doc"},
        {"subject": "students"},
        {"year": "1999"},
        {"plan": "none"},
        {"view": "draft"},
        {"as_of": "2999-01-01"},
        {"kind": "indicator-pdf", "subject": "nothing"},
        {"kind": "snapshot-pdf", "subject": "7"},
        {"kind": "snapshot-pdf", "subject": "1' OR 1=1"},
    ],
)
def test_what_is_not_there_cannot_be_asked(
    fields: dict[str, str], diane: User, signed_in: SignIn
) -> None:
    assert ask(signed_in(diane), **fields).status_code == 404
    assert not Export.objects.exists()


def test_a_file_is_its_askers_alone(made: Made, paul: User, alice: User, signed_in: SignIn) -> None:
    export = made("dashboard-slides")
    for other in (paul, alice):
        client = signed_in(other)
        assert client.get(f"/fichiers/{export.pk}/").status_code == 404
        assert client.post(f"/fichiers/{export.pk}/refaire/", {"again": ""}).status_code == 404
        assert f"/fichiers/{export.pk}/" not in client.get(FILES).content.decode()


def test_who_lost_the_role_takes_nothing(made: Made, diane: User, signed_in: SignIn) -> None:
    export = made("dashboard-slides")
    diane.memberships.all().delete()
    assert signed_in(diane).get(f"/fichiers/{export.pk}/").status_code == 403


def test_a_file_that_is_not_ready_is_not_there(diane: User, signed_in: SignIn) -> None:
    client = signed_in(diane)
    ask(client)
    assert client.get(f"/fichiers/{Export.objects.get().pk}/").status_code == 404


def test_a_failure_is_said_and_tried_again(diane: User, signed_in: SignIn, read: Read) -> None:
    client = signed_in(diane)
    ask(client)
    export = Export.objects.get()
    Export.objects.update(state="failed", reason="Le serveur a eu froid.")
    words = read(client.get(FILES))
    assert "Le serveur a eu froid." in words
    assert "Réessayer" in words
    for _twice in range(2):
        assert client.post(f"/fichiers/{export.pk}/refaire/", {"again": ""}).url == FILES
    export.refresh_from_db()
    assert (export.state, export.reason) == ("waiting", "")


def test_an_open_page_hears_of_progress_and_of_nothing_else(diane: User, signed_in: SignIn) -> None:
    client = signed_in(diane)
    ask(client)
    headers = {"X-Live": "1", "If-None-Match": client.get(FILES)["ETag"]}
    assert client.get(FILES, headers=headers).status_code == 304
    Export.objects.update(state="making", claimed_at="2026-11-23T10:00Z", done=1, total=9)
    assert client.get(FILES, headers=headers).status_code == 200


def test_an_empty_shelf_says_what_comes_there(diane: User, signed_in: SignIn, read: Read) -> None:
    assert "Aucun fichier" in read(signed_in(diane).get(FILES))


def test_a_snapshot_is_printed_from_its_page(board: Any, diane: User, signed_in: SignIn) -> None:
    taken = take_snapshot(
        plan=board.plan, year=2020, view="validated", title="Conseil", comment="", by=diane
    )
    client = signed_in(diane)
    assert 'value="snapshot-pdf"' in client.get(f"/arretes/{taken.pk}/").content.decode()
    client.post(ASK, {"kind": "snapshot-pdf", "subject": str(taken.pk)})
    export = Export.objects.get()
    assert (export.title, export.asked) == ("Conseil", {})


# --- Tables ---------------------------------------------------------------------------------------


def sheets(answer: HttpResponse, folder: Any) -> tuple[list[list[Any]], list[list[Any]]]:
    (folder / "it.xlsx").write_bytes(answer.content)
    book = CalamineWorkbook.from_path(folder / "it.xlsx")
    table, about = (book.get_sheet_by_index(n).to_python() for n in (0, 1))
    return table, about


def test_a_table_says_of_what_it_speaks(diane: User, signed_in: SignIn, tmp_path: Any) -> None:
    client = signed_in(diane)
    _table, about = sheets(client.get(f"{TABLE}.xlsx?year=2020"), tmp_path)
    lines = dict(about)
    assert lines["Plan"] == "Plan stratégique 2018-2022"
    assert lines["Année"] == "2020"
    assert lines["Valeurs prises en compte"] == "Validées"
    text = client.get(f"{TABLE}.csv?year=2020").content.decode("utf-8-sig")
    assert text.startswith("Plan;Plan stratégique 2018-2022\r\nAnnée;2020\r\n")


def test_a_table_has_the_view_of_its_page(
    board: Any, albi: Any, diane: User, signed_in: SignIn, recomputed: Any, tmp_path: Any
) -> None:
    factories.FigureFactory(
        indicator=board.indicator,
        school=albi,
        year=2021,
        value=15500,
        status=Figure.Status.SUBMITTED,
    )
    recomputed()
    client = signed_in(diane)

    def value(view: str) -> Any:
        table, _about = sheets(client.get(f"{TABLE}.xlsx?year=2021&view={view}"), tmp_path)
        return next(row[4] for row in table[1:] if row[3] == 2021)

    assert (value("validated"), value("provisional")) == ("", 15500)


@pytest.mark.parametrize(
    ("address", "rows"),
    [
        ("tableau-de-bord/indicateurs", 6),
        ("tableau-de-bord/objectifs-et-leviers", 3),
        ("tableau-de-bord/projets", 2),
        ("tableau-de-bord/decisions", 2),
        ("indicateurs/students/annees", 6),
        ("indicateurs/students/ecoles", 1),
    ],
)
def test_every_table_is_there_in_both_kinds(
    address: str, rows: int, diane: User, signed_in: SignIn, tmp_path: Any
) -> None:
    client = signed_in(diane)
    table, _about = sheets(client.get(f"/fichiers/{address}.xlsx?year=2020"), tmp_path)
    assert len(table) == 1 + rows
    text = client.get(f"/fichiers/{address}.csv?year=2020").content.decode("utf-8-sig")
    assert len(text.split("\r\n\r\n")[1].strip().splitlines()) == 1 + rows


@pytest.mark.parametrize(
    "address",
    [
        "tableau-de-bord/mots-de-passe.csv",
        "tableau-de-bord/projets.pdf",
        "indicateurs/nothing/annees.csv",
        "indicateurs/students/nothing.csv",
        "tableau-de-bord/projets.csv?year=1999",
        "tableau-de-bord/projets.csv?as_of=2999-01-01",
    ],
)
def test_what_is_not_a_table_is_404(address: str, diane: User, signed_in: SignIn) -> None:
    assert signed_in(diane).get(f"/fichiers/{address}").status_code == 404


# --- The sheet of a school ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "status"), [("alice", 302), ("bob", 302), ("diane", 302), ("charlie", 404)]
)
def test_the_sheet_of_a_school_is_for_those_who_see_it(
    who: str, status: int, request: pytest.FixtureRequest, signed_in: SignIn
) -> None:
    client = signed_in(request.getfixturevalue(who))
    assert ask(client, "school-pdf", subject="imt-mines-albi").status_code == status
    assert Export.objects.count() == (status == 302)


def test_who_left_the_school_takes_its_sheet_no_more(
    alice: User, made: Made, signed_in: SignIn
) -> None:
    export = made("dashboard-slides")
    Export.objects.update(by=alice, kind="school-pdf", subject="imt-mines-albi")
    client = signed_in(alice)
    assert client.get(f"/fichiers/{export.pk}/").status_code == 200
    alice.memberships.all().delete()
    assert client.get(f"/fichiers/{export.pk}/").status_code == 404
