"""The forecast in words: where it leads, how sure that is, what it rests on."""

from decimal import Decimal

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imtplan.dashboard.wording import Wording
from indicators.models import Progress, ProgressStatus, VerdictInWords


def chances(probability: Decimal) -> str:
    """Returns chances in a hundred; never none, never all: the model knows nothing for certain."""
    count = round(probability * 100)
    if count < 1:
        return _("less than 1 chance in 100")
    if count > 99:
        return _("more than 99 chances in 100")
    return ngettext("%(count)s chance in 100", "%(count)s chances in 100", count) % {"count": count}


# Below this, what is on its path or close to it is said not to be likely to arrive.
UNLIKELY = Decimal("0.25")


def is_unlikely(row: Progress | None) -> bool:
    """Do verdict and forecast differ: on track, and under one chance in four?"""
    if row is None or row.probability is None:
        return False
    return row.status == ProgressStatus.ON_TRACK and row.probability < UNLIKELY


def although(row: Progress) -> str:
    """Returns both of them in one clause where they differ, else an empty text."""
    if row.probability is None or not is_unlikely(row):
        return ""
    return _("%(verdict)s, but %(chances)s to meet the target") % {
        "verdict": VerdictInWords.of(row).label,
        "chances": chances(row.probability),
    }


def outlook(row: Progress | None, target_year: int, words: Wording) -> str:
    """Returns a sentence or three; empty where nothing is forecast."""
    if row is None or row.forecast is None:
        return ""
    known = {
        "year": target_year,
        "value": f"{words.fixed(row.forecast)} {words.unit}",
        "points": row.forecast_points,
    }
    if row.forecast_low is None or row.forecast_high is None:
        text = (
            _(
                "At this pace %(year)s would reach %(value)s. This is indicative: "
                "it rests on %(points)s points only."
            )
            % known
        )
        return " ".join(part for part in (text, _stand_in(row)) if part)
    known |= {"low": words.fixed(row.forecast_low), "high": words.fixed(row.forecast_high)}
    text = (
        _(
            "At this pace %(year)s would reach %(value)s, between %(low)s and %(high)s with 80%% "
            "confidence. This rests on %(points)s points."
        )
        % known
    )
    return " ".join(part for part in (text, _stand_in(row), _odds(row)) if part)


def _stand_in(row: Progress) -> str:
    if not row.forecast_from_baseline:
        return ""
    return _("One of them is the target's own baseline: its year has no figure.")


def _odds(row: Progress) -> str:
    if row.probability is None:
        return ""
    if is_unlikely(row):
        return capfirst(although(row)) + "."
    return _("The target has %(chances)s to be met.") % {"chances": chances(row.probability)}
