"""The sheet of the breaks of series, in the workbook of a plan that follows their indicators."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from imtplan.accounts.models import School
from imtplan.audit.models import Event
from imtplan.planning.workbook.load_report import LoadOutcome
from indicators.models import SeriesBreak, Target
from indicators.recomputing.recompute import recompute_stale
from tests import factories
from tests.imtplan.planning.workbooks import heading, made, opened, title, with_lines

SENTENCE = "Les doubles inscriptions sont ôtées."
LINE = {"indicator": "students", "year": 2020, "sentence": SENTENCE, "recounted": 14900}


@pytest.fixture
def target(albi: School) -> Target:
    students = factories.students_of_the_plan(albi)
    factories.FigureFactory(indicator=students.indicator, school=albi, year=2021, value=15600)
    recompute_stale()
    return students


@pytest.fixture
def here(target: Target, desk: Callable[..., Any]) -> Any:
    return desk(target.plan.code)


def with_breaks(here: Any, *lines: dict[str, Any]) -> bytes:
    return with_lines(here.download(), {"ruptures": lines})


def breaks_alone(*lines: dict[str, Any]) -> bytes:
    return made(ruptures=list(lines))


def test_a_break_is_loaded_and_written_again(here: Any, target: Target) -> None:
    preview = here.preview(with_breaks(here, LINE))
    (moving,) = preview.context["form"].report.sheets[-1].moving
    assert (moving.outcome, moving.name[:10]) == (LoadOutcome.NEW, "students ·")
    assert preview.context["preview"].count, "the forecast moves, and the preview says so"
    here.confirm(preview)

    stored = SeriesBreak.objects.get()
    assert (stored.indicator, stored.year, stored.sentence, stored.recounted) == (
        target.indicator,
        2020,
        SENTENCE,
        Decimal(14900),
    )
    headings, line, *_room = opened(here.download())[title("ruptures")]
    assert dict(zip(headings, line, strict=True)) == {
        heading("ruptures", "indicator"): "students",
        heading("ruptures", "name"): str(target.indicator.name),
        heading("ruptures", "year"): 2020.0,
        heading("ruptures", "sentence"): SENTENCE,
        heading("ruptures", "recounted"): 14900.0,
    }
    events = Event.objects.count()
    assert here.moving(here.download()) == {}
    here.load(here.download())
    assert Event.objects.count() == events


def test_a_line_changes_the_break_of_its_year(here: Any, target: Target) -> None:
    SeriesBreak.objects.create(indicator=target.indicator, year=2020, sentence="Avant.")
    here.load(breaks_alone(LINE))
    stored = SeriesBreak.objects.get()
    assert (stored.sentence, stored.recounted) == (SENTENCE, Decimal(14900))


def test_another_year_is_another_break(here: Any, target: Target) -> None:
    SeriesBreak.objects.create(indicator=target.indicator, year=2019, sentence="Avant.")
    here.load(breaks_alone(LINE))
    assert set(SeriesBreak.objects.values_list("year", flat=True)) == {2019, 2020}


@pytest.mark.parametrize(
    ("cells", "word"),
    [
        ({"indicator": ""}, "code"),
        ({"indicator": "nothing"}, "code"),
        ({"year": 1066}, "année"),
        ({"year": "vingt"}, "entier"),
        ({"year": ""}, "Remplissez ce champ"),
        ({"sentence": " "}, "Remplissez ce champ"),
        ({"recounted": "14 900 €"}, "€"),
    ],
)
def test_a_wrong_cell_is_refused(here: Any, cells: dict[str, Any], word: str) -> None:
    (refusal,) = here.refused(breaks_alone(LINE | cells))
    assert word in refusal[2]


def test_a_line_twice_is_refused(here: Any) -> None:
    (refusal,) = here.refused(breaks_alone(LINE, LINE | {"sentence": "Autre."}))
    assert "2" in refusal[2]


def test_a_break_put_aside_is_not_in_it(here: Any, target: Target) -> None:
    SeriesBreak.objects.create(
        indicator=target.indicator, year=2020, sentence=SENTENCE, archived_at=timezone.now()
    )
    _headings, *room = opened(here.download())[title("ruptures")]
    assert not any(any(line) for line in room)


def test_a_break_of_what_the_plan_does_not_follow_is_not_in_it(here: Any) -> None:
    other = factories.IndicatorFactory(code="other")
    other.followed_in.all().delete()
    SeriesBreak.objects.create(indicator=other, year=2020, sentence=SENTENCE)
    _headings, *room = opened(here.download())[title("ruptures")]
    assert not any(any(line) for line in room)
