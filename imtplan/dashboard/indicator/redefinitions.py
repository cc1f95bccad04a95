"""When an indicator was defined anew. In which year its series breaks, the plan office says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext_lazy as _

from imtplan import clock
from indicators.models import Indicator

# What the two languages say is one definition, whichever of them was reworded.
FIELDS: dict[str, Any] = {
    "definition_fr": _("definition"),
    "definition_en": _("definition"),
    "counted_on_fr": _("date of counting"),
    "counted_on_en": _("date of counting"),
    "formula_fr": _("formula"),
    "formula_en": _("formula"),
    "included_fr": _("what is included"),
    "included_en": _("what is included"),
    "left_out_fr": _("what is left out"),
    "left_out_en": _("what is left out"),
    "unit_fr": _("unit"),
    "unit_en": _("unit"),
    "aggregation": _("how schools add up"),
    "direction": _("which way is good"),
    "scale": _("a ratio is multiplied by"),
}
# Saying for the first time what had always been counted so is no new definition.
COMPLETED = {"formula_fr", "formula_en", "included_fr", "included_en"}


@dataclass(frozen=True)
class Redefinition:
    """What changed of an indicator's meaning, by the edits of one transaction."""

    at: datetime
    fields: Sequence[str]

    @property
    def what(self) -> str:
        return ", ".join(dict.fromkeys(str(FIELDS[name]) for name in self.fields))


def redefinitions(indicator: Indicator) -> list[Redefinition]:
    """Returns them in order of time, up to the moment that is looked at. The first version defines,
    and changes nothing."""
    versions = Indicator.pgh_event_model.objects.filter(  # type: ignore[attr-defined]
        pgh_obj_id=indicator.pk
    )
    if moment := clock.moment():
        versions = versions.filter(pgh_created_at__lte=moment)
    rows = versions.order_by("pgh_id").values("pgh_created_at", *FIELDS)
    # The last version that a transaction wrote is the one that anybody ever saw.
    seen = {row["pgh_created_at"]: row for row in rows}
    return list(_changes(list(seen.values())))


def _changes(rows: Sequence[dict[str, Any]]) -> Iterator[Redefinition]:
    for before, after in pairwise(rows):
        changed = [
            name
            for name in FIELDS
            if before[name] != after[name] and (before[name] or name not in COMPLETED)
        ]
        if changed:
            yield Redefinition(after["pgh_created_at"], changed)
