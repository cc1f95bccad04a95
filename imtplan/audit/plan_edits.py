"""Store a change of the plan: compare it, check it, and keep who made it and why."""

import copy
from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.models import User
from imtplan.audit.models import Event
from imtplan.audit.services import record
from imtplan.numbers import plain

# One change of the plan at a time: between looking and storing nobody else stores.
LOCK = 0x1A7BED1

M = TypeVar("M", bound=models.Model)
Values = dict[str, Any]


class ReasonNeeded(ValidationError):
    """Numbers depend on the change, and it has no reason."""

    def __init__(self) -> None:
        super().__init__(_("Say why: numbers depend on what you change."), code="reason")


def wait_for_other_changes() -> None:
    """Wait until no other transaction changes the plan. Take it before the lock of a row and before
    a recomputation: who holds one of these may wait for the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


@transaction.atomic
def put(
    row: M,
    values: Mapping[str, Any],
    *,
    by: User,
    reason: str = "",
    weighty: Collection[str] = (),
) -> M:
    """Store `values` in a copy of `row`, new or read before, and return the stored row.

    Without a difference nothing is kept. The `weighty` fields do not change without a reason
    (`ReasonNeeded`). `ValidationError` if the model refuses a value.
    """
    stored = _fresh(row)
    is_new = stored.pk is None
    before = {name: as_plain(getattr(stored, name)) for name in values}
    for name, value in values.items():
        setattr(stored, name, value)
    after = {name: as_plain(getattr(stored, name)) for name in values}
    changed = [name for name in values if is_new or before[name] != after[name]]
    if not changed:
        return stored
    if not is_new and set(changed) & set(weighty):
        demand_reason(reason)
    stored.full_clean(validate_constraints=False)
    _save(stored)
    old = {} if is_new else {name: before[name] for name in changed}
    keep(stored, old, {name: after[name] for name in changed}, by=by, reason=reason)
    return stored


def _save(row: models.Model) -> None:
    """Saves a row; `ValidationError` with the sentence of the constraint that the database held
    against it. Asking it before costs a query for each constraint, and is no surer."""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        row.validate_constraints()
        raise


def _fresh(row: M) -> M:
    """Returns a copy to write to; for a stored row, its latest state, locked."""
    if row.pk is None:
        return copy.copy(row)
    return type(row)._default_manager.select_for_update().get(pk=row.pk)


def demand_reason(reason: str) -> None:
    if not reason.strip():
        raise ReasonNeeded


def keep(row: models.Model, before: Values, after: Values, *, by: User, reason: str) -> Event:
    """Keep an event of the plan's history, with the version of the row's own history."""
    versions = row.pgh_event_model.objects.filter(pgh_obj_id=row.pk)  # type: ignore[attr-defined]
    return record(
        Event.Verb.PLAN_EDITED,
        by=by,
        subject=f"{row._meta.verbose_name} {getattr(row, 'code', '') or row}",
        row=row._meta.label_lower,
        pk=row.pk,
        reason=reason.strip(),
        before=before,
        after=after,
        version=versions.order_by("-pgh_id").values_list("pgh_id", flat=True).first(),
    )


def as_plain(value: Any) -> Any:
    """Returns a value for JSON: a number as exact text, a row as its code."""
    if isinstance(value, bool):
        return value
    if isinstance(value, Decimal | int):
        return plain(Decimal(value))
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, models.Model):
        return getattr(value, "code", None) or str(value)
    return value
