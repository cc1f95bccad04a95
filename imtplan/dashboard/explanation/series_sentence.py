"""What happened to a series, said in one breath."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imtplan.dashboard.wording import Wording
from indicators.explaining import ProgressExplanation, ProgressMark
from indicators.formulas.assessment import Reason
from indicators.formulas.progress import Direction


def sentence(explanation: ProgressExplanation, words: Wording) -> str:
    row = explanation.row
    if row.reason == Reason.COMPUTATION_FAILED:
        return _(
            "%(year)s could not be computed, most often because a number is too large: "
            "the result is unknown until it is corrected. The plan office has been told."
        ) % {"year": row.year}
    if row.value is None:
        return _("No value is known for %(year)s: nothing is computed, and nothing is zero.") % {
            "year": row.year
        }
    known: dict[str, Any] = {
        "value": words.with_unit(row.value),
        "year": row.year,
        "progress": words.percent(row.progress),
        "baseline": words.number(row.baseline),
        "baseline_year": explanation.target.baseline_year,
        "target": words.number(row.target_value),
        "expected": words.number(row.expected_value),
        "gap": words.distance(row.gap or Decimal(0)),
    }
    if row.progress is None:
        return str(LACKING.get(row.reason, LACKING[""])) % known
    if explanation.path.direction is Direction.KEEP:
        mark = ProgressMark.KEPT if row.progress >= 1 else ProgressMark.LOST
        return str((BANDS_ESTIMATED if row.is_estimate else BANDS)[mark]) % known
    text = _(
        "%(value)s in %(year)s: %(progress)s of the way from %(baseline)s (%(baseline_year)s) "
        "to %(target)s."
    )
    return " ".join((text % known, _beside_the_path(row) % known)).strip()


def _beside_the_path(row: Any) -> str:
    if row.gap is None:
        return ""
    if row.gap < 0:
        return _("The trajectory expected %(expected)s: %(gap)s short.")
    return _("The trajectory expected %(expected)s: %(gap)s ahead.")


BANDS = {
    ProgressMark.KEPT: gettext_lazy("%(value)s in %(year)s: inside the band, the promise is kept."),
    ProgressMark.LOST: gettext_lazy(
        "%(value)s in %(year)s: %(gap)s outside the band, the promise is lost."
    ),
}
BANDS_ESTIMATED = {
    ProgressMark.KEPT: gettext_lazy(
        "%(value)s in %(year)s, an estimate: it would be inside the band."
    ),
    ProgressMark.LOST: gettext_lazy(
        "%(value)s in %(year)s, an estimate: it would be %(gap)s outside the band."
    ),
}
# Why progress cannot be computed, by the reason stored with it.
LACKING = {
    "": gettext_lazy("%(value)s in %(year)s. Progress cannot be computed."),
    Reason.BASELINE_MISSING: gettext_lazy(
        "%(value)s in %(year)s. The baseline of %(baseline_year)s is not known yet, "
        "so progress cannot be computed."
    ),
    Reason.TARGET_MISSING: gettext_lazy(
        "%(value)s in %(year)s. The target has no value yet, so progress cannot be computed."
    ),
    Reason.GROWTH_NEEDS_POSITIVE: gettext_lazy(
        "%(value)s in %(year)s. The target is a growth, and the baseline of %(baseline_year)s is "
        "not above zero, so progress cannot be computed: the target has to be written as a value."
    ),
    Reason.BAND_MISSING: gettext_lazy(
        "%(value)s in %(year)s. The band to stay in is not stated, so progress cannot be computed."
    ),
    Reason.TOLERANCE_MISSING: gettext_lazy(
        "%(value)s in %(year)s, outside the band. Its tolerance is not stated, "
        "so progress cannot be computed."
    ),
}
