"""The names of a school over the years: which one a year has, and what a search finds."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from imtplan.accounts.models import School
from imtplan.accounts.school_names import EarlierName, as_stored, name_of_year, read_lines
from tests import factories

LILLE = EarlierName("IMT Lille Douai", "2021-08-31")


@pytest.mark.parametrize(
    ("names", "year", "expected"),
    [
        ([], 2018, "today"),
        ([LILLE], 2018, "IMT Lille Douai"),
        ([LILLE], 2020, "IMT Lille Douai"),
        ([LILLE], 2021, "today"),  # its 31 December came after the change
        ([EarlierName("ParisTech", "2018")], 2018, "ParisTech"),
        ([EarlierName("ParisTech", "2018")], 2019, "today"),
        ([EarlierName("ParisTech", "2018-12-31")], 2018, "ParisTech"),
        ([EarlierName("ParisTech", "2018-12-30")], 2018, "today"),
        ([EarlierName("Of old")], 1990, "today"),  # nobody knows when it was borne
        ([EarlierName("Of old"), EarlierName("B", "2016"), LILLE], 2016, "B"),
        ([EarlierName("Of old"), EarlierName("B", "2016"), LILLE], 2017, "IMT Lille Douai"),
    ],
)
def test_the_name_of_a_year_is_that_of_its_last_day(
    names: list[EarlierName], year: int, expected: str
) -> None:
    assert name_of_year(names, "today", year) == expected


def test_what_is_written_is_read_again() -> None:
    names = [EarlierName("A; B", "2016"), EarlierName("C"), LILLE]
    assert read_lines("\n".join(row.line for row in names)) == names
    assert read_lines("IMT Lille Douai;2021-08-31") == [LILLE]


def test_under_its_name_of_a_year_it_is_read_and_not_stored(db: None) -> None:
    school = factories.SchoolFactory(name="IMT Nord Europe", earlier_names=as_stored([LILLE]))
    with CaptureQueriesContext(connection) as queries:
        then = school.named_in(2018)
    assert not queries
    assert (str(then), then.name_today, then) == ("IMT Lille Douai", "IMT Nord Europe", school)
    assert (then.named_in(2022).name, then.named_in(2022).name_today) == ("IMT Nord Europe", "")
    with pytest.raises(ValueError, match="is not stored"):
        then.save()
    school.refresh_from_db()
    assert school.name == "IMT Nord Europe"


@pytest.mark.parametrize(
    "typed", ["nord europe", "Lille", "lille-douai", "IMT LILLE DOUAI", "région", "nord-europe"]
)
def test_a_search_finds_it_by_both_names(db: None, typed: str) -> None:
    school = factories.SchoolFactory(
        code="imt-nord-europe",
        name="IMT Nord Europe",
        region="Région Hauts-de-France",
        earlier_names=as_stored([LILLE]),
    )
    factories.SchoolFactory(name="IMT Atlantique")
    assert School.objects.answering_to(typed) == [school]


@pytest.mark.parametrize(
    "stored",
    [
        '{"name": "A", "until": ""}',
        '[{"name": "A"}]',
        '[{"name": "", "until": ""}]',
        '[{"name": "A", "until": "hier"}]',
        '["A"]',
    ],
)
def test_the_database_takes_names_with_their_end_alone(db: None, stored: str) -> None:
    school = factories.SchoolFactory()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_school SET earlier_names = %s WHERE id = %s", [stored, school.pk]
        )
