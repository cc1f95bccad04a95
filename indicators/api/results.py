"""The results computed from the figures, for programs."""

from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework.serializers import (
    CharField,
    ChoiceField,
    DictField,
    IntegerField,
    ReadOnlyField,
    SerializerMethodField,
)

from imtplan.accounts.models import School
from imtplan.rest import ByNumber, CodeField, CodeFilter, ReadSerializer, WordFilter, YesNoFilter
from indicators.api.explanations import (
    ProgressExplanationSerializer,
    RollUpExplanationSerializer,
    ValueExplanationSerializer,
    explained,
)
from indicators.api.figures import FigureLevel, ViewFilters, at_level
from indicators.api.targets import RevisionSerializer, revisions_for_readers
from indicators.explaining import (
    ExplanationReader,
    ProgressExplanation,
    RollUpExplanation,
    ValueExplanation,
    explain_roll_up,
)
from indicators.measures import MEANS, PROGRESS, RANGE, VALUES, names_of
from indicators.models import (
    FollowedIndicator,
    Indicator,
    InstituteValue,
    Progress,
    ProgressStatus,
    RangePlacing,
    RollUp,
    Target,
    View,
)
from indicators.questions.target_revisions import with_versions
from levers.models import Lever
from objectives.models import Objective, StrategicPlan
from projects.models import FlagshipProject


class StatusField(ReadOnlyField):
    """The status of a result."""


class StatusFieldSchema(OpenApiSerializerFieldExtension):
    """One component for progress and roll-ups: three enums of this API are called `status`."""

    target_class = StatusField

    def get_name(self) -> str:
        return "ProgressStatus"

    def map_serializer_field(self, auto_schema: object, direction: str) -> dict[str, Any]:
        return {"type": "string", "enum": ProgressStatus.values}


class WouldBeField(ReadOnlyField):
    """What a pending verdict would be, were nothing missing; null for the others."""

    def to_representation(self, value: str) -> str | None:
        return value or None


class WouldBeFieldSchema(OpenApiSerializerFieldExtension):
    """The component of `StatusField`, or null."""

    target_class = WouldBeField

    def map_serializer_field(self, auto_schema: object, direction: str) -> dict[str, Any]:
        return {"type": ["string", "null"], "enum": [*ProgressStatus.values, None]}


class RangeByField(ReadOnlyField):
    """The assumption of a range; null without one."""

    def to_representation(self, value: str) -> str | None:
        return value or None


class RangeByFieldSchema(OpenApiSerializerFieldExtension):
    target_class = RangeByField

    def map_serializer_field(self, auto_schema: object, direction: str) -> dict[str, Any]:
        return {"type": ["string", "null"], "enum": [*RangePlacing.values, None]}


class ValueSerializer(ReadSerializer):
    indicator = CodeField()
    carried = DictField(child=IntegerField(), read_only=True)
    range_by = RangeByField()

    class Meta:
        model = InstituteValue
        fields = [
            "id",
            "indicator",
            "year",
            "view",
            *names_of(field for field in VALUES if field not in RANGE),
            "missing",
            "carried",
            "left_out",
            "computed_at",
            *names_of(RANGE),
            "formula_version",
        ]


class ValueFilters(ViewFilters):
    indicator = CodeFilter("indicator", model=Indicator)
    plan = CodeFilter(
        model=StrategicPlan,
        method="followed_in",
        help_text=_("Keeps the indicators that this plan follows, in the years in which it does."),
    )

    def followed_in(
        self, rows: QuerySet[InstituteValue], name: str, value: str
    ) -> QuerySet[InstituteValue]:
        followed = FollowedIndicator.objects.counting_in(OuterRef("year"))
        return rows.filter(
            Exists(followed.filter(indicator=OuterRef("indicator"), plan__code=value)),
            Exists(StrategicPlan.objects.filter(_speaks_of(OuterRef("year")), code=value)),
        )


def _speaks_of(year: OuterRef) -> Q:
    return Q(baseline_year__lte=year, last_year__gte=year)


@extend_schema(
    tags=["results"],
    description=_(
        "Indicators added up over the schools; for the institute's people. `value` is null "
        "until every expected school has reported; `estimate` then carries the last figure of"
        " each missing school forward, and those of the schools that merged into it; `carried` "
        "says from which year, and `left_out` names the schools that begin with the year and have "
        "nothing to carry. `low` and `high` "
        "are the value with the missing schools at their floor and at their expectation, and "
        "`range_by` says by which assumption: `own_target` (their baseline, their path), "
        "`last_figure` (their last figure; that figure moved as the schools that reported both "
        "years) or `both`."
    ),
)
class ValueViewSet(ByNumber):
    queryset = InstituteValue.objects.select_related("indicator")
    serializer_class = ValueSerializer
    filterset_class = ValueFilters
    ordering_fields = ["indicator", "year"]

    @explained(ValueExplanationSerializer)
    def explain(self, row: InstituteValue) -> ValueExplanation | None:
        return ExplanationReader(self.request.user, row.indicator, View(row.view), row.year).value()


class ProgressSerializer(ReadSerializer):
    target = CodeField()
    plan = CodeField(source="target.plan")
    indicator = CodeField(source="target.indicator")
    school = CodeField(source="target.school", allow_null=True)
    school_name = SerializerMethodField()
    status = StatusField()
    would_be = WouldBeField()
    target_revisions = SerializerMethodField()

    class Meta:
        model = Progress
        fields = [
            "id",
            "target",
            "plan",
            "indicator",
            "school",
            "school_name",
            "year",
            "view",
            *names_of(PROGRESS),
            "target_revisions",
            "formula_version",
            "computed_at",
        ]

    @extend_schema_field(CharField(allow_null=True))
    def get_school_name(self, row: Progress) -> str | None:
        school = row.target.school
        return school.name_in(row.year) if school else None

    @extend_schema_field(RevisionSerializer(many=True))
    def get_target_revisions(self, row: Progress) -> Any:
        return revisions_for_readers(row.target, self.context)


class ProgressFilters(ViewFilters):
    plan = CodeFilter("target__plan", model=StrategicPlan)
    indicator = CodeFilter("target__indicator", model=Indicator)
    objective = CodeFilter("target__indicator__links__objective", model=Objective, distinct=True)
    target = CodeFilter("target", model=Target)
    school = CodeFilter("target__school", model=School)
    level = WordFilter("target__school", words=FigureLevel, method=at_level)
    is_reference = YesNoFilter("target__is_reference")
    status = WordFilter("status", words=ProgressStatus)


@extend_schema(
    tags=["results"],
    description=_(
        "How far each series has come toward its target, year by year. `progress`, `pace`, "
        "rates and `probability` are ratios: 0.2424 stands for 24.24 per cent. "
        "`school_name` is the name that the school bore at the end of the year."
    ),
)
class ProgressViewSet(ByNumber):
    queryset = Progress.objects.all()
    serializer_class = ProgressSerializer
    filterset_class = ProgressFilters
    ordering_fields = ["target", "year", "progress", "pace"]

    def get_queryset(self) -> QuerySet[Progress]:
        """Returns the rows with their targets, each read once, and what these said before."""
        targets = with_versions(Target.objects.select_related("plan", "indicator", "school"))
        return super().get_queryset().prefetch_related(Prefetch("target", targets))

    @explained(ProgressExplanationSerializer)
    def explain(self, row: Progress) -> ProgressExplanation | None:
        reader = ExplanationReader(
            self.request.user, row.target.indicator, View(row.view), row.year
        )
        return next(iter(reader.progress([row.target])), None)


class ElementKind(models.TextChoices):
    """The kind of element that a roll-up is the mean of."""

    PLAN = "plan", _("the plan")
    OBJECTIVE = "objective", _("an objective")
    LEVER = "lever", _("a lever")
    PROJECT = "project", _("a project")

    @classmethod
    def of(cls, roll_up: RollUp) -> "ElementKind":
        return next(kind for kind in cls if getattr(roll_up, f"{kind.value}_id"))


class RollUpSerializer(ReadSerializer):
    plan = SerializerMethodField()
    kind = SerializerMethodField()
    objective = CodeField(allow_null=True)
    lever = CodeField(allow_null=True)
    project = CodeField(allow_null=True)
    status = StatusField()
    would_be = WouldBeField()

    class Meta:
        model = RollUp
        fields = [
            "id",
            "kind",
            "plan",
            "objective",
            "lever",
            "project",
            "year",
            "view",
            *names_of(MEANS),
            "formula_version",
            "computed_at",
        ]

    def get_plan(self, roll_up: RollUp) -> str:
        """The plan itself, or the one its element belongs to."""
        return roll_up.plan.code if roll_up.plan else roll_up.element.plan.code

    @extend_schema_field(ChoiceField(choices=ElementKind))
    def get_kind(self, roll_up: RollUp) -> str:
        return ElementKind.of(roll_up).value


class RollUpFilters(ViewFilters):
    plan = CodeFilter(model=StrategicPlan, method="in_plan")
    kind = WordFilter(words=ElementKind, method="of_kind")
    objective = CodeFilter("objective", model=Objective)
    lever = CodeFilter("lever", model=Lever)
    project = CodeFilter("project", model=FlagshipProject)
    status = WordFilter("status", words=ProgressStatus)

    def in_plan(self, rows: QuerySet[RollUp], name: str, value: str) -> QuerySet[RollUp]:
        return rows.filter(
            Q(plan__code=value)
            | Q(objective__plan__code=value)
            | Q(lever__plan__code=value)
            | Q(project__plan__code=value)
        )

    def of_kind(self, rows: QuerySet[RollUp], name: str, value: str) -> QuerySet[RollUp]:
        return rows.filter(**{f"{value}__isnull": False})


@extend_schema(
    tags=["results"],
    description=_(
        "Progress of the plan, its objectives, levers and projects; for the institute's "
        "people. `coverage` is the share of the weight that has data; below `coverage_needed`, "
        "which the plan sets, there is no mean and no verdict."
    ),
)
class RollUpViewSet(ByNumber):
    queryset = RollUp.objects.select_related(
        "plan", "objective__plan", "lever__plan", "project__plan"
    )
    serializer_class = RollUpSerializer
    filterset_class = RollUpFilters
    ordering_fields = ["plan", "objective", "lever", "project", "year", "progress", "pace"]

    @explained(RollUpExplanationSerializer)
    def explain(self, row: RollUp) -> RollUpExplanation:
        plan = row.plan or row.element.plan
        return explain_roll_up(self.request.user, row.element, plan, View(row.view), row.year)
