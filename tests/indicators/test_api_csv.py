"""All figures in one file, as pandas and a French Excel read it."""

import csv
import io
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from imtplan.accounts.models import School, User
from imtplan.accounts.services import make_token
from indicators.models import Figure
from tests import factories

FIGURES = "/api/v1/figures.csv"
HEADING = (
    "indicator,name,unit,school_code,school,year,state,value,numerator,denominator,status,origin,"
    "version,entered_at,source,reason,explanation"
)

SignIn = Callable[[User], Client]


@pytest.fixture
def reader(diane: User, signed_in: SignIn) -> Client:
    return signed_in(diane)


def text(client: Client, **question: str) -> str:
    response = client.get(FIGURES, question)
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode()


def rows(client: Client, **question: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text(client, **question), newline="")))


def test_one_row_for_programs(reader: Client, albi: School) -> None:
    indicator = factories.IndicatorFactory(code="students", name_fr="Étudiants, tous cycles")
    factories.FigureFactory(
        indicator=indicator,
        school=albi,
        value=Decimal("1234.5"),
        entered_at=datetime(2021, 3, 1, 9, 30, tzinfo=UTC),
        source="=HYPERLINK(1)",
    )
    heading, row = text(reader).splitlines()
    assert heading == HEADING
    assert row == (
        'students,"Étudiants, tous cycles",étudiants,imt-mines-albi,IMT Mines Albi,2020,number,'
        "1234.5,,,validated,form,1,2021-03-01T09:30:00Z,'=HYPERLINK(1),,"
    )


def test_the_same_row_for_a_french_excel(reader: Client, albi: School) -> None:
    indicator = factories.IndicatorFactory(code="students", name_fr="Étudiants, tous cycles")
    factories.FigureFactory(
        indicator=indicator,
        school=albi,
        value=Decimal("-1234.5"),
        entered_at=datetime(2021, 3, 1, 9, 30, tzinfo=UTC),
    )
    heading, row = text(reader, flavour="excel-fr").splitlines()
    assert heading.startswith("\ufeff")
    assert heading.count(";") == HEADING.count(",")
    cells = row.split(";")
    assert cells[:4] == ["students", "Étudiants, tous cycles", "étudiants", "imt-mines-albi"]
    assert cells[7] == "-1234,5"
    assert cells[6] == str(Figure.State.NUMBER.label)
    assert cells[13] == "2021-03-01 10:30:00"


def test_names_are_in_the_language_that_is_asked_for(reader: Client, albi: School) -> None:
    indicator = factories.IndicatorFactory(name_fr="Étudiants", name_en="Students")
    factories.FigureFactory(indicator=indicator, school=albi)
    response = reader.get(FIGURES, headers={"accept-language": "en"})
    assert b"Students,students" in b"".join(response.streaming_content)
    assert rows(reader)[0]["name"] == "Étudiants"


@pytest.mark.parametrize("state", ["not_entered", "not_available", "not_applicable"])
@pytest.mark.parametrize("flavour", ["machine", "excel-fr"])
def test_a_missing_number_is_an_empty_cell_and_never_zero(
    reader: Client, albi: School, state: str, flavour: str
) -> None:
    factories.FigureFactory(school=albi, state=state, value=None, reason="Logiciel remplacé")
    _heading, row = text(reader, flavour=flavour).splitlines()
    cells = row.split(";" if flavour == "excel-fr" else ",")
    assert cells[7:10] == ["", "", ""]
    assert cells[6] == (state if flavour == "machine" else str(Figure.State(state).label))


def test_a_ratio_is_worked_out_as_in_the_list(reader: Client, albi: School) -> None:
    factories.FigureFactory(
        indicator=factories.IndicatorFactory(ratio=True),
        school=albi,
        value=None,
        numerator=Decimal(1),
        denominator=Decimal(3),
    )
    [row] = rows(reader)
    assert (row["value"], row["numerator"], row["denominator"]) == ("33.3333333333", "1", "3")
    assert row["value"] == reader.get("/api/v1/figures/").json()["results"][0]["value"]


def test_a_figure_of_the_institute_has_no_school(reader: Client) -> None:
    factories.FigureFactory(school=factories.InstituteFactory())
    [row] = rows(reader)
    assert (row["school_code"], row["school"]) == ("", "")


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("alice", {"imt-mines-albi", ""}),
        ("charlie", {"imt-mines-ales", ""}),
        ("diane", {"imt-mines-albi", "imt-mines-ales", ""}),
    ],
)
def test_the_file_has_what_the_person_may_see(
    who: str,
    seen: set[str],
    request: pytest.FixtureRequest,
    signed_in: SignIn,
    albi: School,
    ales: School,
) -> None:
    for school in (albi, ales, factories.InstituteFactory()):
        factories.FigureFactory(school=school)
    client = signed_in(request.getfixturevalue(who))
    assert {row["school_code"] for row in rows(client)} == seen


def test_the_filters_of_the_list_are_those_of_the_file(reader: Client, albi: School) -> None:
    for year in (2018, 2019):
        factories.FigureFactory(school=albi, year=year)
    assert [row["year"] for row in rows(reader, year="2019")] == ["2019"]
    assert len(rows(reader, ordering="-year", school=albi.code)) == 2


@pytest.mark.parametrize(
    "question", [{"flavour": "xlsx"}, {"flavour": "AAA"}, {"year": "\x00"}, {"page": "2"}]
)
def test_what_is_not_understood_is_400_in_json(reader: Client, question: dict[str, str]) -> None:
    response = reader.get(FIGURES, question)
    assert response.status_code == 400
    assert response.json()


def test_who_accepts_csv_alone_gets_it(reader: Client) -> None:
    response = reader.get(FIGURES, headers={"accept": "text/csv"})
    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in response["Content-Disposition"]


def test_rows_come_from_one_cursor_of_the_server(reader: Client, albi: School) -> None:
    indicator = factories.IndicatorFactory()
    for year in range(1990, 2040):
        factories.FigureFactory(indicator=indicator, school=albi, year=year)
    with CaptureQueriesContext(
        connection,
    ) as context:
        assert len(rows(reader)) == 50
    # Session, person, roles; then the figures, through a cursor that PostgreSQL keeps.
    assert len(context) == 4
    assert context.captured_queries[-1]["sql"].startswith("DECLARE")


@pytest.mark.django_db(transaction=True)
def test_one_line_of_a_program_reads_it_through_the_network(
    live_server: Any, alice: User, albi: School
) -> None:
    """What `pd.read_csv(url, storage_options={…})` does: urllib, with these headers."""
    factories.FigureFactory(school=albi, value=Decimal("1234.5"))
    _token, key = make_token(by=alice, name="pandas")
    request = urllib.request.Request(  # noqa: S310
        live_server.url + FIGURES, headers={"Authorization": f"Bearer {key}"}
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        [row] = csv.DictReader(io.TextIOWrapper(answer, encoding="utf-8", newline=""))
    assert (row["school_code"], row["value"]) == ("imt-mines-albi", "1234.5")
