"""The changes of an element: who made each, when and why, through these pages or otherwise."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from imtplan.accounts.school_names import earlier_names, in_words
from imtplan.audit.models import Event
from imtplan.planning.forms import shown_number
from imtplan.planning.moved_results import MovedNumber
from imtplan.planning.plan_life import READERS

EARLIER_NAMES = "earlier_names"
# The history's own columns, which are no fields of the element.
NOT_SHOWN = {"pgh_id", "pgh_created_at", "pgh_label", "pgh_obj", "pgh_context", "id"}


@dataclass(frozen=True)
class PastChange:
    """A change. `who` is empty for one that did not come through these pages: a file, a shell."""

    at: datetime
    who: str
    reason: str
    is_first: bool
    changes: list[MovedNumber]


def history_of(user: Any, row: models.Model) -> list[PastChange]:
    """Returns the changes of a row that the user may see, the latest first."""
    events = list(
        Event.objects.visible_to(user).filter(
            verb=Event.Verb.PLAN_EDITED, detail__row=row._meta.label_lower, detail__pk=row.pk
        )
    )
    versions_with_event = {event.detail.get("version") for event in events}
    changes = [change_of(row, event) for event in events]
    changes += [past for version, past in _versions(row) if version not in versions_with_event]
    return sorted(changes, key=lambda past: past.at, reverse=True)


def change_of(row: models.Model, event: Event) -> PastChange:
    """Returns what an edit of the plan did to this row."""
    before, after = event.detail["before"], event.detail["after"]
    changes = [
        MovedNumber(
            _label(row, name), _in_words(row, name, before.get(name)), _in_words(row, name, value)
        )
        for name, value in after.items()
        if before.get(name) != value and not (value in ("", None) and name not in before)
    ]
    is_first = not before and not any(name.startswith("→") for name in after)
    return PastChange(event.at, event.actor_name, event.detail["reason"], is_first, changes)


def _versions(row: models.Model) -> Iterator[tuple[int, PastChange]]:
    """Returns each version in the database's history, as a change of the version before it."""
    events = row.pgh_event_model.objects.filter(pgh_obj_id=row.pk)  # type: ignore[attr-defined]
    fields = [f for f in events.model._meta.concrete_fields if f.name not in NOT_SHOWN]
    former = None
    for version in events.order_by("pgh_id"):
        changes = [] if former is None else _between(row, fields, former, version)
        if former is None or changes:
            yield (
                version.pgh_id,
                PastChange(version.pgh_created_at, "", "", former is None, changes),
            )
        former = version


def _between(row: Any, fields: Any, former: Any, version: Any) -> list[MovedNumber]:
    return [
        MovedNumber(
            _label(row, field.name),
            _in_words(row, field.name, getattr(former, field.attname)),
            _in_words(row, field.name, getattr(version, field.attname)),
        )
        for field in fields
        if getattr(former, field.attname) != getattr(version, field.attname)
    ]


def _label(row: models.Model, name: str) -> str:
    if name.startswith("→"):
        return _("weight of %(what)s") % {"what": name.removeprefix("→ ")}
    if name.isdecimal():
        return _("value stated for %(year)s") % {"year": name}
    if name == READERS:
        return _("reader of the draft")
    return str(row._meta.get_field(name).verbose_name)


def _in_words(row: models.Model, name: str, value: Any) -> str:
    if value in (None, "", []):
        return ""
    if name == READERS:
        return str(value)
    if name.startswith("→") or name.isdecimal():
        return shown_number(value)
    field = row._meta.get_field(name)
    if name == EARLIER_NAMES:
        return in_words(earlier_names(value))
    if field.is_relation and isinstance(value, int):
        return str(field.related_model._default_manager.filter(pk=value).first() or value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(field, models.DecimalField | models.IntegerField):
        return shown_number(value, is_year="year" in name)
    return str(dict(field.flatchoices or ()).get(value, value))
