"""The base of every list of the API: read only, closed by default, strict about its questions.

A question that is not understood is answered with 400 and a sentence, never with more rows than
were asked for. No word of the plan's own vocabulary here.
"""

import json
from collections.abc import Collection
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any, NoReturn

from django import forms
from django.core.exceptions import SuspiciousOperation
from django.db import models
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from django_filters.fields import ChoiceField
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import exceptions, parsers, permissions, serializers, viewsets
from rest_framework.filters import OrderingFilter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from imtplan.numbers import plain

HALF_CHARACTER = "\\ud"  # how one half is written; two of them make a character

ARCHIVED = _("“true” gives what was put aside instead of what is in use.")

# --- Rows out -----------------------------------------------------------------------------------


class PlainDecimalField(serializers.DecimalField):
    """Writes a number as text with its own digits: "13400", "0.2424242424", never "1.34E+4"."""

    def to_representation(self, value: Decimal) -> str:
        return plain(rounded(value, self.decimal_places))


def rounded(value: Decimal, decimals: int) -> Decimal:
    """Returns the number with at most so many decimals, halves rounded away from zero."""
    if value.as_tuple().exponent >= -decimals:  # type: ignore[operator]
        return value
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


class CodeField(serializers.SlugRelatedField):
    """A related row, by its code."""

    def __init__(self, slug_field: str = "code", **options: Any) -> None:
        super().__init__(slug_field=slug_field, read_only=True, **options)


class ReadSerializer(serializers.ModelSerializer):
    """Every field is given in every answer, and none can be written."""

    serializer_field_mapping = serializers.ModelSerializer.serializer_field_mapping | {
        models.DecimalField: PlainDecimalField
    }

    def get_extra_kwargs(self) -> dict[str, dict[str, Any]]:
        return {name: {"read_only": True} for name in self.Meta.fields}


# --- Questions in -------------------------------------------------------------------------------


class WordField(ChoiceField):
    def validate(self, value: str) -> None:
        if value and not self.valid_value(value):
            known = ", ".join(word for word, _label in self.choices if word)
            raise forms.ValidationError(
                _("“%(value)s” is none of the words known here: %(known)s."),
                params={"value": value, "known": known},
            )


class WordFilter(filters.ChoiceFilter):
    """Filters by one of a few words; the answer to another word lists them."""

    field_class = WordField

    def __init__(self, field_name: str | None = None, *, words: Any, **options: Any) -> None:
        choices = getattr(words, "choices", words)
        super().__init__(field_name, choices=choices, empty_label=None, **options)


class CodeFormField(forms.CharField):
    """A code that stands for at least one of the rows the person may see."""

    rows: QuerySet[Any]

    def validate(self, value: str) -> None:
        # Another school's code gets the same answer as a code that does not exist.
        if value and not self.rows.filter(code=value).exists():
            raise forms.ValidationError(
                _("The code “%(value)s” is not known here."), params={"value": value}
            )

    def clean(self, value: str) -> str:
        # The validators find NUL, before it reaches PostgreSQL.
        value = self.to_python(value)
        self.run_validators(value)
        self.validate(value)
        return value


class CodeFilter(filters.CharFilter):
    """Filters rows by their code, or by that of a row they refer to: `school=imt-mines-albi`.

    Plans share the codes of their elements: only the rows that the person may see are followed.
    """

    field_class = CodeFormField

    def __init__(self, field_name: str = "", *, model: Any, **options: Any) -> None:
        self.rows_of = model
        self.path = field_name or "pk"
        super().__init__(f"{field_name}__code" if field_name else "code", **options)

    @property
    def field(self) -> forms.Field:
        field = super().field
        field.rows = self.rows_of.objects.visible_to(self.parent.request.user)
        return field

    def filter(self, rows: QuerySet[Any], value: str | None) -> QuerySet[Any]:
        if not value:
            return rows
        named = self.field.rows.filter(code=value).values("pk")
        rows = rows.filter(**{f"{self.path}__in": named})
        return rows.distinct() if self.distinct else rows


class WholeNumberFilter(filters.NumberFilter):
    field_class = forms.IntegerField


class YesNoField(forms.CharField):
    answers = {"true": True, "false": False}

    def clean(self, value: str | None) -> bool | None:
        if not value:
            return None
        if value not in self.answers:
            raise forms.ValidationError(_("The answer is “true” or “false”."))
        return self.answers[value]


class YesNoFilter(filters.BooleanFilter):
    """Django's own takes "maybe" for no answer, and gives every row."""

    field_class = YesNoField

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, widget=forms.TextInput, **options)


class ArchivedFilter(YesNoFilter):
    """Leaves out archived rows unless they are asked for; their own address still answers."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            "archived_at", lookup_expr="isnull", exclude=True, help_text=ARCHIVED, **options
        )

    def filter(self, rows: QuerySet[Any], value: bool | None) -> QuerySet[Any]:
        if value is None and not self.parent.request.parser_context["view"].detail:
            value = False
        return super().filter(rows, value)


class Ordering(OrderingFilter):
    """Orders by one or several of the view's `ordering_fields`, then by the key, so that no two
    rows are equal and none is lost between two pages."""

    ordering_description = _("Fields to order by, commas between, “-” before one for downward.")

    def remove_invalid_fields(
        self, queryset: QuerySet[Any], fields: list[str], view: Any, request: Request
    ) -> list[str]:
        unknown = [field for field in fields if field.removeprefix("-") not in view.ordering_fields]
        if unknown:
            raise exceptions.ValidationError(
                {
                    self.ordering_param: [
                        _("Rows can be ordered by %(known)s, not by “%(unknown)s”.")
                        % {"known": ", ".join(view.ordering_fields), "unknown": unknown[0]}
                    ]
                }
            )
        return fields

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: Any
    ) -> QuerySet[Any]:
        own = queryset.model._meta.ordering
        ordering = self.get_ordering(request, queryset, view) or own
        return queryset.order_by(*ordering, "pk")


class ExactJSON(parsers.JSONParser):
    """JSON as it was sent: numbers to the last digit, and no field twice.

    Python keeps the last of two fields that are called alike, makes floats of numbers, and takes
    half a character ("\\ud800"), which no answer and no row can hold.
    """

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        encoding = (parser_context or {}).get("encoding", "utf-8")
        try:
            text = stream.read().decode(encoding)
            content = json.loads(
                text,
                parse_float=_exact,
                parse_constant=_no_constant,
                object_pairs_hook=_once_each,
            )
            if HALF_CHARACTER in text.lower():
                json.dumps(content, ensure_ascii=False, default=str).encode()
        except RecursionError as error:
            raise exceptions.ParseError(_("This JSON is nested too deep.")) from error
        except (ValueError, LookupError) as error:
            text = _("This JSON cannot be read: %(why)s") % {"why": error}
            raise exceptions.ParseError(text) from error
        return content


def _exact(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent beyond what there are numbers for
        raise exceptions.ParseError(_("“%(text)s” is no number.") % {"text": text}) from None


def _no_constant(name: str) -> NoReturn:
    raise exceptions.ParseError(_("“%(text)s” is no number.") % {"text": name})


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if name in fields:
            raise exceptions.ParseError(_("“%(name)s” is given twice.") % {"name": name})
        fields[name] = value
    return fields


# --- Headers --------------------------------------------------------------------------------------

# Our names that a header may be meant for; only the last of them is read as a header anywhere.
NAMES_OF_OURS = ("dry_run", "as_of", "page_size", "idempotency_key")
ALIKE = 0.75  # "as_off", "asof" and "idempotence_key" are, none of HTTP's own names is
# Headers that would make an act depend on something, or say how it is to be read.
CONDITIONS = ("If-Match", "If-Unmodified-Since", "Content-Range", "X-HTTP-Method-Override")
# A read may pass these over and answer in full; a write may not.
CONDITIONS_OF_WRITES = ("If-None-Match", "If-Modified-Since", "Content-Encoding")


def refuse_headers(request: Request, understood: Collection[str]) -> None:
    """Refuse a header with a condition or an option that would be passed over."""
    reads = request.method in permissions.SAFE_METHODS
    for name in request.headers:
        if name in understood:
            continue
        if name in _conditions(reads) or _is_like_ours(name):
            text = _("The header %(name)s is not understood here.") % {"name": name}
            raise exceptions.ParseError(text)
    if reads and request.headers.get("Content-Length", "0") not in ("", "0"):
        raise exceptions.ParseError(_("A question stands in the address: its body is not read."))


def _conditions(reads: bool) -> tuple[str, ...]:
    """Returns the conditions that are refused, spelled as Django does."""
    names = CONDITIONS if reads else CONDITIONS + CONDITIONS_OF_WRITES
    return tuple(name.title() for name in names)


def _is_like_ours(header: str) -> bool:
    name = header.lower().removeprefix("x-").replace("-", "_")
    return bool(get_close_matches(name, NAMES_OF_OURS, 1, ALIKE))


# --- The views ----------------------------------------------------------------------------------


class AnswersInSentences(APIView):
    """What Django itself refuses is answered in JSON like the rest, and what an address asks and
    is not understood is refused: `?dry_run=true` that is passed over would write."""

    parser_classes = [ExactJSON]
    understood: tuple[str, ...] = ()  # what the address may ask
    understood_headers: tuple[str, ...] = ()  # of those that are refused elsewhere

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.refuse_what_is_not_understood(request)
        refuse_headers(request, self.understood_headers)

    def parameters(self) -> list[str]:
        return [*self.understood, "format"]

    def refuse_what_is_not_understood(self, request: Request) -> None:
        """A misspelt filter that is passed over gives every row, and a wrong report."""
        known = self.parameters()
        for name, values in request.query_params.lists():
            if name not in known:
                raise exceptions.ValidationError(
                    {
                        "detail": _("“%(name)s” is not understood here. Known: %(known)s.")
                        % {"name": name, "known": ", ".join(known)}
                    }
                )
            if len(values) > 1:
                raise exceptions.ValidationError({name: [_("Give this once.")]})
            if not values[0]:
                text = _("This is empty: give a value, or leave the name out.")
                raise exceptions.ValidationError({name: [text]})

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, SuspiciousOperation):
            exc = exceptions.ParseError(_("This address asks for too much, or for nonsense."))
        return super().handle_exception(exc)


class ReadOnly(AnswersInSentences, viewsets.ReadOnlyModelViewSet):
    """A list and its rows. Whatever `queryset` says, it begins at what the person may see."""

    filter_backends = [DjangoFilterBackend, Ordering]
    ordering_fields: list[str] = []

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().visible_to(self.request.user)

    def get_object(self) -> Any:
        """Filters are for lists: a row asked for by name is given whatever its view or status."""
        return get_object_or_404(
            self.get_queryset(), **{self.lookup_field: self.kwargs[self.lookup_field]}
        )

    def parameters(self) -> list[str]:
        """Filters are for lists: at a row's own address they would be passed over."""
        if self.detail:
            return super().parameters()
        pages = ["page", "page_size"] if self.paginator else []
        return [*self.filterset_class.base_filters, "ordering", *super().parameters(), *pages]


class ByCode(ReadOnly):
    """Rows whose code is theirs alone, and therefore their address."""

    lookup_field = "code"
    lookup_value_regex = "[-a-zA-Z0-9_]+"


class ByNumber(ReadOnly):
    lookup_value_regex = "[0-9]{1,18}"


class NoSuchAddress(AnswersInSentences):
    """Under the API even a wrong address is answered in JSON."""

    schema = None

    def refuse_what_is_not_understood(self, request: Request) -> None:
        """Nothing is: that there is nothing here is the better answer."""

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        raise exceptions.NotFound(_("There is nothing at this address; see /api/v1/docs/."))
