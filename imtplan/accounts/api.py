"""The API's list of schools."""

from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import extend_schema

from imtplan.accounts.models import School
from imtplan.rest import ByCode, ReadSerializer, WordFilter

# The institute itself is in no list of schools.
KINDS = [word for word in School.Affiliation.choices if word[0] != School.Affiliation.INSTITUTE]


class SchoolSerializer(ReadSerializer):
    class Meta:
        model = School
        fields = [
            "code",
            "name",
            "former_name",
            "kind",
            "sites",
            "region",
            "first_year",
            "last_year",
            "rank",
        ]


class SchoolFilters(FilterSet):
    kind = WordFilter(words=KINDS)


@extend_schema(
    tags=["plan"],
    description=_(
        "The schools you may see: all of them for the institute's people, else your own."
    ),
)
class SchoolViewSet(ByCode):
    queryset = School.objects.all()
    serializer_class = SchoolSerializer
    filterset_class = SchoolFilters
    ordering_fields = ["rank", "code", "name"]
