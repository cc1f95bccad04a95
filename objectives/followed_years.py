"""The years in which something counts in a plan, and why it was put aside."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from imtplan.checked_at_once import CheckedAtOnce


class EndReason(models.TextChoices):
    SUSPENDED = "suspended", _("suspended")
    REPLACED = "replaced", _("replaced by another")
    ENDED = "ended", _("ended")
    BROKEN = "broken", _("broken series")


def counting(year: Any, path: str = "") -> Q:
    """Returns the condition that a row counts in this year; `path` leads to it, with its `__`.

    It counts from its first year to its last, both included; without a first from the plan's
    beginning, without a last to its end. What was put aside without a last year counts in none.
    """
    begun = Q(**{f"{path}first_year": None}) | Q(**{f"{path}first_year__lte": year})
    open_ended = Q(**{f"{path}last_year": None, f"{path}archived_at": None})
    return begun & (open_ended | Q(**{f"{path}last_year__gte": year}))


def archived_at_field() -> "models.DateTimeField[Any, datetime | None]":
    """Returns the field of the time at which a row was archived; empty while it is in use. An
    archived row keeps its history."""
    return models.DateTimeField(_("archived"), null=True, blank=True, editable=False)


class FollowedYears(CheckedAtOnce):
    """The fields of what a plan follows from one year to another: putting it aside rewrites none of
    the years up to the last."""

    first_year = models.PositiveSmallIntegerField(
        _("followed from"),
        null=True,
        blank=True,
        help_text=_("The first year in which it counts. Empty: since the plan’s baseline year."),
    )
    last_year = models.PositiveSmallIntegerField(
        _("followed to"), null=True, blank=True, editable=False
    )
    archived_at = archived_at_field()
    archived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("put aside by"),
    )
    end_reason = models.CharField(
        _("why it is no longer followed"),
        max_length=9,
        choices=EndReason,
        blank=True,
        editable=False,
    )
    end_sentence = models.TextField(_("in a sentence"), blank=True, editable=False)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_followed_in_order",
                # A last year before the first: it counts in no year.
                condition=Q(last_year=None)
                | Q(first_year=None)
                | Q(last_year__gte=F("first_year") - 1),
                violation_error_message=_("It is followed from a first year to a later one."),
            )
        ]

    @property
    def end(self) -> EndReason | None:
        return EndReason(self.end_reason) if self.end_reason else None

    def counts_in(self, year: int) -> bool:
        """Returns whether it counts in this year; the rule is that of `counting`."""
        if self.first_year is not None and year < self.first_year:
            return False
        return self.archived_at is None if self.last_year is None else year <= self.last_year
