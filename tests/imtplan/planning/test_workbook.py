"""A plan's workbook: what it holds, and that giving it back untouched changes nothing."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.utils import timezone, translation

from imtplan.accounts.models import School, User
from imtplan.audit.models import Event
from imtplan.planning.workbook.reading import book_of
from imtplan.planning.workbook.sheets import MARKER, SHEETS
from imtplan.planning.workbook.writing import file_name, state_of, workbook_of
from imtplan.spreadsheets.books import BookFormat
from imtplan.spreadsheets.reading import read_tables
from imtplan.spreadsheets.tables import CellType
from indicators.models import Target, TrajectoryPoint
from objectives.models import StrategicPlan
from projects.models import Serves
from tests import factories
from tests.imtplan.planning.workbooks import made, opened, saved, title
from tests.libreoffice import converted

FORMULA = '=HYPERLINK("http://exemple.test";"Cliquez")'
LONG = "Une fusion de deux laboratoires.\nDétail : « effectif » à l’équivalent temps plein, 😀"


@pytest.fixture
def demo(db: None) -> StrategicPlan:
    call_command("load_plan", verbosity=0)
    call_command("load_demo", verbosity=0)
    return StrategicPlan.objects.get()


@pytest.fixture
def odd(albi: School) -> StrategicPlan:
    """A plan with what is hard to write down: formulas as texts, many digits, gaps, all words."""
    plan = factories.PlanFactory(presented_on="2018-01-16", on_track_from=Decimal("0.875"))
    objective = factories.ObjectiveFactory(
        plan=plan, code="O1", title_fr=FORMULA, title_en="-1+2", weight=Decimal("1.125")
    )
    lever = factories.LeverFactory(plan=plan, code="007", title_fr="@impôt")
    project = factories.ProjectFactory(plan=plan, code="P01", description_fr=LONG, leader="+33 6")
    factories.ProjectFactory(plan=plan, code="P02", lead_school=albi)
    factories.MilestoneFactory(project=project, title_fr="Même titre", due_on="2020-02-29")
    factories.MilestoneFactory(project=project, title_fr="Même titre", due_on="2021-02-28")
    whole = factories.IndicatorFactory(code="whole", unit_fr="%", minimum=None, change_limit=None)
    ratio = factories.IndicatorFactory(code="ratio", ratio=True, part_of=whole)
    band = factories.IndicatorFactory(
        code="band",
        direction="keep",
        band_low=Decimal("-0.000001"),
        theme="research",
        comparability_fr=LONG,
        documents="Bilan : https://exemple.test/a\nhttps://exemple.test/b",
        defined_from_year=2020,
    )
    for element in (objective, lever, project):
        factories.LinkFactory(
            **{element._meta.model_name.replace("flagship", ""): element},
            indicator=whole,
            weight=Decimal("0.333"),
            inferred=True,
        )
    Serves.objects.create(project=project, objective=objective, weight=Decimal(0))
    target = factories.TargetFactory(
        plan=plan, indicator=ratio, value=Decimal("123456789012345.123456"), trajectory="stated"
    )
    TrajectoryPoint.objects.create(target=target, year=2024, value=Decimal("0.5"))
    factories.TargetFactory(plan=plan, indicator=band, value=None, growth_percent=Decimal("12.5"))
    factories.TargetFactory(
        plan=plan, indicator=whole, school=albi, is_reference=False, sureness="low"
    )
    return StrategicPlan.objects.get()


def counts(preview: Any) -> dict[str, tuple[int, int, int]]:
    sheets = preview.context["form"].report.sheets
    return {one.sheet.slug: (one.new, one.changed, one.same) for one in sheets}


def test_the_demo_plan_comes_back_unchanged(demo: StrategicPlan, desk: Callable[..., Any]) -> None:
    here = desk(demo.code)
    before = state_of(demo)
    answer = here.preview(here.download())
    assert counts(answer) == {
        "plans": (0, 0, 1),
        "objectifs": (0, 0, 4),
        "leviers": (0, 0, 4),
        "projets": (0, 0, 22),
        "jalons": (0, 0, demo_milestones(demo)),
        "indicateurs": (0, 0, 12),
        "suivis": (0, 0, 12),
        "liens": (0, 0, 13),
        "cibles": (0, 0, 14),
        "ruptures": (0, 0, 0),
    }
    assert answer.context["preview"].count == 0
    assert answer.context["form"].report.remarks == []
    assert 'name="confirm"' not in answer.content.decode()
    assert here.confirm(answer).status_code == 302
    assert state_of(demo) == before
    assert not Event.objects.filter(verb=Event.Verb.PLAN_EDITED).exists()


def demo_milestones(plan: StrategicPlan) -> int:
    return sum(project.milestones.count() for project in plan.flagshipproject_set.all())


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("of_who_gives_it_back", ["fr", "en"])
def test_what_is_hard_to_write_comes_back_unchanged(
    odd: StrategicPlan, desk: Callable[..., Any], language: str, of_who_gives_it_back: str
) -> None:
    here = desk(odd.code)
    data = workbook_of(odd, language)
    here.client.cookies["django_language"] = of_who_gives_it_back
    here.client.defaults["HTTP_ACCEPT_LANGUAGE"] = of_who_gives_it_back
    answer = here.preview(data)
    assert {slug: one[:2] for slug, one in counts(answer).items()} == {
        sheet.slug: (0, 0) for sheet in SHEETS
    }
    assert (
        sum(same for _new, _changed, same in counts(answer).values())
        == 1 + 1 + 1 + 2 + 2 + 3 + 6 + 4
    )


@pytest.mark.parametrize(("language", "book"), [("fr", "ods"), ("en", "xlsx")])
def test_opened_and_saved_by_libreoffice_nothing_has_changed(
    odd: StrategicPlan,
    desk: Callable[..., Any],
    soffice: str,
    tmp_path: Any,
    language: str,
    book: str,
) -> None:
    made = workbook_of(odd, language, BookFormat(book))
    data = converted(soffice, made, tmp_path, book, f"classeur.{book}")
    found = counts(desk(odd.code).preview(data))
    assert {one[:2] for one in found.values()} == {(0, 0)}
    assert set(found) == {sheet.slug for sheet in SHEETS}


def test_no_cell_is_a_formula_or_a_zero_that_nobody_stored(odd: StrategicPlan) -> None:
    tables = read_tables(workbook_of(odd, "fr"))
    cells = [cell for table in tables for row in table.rows for _place, cell in row]
    assert not any(cell.is_formula for cell in cells)
    assert any(cell.text == FORMULA and cell.kind is CellType.TEXT for cell in cells)
    zeros = [cell for cell in cells if cell.kind is CellType.NUMBER and cell.text == "0"]
    stored = [line["weight"] for line in book_of(tables).lines["liens"]]
    assert zeros.count(zeros[0]) >= 1
    assert [cell.text for cell in stored].count("0") == 1


def test_the_headings_are_in_the_language_of_the_person(odd: StrategicPlan) -> None:
    french, english = (opened(workbook_of(odd, language)) for language in ("fr", "en"))
    with translation.override("fr"):
        assert french[title("objectifs")][0][:1] == ["Code"]
        assert title("cibles") in french
    with translation.override("en"):
        assert english["Objectives"][0] == [
            "Code",
            "Rank",
            "Title (French)",
            "Title (English)",
            "Description (French)",
            "Description (English)",
            "Weight",
            "Followed from",
            "Goes on from",
        ]
        assert english["Links"][0][1] == "Its code"
        assert "Expected in 2020" in english["Targets"][0]
        assert "Expected in 2024" in english["Targets"][0]  # stated, though no year of the plan


def test_both_kinds_of_workbook_hold_the_same(odd: StrategicPlan) -> None:
    with time_machine.travel(timezone.now(), tick=False):  # each says when it was made
        as_xlsx, as_ods = (read_tables(workbook_of(odd, "fr", book)) for book in BookFormat)
    assert as_xlsx == as_ods


def test_a_new_plan_has_headings_and_room_alone(desk: Callable[..., Any]) -> None:
    here = desk()
    tables = {table.name: table for table in read_tables(here.download())}
    for sheet in SHEETS:
        assert len(tables[str(sheet.title)].rows) == 1, sheet.slug
    assert not tables[MARKER].rows[1][1].text
    assert tables[MARKER].is_hidden


def test_what_was_put_aside_is_not_in_it(
    odd: StrategicPlan, desk: Callable[..., Any], office: Any
) -> None:
    objective, target = odd.objective_set.get(), Target.objects.get(indicator__code="band")
    for kind, row in (("objectifs", objective), ("cibles", target)):
        office.do(f"/plan/archiver/{kind}/{row.pk}/")
    book = book_of(read_tables(desk(odd.code).download()))
    assert book.lines["objectifs"] == []
    assert target.code not in [line.raw("code") for line in book.lines["cibles"]]
    assert "O1" not in [line.raw("element") for line in book.lines["liens"]]
    # The plan follows the indicator still, without a target.
    assert "band" in [line.raw("indicator") for line in book.lines["suivis"]]


def test_only_the_plan_office_has_it(
    odd: StrategicPlan,
    alice: User,
    bob: User,
    diane: User,
    signed_in: Callable[[User], Client],
) -> None:
    for person in (alice, bob, diane):
        client = signed_in(person)
        for folder in ("/plan/", f"/plan/plans/{odd.code}/"):
            assert client.get(f"{folder}classeur.xlsx").status_code == 403
            assert client.get(f"{folder}classeur/").status_code == 403
            assert client.post(f"{folder}classeur/").status_code == 403
    assert Client().get("/plan/classeur.xlsx").status_code == 302


def test_a_plan_that_is_not_there_is_not_found(paul: User, signed_in: Any) -> None:
    client = signed_in(paul)
    assert client.get("/plan/plans/nothing/classeur.xlsx").status_code == 404
    assert client.post("/plan/plans/nothing/classeur/").status_code == 404


def test_the_way_there_is_on_the_pages(odd: StrategicPlan, paul: User, signed_in: Any) -> None:
    client = signed_in(paul)
    assert 'href="/plan/classeur/"' in client.get("/plan/").content.decode()
    address = f"/plan/plans/{odd.code}/classeur"
    assert f'href="{address}/"' in client.get(f"/plan/plans/{odd.code}/").content.decode()
    page = client.get(f"{address}/").content.decode()
    assert f'href="{address}.xlsx"' in page
    assert f'href="{address}.ods"' in page
    assert 'enctype="multipart/form-data"' in page


def test_a_workbook_of_ones_own_needs_no_column_but_its_key(
    odd: StrategicPlan, desk: Callable[..., Any]
) -> None:
    """Columns by the names of programs or by the headings of either language, in any order."""
    data = made(objectifs=[{"TITLE (ENGLISH)": "Train more", "Code :": "O1"}])
    (one,) = desk(odd.code).moving(data)["objectifs"]
    assert [(each.before, each.after) for each in one.differences] == [("-1+2", "Train more")]
    sheets = {"Objectives": [["code", "title_fr"], ["O1", FORMULA]]}
    assert desk(odd.code).moving(saved(sheets)) == {}


@pytest.mark.parametrize(("language", "name"), [("fr", "nouveau-plan"), ("en", "new-plan")])
def test_the_workbook_of_a_new_plan_is_named_in_the_language_of_the_page(language, name):
    with translation.override(language):
        assert file_name(None) == f"imt-plan-{name}"
