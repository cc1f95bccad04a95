"""The forecast in words: where it leads, how sure that is, what it rests on."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imtplan.dashboard.wording import Wording
from indicators.models import Progress


def chances(probability: Decimal) -> str:
    """In a hundred; never none and never all, as the model knows nothing for certain."""
    count = round(probability * 100)
    if count < 1:
        return _("less than 1 chance in 100")
    if count > 99:
        return _("more than 99 chances in 100")
    return ngettext("%(count)s chance in 100", "%(count)s chances in 100", count) % {"count": count}


def outlook(row: Progress | None, target_year: int, words: Wording) -> str:
    """A sentence or three; empty where nothing is forecast."""
    if row is None or row.forecast is None:
        return ""
    known = {
        "year": target_year,
        "value": f"{words.fixed(row.forecast)} {words.unit}",
        "points": row.forecast_points,
    }
    if row.forecast_low is None or row.forecast_high is None:
        return (
            _(
                "At this pace %(year)s would reach %(value)s. This is indicative: "
                "it rests on %(points)s points only."
            )
            % known
        )
    known |= {"low": words.fixed(row.forecast_low), "high": words.fixed(row.forecast_high)}
    said = (
        _(
            "At this pace %(year)s would reach %(value)s, between %(low)s and %(high)s with 80 %% "
            "confidence. This rests on %(points)s points."
        )
        % known
    )
    return " ".join((said, _odds(row))).strip()


def _odds(row: Progress) -> str:
    if row.probability is None:
        return ""
    return _("The target has %(chances)s to be met.") % {"chances": chances(row.probability)}
