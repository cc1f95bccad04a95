"""Objects for tests: valid by default, so that a test names only what it is about."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from imtplan.accounts.models import Membership, School, User
from imtplan.accounts.roles import Role
from imtplan.campaigns.models import Campaign, Submission
from indicators.models import (
    Figure,
    FigureRule,
    FollowedIndicator,
    Indicator,
    IndicatorLink,
    RuleKind,
    RuleSeverity,
    Target,
)
from levers.models import Lever
from objectives.models import Objective, PlanState, StrategicPlan
from projects.models import FlagshipProject, Milestone, StatusReport


class SchoolFactory(DjangoModelFactory[School]):
    class Meta:
        model = School
        django_get_or_create = ["code"]

    code = factory.Sequence(lambda n: f"school-{n:05}")
    name = factory.Sequence(lambda n: f"École {n}")
    rank = factory.Sequence(lambda n: n + 10)


class InstituteFactory(SchoolFactory):
    """The institute's own row, which a migration makes."""

    code = School.THE_INSTITUTE
    name = "Institut Mines-Télécom"
    kind = School.Affiliation.INSTITUTE
    rank = 0


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User

    name = factory.Sequence(lambda n: f"Personne {n}")
    email = factory.Sequence(lambda n: f"personne{n}@example.org")
    password = factory.django.Password("secret-of-the-tests")


class MembershipFactory(DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    role = Role.DIRECTORATE_GENERAL


class PlanFactory(DjangoModelFactory[StrategicPlan]):
    class Meta:
        model = StrategicPlan
        django_get_or_create = ["code"]
        skip_postgeneration_save = True

    code = "2018-2022"
    name_fr = "Plan stratégique 2018-2022"
    name_en = "Strategic plan 2018-2022"
    baseline_year = 2017
    first_year = 2018
    last_year = 2022
    state = PlanState.PUBLISHED

    @factory.post_generation
    def follows(self, create: bool, given: list[Indicator] | None, **kwargs: Any) -> None:
        """Unless a test names its indicators, a new plan follows all that there are."""
        if not create or (given is None and self.followed_indicators.exists()):
            return
        for indicator in Indicator.objects.in_use() if given is None else given:
            follow(self, indicator)


def follow(plan: StrategicPlan, indicator: Indicator) -> FollowedIndicator:
    """Has a plan follow an indicator, in its place."""
    place = {"is_headline": indicator.is_headline, "rank": indicator.rank}
    return FollowedIndicator.objects.get_or_create(plan=plan, indicator=indicator, defaults=place)[
        0
    ]


class ObjectiveFactory(DjangoModelFactory[Objective]):
    class Meta:
        model = Objective

    plan = factory.SubFactory(PlanFactory)
    # Apart from O1, L1, P1, which tests give themselves: the numbers run on from test to test.
    code = factory.Sequence(lambda n: f"OX{n:05}")
    title_fr = factory.Sequence(lambda n: f"Objectif {n}")
    title_en = factory.Sequence(lambda n: f"Objective {n}")


class LeverFactory(DjangoModelFactory[Lever]):
    class Meta:
        model = Lever

    plan = factory.SubFactory(PlanFactory)
    code = factory.Sequence(lambda n: f"LX{n:05}")
    kind_fr, kind_en = "financier", "financial"
    title_fr = factory.Sequence(lambda n: f"Levier {n}")
    title_en = factory.Sequence(lambda n: f"Lever {n}")


class ProjectFactory(DjangoModelFactory[FlagshipProject]):
    class Meta:
        model = FlagshipProject

    plan = factory.SubFactory(PlanFactory)
    code = factory.Sequence(lambda n: f"PX{n:05}")
    title_fr = factory.Sequence(lambda n: f"Projet {n}")
    title_en = factory.Sequence(lambda n: f"Project {n}")


class MilestoneFactory(DjangoModelFactory[Milestone]):
    class Meta:
        model = Milestone

    project = factory.SubFactory(ProjectFactory)
    title_fr = "Jalon"
    title_en = "Milestone"
    due_on = "2020-06-30"


class StatusReportFactory(DjangoModelFactory[StatusReport]):
    class Meta:
        model = StatusReport

    project = factory.SubFactory(ProjectFactory)
    status = "on_track"
    sentence = "Tout va bien."


class IndicatorFactory(DjangoModelFactory[Indicator]):
    class Meta:
        model = Indicator
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: f"indicator-{n:05}")
    name_fr = factory.Sequence(lambda n: f"Indicateur {n}")
    name_en = factory.Sequence(lambda n: f"Indicator {n}")
    theme = Indicator.Theme.TRAINING
    unit_fr = "étudiants"
    unit_en = "students"
    aggregation = Indicator.Aggregation.SUM
    minimum = Decimal(0)

    class Params:
        defined = factory.Trait(
            definition_fr="Inscrits à titre principal.",
            definition_en="Main enrolments.",
            counted_on_fr="Au 15 janvier.",
            counted_on_en="On 15 January.",
            left_out_fr="Auditeurs libres.",
            left_out_en="Unregistered listeners.",
            contact_fr="La scolarité.",
            contact_en="The registrar.",
        )
        ratio = factory.Trait(
            aggregation=Indicator.Aggregation.RATIO,
            scale=100,
            decimals=1,
            numerator_fr="Étudiants étrangers",
            numerator_en="Foreign students",
            denominator_fr="Étudiants",
            denominator_en="Students",
        )

    @factory.post_generation
    def followed_by(self, create: bool, given: list[StrategicPlan] | None, **kwargs: Any) -> None:
        """Unless a test names its plans, all that there are follow the indicator."""
        if not create or self.archived_at is not None:
            return
        for plan in StrategicPlan.objects.all() if given is None else given:
            follow(plan, self)


class FigureRuleFactory(DjangoModelFactory[FigureRule]):
    """A rule in force: it refuses what is above a hundred, unless a test says otherwise."""

    class Meta:
        model = FigureRule

    indicator = factory.SubFactory(IndicatorFactory)
    kind = RuleKind.HIGHEST
    severity = RuleSeverity.REFUSE
    limit = Decimal(100)
    sentence_fr = "Vérifiez ce chiffre."
    sentence_en = "Check this figure."
    is_on = True


class LinkFactory(DjangoModelFactory[IndicatorLink]):
    class Meta:
        model = IndicatorLink

    indicator = factory.SubFactory(IndicatorFactory)


class TargetFactory(DjangoModelFactory[Target]):
    class Meta:
        model = Target

    plan = factory.SubFactory(PlanFactory)
    indicator = factory.SubFactory(IndicatorFactory)
    code = factory.Sequence(lambda n: f"target-{n:05}")
    year = 2022
    baseline_year = 2017
    value = Decimal(20000)
    baseline_value = Decimal(13400)
    is_reference = True
    source = "Communiqué de presse"
    sureness = "high"


class FigureFactory(DjangoModelFactory[Figure]):
    class Meta:
        model = Figure

    indicator = factory.SubFactory(IndicatorFactory)
    school = factory.SubFactory(SchoolFactory)
    year = 2020
    state = Figure.State.NUMBER
    value = Decimal(100)
    status = Figure.Status.VALIDATED
    origin = Figure.Origin.FORM


def never_counted(figure: Figure, *, status: str) -> Figure:
    """Writes the figure anew, as one of which no version ever counted before this status."""
    figure.delete()
    figure.pk, figure.status = None, status
    figure.save()
    return figure


class CampaignFactory(DjangoModelFactory[Campaign]):
    class Meta:
        model = Campaign
        skip_postgeneration_save = True

    plan = factory.SubFactory(PlanFactory)
    year = 2022
    name = ""
    code = factory.LazyAttribute(lambda made: Campaign.objects.free_code(made.year, made.name))
    opens_at = factory.LazyFunction(lambda: timezone.now() - timedelta(days=10))
    closes_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=10))

    @factory.post_generation
    def indicators(self, create: bool, given: list[Indicator] | None, **kwargs: Any) -> None:
        if create and given:
            self.indicators.set(given)

    class Params:
        closed = factory.Trait(
            closes_at=factory.LazyFunction(lambda: timezone.now() - timedelta(days=1)),
        )


class SubmissionFactory(DjangoModelFactory[Submission]):
    class Meta:
        model = Submission

    campaign = factory.SubFactory(CampaignFactory)
    school = factory.SubFactory(SchoolFactory)


def person(name: str, role: Role, school: School | None = None) -> User:
    """Somebody who holds one role."""
    user = UserFactory(name=name, email=f"{name.lower().replace(' ', '.')}@example.org")
    MembershipFactory(user=user, role=role, school=school)
    return user


def students_of_the_plan(school: School) -> Target:
    """The worked example: 13,400 students in 2017, 20,000 wanted in 2022, 15,000 in 2020."""
    indicator = IndicatorFactory(
        code="students", name_fr="Étudiants", name_en="Students", is_headline=True, defined=True
    )
    target = TargetFactory(indicator=indicator, code="students-plan-2022")
    for year, value in ((2017, 13400), (2020, 15000)):
        FigureFactory(indicator=indicator, school=school, year=year, value=Decimal(value))
    return target


def target_beyond_computing(school: School) -> Target:
    """A growth of 10 to the 44th, which no column holds."""
    indicator = IndicatorFactory(code="poison", ratio=True, scale=Decimal("0.001"))
    target = TargetFactory(indicator=indicator, value=Decimal(10) ** 17, baseline_value=1)
    FigureFactory(
        indicator=indicator,
        school=school,
        year=2021,
        value=None,
        numerator=Decimal("0.000001"),
        denominator=Decimal(10) ** 18 - 1,
    )
    return target
