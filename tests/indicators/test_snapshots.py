"""A snapshot says for good what was said when it was taken."""

import hashlib
import json
import random
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from imtplan.accounts.models import School, User
from imtplan.audit.models import Event
from indicators.models import Figure, Indicator, Snapshot
from indicators.questions.snapshots import compared, content_of
from indicators.services import take_snapshot
from objectives.models import Objective, StrategicPlan
from tests import factories
from tests.history import History
from tests.imtplan.sheet_reading import read_table

SignIn = Callable[[User], Client]


def freeze(by: User, **fields: Any) -> Snapshot:
    given = {"year": 2020, "view": "validated", "title": "Conseil", "comment": "Avant le vote."}
    return take_snapshot(plan=StrategicPlan.objects.get(), by=by, **given | fields)


@pytest.fixture
def snapshot(albi: School, diane: User) -> Snapshot:
    target = factories.students_of_the_plan(albi)
    objective = factories.ObjectiveFactory(plan=target.plan, title_fr="Former", title_en="Teach")
    factories.LinkFactory(indicator=target.indicator, objective=objective)
    return freeze(diane)


def test_it_holds_every_number_of_the_year(snapshot: Snapshot) -> None:
    students = snapshot.parsed_content["indicators"][0]
    assert (students["value"], students["reported"], students["expected"]) == ("15000", 1, 1)
    target = students["targets"][0]
    assert (target["progress"], target["status"]) == ("0.2424242424", "off_track")
    kinds = {one["kind"]: one["progress"] for one in snapshot.parsed_content["elements"]}
    assert kinds == {"plan": "0.2424242424", "objective": "0.2424242424"}


def test_it_says_what_an_estimate_rests_on(
    snapshot: Snapshot, albi: School, ales: School, diane: User
) -> None:
    """Alès's figure of 2019 stands in; a school that begins is left out."""
    assert snapshot.parsed_content["indicators"][0]["carried"] == {}
    students = Indicator.objects.get()
    factories.FigureFactory(indicator=students, school=ales, year=2019, value=700)
    factories.SchoolFactory(code="new", first_year=2020)
    (frozen,) = freeze(diane).parsed_content["indicators"]
    assert (frozen["estimate"], frozen["missing"]) == ("15700", ["imt-mines-ales", "new"])
    assert (frozen["carried"], frozen["left_out"]) == ({"imt-mines-ales": 2019}, ["new"])


def test_its_fingerprint_is_that_of_its_text(snapshot: Snapshot) -> None:
    assert hashlib.sha256(snapshot.content.encode()).hexdigest() == snapshot.sha256


def test_what_is_stale_is_computed_before_it_is_frozen(snapshot: Snapshot, diane: User) -> None:
    Figure.objects.filter(year=2020).update(value=16000)
    assert freeze(diane).parsed_content["indicators"][0]["value"] == "16000"


def test_it_is_told_in_the_audit(snapshot: Snapshot, diane: User) -> None:
    event = Event.objects.get(verb=Event.Verb.SNAPSHOT_TAKEN)
    assert (event.actor, event.subject) == (diane, "Conseil")
    assert event.detail == {"snapshot": snapshot.pk, "sha256": snapshot.sha256}


@pytest.mark.parametrize("change", [{"title": "Autre"}, {"content": "{}"}, {"year": 2019}])
def test_nobody_changes_it(snapshot: Snapshot, change: dict[str, Any]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Snapshot.objects.update(**change)


def test_nobody_removes_it(snapshot: Snapshot) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        snapshot.delete()


# --- Pages and files ----------------------------------------------------------------------------


def everything_of(browser: Client, snapshot: Snapshot) -> dict[str, Any]:
    page = browser.get(f"/arretes/{snapshot.pk}/").content.decode()
    page = re.sub(r'<input type="hidden" name="csrfmiddlewaretoken"[^>]*>', "", page)  # per request
    files = {kind: browser.get(f"/arretes/{snapshot.pk}/arrete.{kind}") for kind in ("json", "csv")}
    workbook = browser.get(f"/arretes/{snapshot.pk}/arrete.xlsx").content
    as_ods = browser.get(f"/arretes/{snapshot.pk}/arrete.ods").content
    assert read_table(as_ods).rows == read_table(workbook).rows
    return {
        "page": re.search(r'<article class="frozen">.*</article>', page, re.DOTALL).group(),
        "json": files["json"].content,
        "csv": b"".join(files["csv"].streaming_content),
        "xlsx": read_table(workbook).rows,
    }


def test_after_a_hundred_edits_it_reads_the_same_to_the_byte(
    albi: School, ales: School, diane: User, signed_in: SignIn, recomputed: Any
) -> None:
    history = History(random.Random(4), [albi, ales])  # noqa: S311 - to be played again
    for _step in range(20):
        history.edit()
    snapshot = freeze(diane)
    browser = signed_in(diane)
    before = everything_of(browser, snapshot)
    for _step in range(100):
        history.edit()
    recomputed()
    now = content_of(snapshot.plan, year=2020, view="validated")
    assert now["elements"] != snapshot.parsed_content["elements"]
    assert everything_of(browser, snapshot) == before


def test_the_page_says_the_numbers_in_both_languages(
    snapshot: Snapshot, diane: User, signed_in: SignIn
) -> None:
    browser = signed_in(diane)
    french = browser.get(f"/arretes/{snapshot.pk}/").content.decode()
    assert "15\u202f000" in french
    assert "Former" in french
    english = browser.get(f"/arretes/{snapshot.pk}/", headers={"Accept-Language": "en"})
    assert "15,000" in english.content.decode()
    assert "Teach" in english.content.decode()


def test_the_json_file_is_the_text_that_was_hashed(
    snapshot: Snapshot, diane: User, signed_in: SignIn
) -> None:
    data = signed_in(diane).get(f"/arretes/{snapshot.pk}/arrete.json").content
    assert hashlib.sha256(data).hexdigest() == snapshot.sha256
    assert json.loads(data)["format"] == "imtplan-snapshot-1"


def test_a_title_stays_a_text_everywhere(
    snapshot: Snapshot, diane: User, signed_in: SignIn
) -> None:
    hostile = '=1+1<img src=x onerror=alert(1)>"'
    one = freeze(diane, title=hostile, comment=hostile)
    browser = signed_in(diane)
    compared_with = f"/historique/comparer/?before=snapshot-{one.pk}"
    for path in (f"/arretes/{one.pk}/", "/historique/", compared_with):
        assert "<img" not in browser.get(path).content.decode()


# --- Taking one ---------------------------------------------------------------------------------


def test_diane_freezes_from_the_page(snapshot: Snapshot, diane: User, signed_in: SignIn) -> None:
    browser = signed_in(diane)
    answer = browser.post(
        "/arretes/nouveau/?year=2019&view=provisional", {"title": " Mars ", "comment": ""}
    )
    taken = Snapshot.objects.first()
    assert answer.url == f"/arretes/{taken.pk}/"
    assert (taken.title, taken.year, taken.view) == ("Mars", 2019, "provisional")


def test_a_snapshot_needs_a_title(snapshot: Snapshot, diane: User, signed_in: SignIn) -> None:
    answer = signed_in(diane).post("/arretes/nouveau/", {"title": " ", "comment": "x"})
    assert answer.status_code == 200
    assert Snapshot.objects.count() == 1


@pytest.mark.parametrize(
    "path",
    ["/historique/", "/historique/comparer/", "/arretes/1/", "/arretes/1/arrete.json"],
)
def test_a_school_reads_none_of_it(
    path: str, snapshot: Snapshot, alice: User, signed_in: SignIn
) -> None:
    assert signed_in(alice).get(path).status_code == 403
    assert signed_in(alice).post("/arretes/nouveau/", {"title": "x"}).status_code == 403


# --- The difference of two ----------------------------------------------------------------------


def test_two_contents_are_held_line_by_line(snapshot: Snapshot) -> None:
    before = snapshot.parsed_content
    Figure.objects.filter(year=2020).update(value=16000)
    Objective.objects.update(title_fr="Enseigner")
    freeze_now = content_of(snapshot.plan, year=2020, view="validated")
    changed = {(line.kind, line.code): line.changed for line in compared(before, freeze_now)}
    assert changed["objective", snapshot.parsed_content["elements"][1]["code"]] == ["title_fr"]
    assert changed["plan", "2018-2022"] == []


def test_what_is_gone_since_is_shown_as_it_was(snapshot: Snapshot, recomputed: Any) -> None:
    before = snapshot.parsed_content
    Objective.objects.update(archived_at=timezone.now())
    recomputed()
    after = content_of(snapshot.plan, year=2020, view="validated")
    lines = {line.kind: line for line in compared(before, after)}
    gone = lines["objective"]
    assert (gone.latest["title_fr"], gone.after) == ("Former", None)
    assert "progress" in gone.changed
    assert list(lines)[-1] == "objective"  # after what is still there, in its order
    come = {line.kind: line for line in compared(after, before)}["objective"]
    assert (come.latest["title_fr"], come.before) == ("Former", None)


def test_the_comparison_says_what_moved_and_by_how_much(
    snapshot: Snapshot, diane: User, signed_in: SignIn, recomputed: Any
) -> None:
    Figure.objects.filter(year=2020).update(value=16000)
    recomputed()
    text = signed_in(diane).get(f"/historique/comparer/?before=snapshot-{snapshot.pk}")
    page = text.content.decode()
    assert "+1\u202f000" in page
    assert "+15,2 points" in page.replace("\u202f", " ").replace("\xa0", " ")


def test_nothing_moved_is_said(snapshot: Snapshot, diane: User, signed_in: SignIn) -> None:
    page = signed_in(diane).get(f"/historique/comparer/?before=snapshot-{snapshot.pk}")
    assert "Rien n’a bougé" in page.content.decode()


@pytest.mark.parametrize(
    "name", ["snapshot-0", "snapshot-x", "snapshot-99999999999999999999", "hier"]
)
def test_a_side_that_is_none_is_not_found(
    name: str, snapshot: Snapshot, diane: User, signed_in: SignIn
) -> None:
    assert signed_in(diane).get(f"/historique/comparer/?before={name}").status_code == 404
