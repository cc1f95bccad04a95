"""Shares as people type them, and a line of help where a name does not say what to type."""

from typing import Any

import pytest

from objectives.models import StrategicPlan
from tests.imtplan.planning.workbooks import changed

SPACE = "\u202f"


@pytest.mark.parametrize("typed", ["0,85", "85 %", f"85{SPACE}%", "85%", "85 pour cent"])
def test_a_share_is_read_as_people_type_it_and_said_back(
    office: Any, draft: StrategicPlan, typed: str
) -> None:
    url = f"/plan/modifier/plans/{draft.pk}/"
    preview = office.preview(url, on_track_from=typed)
    shown = {row.label: row.after for row in preview.context["preview"].differences}
    assert shown == {"sur la trajectoire à partir de ce rythme": f"0,85 (85{SPACE}%)"}
    office.confirm(url, preview)
    draft.refresh_from_db()
    assert str(draft.on_track_from) == "0.850"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("85", "écrivez une part comme 0,9, ou 90 %"),
        ("vite", ""),
        ("-5 %", ""),
        ("85 étudiants", ""),
    ],
)
def test_what_is_no_share_is_refused_at_its_field(
    office: Any, draft: StrategicPlan, typed: str, sentence: str
) -> None:
    url = f"/plan/modifier/plans/{draft.pk}/"
    errors = office.refused(url, on_track_from=typed)
    assert sentence in " ".join(errors["on_track_from"]).replace(SPACE, " ")


@pytest.mark.parametrize("typed", ["85 %", "85 pour cent", (0.85,), 0.85, "0,85"])
def test_a_workbook_reads_a_share_as_the_form_does(
    desk: Any, draft: StrategicPlan, typed: Any
) -> None:
    here = desk(draft.code)
    here.load(changed(here.download(), "plans", draft.code, on_track_from=typed))
    draft.refresh_from_db()
    assert str(draft.on_track_from) == "0.850"
    assert here.refused(changed(here.download(), "plans", draft.code, on_track_from="85 élèves"))


def test_fields_that_say_little_have_a_line_of_help(office: Any, draft: StrategicPlan) -> None:
    pages = {
        f"/plan/modifier/plans/{draft.pk}/": ["on_track_from", "at_risk_from", "verdict_from"],
        "/plan/ajouter/indicateurs/?plan=2018-2022": ["tolerance", "scale", "rank"],
        "/plan/ajouter/cibles/?plan=2018-2022": ["sureness"],
        "/plan/ajouter/objectifs/?plan=2018-2022": ["rank"],
    }
    for url, names in pages.items():
        answer = office.client.get(url)
        for name in names:
            assert f'id="id_{name}_helptext"' in answer.content.decode(), (url, name)
