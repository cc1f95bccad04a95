"""Flagship projects with their milestones and latest report, for programs."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework.serializers import SerializerMethodField

from imtplan.rest import CodeField, CodeFilter, ReadSerializer, WordFilter
from levers.models import Lever
from objectives.api import ElementFilters, ElementSerializer, ElementViewSet
from objectives.models import Objective
from projects.models import DeclaredStatus, FlagshipProject, Milestone, Serves, StatusReport


class ServesSerializer(ReadSerializer):
    objective = CodeField(allow_null=True)
    lever = CodeField(allow_null=True)

    class Meta:
        model = Serves
        fields = ["objective", "lever", "weight", "inferred"]


class MilestoneSerializer(ReadSerializer):
    class Meta:
        model = Milestone
        fields = ["title_fr", "title_en", "due_on", "done_on", "weight"]


class StatusReportSerializer(ReadSerializer):
    class Meta:
        model = StatusReport
        fields = ["status", "sentence", "reported_on"]


class ProjectSerializer(ElementSerializer):
    serves = ServesSerializer(many=True, read_only=True)
    milestones = MilestoneSerializer(many=True, read_only=True)
    lead_school = CodeField(allow_null=True)
    latest_report = SerializerMethodField()

    class Meta(ElementSerializer.Meta):
        model = FlagshipProject
        fields = [
            *ElementSerializer.Meta.fields,
            "is_named",
            "leader",
            "lead_school",
            "source",
            "serves",
            "milestones",
            "latest_report",
        ]

    @extend_schema_field(StatusReportSerializer(allow_null=True))
    def get_latest_report(self, project: Any) -> dict[str, Any] | None:
        reports = project.latest_reports
        return StatusReportSerializer(reports[0]).data if reports else None


class ProjectFilters(ElementFilters):
    code = CodeFilter(model=FlagshipProject)
    objective = CodeFilter("serves__objective", model=Objective, distinct=True)
    lever = CodeFilter("serves__lever", model=Lever, distinct=True)
    status = WordFilter(words=DeclaredStatus, method="with_latest_status")

    def with_latest_status(
        self, projects: QuerySet[FlagshipProject], name: str, value: str
    ) -> QuerySet[FlagshipProject]:
        latest = StatusReport.objects.latest_of_each_project().values("pk")
        reports = StatusReport.objects.filter(pk__in=latest, status=value)
        return projects.filter(pk__in=reports.values("project"))


@extend_schema(
    tags=["plan"],
    description=_(
        "The flagship projects. `status` is what the leader last declared; null: never reported."
    ),
)
class ProjectViewSet(ElementViewSet):
    queryset = FlagshipProject.objects.select_related("plan", "lead_school").prefetch_related(
        "milestones",
        "serves__objective",
        "serves__lever",
        Prefetch(
            "status_reports",
            queryset=StatusReport.objects.latest_of_each_project(),
            to_attr="latest_reports",
        ),
    )
    serializer_class = ProjectSerializer
    filterset_class = ProjectFilters
