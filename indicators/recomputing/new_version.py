"""After a migration: results that an older version of the formulas computed are computed again."""

from typing import Any

from django.apps import apps as present
from django.utils import timezone

from indicators.formulas.progress import FORMULA_VERSION

RESULTS = ("InstituteValue", "Progress", "RollUp")
REASON = "new version"


def mark_new_version(*, apps: Any = present, using: str, **_: Any) -> None:
    """Write one stale mark for everything, where a stored result is of another version.

    Follows `migrate`, also one that goes back to a time without such results: `apps` are the models
    as the database has them then.
    """
    everything = apps.get_models()
    known = {one.__name__: one for one in everything if one._meta.app_label == "indicators"}
    if "StaleMark" not in known:
        return
    marks = known["StaleMark"].objects.using(using)
    if marks.filter(indicator=None, only_roll_ups=False).exists():
        return
    results = [known[name].objects.using(using) for name in RESULTS if name in known]
    if any(rows.exclude(formula_version=FORMULA_VERSION).exists() for rows in results):
        marks.create(reason=REASON, marked_at=timezone.now())
