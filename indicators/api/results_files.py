"""All results in one file, CSV, XLSX or ODS: the lists' rows, with their filters and digits."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import FilterSet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from imtplan.rest import WordFilter, rounded
from imtplan.spreadsheets import (
    BookFormat,
    Column,
    ColumnType,
    Flavour,
    book_response,
    csv_response,
)
from indicators.api.results import (
    ElementKind,
    ProgressFilters,
    ProgressViewSet,
    RollUpFilters,
    RollUpViewSet,
    ValueFilters,
    ValueViewSet,
)
from indicators.measures import MEANS, PROGRESS, VALUES, FieldKind, ResultField
from indicators.models import Progress, VerdictInWords

ROWS_READ_AT_A_TIME = 2000


class InFlavours(FilterSet):
    """Accept `flavour`, which changes how rows are written, not which."""

    flavour = WordFilter(
        words=[(flavour.value, flavour.label) for flavour in Flavour], method="as_they_are"
    )

    def as_they_are(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows


# --- Columns ------------------------------------------------------------------------------------


def number(name: str, label: Any, attribute: str = "") -> Column:
    """Returns a column of numbers with at most the ten decimals that the lists give."""

    def read(row: Any) -> Any:
        value = getattr(row, attribute or name)
        return value if value is None or isinstance(value, int) else rounded(value, 10)

    return Column(name, label, read, ColumnType.NUMBER)


def word(name: str, label: Any, flavour: Flavour) -> Column:
    """Returns a column of words: those of the API for programs, those of the pages for people."""
    if flavour is Flavour.MACHINE:
        return Column(name, label, lambda row: getattr(row, name))
    return Column(name, label, lambda row: getattr(row, f"get_{name}_display")())


def flag(name: str, label: Any, flavour: Flavour, where_it_is: Any) -> Column:
    """Returns a column that says whether something is so; people read `where_it_is`, or nothing."""

    def read(row: Any) -> str | None:
        if flavour is Flavour.MACHINE:
            return "true" if getattr(row, name) else "false"
        return str(where_it_is) if getattr(row, name) else None

    return Column(name, label, read)


def _columns(fields: Iterable[ResultField], flavour: Flavour) -> Iterator[Column]:
    for field in fields:
        name, label = field.name, field.label
        match field.kind:
            case FieldKind.NUMBER:
                yield number(name, label)
            case FieldKind.STATUS if flavour is not Flavour.MACHINE:
                # People read the words of the pages: on track is also close to the trajectory.
                yield Column(name, label, lambda row: VerdictInWords.of(row).label)
            case FieldKind.STATUS | FieldKind.WORD:
                yield word(name, label, flavour)
            case FieldKind.TEXT:
                yield Column(name, label, lambda row, name=name: getattr(row, name) or None)
            case FieldKind.IS_ESTIMATE:
                yield flag(name, label, flavour, _("estimate"))
            case FieldKind.FROM_BASELINE:
                yield flag(name, label, flavour, _("yes"))


def listed(values: Any) -> str | None:
    return " ".join(values) or None


def _ending(flavour: Flavour) -> list[Column]:
    return [
        Column("formula_version", _("Formula version"), lambda row: row.formula_version),
        Column("computed_at", _("Computed at"), lambda row: row.computed_at, ColumnType.TIME),
    ]


def value_columns(flavour: Flavour) -> list[Column]:
    return [
        Column("indicator", _("Indicator code"), lambda row: row.indicator.code),
        Column("name", _("Indicator"), lambda row: row.indicator.name),
        Column("unit", _("Unit"), lambda row: row.indicator.unit),
        number("year", _("Year")),
        word("view", _("Figures that count"), flavour),
        *_columns(VALUES, flavour),
        Column("missing", _("Schools missing"), lambda row: listed(row.missing)),
        Column(
            "carried",
            _("Figures carried forward"),
            lambda row: listed(f"{code}:{year}" for code, year in row.carried.items()),
        ),
        Column("left_out", _("Schools left out"), lambda row: listed(row.left_out)),
        *_ending(flavour),
    ]


def _name_of_the_school(row: Progress) -> str | None:
    school = row.target.school
    return school.name_in(row.year) if school else None


def progress_columns(flavour: Flavour) -> list[Column]:
    return [
        Column("target", _("Target code"), lambda row: row.target.code),
        Column("plan", _("Plan"), lambda row: row.target.plan.code),
        Column("indicator", _("Indicator code"), lambda row: row.target.indicator.code),
        Column("name", _("Indicator"), lambda row: row.target.indicator.name),
        Column("unit", _("Unit"), lambda row: row.target.indicator.unit),
        Column(
            "school_code",
            _("School code"),
            lambda row: row.target.school and row.target.school.code,
        ),
        number("year", _("Year")),
        word("view", _("Figures that count"), flavour),
        *_columns(PROGRESS, flavour),
        *_ending(flavour),
        Column("school_name", _("School"), _name_of_the_school),
    ]


def roll_up_columns(flavour: Flavour) -> list[Column]:
    return [
        Column("kind", _("Kind"), _kind_reader(flavour)),
        Column("plan", _("Plan"), lambda row: row.plan.code if row.plan else row.element.plan.code),
        Column("code", _("Code"), lambda row: row.element.code),
        Column("title", _("Title"), lambda row: str(row.element)),
        number("year", _("Year")),
        word("view", _("Figures that count"), flavour),
        *_columns(MEANS, flavour),
        *_ending(flavour),
    ]


def _kind_reader(flavour: Flavour) -> Callable[[Any], str]:
    def read(row: Any) -> str:
        kind = ElementKind.of(row)
        return kind.value if flavour is Flavour.MACHINE else str(kind.label)

    return read


# --- Files --------------------------------------------------------------------------------------


class InFiles:
    """A list of results as a file: every row you may see, with the same filters."""

    pagination_class = None
    columns: Callable[[Flavour], list[Column]]
    title: Any
    file_name: str

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Accept a request for the file's type alone; only refusals are JSON."""
        return super().perform_content_negotiation(request, force=True)  # type: ignore[misc]

    @property
    def dated_name(self) -> str:
        return f"imtplan-{self.file_name}-{timezone.localdate():%Y-%m-%d}"

    def all_rows(self) -> Any:
        rows = self.filter_queryset(self.get_queryset())  # type: ignore[attr-defined]
        return rows.iterator(chunk_size=ROWS_READ_AT_A_TIME)


class InCsv(InFiles):
    @extend_schema(tags=["results"], filters=True, responses={(200, "text/csv"): OpenApiTypes.STR})
    def list(self, request: Request, *args: Any, **kwargs: Any) -> StreamingHttpResponse:
        rows = self.all_rows()  # refuses an unknown flavour, with the filters
        flavour = Flavour(request.query_params.get("flavour") or Flavour.MACHINE)
        columns = type(self).columns(flavour)
        return csv_response(columns, rows, flavour=flavour, name=self.dated_name)


class InBook(InFiles):
    book: BookFormat

    def whole_book(self) -> HttpResponse:
        return book_response(
            type(self).columns(Flavour.EXCEL_FR),
            self.all_rows(),
            title=str(self.title),
            name=self.dated_name,
            book=self.book,
        )


def _binary(book: BookFormat) -> Any:
    responses = {(200, book.content_type): OpenApiTypes.BINARY}
    return extend_schema(tags=["results"], filters=True, responses=responses)


class InXlsx(InBook):
    book = BookFormat.XLSX

    @_binary(BookFormat.XLSX)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.whole_book()


class InOds(InBook):
    book = BookFormat.ODS

    @_binary(BookFormat.ODS)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.whole_book()


class ValueFiles(ValueViewSet):
    columns, title, file_name = value_columns, _("Values"), "values"


class ProgressFiles(ProgressViewSet):
    columns, title, file_name = progress_columns, _("Progress"), "progress"


class RollUpFiles(RollUpViewSet):
    columns, title, file_name = roll_up_columns, _("Roll-ups"), "roll-ups"


class ValueCsvFilters(InFlavours, ValueFilters):
    pass


class ProgressCsvFilters(InFlavours, ProgressFilters):
    pass


class RollUpCsvFilters(InFlavours, RollUpFilters):
    pass


class ValueCsv(InCsv, ValueFiles):
    filterset_class = ValueCsvFilters


class ProgressCsv(InCsv, ProgressFiles):
    filterset_class = ProgressCsvFilters


class RollUpCsv(InCsv, RollUpFiles):
    filterset_class = RollUpCsvFilters


class ValueXlsx(InXlsx, ValueFiles):
    pass


class ProgressXlsx(InXlsx, ProgressFiles):
    pass


class RollUpXlsx(InXlsx, RollUpFiles):
    pass


class ValueOds(InOds, ValueFiles):
    pass


class ProgressOds(InOds, ProgressFiles):
    pass


class RollUpOds(InOds, RollUpFiles):
    pass


FILES = {
    "values.csv": ValueCsv,
    "values.xlsx": ValueXlsx,
    "values.ods": ValueOds,
    "progress.csv": ProgressCsv,
    "progress.xlsx": ProgressXlsx,
    "progress.ods": ProgressOds,
    "roll-ups.csv": RollUpCsv,
    "roll-ups.xlsx": RollUpXlsx,
    "roll-ups.ods": RollUpOds,
}
