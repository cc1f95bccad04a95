"""What a change of a campaign's terms says, in sentences: from what, to what."""

from collections.abc import Mapping
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imtplan.audit.models import Event
from imtplan.campaigns.models import Campaign
from imtplan.campaigns.terms import closings

NO_NAMES: Mapping[str, str] = {}

NAMES = {
    "plan": gettext_lazy("Plan"),
    "year": gettext_lazy("Year"),
    "name": gettext_lazy("Name"),
    "opens_at": gettext_lazy("Opening"),
    "closes_at": gettext_lazy("Closing"),
    "indicators": gettext_lazy("Indicators"),
    "schools": gettext_lazy("Schools"),
    "entered_by": gettext_lazy("Who may enter"),
}


def sentences_of(event: Event, names: Mapping[str, str] = NO_NAMES) -> list[str]:
    """Returns what an event of a campaign changed, from what to what, a sentence for each term."""
    changed = dict(event.detail.get("changed", {}))
    if closing := event.detail.get("closes_at"):
        changed["closes_at"] = closing
    sentences = [sentence_of_term(name, *pair, names) for name, pair in changed.items()]
    if left_out := event.detail.get("left_out"):
        sentences.append(_("Figures no longer collected: %(count)s") % {"count": left_out})
    return sentences


def sentence_of_term(name: str, before: Any, after: Any, names: Mapping[str, str]) -> str:
    words = {"name": NAMES.get(name, name)}
    if name in ("indicators", "schools"):
        before, after = (
            sorted(names.get(code, code) for code in codes) for codes in (before, after)
        )
        words |= {"changes": _list_changes(before, after)}
        return _("%(name)s: %(changes)s") % words
    words |= {"before": _shown(name, before), "after": _shown(name, after)}
    return _("%(name)s: %(before)s → %(after)s") % words


def _list_changes(before: list[str], after: list[str]) -> str:
    """Says which came and which went. An empty list of schools is every own school."""
    if not (before and after):
        return " → ".join(", ".join(some) or _("every own school") for some in (before, after))
    came = [f"+ {name}" for name in after if name not in before]
    return ", ".join(came + [f"− {name}" for name in before if name not in after])


def _shown(name: str, value: Any) -> str:
    if name.endswith("_at") and (at := parse_datetime(value)):
        return closings.in_paris(at) if name == "closes_at" else closings.moment(at)
    if name == "entered_by":
        return str(Campaign.EnteredBy(value).label)
    return str(value)
