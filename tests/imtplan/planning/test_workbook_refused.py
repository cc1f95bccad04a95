"""What a plan's workbook may not say: each cell with its place, what stands there, and why."""

import io
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import xlsxwriter

from imtplan.accounts.models import School
from imtplan.audit.models import Event
from imtplan.planning.workbook.reading import MAX_LINES, MAX_REFUSALS
from imtplan.spreadsheets.tables import MAX_BYTES
from indicators.models import Target
from tests import factories
from tests.imtplan.planning.workbooks import (
    Formula,
    changed,
    made,
    opened,
    saved,
    title,
    with_lines,
)

PLAN = "2018-2022"


@pytest.fixture
def target(albi: School) -> Target:
    found = factories.students_of_the_plan(albi)
    factories.PlanFactory(code="draft", state="draft")
    factories.ObjectiveFactory(plan=found.plan, code="O1")
    factories.LeverFactory(plan=found.plan, code="L1")
    factories.ProjectFactory(plan=found.plan, code="P01")
    return found


@pytest.fixture
def here(target: Target, desk: Callable[..., Any]) -> Any:
    return desk(PLAN)


def one_line(slug: str) -> Callable[..., bytes]:
    return lambda **cells: made(**{slug: [cells]})


@pytest.mark.parametrize(
    ("slug", "cells", "column"),
    [
        # Numbers
        ("objectifs", {"code": "O1", "weight": "beaucoup"}, "B"),
        ("objectifs", {"code": "O1", "weight": "1.234"}, "B"),  # two readings in French
        ("objectifs", {"code": "O1", "weight": -1}, "B"),
        ("objectifs", {"code": "O1", "weight": (0.5,)}, "B"),  # 50 %: half, or fifty?
        ("objectifs", {"code": "O1", "weight": "1e3"}, "B"),
        ("objectifs", {"code": "O1", "weight": "0,12345678"}, "B"),
        ("objectifs", {"code": "O1", "weight": date(2022, 1, 1)}, "B"),
        ("objectifs", {"code": "O1", "weight": True}, "B"),
        ("objectifs", {"code": "O1", "rank": 1.5}, "B"),
        ("objectifs", {"code": "O1", "rank": "premier"}, "B"),
        ("objectifs", {"code": "O1", "rank": 99999}, "B"),
        # Formulas, computed or not
        ("objectifs", {"code": "O1", "weight": Formula("=1+1", 2)}, "B"),
        ("objectifs", {"code": "O1", "title_en": Formula("=A1", "Train")}, "B"),
        ("objectifs", {"code": Formula('="O"&1', "O1"), "title_en": "Train"}, "A"),
        # Texts
        ("objectifs", {"code": "O1", "title_fr": "é" * 251}, "B"),
        ("objectifs", {"code": "O1", "title_fr": date(2022, 1, 1)}, "B"),
        ("objectifs", {"code": "O1", "title_fr": True}, "B"),
        ("objectifs", {"code": None, "title_fr": "Sans code"}, "A"),
        ("objectifs", {"code": "beaucoup-trop-long", "title_fr": "a", "title_en": "a"}, "A"),
        ("objectifs", {"code": "O9", "title_en": "Alone"}, "A"),
        # Words, days, years
        ("leviers", {"code": "L2", "kind_fr": "magique"}, "A"),
        ("plans", {"code": PLAN, "validated_on": "31/02/2018"}, "B"),
        ("plans", {"code": PLAN, "validated_on": 12}, "B"),
        ("plans", {"code": PLAN, "first_year": "2016"}, "B"),
        ("plans", {"code": PLAN, "supersedes": "1900-1904"}, "B"),
        ("plans", {"code": PLAN, "supersedes": PLAN}, "B"),
        ("plans", {"code": PLAN, "supersedes": "draft"}, "B"),
        ("plans", {"code": "autre", "name_fr": "Un autre"}, "A"),
        ("indicateurs", {"code": "students", "is_headline": "peut-être"}, "B"),
        ("indicateurs", {"code": "students", "part_of": "nothing"}, "B"),
        ("indicateurs", {"code": "students", "part_of": "students"}, "B"),
        ("indicateurs", {"code": "students", "decimals": 9}, "B"),
        ("indicateurs", {"code": "students", "direction": "keep"}, "A"),
        ("indicateurs", {"code": "deux mots", "name_fr": "a"}, "A"),
        # What is named
        ("jalons", {"project": "P99", "title_fr": "a", "due_on": "01/01/2020"}, "A"),
        ("jalons", {"project": None, "title_fr": "a", "due_on": "01/01/2020"}, "A"),
        ("jalons", {"project": "P01", "title_fr": "a", "due_on": None}, "C"),
        ("liens", {"code": "students", "element": "O99", "weight": 1}, "B"),
        ("liens", {"code": "nothing", "element": "O1", "weight": 1}, "A"),
        ("liens", {"code": "students", "element": "O1", "weight": None}, "C"),
        ("liens", {"code": "students", "element": "O1", "weight": 100000}, "C"),
        ("liens", {"code": "students", "element": "O1", "weight": "1,2345"}, "C"),
        ("liens", {"code": None, "element": "O1", "weight": 1}, "A"),
        ("liens", {"code": "P01", "element": "P01", "weight": 1}, "B"),
        ("cibles", {"code": "students-plan-2022", "indicator": "nothing"}, "B"),
        ("cibles", {"code": "students-plan-2022", "school": "imt-mines-albi"}, "B"),
        ("cibles", {"code": "students-plan-2022", "growth_percent": 12}, "A"),
        (
            "cibles",
            {"code": "students-plan-2022", "value": None, "growth_percent": 12}
            | {"baseline_value": 0},
            "C",
        ),
        ("cibles", {"code": "students-plan-2022", "year": 2016}, "B"),
        ("cibles", {"code": "students-plan-2022", "source": None}, "B"),
        ("cibles", {"code": "students-plan-2022", "value": (0.5,)}, "B"),  # heads, not %
        ("cibles", {"code": "students-plan-2022", "is_reference": 2}, "B"),
        ("cibles", {"code": "new", "indicator": "students", "school": "nowhere"}, "C"),
    ],
)
def test_a_cell_that_cannot_be_is_refused_at_its_place(
    here: Any, slug: str, cells: dict[str, Any], column: str
) -> None:
    refusals = here.refused(made(**{slug: [cells]}))
    assert next(where for where, _typed, why in refusals if why) == f"ligne 2, colonne {column}"
    assert not Event.objects.filter(verb=Event.Verb.PLAN_EDITED).exists()


def test_one_line_that_is_not_right_stops_all_of_them(here: Any, target: Target) -> None:
    data = changed(here.download(), "cibles", target.code, value=21000)
    data = with_lines(data, {"objectifs": [{"code": "O2", "title_en": "Two"}]})
    answer = here.give(data)
    assert answer.status_code == 422
    assert 'name="confirm"' not in answer.content.decode()
    forced = here.client.post(
        here.url, dict(answer.context["form"].sent) | {"confirm": "1", "reason": "Si"}
    )
    assert forced.status_code == 422
    target.refresh_from_db()
    assert target.value == 20000
    assert not Event.objects.filter(verb=Event.Verb.PLAN_EDITED).exists()


def test_every_wrong_cell_of_a_line_is_told_at_once(here: Any) -> None:
    data = made(objectifs=[{"code": "O1", "weight": "un", "rank": "deux"}, {"code": ""}])
    assert [where for where, _typed, _why in here.refused(data)] == [
        "ligne 2, colonne B",
        "ligne 2, colonne C",
    ]


def test_a_line_that_hangs_on_a_wrong_one_says_so(here: Any) -> None:
    data = made(
        indicateurs=[{"code": "new", "name_fr": "Sans le reste"}],
        cibles=[{"code": "new-2022", "indicator": "new"}],
        liens=[{"code": "new", "element": "O1", "weight": 1}],
    )
    why = {why for _where, typed, why in here.refused(data) if typed == "new"}
    assert any("corrig" in one or "correct" in one for one in why)


@pytest.mark.parametrize(
    ("slug", "cells"),
    [
        ("objectifs", {"code": "O1"}),
        ("jalons", {"project": "P01", "title_fr": "Fin", "due_on": "01/02/2020"}),
        ("liens", {"code": "students", "element": "O1", "weight": 1}),
        ("cibles", {"code": "students-plan-2022", "sureness": "high"}),
    ],
)
def test_a_code_twice_is_refused(here: Any, slug: str, cells: dict[str, Any]) -> None:
    found = here.refused(made(**{slug: [cells, cells]}))
    assert [where.split(",")[0] for where, _typed, _why in found] == ["ligne 3"]


def test_two_things_with_one_code_are_told_apart_by_their_kind(here: Any, target: Target) -> None:
    factories.LeverFactory(plan=target.plan, code="O1")
    line = {"code": "students", "element": "O1", "weight": 1}
    ((_where, _typed, why),) = here.refused(made(liens=[line]))
    assert why
    assert here.moving(made(liens=[line | {"in_kind": "levier"}]))


def test_what_was_put_aside_is_not_changed(here: Any, target: Target, office: Any) -> None:
    data = here.download()
    office.do(f"/plan/archiver/cibles/{target.pk}/")
    ((where, typed, _why),) = here.refused(data)
    assert typed == target.code
    assert where == "ligne 2, colonne A"


def test_a_target_of_another_plan_is_not_taken(here: Any, target: Target) -> None:
    other = factories.PlanFactory(
        code="2023-2027", baseline_year=2022, first_year=2023, last_year=2027
    )
    factories.TargetFactory(plan=other, indicator=target.indicator, code="theirs", year=2027)
    assert len(here.refused(made(cibles=[{"code": "theirs", "value": 1}]))) == 1


# --- Files --------------------------------------------------------------------------------------


def test_the_workbook_of_another_plan_is_refused(
    here: Any, target: Target, desk: Callable[..., Any]
) -> None:
    factories.PlanFactory(code="2023-2027", baseline_year=2022, first_year=2023, last_year=2027)
    assert "2023-2027" in here.unreadable(desk("2023-2027").download())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.7",
        b"code;title_fr\nO1;Former\n",
        b"x" * (MAX_BYTES + 1),
        saved({"Feuille1": [["code"], ["O1"]]}),
        saved({"objectifs": [["titre"], ["O1"]]}),
        saved({"objectifs": [["code", "Code"], ["O1", "O2"]]}),
        saved({"objectifs": [["code"]], "Objectives": [["code"], ["O1"]]}),
        saved({"imtplan-plan": [["format", "0"]], "objectifs": [["code"], ["O1"]]}),
        saved({"objectifs": [["code"], *[[None]] * 6000, ["O1"]]}),
        saved({"objectifs": [["code", "title_en"], ["O1", "a\x0bb"]]}),
    ],
    ids=[
        "empty", "PDF", "CSV", "huge", "sheets", "headings", "twice", "sheet twice", "older",
        "far", "control",
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_refused_in_words(here: Any, data: bytes) -> None:
    assert here.unreadable(data)


def test_a_bomb_is_not_unpacked(here: Any) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/workbook.xml", b"0" * 50_000_000)
    assert here.unreadable(file.getvalue())


def test_no_file_is_told(here: Any) -> None:
    answer = here.client.post(here.url, {})
    assert answer.status_code == 422
    assert answer.context["form"].errors["file"]


def test_hostile_text_is_shown_as_text(here: Any) -> None:
    evil = "<script>alert(1)</script>"
    page = here.preview(made(projets=[{"code": "P01", "leader": evil}])).content.decode()
    assert evil not in page
    assert "&lt;script&gt;" in page
    wrong = here.give(made(objectifs=[{"code": "O1", "weight": evil, evil: "x"}])).content.decode()
    assert evil not in wrong
    assert "&lt;script&gt;" in wrong


def test_what_is_left_out_is_told(here: Any) -> None:
    sheets = opened(made(objectifs=[{"code": "O1", "title_en": "Train", "Remarque": "à voir"}]))
    sheets["Brouillon"] = [["rien"]]
    answer = here.preview(saved(sheets))
    remarks = " ".join(answer.context["form"].report.remarks)
    assert "Remarque" in remarks
    assert "Brouillon" in remarks
    sheets[title("objectifs")][1].append("sous aucun titre")
    assert len(here.refused(saved(sheets))) == 1


def test_many_refusals_are_counted(here: Any) -> None:
    lines = [{"code": f"O{number}", "weight": "x"} for number in range(MAX_REFUSALS + 20)]
    answer = here.give(made(objectifs=lines))
    report = answer.context["form"].report
    assert (len(report.few), report.more) == (MAX_REFUSALS, 20)
    assert str(report.more) in answer.content.decode()


def test_more_lines_than_a_plan_has_are_not_tried(here: Any) -> None:
    lines = [{"code": f"o{number}", "weight": 1} for number in range(MAX_LINES + 1)]
    assert str(MAX_LINES) in here.unreadable(made(objectifs=lines))


def test_a_plan_of_300_indicators_is_not_too_long() -> None:
    """Each is followed, linked, and has targets of two years; 40 elements, 60 milestones."""
    assert MAX_LINES >= 300 * (1 + 1 + 1 + 2) + 40 + 60


def test_parts_that_go_round_in_a_circle_are_refused(here: Any) -> None:
    shared = {"name_fr": "a", "name_en": "a", "theme": "research", "unit_fr": "a", "unit_en": "a"}
    lines = [
        {"code": code, "part_of": whole, "aggregation": "none"} | shared
        for code, whole in (("a", "b"), ("b", "c"), ("c", "a"))
    ]
    assert len(here.refused(made(indicateurs=lines))) == 3
    assert len(here.moving(made(indicateurs=[*lines[:2], lines[2] | {"part_of": None}]))) == 1


# --- Units, and what is not seen ----------------------------------------------------------------


@pytest.fixture
def funds(target: Target) -> Target:
    """A target in millions of euros."""
    indicator = factories.IndicatorFactory(code="funds", unit_fr="M€", unit_en="€m")
    return factories.TargetFactory(plan=target.plan, indicator=indicator, code="funds-2022")


@pytest.mark.parametrize("typed", ["272 M€", "272", "M€ 272", 272, "272 millions d’euros"])
def test_the_unit_of_the_indicator_may_stand_beside_a_target(
    funds: Target, here: Any, typed: object
) -> None:
    cells = {"code": funds.code, "value": typed, "growth_percent": None}
    here.load(made(cibles=[cells]))
    funds.refresh_from_db()
    assert funds.value == 272


@pytest.mark.parametrize(
    ("typed", "why"), [("272 k€", "0,272"), ("272 élèves", "M€"), ("27 %", "M€")]
)
def test_another_unit_is_refused_by_name_with_the_value_converted(
    funds: Target, here: Any, typed: str, why: str
) -> None:
    refusals = here.refused(made(cibles=[{"code": funds.code, "value": typed}]))
    assert [why in message for _where, _typed, message in refusals] == [True]


def test_a_cell_that_shows_another_number_than_it_holds_is_refused(
    funds: Target, here: Any
) -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet(title("cibles"))
        sheet.write_row(0, 0, ["code", "value", "baseline_value"])
        sheet.write(1, 0, funds.code)
        sheet.write_number(1, 1, 272_000_000, book.add_format({"num_format": '0,, "M€"'}))
        sheet.write_number(1, 2, 200, book.add_format({"num_format": '0 "M€"'}))
    refusals = here.refused(file.getvalue())
    assert [where for where, _typed, _why in refusals] == ["ligne 2, colonne B"]
    assert "272" in refusals[0][2]


def test_what_is_hidden_or_a_note_is_said(funds: Target, here: Any) -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet(title("cibles"))
        sheet.write_row(0, 0, ["code", "value", "source"])
        sheet.write_row(1, 0, [funds.code, None, "Le plan"])
        raised = book.add_format({"font_script": 1})
        sheet.write_rich_string(1, 1, "272", raised, "1", book.add_format())
        sheet.set_row(1, None, None, {"hidden": True})
        other = book.add_worksheet(title("objectifs"))
        other.write_row(0, 0, ["code", "title_fr"])
        other.write_row(1, 0, ["O1", "Autre titre"])
        other.hide()
    remarks = " ".join(here.preview(file.getvalue()).context["form"].report.remarks)
    assert "3 cellules" in remarks
    assert "ligne 2, colonne A · ligne 2, colonne B · " in remarks
    assert "ligne 2, colonne B\u202f: la note «\u202f1\u202f»" in remarks
    assert f"{title('objectifs')}" in remarks
    assert "masquée" in remarks
