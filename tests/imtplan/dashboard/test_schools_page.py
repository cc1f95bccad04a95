"""The page of schools: which are behind, by their own targets and by what they bear."""

import csv
import io
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from imtplan.accounts.models import School, User
from imtplan.dashboard.freshness import Freshness
from imtplan.dashboard.school.schools_page import SchoolsPage, schools_page
from indicators.models import Figure, Indicator, Target
from tests import factories

Read = Callable[[Any], str]
SignIn = Callable[[User], Client]
Recompute = Callable[[], Any]
PAGE = "/ecoles/?year=2020"


@pytest.fixture
def two(students: Target, albi: School, recomputed: Recompute) -> School:
    """Albi had 10,400 of the 13,400 students and has 12,000; Nord had 3,000 and has 3,000."""
    Figure.objects.filter(school=albi, year=2017).update(value=10400)
    Figure.objects.filter(school=albi, year=2020).update(value=12000)
    nord = factories.SchoolFactory(code="nord", name="IMT Nord Europe")
    for year in (2017, 2020):
        give(students, nord, year, 3000)
    recomputed()
    return nord


def give(target: Target, school: School, year: int, value: int, **more: Any) -> Figure:
    return factories.FigureFactory(
        indicator=target.indicator, school=school, year=year, value=Decimal(value), **more
    )


def page_of(user: User, **asked: str) -> SchoolsPage:
    page = schools_page(user, {"year": "2020"} | asked, Freshness.read())
    assert page is not None
    return page


def plain(text: str) -> str:
    """With the spaces and the minus sign of a keyboard."""
    return text.replace("\u202f", " ").replace("\xa0", " ").replace("−", "-")


def left_of(page: SchoolsPage) -> dict[str, str]:
    (shares,) = page.shared
    return {row.share.code: plain(row.left) for row in shares.rows}


def test_it_says_who_bears_what_is_left(two: School, diane: User) -> None:
    page = page_of(diane)
    (shares,) = page.shared
    # 20,000 × 10,400 / 13,400 = 15,522.4 and 4,477.6, in whole students, less what each has.
    assert left_of(page) == {"imt-mines-albi": "+3 522", "nord": "+1 478"}
    assert plain(shares.whole.left) == "+5 000"
    assert shares.rest is None
    assert [plain(row.change) for row in shares.rows] == ["+1 600", "0"]
    assert sum((row.weight or 0 for row in page.rows), Decimal(0)) == 1


def test_its_sums_are_the_numbers_of_the_dashboard(two: School, diane: User) -> None:
    (shares,) = page_of(diane).shared
    progress = shares.followed.now.progress
    assert progress is not None
    gaps = [row.share.gap for row in shares.rows]
    assert sum(gap for gap in gaps if gap is not None) == progress.gap
    coming = [row.share.coming for row in shares.rows]
    assert progress.forecast is not None
    assert sum(one for one in coming if one is not None) == round(progress.forecast) - 15000


def test_from_the_year_of_the_target_on_nothing_more_comes(
    two: School, students: Target, albi: School, diane: User, recomputed: Recompute
) -> None:
    give(students, albi, 2022, 16000)
    recomputed()
    (shares,) = page_of(diane, year="2022").shared
    assert [row.coming for row in (*shares.rows, shares.whole)] == ["", "", ""]
    assert plain(shares.sentence) == "D’ici 2022, il reste 1 000 étudiants à faire."


def test_what_weighs_most_stands_first(two: School, diane: User) -> None:
    assert [row.school.code for row in page_of(diane).rows] == ["imt-mines-albi", "nord"]
    assert plain(page_of(diane).sentence) == (
        "Ce qui reste à faire pèse surtout sur : IMT Mines Albi (70 %), IMT Nord Europe (30 %)."
    )


def test_a_school_without_a_target_is_without_target_and_not_calm(
    two: School, students: Target, diane: User, recomputed: Recompute
) -> None:
    factories.TargetFactory(
        indicator=students.indicator,
        school=two,
        value=Decimal(4000),
        baseline_value=Decimal(3000),
        is_reference=False,
    )
    recomputed()
    page = page_of(diane)
    rows = {row.school.code: row for row in page.rows}
    assert len(rows) == 2
    assert [(words.value, count) for words, count in rows["nord"].counts] == [("off_track", 1)]
    assert rows["imt-mines-albi"].counts == []
    assert "1 école sur 2 n’a pas de cible propre" in page.promises


def test_the_page_says_without_target(
    two: School, diane: User, signed_in: SignIn, read: Read
) -> None:
    body = plain(read(signed_in(diane).get(PAGE)))
    assert "Sans cible" in body
    assert "+3 522" in body
    assert "2 écoles sur 2 n’ont pas de cible propre" in body


def test_a_target_without_a_figure_is_a_target(
    two: School, diane: User, recomputed: Recompute
) -> None:
    other = factories.IndicatorFactory()
    factories.TargetFactory(indicator=other, school=two, is_reference=False)
    recomputed()
    rows = {row.school.code: row for row in page_of(diane).rows}
    assert [words.value for words, _count in rows["nord"].counts] == ["no_data"]


def test_a_missing_school_is_carried_and_named(
    two: School, students: Target, diane: User, recomputed: Recompute
) -> None:
    give(students, two, 2019, 3100)
    Figure.objects.filter(school=two, year=2020).delete()
    recomputed()
    (shares,) = page_of(diane).shared
    nord = shares.of("nord")
    assert nord is not None
    assert (plain(nord.now), nord.is_estimate) == ("3 100", True)
    assert nord.remarks == ["valeur de 2019 reportée"]
    assert plain(shares.whole.left) == "+4 900"
    assert shares.rest is None


def test_a_school_with_nothing_to_carry_leaves_nothing_to_share(
    two: School, students: Target, diane: User, recomputed: Recompute
) -> None:
    Figure.objects.filter(school=two).delete()
    recomputed()
    page = page_of(diane)
    assert page.shared == []
    assert "2020" in page.not_shared[0].why_not


def test_a_school_that_merged_stands_with_its_successor(
    two: School, students: Target, albi: School, diane: User, recomputed: Recompute
) -> None:
    two.last_year, two.merged_into = 2019, albi
    two.save()
    Figure.objects.filter(school=two, year=2020).delete()
    Figure.objects.filter(school=albi, year=2020).update(value=15000)
    recomputed()
    (shares,) = page_of(diane).shared
    assert left_of(page_of(diane)) == {"imt-mines-albi": "+5 000"}
    assert plain(shares.rows[0].then) == "13 400"
    assert shares.rows[0].remarks == ["avec IMT Nord Europe, qui a fusionné avec elle"]


def test_a_school_that_left_is_named_and_its_part_stays(
    two: School, diane: User, recomputed: Recompute
) -> None:
    two.last_year = 2019
    two.save()
    Figure.objects.filter(school=two, year=2020).delete()
    recomputed()
    page = page_of(diane)
    (shares,) = page.shared
    gone = shares.of("nord")
    assert gone is not None
    assert plain(gone.left) == "+4 478"
    assert gone.remarks == ["n’est plus dans le plan en 2020"]
    assert [row.school.code for row in page.rows] == ["imt-mines-albi"]
    assert [(name, plain(left)) for name, left in page.others] == [("Étudiants", "+4 478")]


def test_a_school_that_began_later_bears_nothing_of_the_baseline(
    two: School, students: Target, diane: User, recomputed: Recompute
) -> None:
    new = factories.SchoolFactory(code="new", first_year=2019)
    for year in (2019, 2020):
        give(students, new, year, 200)
    recomputed()
    assert left_of(page_of(diane))["new"] == "-200"
    (shares,) = page_of(diane).shared
    row = shares.of("new")
    assert row is not None
    assert row.change == "+200"
    assert shares.rest is None


def test_a_published_baseline_beside_the_sum_stands_in_a_line_of_its_own(
    two: School, students: Target, diane: User, recomputed: Recompute, signed_in: SignIn, read: Read
) -> None:
    Target.objects.filter(pk=students.pk).update(baseline_value=13000)
    recomputed()
    (shares,) = page_of(diane).shared
    assert shares.rest is not None
    assert shares.rest.change == "+400"
    assert "À la charge d’aucune école" in plain(read(signed_in(diane).get(PAGE)))


@pytest.mark.parametrize("accumulation", ["level", "cumulative"])
def test_a_school_that_begins_is_said_to_be_left_out(
    two: School, students: Target, diane: User, recomputed: Recompute, accumulation: str
) -> None:
    """Nothing of it counts as change, for it has nothing; of a running sum its later figures do."""
    new = factories.SchoolFactory(code="new", name="IMT Nouvelle", first_year=2020)
    remarks = "commence en 2020\u202f: l’estimation ne la compte pas"
    if accumulation == "cumulative":
        School.objects.filter(pk=new.pk).update(first_year=2019)
        for year in (2018, 2019):
            for school in School.objects.exclude(pk=new.pk):
                give(students, school, year, 1)
        give(students, new, 2020, 7)
        remarks = (
            "a commencé en 2019\u202f: l’estimation est sans sa valeur de cette année-là, "
            "rien ne lui était demandé pour 2017\u202f: tout ce qu’elle a compte comme évolution"
        )
        Indicator.objects.update(accumulation="cumulative")
    recomputed()
    (shares,) = page_of(diane).shared
    assert ", ".join(shares.of("new").remarks) == remarks


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"aggregation": "mean"}, "une moyenne des écoles"),
        ({"aggregation": "none"}, "saisi par l’institut"),
        ({"direction": "keep", "band_low": 1, "tolerance": 1}, "une bande à tenir"),
    ],
)
def test_what_does_not_add_up_is_said_to_be_left_out(
    change: dict[str, Any],
    words: str,
    two: School,
    students: Target,
    diane: User,
    recomputed: Recompute,
    signed_in: SignIn,
    read: Read,
) -> None:
    Indicator.objects.filter(pk=students.indicator_id).update(**change)
    recomputed()
    assert words in plain(read(signed_in(diane).get(PAGE)))


def test_a_ratio_is_shared_out_by_its_parts(
    two: School, albi: School, diane: User, recomputed: Recompute, signed_in: SignIn, read: Read
) -> None:
    share = factories.IndicatorFactory(
        code="foreign", name_fr="Part", is_headline=True, unit_fr="%", unit_en="%", ratio=True
    )
    target = factories.TargetFactory(
        indicator=share, code="foreign-2022", value=Decimal(20), baseline_value=Decimal(10)
    )
    for school, numerator, denominator in ((albi, 90, 900), (two, 60, 100)):
        give(target, school, 2020, 0).delete()
        factories.FigureFactory(
            indicator=share,
            school=school,
            value=None,
            numerator=Decimal(numerator),
            denominator=Decimal(denominator),
        )
    recomputed()
    shares = next(b for b in page_of(diane).shared if b.followed.indicator == share)
    assert [(row.share.code, plain(row.left)) for row in shares.rows] == [
        ("imt-mines-albi", "+9,0"),
        ("nord", "-4,0"),
    ]
    assert "il reste 5,0 points" in plain(shares.sentence)
    why = plain(read(signed_in(diane).get("/explication/ecoles/nord/foreign/?year=2020")))
    assert "(20,0 × 100 - 100 × 60) / 1 000" in why


def test_who_does_not_carry_the_plan_is_in_the_list_alone(two: School, diane: User) -> None:
    factories.SchoolFactory(code="eurecom", kind=School.Affiliation.SUBSIDIARY)
    assert "eurecom" not in [row.school.code for row in page_of(diane).rows]


@pytest.mark.django_db(transaction=True)
def test_at_an_earlier_moment_it_says_what_was_known_then(
    two: School, diane: User, signed_in: SignIn, read: Read, recomputed: Recompute
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (then,) = cursor.fetchone()
    Figure.objects.filter(school=two, year=2020).update(value=3500)
    recomputed()
    client = signed_in(diane)
    assert "+978" in plain(read(client.get(PAGE)))
    moment = then.isoformat().replace("+", "%2B")
    assert "+1 478" in plain(read(client.get(f"{PAGE}&as_of={moment}")))


def test_no_school_and_one_school(
    students: Target,
    albi: School,
    diane: User,
    signed_in: SignIn,
    read: Read,
    recomputed: Recompute,
) -> None:
    assert left_of(page_of(diane)) == {"imt-mines-albi": "+5 000"}
    Figure.objects.all().delete()
    School.objects.update(last_year=2016)
    recomputed()
    body = plain(read(signed_in(diane).get(PAGE)))
    assert "Aucune école n’est attendue pour cette année" in body


def test_without_a_plan_there_is_the_list_alone(
    albi: School, diane: User, signed_in: SignIn, read: Read
) -> None:
    assert "IMT Mines Albi" in plain(read(signed_in(diane).get("/ecoles/")))


def test_a_search_finds_schools_alone_and_keeps_the_year(
    two: School, diane: User, signed_in: SignIn
) -> None:
    body = signed_in(diane).get(f"{PAGE}&q=nord").content.decode()
    assert "/ecoles/nord/?year=2020" in body
    assert "imt-mines-albi" not in body
    assert '<input type="hidden" name="year" value="2020">' in body


def test_every_number_is_explained(two: School, diane: User, signed_in: SignIn, read: Read) -> None:
    client = signed_in(diane)
    page = client.get(PAGE).content.decode()
    assert re.search(r'href="/explication/ecoles/nord/students/[^"#]*#left"', page)
    why = plain(read(client.get("/explication/ecoles/nord/students/?year=2020")))
    assert "20 000 × 3 000 / 13 400 - 3 000" in why
    assert "+1 478" in why


@pytest.mark.parametrize(
    "address",
    [PAGE, "/explication/ecoles/nord/students/?year=2020", "/fichiers/pages/ecoles/ecoles.csv"],
)
def test_it_is_for_the_institutes_people(
    address: str, two: School, alice: User, diane: User, signed_in: SignIn
) -> None:
    assert signed_in(alice).get(address).status_code == 403
    assert Client().get(address).status_code == 302
    assert signed_in(diane).get(address).status_code == 200


@pytest.mark.parametrize("address", ["nope/students", "nord/nope"])
def test_what_is_not_shared_out_has_no_explanation(
    address: str, two: School, diane: User, signed_in: SignIn
) -> None:
    assert signed_in(diane).get(f"/explication/ecoles/{address}/?year=2020").status_code == 404


def test_the_dashboard_leads_there_in_one_click(
    two: School, diane: User, signed_in: SignIn, read: Read
) -> None:
    answer = signed_in(diane).get("/tableau-de-bord/?year=2020")
    assert "Quelles écoles sont en retard ?" in plain(read(answer))
    assert 'href="/ecoles/?year=2020"' in answer.content.decode()


def test_the_tables_hold_what_the_page_shows(two: School, diane: User, signed_in: SignIn) -> None:
    client = signed_in(diane)
    parts = lines(client, "/fichiers/pages/ecoles/parts.csv?year=2020")
    assert {row["École"]: row["Reste à faire"] for row in parts} == {
        "IMT Mines Albi": "3522",
        "IMT Nord Europe": "1478",
        "Institut": "5000",
    }
    rows = lines(client, "/fichiers/pages/ecoles/ecoles.csv?year=2020")
    assert [row["Cibles propres"] for row in rows] == ["Sans cible", "Sans cible"]
    assert client.get("/fichiers/pages/ecoles/nope.csv?year=2020").status_code == 404


def lines(client: Client, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.status_code == 200
    table = answer.content.decode("utf-8-sig").split("\r\n\r\n", 1)[1]
    return list(csv.DictReader(io.StringIO(table), delimiter=";"))
