"""Whatever people do, and in whatever order, the validated view changes only when something is
validated or the plan office changes a definition, and it is what the history of the figures has."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from imtplan.accounts.models import School, User
from imtplan.accounts.roles import Role
from imtplan.campaigns.entry.checking.cells import EnteredCell
from imtplan.campaigns.entry.reading import read
from imtplan.campaigns.entry.saving import save_figures
from imtplan.campaigns.gate import CampaignRefusal
from imtplan.campaigns.models import Campaign
from imtplan.campaigns.review.submission_services import (
    return_to_school,
    submit,
    take_back,
    validate,
)
from imtplan.campaigns.terms.campaign_services import (
    Terms,
    change_campaign,
    give_extension,
    withdraw_extension,
)
from imtplan.integrity.checks import versions_unlike_rows
from imtplan.integrity.results_check import differences
from imtplan.planning.services import store_school
from indicators.models import Figure, FigureEvent, Indicator, InstituteValue
from objectives.services import archive, bring_back
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

YEARS = (2019, 2020, 2021)
STEPS = 60  # and as many more as it takes until each act was possible once


class AnyHistory:
    """Three schools, three campaigns of one indicator, and the people who work on them."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - no secret
        self.diane = factories.person("Diane", Role.DIRECTORATE_GENERAL)
        self.paul = factories.person("Paul", Role.PLAN_OFFICE)
        self.indicator: Indicator = factories.TargetFactory(indicator__defined=True).indicator
        self.schools = factories.SchoolFactory.create_batch(3)
        self.directors: dict[School, User] = {
            school: factories.person(f"Directeur {school.pk}", Role.DIRECTOR, school)
            for school in self.schools
        }
        for year in YEARS:
            factories.CampaignFactory(year=year, indicators=[self.indicator])
        self.acts: dict[str, Callable[[Campaign, School], object]] = {
            "type": self.type,
            "submit": lambda place, school: submit(
                campaign=place, school=school, by=self.directors[school]
            ),
            "take back": lambda place, school: take_back(
                campaign=place, school=school, by=self.directors[school]
            ),
            "validate": lambda place, school: validate(
                campaign=place, school=school, by=self.diane
            ),
            "return": lambda place, school: return_to_school(
                campaign=place, school=school, by=self.diane, comment="À revoir."
            ),
            "close": lambda place, _school: self.move_closing(place, days=-1),
            "reopen": lambda place, _school: self.move_closing(place, days=5),
            "more time": lambda place, school: give_extension(
                campaign=place,
                school=school,
                closes_at=timezone.now() + timedelta(days=9),
                reason="Grippe.",
                by=self.paul,
            ),
            "no more time": lambda place, school: withdraw_extension(
                campaign=place, school=school, by=self.paul
            ),
            "merge or part": lambda _place, _school: self.merge_or_part(),
            "archive or bring back": lambda _place, _school: self.archive_or_bring_back(),
        }

    def step(self) -> str:
        """Does one thing, where the rules let it happen; returns which."""
        often = ["type", "submit", "validate", "return", "take back", "reopen"]
        act = self.random.choice([*self.acts, *often, *often])
        place = self.random.choice(list(Campaign.objects.order_by("pk")))
        try:
            self.acts[act](place, self.random.choice(self.schools))
        except CampaignRefusal:
            return f"{act}, refused"
        return act

    def type(self, place: Campaign, school: School) -> None:
        figure = read(place, school).figure(self.indicator)
        state = self.random.choice([*[Figure.State.NUMBER] * 5, *Figure.State])
        number = Decimal(self.random.randint(900, 1100)) if state == Figure.State.NUMBER else None
        cell = EnteredCell(
            indicator=self.indicator,
            state=state,
            value=number,
            reason="" if number else "Sans objet ici.",
            explanation="Compté deux fois, et relu.",
            version=figure.version if figure else None,
        )
        save_figures(
            campaign=place,
            school=school,
            cells=[cell],
            by=self.directors[school],
            origin=Figure.Origin.FORM,
        )

    def move_closing(self, place: Campaign, *, days: int) -> None:
        terms = replace(Terms.of(place), closes_at=timezone.now() + timedelta(days=days))
        change_campaign(campaign=place, terms=terms, by=self.paul, confirmed=True)

    def merge_or_part(self) -> None:
        """Merges the last school into the first, from 2021 on or after its last validated figure,
        or takes that back."""
        school = School.objects.get(pk=self.schools[-1].pk)
        ends: dict[str, Any] = {"merged_into": None, "last_year": None}
        if school.merged_into is None:
            counted = school.countedfigures.filter(view="validated", state="number")
            last = counted.aggregate(last=Max("year"))["last"] or 2020
            ends = {"merged_into": self.schools[0], "last_year": max(last, 2020)}
        store_school(school=school, by=self.paul, reason="Décret.", **ends)

    def archive_or_bring_back(self) -> None:
        self.indicator.refresh_from_db()
        act = bring_back if self.indicator.archived_at else archive
        act(element=self.indicator, by=self.paul, reason="Essai.")


def from_the_history() -> dict[int, tuple[Decimal | None, int, int]]:
    """Returns by year the sum, the schools that reported and those expected, worked out from the
    versions of the figures alone: of each figure the last one that was validated counts."""
    counted: dict[int, dict[int, FigureEvent]] = defaultdict(dict)
    for event in FigureEvent.objects.order_by("pgh_id"):
        if event.status == "validated":
            counted[event.year][event.school_id] = event
    totals = {}
    for year in YEARS:
        due = [
            counted[year].get(school.pk)
            for school in School.objects.carrying_the_plan()
            if school.last_year is None or year <= school.last_year
        ]
        due = [event for event in due if event is None or event.state != "not_applicable"]
        numbers = [event.value for event in due if event is not None and event.state == "number"]
        whole = due and len(numbers) == len(due)
        totals[year] = (sum(numbers) if whole else None, len(numbers), len(due))
    return totals


def as_stored() -> dict[int, tuple[Decimal | None, int, int]]:
    rows = InstituteValue.objects.filter(view="validated", year__in=YEARS)
    return {row.year: (row.value, row.reported, row.expected) for row in rows}


DEFINITIONS = {"merge or part", "archive or bring back"}


@pytest.mark.parametrize("seed", [11, 12])
def test_the_validated_view_moves_by_a_validation_or_a_definition(
    recomputed: Callable[[], Any], seed: int
) -> None:
    history = AnyHistory(seed)
    to_come = set(history.acts)
    recomputed()
    number = 0
    while number < STEPS or to_come:
        number += 1
        before = as_stored()
        act = history.step()
        recomputed()
        after = as_stored()
        place = (seed, number, act)
        assert after == before or act == "validate" or act in DEFINITIONS, place
        if after:  # no row where the indicator is archived, or nothing was ever validated
            assert after == {year: from_the_history()[year] for year in after}, place
        to_come.discard(act)
        assert number < 20 * STEPS, to_come
    assert differences() == []
    with transaction.atomic():
        assert list(versions_unlike_rows()) == []
