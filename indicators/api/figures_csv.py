"""All figures in one CSV: for pandas, R, Power BI, or a French Excel."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view

from imtplan.spreadsheets import Column, ColumnType, Flavour
from indicators.api.figures import FigureFilters, FigureViewSet
from indicators.api.results_files import InCsv, InFlavours, number, word


def figure_columns(flavour: Flavour) -> list[Column]:
    return [
        Column("indicator", _("Indicator code"), lambda figure: figure.indicator.code),
        Column("name", _("Indicator"), lambda figure: figure.indicator.name),
        Column("unit", _("Unit"), lambda figure: figure.indicator.unit),
        Column(
            "school_code",
            _("School code"),
            lambda figure: figure.of_school.code if figure.of_school else None,
        ),
        Column("school", _("School"), lambda figure: figure.school_name),
        Column("year", _("Year"), lambda figure: figure.year, ColumnType.NUMBER),
        word("state", _("State"), flavour),
        number("value", _("Value"), attribute="number"),
        Column("numerator", _("Numerator"), lambda figure: figure.numerator, ColumnType.NUMBER),
        Column(
            "denominator", _("Denominator"), lambda figure: figure.denominator, ColumnType.NUMBER
        ),
        word("status", _("Status"), flavour),
        word("origin", _("Way of entry"), flavour),
        Column("version", _("Version"), lambda figure: figure.version, ColumnType.NUMBER),
        Column("entered_at", _("Entered at"), lambda figure: figure.entered_at, ColumnType.TIME),
        Column("source", _("Source"), lambda figure: figure.source),
        Column("reason", _("Reason"), lambda figure: figure.reason or None),
        Column("explanation", _("Explanation"), lambda figure: figure.explanation or None),
    ]


class FigureCsvFilters(InFlavours, FigureFilters):
    pass


@extend_schema_view(list=extend_schema(tags=["figures"], operation_id="figures_csv"))
class FigureCsvView(InCsv, FigureViewSet):
    """Every figure you may see, in one file, with the same filters as the list."""

    columns, file_name = staticmethod(figure_columns), "figures"
    filterset_class = FigureCsvFilters
