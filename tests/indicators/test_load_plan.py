"""The plan as it was published, loaded and loaded again."""

from decimal import Decimal

import pytest
from django.core.management import call_command

from imtplan.accounts.models import School
from indicators.models import Figure, Progress, Target
from levers.models import Lever
from objectives.models import Objective, StrategicPlan
from projects.models import FlagshipProject, Serves


@pytest.fixture
def plan(db: None) -> StrategicPlan:
    call_command("load_plan")
    return StrategicPlan.objects.get()


def test_the_plan_is_what_was_published(plan: StrategicPlan) -> None:
    assert (plan.baseline_year, plan.first_year, plan.last_year) == (2017, 2018, 2022)
    assert Objective.objects.count() == Lever.objects.count() == 4
    assert FlagshipProject.objects.count() == 22
    named = [project.code for project in FlagshipProject.objects.all() if project.is_named]
    assert named == [f"P{number:02}" for number in range(1, 9)]
    assert School.objects.carrying_the_plan().count() == 8


def test_every_target_and_published_figure_says_where_it_comes_from(plan: StrategicPlan) -> None:
    assert all(target.source for target in Target.objects.all())
    published = Figure.objects.all()
    assert [figure.value for figure in published] == [
        Decimal(value) for value in ("38.8", "40.2", "40.6", "38.9", "39.4", "42")
    ]
    assert all(figure.source and figure.school.is_the_institute for figure in published)


def test_what_nobody_published_is_missing_and_not_invented(plan: StrategicPlan) -> None:
    assert Target.objects.get(code="professor-researchers-plan-2022").baseline_value is None
    statuses = Progress.objects.filter(target__code="professor-researchers-plan-2022")
    assert not statuses.exclude(progress=None).exists()


def test_deduced_links_say_that_they_are(plan: StrategicPlan) -> None:
    confirmed = Serves.objects.filter(inferred=False)
    assert [serves.project.code for serves in confirmed] == ["P08"]


def test_loading_the_plan_again_keeps_what_people_changed(plan: StrategicPlan) -> None:
    FlagshipProject.objects.filter(code="P09").update(title_fr="Nommé par le bureau du plan")
    call_command("load_plan")
    assert FlagshipProject.objects.get(code="P09").title_fr == "Nommé par le bureau du plan"
    assert Figure.objects.count() == 6
