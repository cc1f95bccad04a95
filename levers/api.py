"""Levers for programs."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema

from imtplan.rest import CodeFilter
from levers.models import Lever
from objectives.api import ElementFilters, ElementSerializer, ElementViewSet


class LeverSerializer(ElementSerializer):
    class Meta(ElementSerializer.Meta):
        model = Lever
        fields = [*ElementSerializer.Meta.fields, "kind_fr", "kind_en"]


class LeverFilters(ElementFilters):
    code = CodeFilter(model=Lever)


@extend_schema(
    tags=["plan"],
    description=_(
        "The levers of success: beside the objectives, never in the plan's own progress."
    ),
)
class LeverViewSet(ElementViewSet):
    queryset = Lever.objects.select_related("plan")
    serializer_class = LeverSerializer
    filterset_class = LeverFilters
