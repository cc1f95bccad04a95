"""The definition sheet of an indicator for programs: its documents, and what was counted before."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework.serializers import (
    BooleanField,
    CharField,
    IntegerField,
    Serializer,
    SerializerMethodField,
)

from imtplan.rest import ReadSerializer
from indicators.models import Indicator
from indicators.models.definition_sheet import TEXTS, SheetDocument
from indicators.questions.definition_versions import COLUMNS, DefinitionVersion, versions_of

SHEET = [f"{name}_{language}" for name in TEXTS for language in ("fr", "en")]


class DocumentSerializer(Serializer[SheetDocument]):
    title = CharField()
    address = CharField()


class FormerDefinitionSerializer(Serializer[DefinitionVersion]):
    """What was counted up to a year, and since which; null: from the beginning."""

    first_year = IntegerField(allow_null=True)
    last_year = IntegerField()
    is_proposed = BooleanField(source="indicator.is_proposed")

    def get_fields(self) -> dict[str, Any]:
        texts = {name: CharField(source=f"indicator.{name}") for name in COLUMNS}
        fields: dict[str, Any] = super().get_fields()
        return fields | texts


class DefinedSerializer(ReadSerializer):
    """The base of the serializer of indicators: the fields that are no plain columns."""

    documents = SerializerMethodField()
    former_definitions = SerializerMethodField()

    @extend_schema_field(DocumentSerializer(many=True))
    def get_documents(self, indicator: Indicator) -> Any:
        return DocumentSerializer(indicator.linked_documents, many=True).data

    @extend_schema_field(FormerDefinitionSerializer(many=True))
    def get_former_definitions(self, indicator: Indicator) -> Any:
        former = versions_of(indicator)[:-1]
        return FormerDefinitionSerializer(former, many=True).data
