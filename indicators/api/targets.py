"""Targets for programs: what each says, and what was changed of it since."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework.serializers import (
    BooleanField,
    CharField,
    DateTimeField,
    IntegerField,
    ListField,
    Serializer,
    SerializerMethodField,
)

from imtplan.accounts.models import School
from imtplan.accounts.roles import Permission, has_permission
from imtplan.rest import (
    ArchivedFilter,
    ByCode,
    CodeField,
    CodeFilter,
    PlainDecimalField,
    ReadSerializer,
    WordFilter,
    YesNoFilter,
)
from indicators.api.figures import FigureLevel, YearFilters, at_level
from indicators.models import Indicator, Target, TrajectoryPoint
from indicators.questions.target_revisions import (
    TargetRevision,
    TargetTerms,
    revisions_of,
    with_versions,
)
from objectives.models import StrategicPlan


class PointSerializer(ReadSerializer):
    class Meta:
        model = TrajectoryPoint
        fields = ["year", "value"]


class TermsSerializer(Serializer[TargetTerms]):
    """The terms of a target, as they stood before or after a revision."""

    value = PlainDecimalField(max_digits=24, decimal_places=6, allow_null=True)
    growth_percent = PlainDecimalField(max_digits=9, decimal_places=3, allow_null=True)
    year = IntegerField()
    baseline_value = PlainDecimalField(max_digits=24, decimal_places=6, allow_null=True)
    baseline_year = IntegerField()
    trajectory = CharField()
    is_reference = BooleanField()
    points = SerializerMethodField()

    @extend_schema_field(PointSerializer(many=True))
    def get_points(self, terms: TargetTerms) -> Any:
        points = [TrajectoryPoint(year=year, value=value) for year, value in terms.stated]
        return PointSerializer(points, many=True, context=self.context).data


class RevisionSerializer(Serializer[TargetRevision]):
    at = DateTimeField()
    moved = ListField(child=CharField())
    before = TermsSerializer()
    after = TermsSerializer()
    by = CharField(help_text=_("Empty for who does not read the institute."))
    reason = CharField()


def revisions_for_readers(target: Target, context: Mapping[str, Any]) -> Any:
    """Returns the revisions of a target of `with_versions` as rows, without who made them for
    those who do not read the institute."""
    revisions = revisions_of(target)
    if not has_permission(context["request"].user, Permission.READ_INSTITUTE):
        revisions = [replace(revision, by="") for revision in revisions]
    return RevisionSerializer(revisions, many=True, context=context).data


class TargetSerializer(ReadSerializer):
    plan = CodeField()
    indicator = CodeField()
    school = CodeField(allow_null=True)
    points = PointSerializer(many=True, read_only=True)
    revisions = SerializerMethodField()

    class Meta:
        model = Target
        fields = [
            "code",
            "plan",
            "indicator",
            "school",
            "year",
            "value",
            "growth_percent",
            "baseline_year",
            "baseline_value",
            "baseline_source",
            "trajectory",
            "points",
            "is_reference",
            "perimeter_fr",
            "perimeter_en",
            "source",
            "sureness",
            "revisions",
        ]

    @extend_schema_field(RevisionSerializer(many=True))
    def get_revisions(self, target: Target) -> Any:
        return revisions_for_readers(target, self.context)


class TargetFilters(YearFilters):
    plan = CodeFilter("plan", model=StrategicPlan)
    indicator = CodeFilter("indicator", model=Indicator)
    school = CodeFilter("school", model=School)
    level = WordFilter("school", words=FigureLevel, method=at_level)
    is_reference = YesNoFilter("is_reference")
    archived = ArchivedFilter()


@extend_schema(
    tags=["figures"],
    description=_(
        "What an indicator is meant to reach: a `value`, or a growth over the baseline in per "
        "cent. A `school` of null is the institute. One target of an indicator and plan is the "
        "reference. `revisions` says what was changed of it since its plan was published, with "
        "the terms before and after, who changed them and why."
    ),
)
class TargetViewSet(ByCode):
    queryset = Target.objects.select_related("plan", "indicator", "school").prefetch_related(
        "points"
    )
    serializer_class = TargetSerializer
    filterset_class = TargetFilters
    ordering_fields = ["plan", "indicator", "school", "year", "code"]

    def get_queryset(self) -> QuerySet[Any]:
        targets: Any = super().get_queryset()
        return with_versions(targets)
