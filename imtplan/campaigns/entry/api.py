"""Entering figures from a program: the same cells, checks, versions and refusals as the page."""

from decimal import Decimal
from http import HTTPStatus
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import exceptions, serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from imtplan.accounts.models import School
from imtplan.audit.models import Event
from imtplan.campaigns.access import SeveralCampaigns, may_enter, place_of_year
from imtplan.campaigns.entry.checking.cells import EnteredCell
from imtplan.campaigns.entry.checking.number_sentences import NUMBER_SENTENCES
from imtplan.campaigns.entry.idempotency import KeptAnswer, KeyedRequest, KeyTooLong
from imtplan.campaigns.entry.reading import SchoolFigures, read
from imtplan.campaigns.entry.saving import SaveOutcome, store
from imtplan.campaigns.gate import CampaignRefusal, locked
from imtplan.campaigns.models import Campaign
from imtplan.campaigns.typed_text import (
    LONGEST_EXPLANATION,
    LONGEST_REASON,
    too_long,
)
from imtplan.numbers import NumberError, NumberProblem, parse_plain, plain
from imtplan.rest import AnswersInSentences
from imtplan.spreadsheets.tables import one_kind_of_line_ends
from indicators.models import Figure, Indicator

State = Figure.State
PARTS = ("value", "numerator", "denominator")


@extend_schema_field({"type": ["string", "number"], "examples": ["1234.5"]})
class PlainNumberField(serializers.Field):
    """A number of JSON, or a text in plain notation ("1234.5"). Nothing is guessed or rounded."""

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, bool) or not isinstance(data, str | int | Decimal):
            raise serializers.ValidationError(NUMBER_SENTENCES[NumberProblem.NOT_PLAIN])
        try:
            return parse_plain(data)
        except NumberError as error:
            sentence = NUMBER_SENTENCES[error.problem]
            raise serializers.ValidationError(sentence, code=error.problem) from error

    def to_representation(self, value: Decimal) -> str:
        return plain(value)


class VersionField(serializers.IntegerField):
    """DRF's own takes " ３ " for a 3."""

    def to_internal_value(self, data: Any) -> int:
        is_whole = isinstance(data, int) and not isinstance(data, bool)
        if not is_whole and not (isinstance(data, str) and data.isascii() and data.isdecimal()):
            self.fail("invalid")
        return int(super().to_internal_value(data))


class TextField(serializers.CharField):
    """A text of several lines, kept whole or refused with its length."""

    def __init__(self, *, limit: int, **options: Any) -> None:
        super().__init__(**{"required": False, "allow_blank": True} | options)
        self.limit = limit

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        text = one_kind_of_line_ends(super().to_internal_value(data))
        if sentence := too_long(text, self.limit):
            raise serializers.ValidationError(sentence, code="max_length")
        return text


class CellSerializer(serializers.Serializer):
    """What to store: a number (or its two parts), or a word with its reason."""

    value = PlainNumberField(required=False, allow_null=True)
    numerator = PlainNumberField(required=False, allow_null=True)
    denominator = PlainNumberField(required=False, allow_null=True)
    state = serializers.ChoiceField(choices=State.choices, required=False)
    reason = TextField(limit=LONGEST_REASON)
    explanation = TextField(limit=LONGEST_EXPLANATION)
    confirm = serializers.BooleanField(required=False)
    version = VersionField(
        allow_null=True,
        min_value=1,
        help_text=_("The version you read; null where you saw none."),
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        unknown = set(self.initial_data) - set(self.fields)
        if unknown:
            name = min(unknown)
            raise serializers.ValidationError({name: [_("This is not understood here.")]})
        numbers = [part for part in PARTS if attrs.get(part) is not None]
        if numbers and attrs.get("state", State.NUMBER) != State.NUMBER:
            raise serializers.ValidationError(
                {"state": [_("Either a number or a word: empty one of the two.")]}
            )
        return attrs

    def cell(self, indicator: Indicator, stored: Figure | None) -> EnteredCell:
        """What is not sent of the explanation stays as it is; the figure itself is sent whole."""
        data = self.validated_data
        parts = {part: data.get(part) for part in PARTS}
        entered = any(number is not None for number in parts.values())
        state = State(data.get("state") or (State.NUMBER if entered else State.NOT_ENTERED))
        kept = {"explanation": "", "confirm": False}
        if stored:
            kept = {"explanation": stored.explanation, "confirm": bool(stored.confirmed)}
        return EnteredCell(
            indicator=indicator,
            state=state,
            reason=data.get("reason", ""),
            explanation=data.get("explanation", kept["explanation"]),
            confirm=data.get("confirm", kept["confirm"]),
            version=data["version"],
            **parts,
        )


CAMPAIGN_PARAMETER = OpenApiParameter(
    "campaign",
    str,
    description=_("The code of the campaign, where the year has several that could be meant."),
)


def _place(request: Request, year: int, school: str, indicator: str = "") -> dict[str, Any]:
    """Answers 400 with the codes where several campaigns could be meant."""
    code = request.query_params.get("campaign", "")
    try:
        return place_of_year(request.user, year, school, campaign=code, indicator=indicator)
    except SeveralCampaigns as several:
        text = _(
            "Several campaigns of %(year)s could be meant: say which with campaign=. %(codes)s"
        )
        codes = ", ".join(several.codes)
        raise exceptions.ValidationError(
            {"campaign": [text % {"year": year, "codes": codes}]}
        ) from several


class EntryView(AnswersInSentences):
    """A school's cells of one campaign, and one of them."""

    understood = ("campaign",)
    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="entry",
        summary="A school's cells of one year: what stands in each, and what is said of it",
        parameters=[CAMPAIGN_PARAMETER],
        responses={200: dict},
    )
    def get(self, request: Request, year: int, school: str) -> Response:
        here = _place(request, year, school)
        reading = read(**here)
        cells = [_cell(indicator, reading) for indicator in reading.indicators]
        return Response(
            {
                "year": year,
                "campaign": here["campaign"].code,
                "name": str(here["campaign"]),
                "school": school,
                "closes_at": here["campaign"].closes_at_for(here["school"]),
                "is_open": here["campaign"].is_open_for(here["school"]),
                **reading.counts,
                "cells": cells,
            }
        )


class CellView(AnswersInSentences):
    """One cell: written whole, on the version that was read."""

    understood = ("campaign",)
    understood_headers = ("Idempotency-Key",)
    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="entry_put",
        summary="Store one cell",
        description="409: somebody changed it meanwhile, or it cannot change now; 422: impossible.",
        parameters=[
            OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER),
            CAMPAIGN_PARAMETER,
        ],
        request=CellSerializer,
        responses={200: dict, 409: dict, 422: dict},
    )
    def put(self, request: Request, year: int, school: str, indicator: str) -> Response:
        here = _place(request, year, school, indicator)
        if not may_enter(request.user, **here):
            raise exceptions.PermissionDenied(_("You may read these figures, not enter them."))
        try:
            keyed = KeyedRequest.of(request)
        except KeyTooLong as refusal:
            raise exceptions.ValidationError({"Idempotency-Key": [refusal.message]}) from refusal
        try:
            answer = _answer(request, keyed, indicator, **here)
        except CampaignRefusal as refusal:
            refused = {"outcome": "refused", "detail": str(refusal.message)}
            answer = keyed.answered_before(refusal) or KeptAnswer(HTTPStatus.CONFLICT, refused)
        return Response(answer.content, status=answer.status)


@transaction.atomic
def _answer(
    request: Request, keyed: KeyedRequest, code: str, campaign: Campaign, school: School
) -> KeptAnswer:
    indicators = campaign.asked_of(school)
    indicator = next((row for row in indicators if row.code == code), None)
    if indicator is None:
        raise Http404
    serializer = CellSerializer(data=request.data)
    serializer.is_valid(raise_exception=True)
    locked(campaign, school, act=Event.Verb.FIGURES_SAVED, by=request.user)
    reading = read(campaign, school, indicators)
    return keyed.once(lambda: _store(request, serializer, indicator, reading))


def _store(
    request: Request, serializer: CellSerializer, indicator: Indicator, reading: SchoolFigures
) -> KeptAnswer:
    cell = serializer.cell(indicator, reading.figure(indicator))
    if wrong := _misplaced(cell):
        return KeptAnswer(
            HTTPStatus.UNPROCESSABLE_ENTITY, {"outcome": "refused", "findings": wrong}
        )
    outcome = store([cell], reading, by=request.user, origin=Figure.Origin.API)
    return _answer_of(indicator, outcome)


def _misplaced(cell: EnteredCell) -> list[dict[str, Any]]:
    """Returns a ratio's parts sent for a plain figure, or the other way round."""
    wrong = ("value",) if cell.indicator.is_ratio else ("numerator", "denominator")
    message = _("This indicator is not entered in this field.")
    return [
        {"level": "impossible", "code": "field", "part": part, "message": str(message)}
        for part in wrong
        if getattr(cell, part) is not None
    ]


def _answer_of(indicator: Indicator, outcome: SaveOutcome) -> KeptAnswer:
    now = _cell(indicator, outcome.reading)
    if indicator.code in outcome.conflicts:
        message = _("Somebody else changed this figure: here it is as it stands.")
        content = {"outcome": "conflict", "detail": str(message), **now}
        return KeptAnswer(HTTPStatus.CONFLICT, content)
    if findings := outcome.refused.get(indicator.code):
        content = {"outcome": "refused", "findings": [finding.as_json() for finding in findings]}
        return KeptAnswer(HTTPStatus.UNPROCESSABLE_ENTITY, content)
    word = "saved" if outcome.changed else "unchanged"
    return KeptAnswer(HTTPStatus.OK, {"outcome": word, **now})


def _cell(indicator: Indicator, reading: SchoolFigures) -> dict[str, Any]:
    """Returns a cell as it stands. What nobody entered has no number, and no version."""
    figure = reading.figure(indicator) or Figure(state=State.NOT_ENTERED, version=None)
    numbers = {part: getattr(figure, part) for part in PARTS}
    return {
        "indicator": indicator.code,
        "year_label": indicator.year_label(reading.campaign.year),
        "state": str(figure.state),
        **{part: None if number is None else plain(number) for part, number in numbers.items()},
        "reason": figure.reason,
        "explanation": figure.explanation,
        "version": figure.version,
        "findings": [finding.as_json() for finding in reading.findings(indicator)],
    }
