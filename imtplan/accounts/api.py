"""The API's list of schools."""

from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework.serializers import CharField, Serializer, SerializerMethodField

from imtplan.accounts.models import School
from imtplan.rest import ByCode, ReadSerializer, WordFilter

# The institute itself is in no list of schools.
KINDS = [word for word in School.Affiliation.choices if word[0] != School.Affiliation.INSTITUTE]


class EarlierNameSerializer(Serializer):
    """A name of before; `until` is its last day, the last year of which it is known, or empty."""

    name = CharField()
    until = CharField(allow_blank=True)


class SchoolSerializer(ReadSerializer):
    former_name = SerializerMethodField()
    earlier_names = EarlierNameSerializer(source="former_names", many=True)

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
            "earlier_names",
            "opened_on",
            "closed_on",
        ]

    @extend_schema_field(CharField())
    def get_former_name(self, school: School) -> str:
        """Returns the last name before today's; empty where there was none."""
        return school.former_names[-1].name if school.former_names else ""


class SchoolFilters(FilterSet):
    kind = WordFilter(words=KINDS)


@extend_schema(
    tags=["plan"],
    description=_(
        "The schools you may see: all of them for the institute's people, else your own. `name` is "
        "today's; `earlier_names` are those of before, the earliest first, each until a day "
        "(2021-08-31), a year (2018, where the day is not known) or neither (empty)."
    ),
)
class SchoolViewSet(ByCode):
    queryset = School.objects.all()
    serializer_class = SchoolSerializer
    filterset_class = SchoolFilters
    ordering_fields = ["rank", "code", "name"]
