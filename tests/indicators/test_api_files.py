"""Results as CSV and XLSX: the rows, the digits and the secrets of the lists."""

import csv
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from imtplan.accounts.models import School, User
from imtplan.spreadsheets.reading import read_tables
from indicators.api.results_files import FILES
from tests import factories

SignIn = Callable[[User], Client]
LISTS = ["values", "progress", "roll-ups"]


@pytest.fixture
def _computed(albi: School, ales: School, recomputed: Callable[[], Any]) -> None:
    """One estimate, one school's own target, one objective."""
    target = factories.students_of_the_plan(albi)
    target.indicator.name_fr = "=HYPERLINK(1)"
    target.indicator.save()
    factories.FigureFactory(indicator=target.indicator, school=ales, year=2019, value=700)
    factories.TargetFactory(indicator=target.indicator, school=albi, is_reference=False)
    factories.LinkFactory(
        indicator=target.indicator, objective=factories.ObjectiveFactory(plan=target.plan)
    )
    recomputed()


def body(client: Client, address: str, **question: str) -> bytes:
    answer = client.get(f"/api/v1/{address}", question)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def in_csv(client: Client, name: str, **question: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body(client, f"{name}.csv", **question).decode())))


def in_xlsx(client: Client, name: str, **question: str) -> list[list[Any]]:
    file = io.BytesIO(body(client, f"{name}.xlsx", **question))
    return CalamineWorkbook.from_filelike(file).get_sheet_by_index(0).to_python()


@pytest.mark.usefixtures("_computed")
@pytest.mark.parametrize("name", LISTS)
def test_every_row_and_digit_of_the_list(diane: User, signed_in: SignIn, name: str) -> None:
    client = signed_in(diane)
    listed = client.get(f"/api/v1/{name}/", {"page_size": 500}).json()["results"]
    rows = in_csv(client, name)
    assert len(rows) == len(listed) > 0
    for row, api in zip(rows, listed, strict=True):
        shared = row.keys() & api.keys() - {
            "missing",
            "carried",
            "left_out",
            "computed_at",
            "is_estimate",
        }
        shared -= {"forecast_from_baseline"}  # a program reads true or false
        assert shared
        for field in shared:
            assert row[field] == ("" if api[field] is None else str(api[field])), field


@pytest.mark.usefixtures("_computed")
@pytest.mark.parametrize("name", LISTS)
def test_the_workbook_has_the_same_cells(diane: User, signed_in: SignIn, name: str) -> None:
    client = signed_in(diane)
    rows = in_csv(client, name)
    headings, *cells = in_xlsx(client, name)
    assert len(headings) == len(rows[0])
    assert len(cells) == len(rows)
    for line, row in zip(cells, rows, strict=True):
        for key, cell in zip(row, line, strict=True):
            if isinstance(cell, float):
                assert Decimal(str(cell)) == Decimal(row[key])
            elif key in {
                "target",
                "plan",
                "indicator",
                "missing",
                "carried",
                "left_out",
                "formula_version",
            }:
                assert cell == row[key]


@pytest.mark.usefixtures("_computed")
def test_both_workbooks_hold_the_same(diane: User, signed_in: SignIn) -> None:
    client = signed_in(diane)
    for name in LISTS:
        as_xlsx = read_tables(body(client, f"{name}.xlsx"))
        assert read_tables(body(client, f"{name}.ods")) == as_xlsx
        assert as_xlsx[0].rows


@pytest.mark.usefixtures("_computed")
def test_an_estimate_says_who_is_missing(diane: User, signed_in: SignIn) -> None:
    [row] = in_csv(signed_in(diane), "values", year="2020")
    assert (row["value"], row["estimate"]) == ("", "15700")
    assert (row["reported"], row["expected"], row["missing"]) == ("1", "2", "imt-mines-ales")
    assert row["carried"] == "imt-mines-ales:2019"


@pytest.mark.usefixtures("_computed")
def test_text_stays_text(diane: User, signed_in: SignIn) -> None:
    assert in_csv(signed_in(diane), "values")[0]["name"] == "'=HYPERLINK(1)"
    file = body(signed_in(diane), "values.xlsx")
    assert "=HYPERLINK(1)" in in_xlsx(signed_in(diane), "values")[1]
    assert b"<f>" not in file


@pytest.mark.usefixtures("_computed")
def test_people_get_their_own_words(diane: User, signed_in: SignIn) -> None:
    client = signed_in(diane)
    french = body(client, "progress.csv", flavour="excel-fr", year="2020").decode("utf-8-sig")
    assert ";15700;estimation;13400;20000;" in french
    headings, *_rows = in_xlsx(client, "roll-ups")
    assert "Avancement" in headings
    assert in_csv(client, "progress", year="2020")[0]["is_estimate"] == "true"


@pytest.mark.usefixtures("_computed")
@pytest.mark.parametrize("name", FILES)
def test_the_filters_are_those_of_the_list(diane: User, signed_in: SignIn, name: str) -> None:
    client = signed_in(diane)
    assert len(body(client, name, year="2020")) < len(body(client, name))
    for question in ({"page": "2"}, {"year": "x"}, {"view": "draft"}):
        assert client.get(f"/api/v1/{name}", question).status_code == 400


def test_a_workbook_has_no_flavour(diane: User, signed_in: SignIn) -> None:
    assert signed_in(diane).get("/api/v1/values.xlsx", {"flavour": "machine"}).status_code == 400


@pytest.mark.usefixtures("_computed")
@pytest.mark.parametrize(("who", "schools"), [("alice", {"imt-mines-albi"}), ("charlie", set())])
def test_a_school_has_its_own_progress_alone(
    who: str, schools: set[str], request: pytest.FixtureRequest, signed_in: SignIn
) -> None:
    client = signed_in(request.getfixturevalue(who))
    assert {row["school_code"] for row in in_csv(client, "progress")} == schools
    assert len({row[5] for row in in_xlsx(client, "progress")[1:]}) == len(schools)
    for name in ("values", "roll-ups"):
        assert in_csv(client, name) == []
        assert len(in_xlsx(client, name)) == 1


@pytest.mark.parametrize("name", FILES)
def test_it_is_a_file_that_nobody_keeps(diane: User, signed_in: SignIn, name: str) -> None:
    answer = signed_in(diane).get(f"/api/v1/{name}", headers={"accept": "text/csv"})
    stem, _, kind = name.partition(".")
    assert f'filename="imtplan-{stem}-' in answer["Content-Disposition"]
    assert answer["Content-Disposition"].endswith(f'.{kind}"')
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("address", ["values.csv", "progress.csv", "roll-ups.csv"])
def test_a_flavour_nobody_knows_is_refused(diane: User, signed_in: Any, address: str) -> None:
    answer = signed_in(diane).get(f"/api/v1/{address}", {"flavour": "AAA"})
    assert answer.status_code == 400
    assert "excel-fr" in str(answer.json())
