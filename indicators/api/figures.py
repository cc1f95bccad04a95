"""Indicators, targets and figures for programs; the results are in `indicators.api.results`."""

from typing import Any

from django.db import models
from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework.serializers import CharField, IntegerField, SerializerMethodField

from imtplan.accounts.models import School
from imtplan.rest import (
    ArchivedFilter,
    ByCode,
    ByNumber,
    CodeField,
    CodeFilter,
    PlainDecimalField,
    ReadSerializer,
    WholeNumberFilter,
    WordFilter,
    YesNoFilter,
)
from indicators.api.definitions import SHEET, DefinedSerializer
from indicators.models import (
    CountedFigure,
    Figure,
    FigureContent,
    FigureRule,
    FollowedIndicator,
    Inapplicability,
    Indicator,
    IndicatorLink,
    PublishedValue,
    SeriesBreak,
    View,
)
from indicators.questions.definition_versions import wordings
from levers.models import Lever
from objectives.models import Objective, StrategicPlan
from projects.models import FlagshipProject

# --- Filters that several lists share -----------------------------------------------------------


class FigureLevel(models.TextChoices):
    """The owner of a row: a school, or the institute."""

    SCHOOL = "school", _("a school's")
    INSTITUTE = "institute", _("the institute's")


def at_level(rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
    return rows.filter(**{f"{name}__isnull": value == FigureLevel.INSTITUTE})


class YearFilters(FilterSet):
    year = WholeNumberFilter("year")
    year_from = WholeNumberFilter("year", "gte")
    year_to = WholeNumberFilter("year", "lte")


class ViewFilters(YearFilters):
    """Keep one view; without the parameter, validated figures alone count."""

    view = WordFilter("view", words=View, help_text=_("“validated” unless asked."))

    def __init__(self, data: Any = None, *args: Any, **options: Any) -> None:
        parameters = data.copy() if data is not None else {}
        parameters["view"] = parameters.get("view") or View.VALIDATED
        super().__init__(parameters, *args, **options)


# --- Indicators and targets ---------------------------------------------------------------------


class LinkSerializer(ReadSerializer):
    objective = CodeField(allow_null=True)
    lever = CodeField(allow_null=True)
    project = CodeField(allow_null=True)
    plan = SerializerMethodField()

    class Meta:
        model = IndicatorLink
        fields = ["plan", "objective", "lever", "project", "weight", "inferred"]

    def get_plan(self, link: IndicatorLink) -> str:
        return link.element.plan.code


class FollowedInSerializer(ReadSerializer):
    plan = CodeField()
    replaced_by = CodeField(allow_null=True)

    class Meta:
        model = FollowedIndicator
        fields = [
            "plan",
            "first_year",
            "last_year",
            "is_headline",
            "rank",
            "end_reason",
            "end_sentence",
            "replaced_by",
        ]


class SeriesBreakSerializer(ReadSerializer):
    class Meta:
        model = SeriesBreak
        fields = ["year", "sentence", "recounted"]


class PublishedValueSerializer(ReadSerializer):
    class Meta:
        model = PublishedValue
        fields = ["year", "value", "source", "perimeter_fr", "perimeter_en"]


class InapplicabilitySerializer(ReadSerializer):
    school = CodeField()

    class Meta:
        model = Inapplicability
        fields = ["school", "first_year", "last_year", "sentence"]


class FigureRuleSerializer(ReadSerializer):
    other = CodeField(allow_null=True)
    third = CodeField(allow_null=True)

    class Meta:
        model = FigureRule
        fields = [
            "kind",
            "severity",
            "limit",
            "other",
            "third",
            "tolerance",
            "sentence_fr",
            "sentence_en",
        ]


class IndicatorSerializer(DefinedSerializer):
    links = LinkSerializer(many=True, read_only=True)
    followed_in = FollowedInSerializer(many=True, read_only=True)
    breaks = SeriesBreakSerializer(many=True, read_only=True)
    published_values = PublishedValueSerializer(many=True, read_only=True)
    rules = FigureRuleSerializer(many=True, read_only=True)
    inapplicabilities = InapplicabilitySerializer(many=True, read_only=True)

    class Meta:
        model = Indicator
        fields = [
            "code",
            "name_fr",
            "name_en",
            *SHEET,
            "documents",
            "is_proposed",
            "defined_from_year",
            "former_definitions",
            "theme",
            "unit_fr",
            "unit_en",
            "decimals",
            "aggregation",
            "direction",
            "accumulation",
            "year_kind",
            "scale",
            "numerator_fr",
            "numerator_en",
            "denominator_fr",
            "denominator_en",
            "minimum",
            "maximum",
            "band_low",
            "band_high",
            "tolerance",
            "is_headline",
            "source",
            "rank",
            "links",
            "followed_in",
            "breaks",
            "published_values",
            "rules",
            "inapplicabilities",
        ]


class IndicatorFilters(FilterSet):
    plan = CodeFilter("followed_in__plan", model=StrategicPlan, distinct=True)
    objective = CodeFilter("links__objective", model=Objective, distinct=True)
    lever = CodeFilter("links__lever", model=Lever, distinct=True)
    project = CodeFilter("links__project", model=FlagshipProject, distinct=True)
    theme = WordFilter("theme", words=Indicator.Theme)
    aggregation = WordFilter("aggregation", words=Indicator.Aggregation)
    is_headline = YesNoFilter("is_headline")
    archived = ArchivedFilter()


@extend_schema(
    tags=["figures"],
    description=_(
        "What is measured, in which unit, and which objectives, levers and projects it speaks"
        " for. `plan` keeps the indicators that this plan follows, or followed: `followed_in` says "
        "from which year to which, and why no longer. The definition holds from `defined_from_year`"
        " on (null: for all years); `former_definitions` says what was counted before. "
        "`inapplicabilities` names the schools that it does not concern, the years and the reason."
    ),
)
class IndicatorViewSet(ByCode):
    queryset = Indicator.objects.all()
    serializer_class = IndicatorSerializer
    filterset_class = IndicatorFilters
    ordering_fields = ["rank", "code", "theme"]

    def get_queryset(self) -> QuerySet[Indicator]:
        """Returns the indicators with their links to the plans that this person may see, and the
        years in which those follow them."""
        links = IndicatorLink.objects.visible_to(self.request.user)
        links = links.select_related("objective__plan", "lever__plan", "project__plan")
        excused = Inapplicability.objects.visible_to(self.request.user).in_force()
        followed = FollowedIndicator.objects.visible_to(self.request.user)
        followed = followed.select_related("plan", "replaced_by")
        published = PublishedValue.objects.visible_to(self.request.user)
        return (
            super()
            .get_queryset()
            .prefetch_related(
                Prefetch("links", links),
                Prefetch("followed_in", followed),
                wordings(),
                Prefetch("breaks", SeriesBreak.objects.visible_to(self.request.user).in_use()),
                Prefetch("published_values", published.in_use()),
                Prefetch("rules", FigureRule.objects.visible_to(self.request.user).in_force()),
                Prefetch("inapplicabilities", excused.select_related("school")),
            )
        )


# --- Figures ------------------------------------------------------------------------------------


class FigureSerializer(ReadSerializer):
    id = IntegerField(source="figure_id", read_only=True)
    indicator = CodeField()
    school = SerializerMethodField()
    school_name = CharField(allow_null=True, read_only=True)
    # A ratio keeps its two parts; their quotient is worked out here, to the digits of all results.
    value = PlainDecimalField(
        source="number", max_digits=30, decimal_places=10, read_only=True, allow_null=True
    )

    class Meta:
        model = Figure
        fields = [
            "id",
            "indicator",
            "school",
            "school_name",
            "year",
            "state",
            "value",
            "numerator",
            "denominator",
            "reason",
            "explanation",
            "status",
            "origin",
            "source",
            "version",
            "entered_at",
        ]

    @extend_schema_field(CharField(allow_null=True))
    def get_school(self, figure: FigureContent) -> str | None:
        return figure.of_school.code if figure.of_school else None


class FigureFilters(YearFilters):
    indicator = CodeFilter("indicator", model=Indicator)
    objective = CodeFilter("indicator__links__objective", model=Objective, distinct=True)
    theme = WordFilter("indicator__theme", words=Indicator.Theme)
    school = CodeFilter("school", model=School)
    level = WordFilter("school__kind", words=FigureLevel, method="entered_at_level")
    view = WordFilter("view", words=View, method="counted_in")
    state = WordFilter("state", words=Figure.State)
    status = WordFilter("status", words=Figure.Status)
    origin = WordFilter("origin", words=Figure.Origin)

    def entered_at_level(self, figures: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        own = Q(**{name: School.Affiliation.INSTITUTE})
        return figures.filter(own if value == FigureLevel.INSTITUTE else ~own)

    def counted_in(self, figures: Any, name: str, value: str) -> QuerySet[CountedFigure]:
        """Returns the versions that count. The filters that follow are about these."""
        counted = CountedFigure.objects.in_view(value).select_related("indicator", "school")
        return counted.filter(figure__in=figures.order_by())


@extend_schema(
    tags=["figures"],
    description=_(
        "What a school, or the institute (`school` null), says of an indicator for a year. "
        "`school_name` is the name that the school bore at the end of that year. "
        "Where `value` is null, `state` says why: it is never zero. The rows are the figures as "
        "they were written last, drafts too; with `view` they are the versions that count: the "
        "last that was validated (or handed in), whatever was typed since."
    ),
)
class FigureViewSet(ByNumber):
    queryset = Figure.objects.select_related("indicator", "school")
    serializer_class = FigureSerializer
    filterset_class = FigureFilters
    ordering_fields = ["indicator", "school", "year", "entered_at"]
