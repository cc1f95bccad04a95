"""An indicator's numbers as text, and the moment of which they are."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from imtplan.accounts.models import School
from imtplan.bilingual import reader_language
from imtplan.numbers import format_number, format_percent, rounded_percentage
from imtplan.percentages import in_points
from indicators.models import Figure, Indicator
from indicators.results.corrections import Correction

# Why one year has several numbers, for every page and file that shows more than one.
NATURES = gettext_lazy(
    "One year may have several numbers, and each says which it is. A value counts every school; "
    "an estimate puts the last known figure in place of those that are missing, on validated "
    "figures alone or on the submitted ones too (provisional); a forecast draws the complete "
    "years further. They rest on different figures, so they differ."
)


def moment_in_words(moment: datetime | None) -> str:
    """Returns day and hour in Paris, or that nothing was computed yet."""
    if moment is None:
        return _("nothing was computed yet")
    return date_format(timezone.localtime(moment), pgettext("a moment", "j F Y, H:i"))


def perimeter_in_words(own: int | None, outside: Collection[str]) -> str:
    """Says which schools a total adds up: "8 own schools, without subsidiaries"; nothing where it
    adds up none. `outside` are the kinds of schools that there are beside them."""
    if not own:
        return ""
    without = {
        (True, True): ngettext(
            "%(count)s own school, without subsidiaries and associated schools",
            "%(count)s own schools, without subsidiaries and associated schools",
            own,
        ),
        (True, False): ngettext(
            "%(count)s own school, without subsidiaries",
            "%(count)s own schools, without subsidiaries",
            own,
        ),
        (False, True): ngettext(
            "%(count)s own school, without associated schools",
            "%(count)s own schools, without associated schools",
            own,
        ),
        (False, False): ngettext("%(count)s own school", "%(count)s own schools", own),
    }
    kinds = School.Affiliation
    text = without[kinds.SUBSIDIARY in outside, kinds.ASSOCIATED in outside]
    return _("Totals: %(perimeter)s") % {"perimeter": text % {"count": own}}


def in_percent(ratio: Decimal | None, *, decimals: int = 0, sign: bool = False) -> str:
    """Returns a ratio as a percentage in the reader's language; empty for what is unknown."""
    return format_percent(ratio, language=reader_language(), decimals=decimals, sign=sign)


@dataclass(frozen=True)
class Wording:
    """How the numbers of an indicator are written. What is unknown is an empty text."""

    language: str
    unit: str
    decimals: int

    @classmethod
    def of(cls, indicator: Indicator) -> "Wording":
        return cls(reader_language(), indicator.unit, indicator.decimals)

    def fixed(self, value: Decimal | None, *, sign: bool = False) -> str:
        """Writes as many decimals as the indicator has: for columns and charts."""
        return format_number(
            value,
            language=self.language,
            decimals=self.decimals,
            sign=sign,
            in_percent=self.is_percentage,
        )

    @property
    def is_percentage(self) -> bool:
        return "%" in self.unit

    def number(self, value: Decimal | None, *, sign: bool = False) -> str:
        """Writes it as exactly as a calculation needs: the indicator's decimals, or two if more."""
        if value is None:
            return ""
        most = max(2, self.decimals)
        rounded = rounded_percentage(value, most) if self.is_percentage else round(value, most)
        places = next(n for n in range(self.decimals, most + 1) if round(rounded, n) == rounded)
        return format_number(rounded, language=self.language, decimals=places, sign=sign)

    def percent(self, ratio: Decimal | None, *, sign: bool = False) -> str:
        return format_percent(ratio, language=self.language, sign=sign)

    def difference(self, value: Decimal | None) -> str:
        """Writes the sign, as exactly as needed; of percentages in points, which is their unit."""
        if value is None or not self.is_percentage:
            return self.number(value, sign=True)
        return in_points(value, decimals=max(2, self.decimals))

    def distance(self, value: Decimal) -> str:
        """Returns how far two numbers are apart, with the unit."""
        if self.is_percentage:
            return in_points(abs(value), decimals=max(2, self.decimals), sign=False)
        return self.with_unit(abs(value))

    def growth(self, rate: Decimal | None) -> str:
        """Returns a rate of growth in per cent; a percentage has none, it moves by points."""
        return "" if self.is_percentage else self.percent(rate, sign=True)

    def with_unit(self, value: Decimal | None, *, sign: bool = False) -> str:
        if sign and self.is_percentage:
            return self.difference(value)
        return f"{self.number(value, sign=sign)} {self.unit}" if value is not None else ""


def left_out_in_words(name: str, begun: int, year: int) -> str:
    """Says that the estimate of a year leaves a school out, for which nothing can stand in; of a
    running sum, its figure of an earlier year."""
    text = _("Without %(name)s, which begins in %(year)s.")
    if begun < year:
        text = _("Without the %(year)s figure of %(name)s, which began then.")
    return text % {"name": name, "year": begun}


def correction_in_words(correction: Correction) -> str:
    """Says that a figure that counts was written anew; what it says then, once it is handed in."""
    owner = {"owner": correction.counted.school.name_in(correction.counted.year)}
    if not correction.is_handed_in:
        return _("being corrected by %(owner)s") % owner
    text = Wording.of(correction.indicator).fixed(correction.number)
    if correction.figure.state != Figure.State.NUMBER:
        text = str(correction.figure.get_state_display())
    return _("corrected by %(owner)s, not validated yet: %(text)s") % {**owner, "text": text}
