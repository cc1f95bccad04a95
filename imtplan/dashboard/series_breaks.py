"""Breaks of a series in words: where it begins anew, and what does not cross that."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from imtplan.dashboard.wording import Wording
from indicators.models import Indicator, SeriesBreak, Target


def break_in_words(row: SeriesBreak, words: Wording) -> str:
    """Returns what changed and between which years, and the earlier year as it would count now."""
    years = {"before": row.preceding_year, "year": row.year, "sentence": row.sentence}
    text = _("The series breaks between %(before)s and %(year)s: %(sentence)s") % years
    if row.recounted is None:
        return text
    known = {"before": row.preceding_year, "value": f"{words.number(row.recounted)} {words.unit}"}
    return f"{text} " + _("Counted in the new way, %(before)s is %(value)s.") % known


def crossings(target: Target, year: int) -> Iterator[str]:
    """Yields what a break of the series means for the progress toward a target in a year."""
    indicator: Indicator = target.indicator
    if since := indicator.comparable_from(target.year):
        text = _("The series breaks in %(year)s: a forecast rests on the years from then on alone.")
        yield text % {"year": since}
    broken = indicator.comparable_from(year)
    if broken and target.baseline_year < broken:
        text = _(
            "The baseline of %(baseline)s was counted in another way than %(year)s: this progress "
            "crosses the break of %(broken)s."
        )
        yield text % {"baseline": target.baseline_year, "year": year, "broken": broken}
