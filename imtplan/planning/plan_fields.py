"""The fields of numbers and shares, as people type them, and a line of help under those whose name
does not say what to type."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imtplan.bilingual import reader_language
from imtplan.campaigns.entry.forms import TypedNumberField
from imtplan.numbers import NumberError, format_number, format_percent
from imtplan.units import CellUnit, parse_quantity

NO_UNIT, PERCENT, POINTS = CellUnit(), CellUnit("%", ("%",)), CellUnit("points", ("points",))
# From here on a plain number is no share: 90 typed for 90 %.
TOO_LARGE = 10
TYPING = {"inputmode": "decimal", "autocomplete": "off"}

# By the name of the field, or of its model and the field.
HELP_OF_FIELDS: dict[str, str | Promise] = {
    "rank": gettext_lazy("Its place in lists: the smallest comes first."),
    "indicator.tolerance": gettext_lazy(
        "How far outside the band the progress falls to zero, in the indicator’s unit. Needed"
        " where it is to stay inside a band."
    ),
    "indicator.scale": gettext_lazy("100 for a result in %; 1 where it stays a plain quotient."),
    "sureness": gettext_lazy("How well the source establishes the number. Pages say it beside it."),
    "on_track_from": gettext_lazy(
        "Progress divided by what the path expects of the year: 1, or 100 %, is exactly on it. 0.9"
        " or 90 %."
    ),
    "at_risk_from": gettext_lazy("Below it an element is off track. 0.6 or 60 %."),
}
SHARES = {"on_track_from", "at_risk_from", "verdict_from"}


def beyond_the_plan(last_year: int, years: Iterable[int | None]) -> list[str]:
    """Returns a question for each target year after the last one of its plan; others are usual."""
    text = _(
        "The plan ends in %(last)s: a target for %(year)s comes due only after it. Is %(year)s the "
        "year you mean?"
    )
    beyond = sorted({year for year in years if year and year > last_year})
    return [text % {"last": last_year, "year": year} for year in beyond]


class PlanNumberField(TypedNumberField):
    """Reads and shows a number in the person's language. Its bounds are the model's."""

    def prepare_value(self, value: Any) -> Any:
        return (
            format_number(value, language=reader_language())
            if isinstance(value, Decimal)
            else value
        )

    def validate(self, value: Any) -> None:
        if self.required and value is None:
            raise ValidationError(_("Enter a number."), code="required")

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compares the numbers, not the texts: 1,50 is no change of 1.5. An unreadable text is."""
        try:
            return bool(self.to_python(data) != initial)
        except ValidationError:
            return True


def number_field(unit: CellUnit = NO_UNIT, **options: Any) -> PlanNumberField:
    field = PlanNumberField(widget=forms.TextInput(attrs=TYPING), **options)
    field.unit = unit
    return field


class ShareField(PlanNumberField):
    """Reads a share as people type it: 0.9, 90 % and 90 per cent are the same."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs=TYPING), **options)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        try:
            read = super().to_python(value)
        except ValidationError:
            return self._of_percent(str(value))
        if read is not None and read >= TOO_LARGE:
            words = {"typed": value, "meant": format_percent(read, language=reader_language())}
            raise ValidationError(
                _("%(typed)s would be %(meant)s: write a share such as 0.9, or 90 %%.") % words
            )
        return read

    def _of_percent(self, text: str) -> Decimal:
        """Returns a percentage as a share. What is none raises what a plain number would."""
        try:
            return parse_quantity(text, language=reader_language(), cell=PERCENT) / 100
        except NumberError:
            super().to_python(text)
            raise


def share_in_words(share: Decimal) -> str:
    """Returns a share in both ways of writing it: "0.9 (90 %)"."""
    language = reader_language()
    plain, percent = (
        format_number(share, language=language),
        format_percent(share, language=language),
    )
    return f"{plain} ({percent})"
