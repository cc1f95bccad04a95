"""The parameter `as_of`: every answer of the API as it was known at an earlier moment."""

from contextlib import ExitStack
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from imtplan import clock
from imtplan.canonical import instant
from indicators.past import shown_at

NAME = "as_of"


class AsOfParameter(BaseFilterBackend):
    """Declare `as_of` in the schema; it chooses no row itself."""

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: Any
    ) -> QuerySet[Any]:
        return queryset

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            {
                "name": NAME,
                "in": "query",
                "required": False,
                "description": str(
                    _(
                        "What was known then: a day (its end in Paris) or an instant. The answer "
                        "repeats it in the header X-As-Of."
                    )
                ),
                "schema": {"type": "string", "examples": ["2021-03-03"]},
            }
        ]


class AtAMoment:
    """Answer a read-only request with the data of an earlier moment and the roles of today."""

    understood = (NAME,)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with ExitStack() as self._moment:
            response = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
            if clock.moment():
                response["X-As-Of"] = instant(clock.moment())
                if response.streaming:  # to be read while it is still that moment
                    response.streaming_content = list(response.streaming_content)
            return response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        if text := request.query_params.get(NAME):
            list(request.user.held_roles)  # read before the tables show the earlier moment
            try:
                self._moment.enter_context(shown_at(clock.moment_named(text)))
            except clock.NoSuchMoment as reason:
                raise exceptions.ValidationError({NAME: [str(reason)]}) from None


def at_a_moment(viewset: type[Any]) -> type[Any]:
    """Returns the same view, which also understands `as_of`."""
    backends = [*viewset.filter_backends, AsOfParameter]
    body = {"filter_backends": backends, "__doc__": viewset.__doc__}
    return type(viewset.__name__, (AtAMoment, viewset), body)
