"""Write the difference of two percentages, which is in points, never in per cent."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imtplan.bilingual import reader_language
from imtplan.numbers import format_number


def in_points(difference: Decimal, *, decimals: int = 1, sign: bool = True) -> str:
    """Returns "−5.9 points" for 27.2 % and 21.3 %, or a text that it is too small to round."""
    moved = round(difference, decimals)
    if difference and not moved:
        least = format_number(Decimal((0, (1,), -decimals)), language=reader_language())
        way = _("less than %(least)s point up") if difference > 0 else ""
        return (way or _("less than %(least)s point down")) % {"least": least}
    # 0,5 and 1,5 point in French, 0.5 and 1.5 points in English.
    size = int(abs(moved)) if reader_language() == "fr" else 1 + (abs(moved) != 1)
    number = format_number(moved.normalize(), language=reader_language(), sign=sign)
    return ngettext("%(number)s point", "%(number)s points", size) % {"number": number}
