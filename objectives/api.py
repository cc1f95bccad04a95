"""Plans and objectives for programs."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import extend_schema

from imtplan.rest import (
    ArchivedFilter,
    ByCode,
    ByNumber,
    CodeField,
    CodeFilter,
    ReadSerializer,
    WordFilter,
)
from objectives.models import Objective, PlanState, StrategicPlan


class PlanSerializer(ReadSerializer):
    supersedes = CodeField(allow_null=True)

    class Meta:
        model = StrategicPlan
        fields = [
            "code",
            "name_fr",
            "name_en",
            "baseline_year",
            "first_year",
            "last_year",
            "validated_on",
            "presented_on",
            "ambition_fr",
            "ambition_en",
            "preamble_fr",
            "preamble_en",
            "on_track_from",
            "at_risk_from",
            "verdict_from",
            "supersedes",
            "state",
            "published_at",
            "closed_at",
        ]


class PlanFilters(FilterSet):
    state = WordFilter("state", words=PlanState)


@extend_schema(
    tags=["plan"],
    description=_(
        "The strategic plans, the latest first. `state` is its life; a draft is given to who may "
        "see it only, with its elements, targets and results."
    ),
)
class PlanViewSet(ByCode):
    queryset = StrategicPlan.objects.all()
    serializer_class = PlanSerializer
    filterset_class = PlanFilters
    ordering_fields = ["first_year", "code"]

    def get_queryset(self) -> QuerySet[StrategicPlan]:
        """Returns the plans, each with the one it follows where this person may see that too."""
        former = StrategicPlan.objects.visible_to(self.request.user)
        return super().get_queryset().prefetch_related(Prefetch("supersedes", former))


class ElementSerializer(ReadSerializer):
    """What objectives, levers and projects share."""

    plan = CodeField()
    continues = CodeField(
        allow_null=True,
        help_text=_("The code of what it was in the plan that its own supersedes; null: new."),
    )

    class Meta:
        fields = [
            *("id", "plan", "code", "title_fr", "title_en", "description_fr", "description_en"),
            *("weight", "rank", "continues"),
            *("first_year", "last_year", "end_reason", "end_sentence"),
        ]


class ElementFilters(FilterSet):
    plan = CodeFilter("plan", model=StrategicPlan)
    archived = ArchivedFilter()


class ObjectiveSerializer(ElementSerializer):
    class Meta(ElementSerializer.Meta):
        model = Objective


class ObjectiveFilters(ElementFilters):
    code = CodeFilter(model=Objective)


class ElementViewSet(ByNumber):
    ordering_fields = ["plan", "rank", "code", "weight"]

    def get_queryset(self) -> QuerySet[Any]:
        """Returns the elements, each with what it goes on from where this person may see that."""
        rows = super().get_queryset()
        former = rows.model._default_manager.visible_to(self.request.user)
        return rows.prefetch_related(Prefetch("continues", former))


@extend_schema(
    tags=["plan"],
    description=_("The strategic axes. A code is told apart by its plan."),
)
class ObjectiveViewSet(ElementViewSet):
    queryset = Objective.objects.select_related("plan")
    serializer_class = ObjectiveSerializer
    filterset_class = ObjectiveFilters
