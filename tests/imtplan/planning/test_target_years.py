"""A target's year after the end of its plan is asked about: it is neither refused nor taken in
silence."""

from typing import Any

import pytest

from imtplan.accounts.models import School
from indicators.models import Target
from objectives.models import StrategicPlan
from tests import factories
from tests.imtplan.planning.workbooks import changed

ADD = "/plan/ajouter/cibles/?plan=2018-2022"
GRID = "/plan/plans/2018-2022/ecoles/students/"
QUESTION = (
    "Le plan finit en 2022\u202f: une cible pour {year} n’arrive à échéance qu’après lui. "
    "Est-ce bien {year} que vous voulez\u202f?"
)


@pytest.fixture
def target(draft: StrategicPlan) -> Target:
    indicator = factories.IndicatorFactory(code="students")
    return factories.TargetFactory(plan=draft, indicator=indicator, code="students-2022")


def _asked(preview: Any, *years: int) -> list[str]:
    """What the preview asks, once its page was seen to ask it of these years and no others."""
    page = preview.content.decode()
    assert all(QUESTION.format(year=year) in page for year in years)
    questions: list[str] = preview.context["preview"].questions
    assert len(questions) == len(years)
    return questions


def test_a_new_target_is_asked_about_and_stored_once_it_is_confirmed(
    office: Any, target: Target
) -> None:
    """Of a draft, where a target that comes due in time is stored at once."""
    typed = {"indicator": target.indicator_id, "value": "20000", "source": "Conseil"}
    typed |= {"sureness": "high", "year": "2025", "store": "1"}
    preview = office.client.post(ADD, office.filled(ADD, **typed))
    assert _asked(preview, 2025)
    assert Target.objects.count() == 1
    assert office.confirm(ADD, preview).status_code == 302
    assert Target.objects.get(year=2025).value == 20000


def test_only_a_year_that_is_typed_is_asked_about(office: Any, target: Target) -> None:
    url = f"/plan/modifier/cibles/{target.pk}/"
    assert _asked(office.preview(url, year="2030"), 2030)
    assert not _asked(office.preview(url, year="2021"))
    Target.objects.update(year=2030)
    assert not _asked(office.preview(url, source="Avenant"))


def test_the_grid_asks_once_for_each_year(
    office: Any, target: Target, albi: School, ales: School
) -> None:
    numbers = {f"school_{school.pk}": "1000" for school in (albi, ales)}
    terms = {"source": "Contrat", "sureness": "low"}
    preview = office.preview(GRID, year="2024", **terms, **numbers)
    assert _asked(preview, 2024)
    assert office.confirm(GRID, preview).status_code == 302
    assert Target.objects.filter(year=2024).count() == 2


def test_a_workbook_asks_in_its_preview(desk: Any, target: Target) -> None:
    here = desk("2018-2022")
    preview = here.preview(changed(here.download(), "cibles", target.code, year=2026))
    assert preview.context["form"].report.remarks == [QUESTION.format(year=2026)]
    assert QUESTION.format(year=2026) in preview.content.decode()


def test_an_earlier_end_of_the_plan_asks_about_the_targets_it_leaves_behind(
    office: Any, draft: StrategicPlan, target: Target
) -> None:
    url = f"/plan/modifier/plans/{draft.pk}/"
    questions = office.preview(url, last_year="2021").context["preview"].questions
    assert [question.startswith("Le plan finit en 2021") for question in questions] == [True]
    assert not _asked(office.preview(url, last_year="2023"))
