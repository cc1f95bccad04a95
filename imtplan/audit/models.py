"""The events: one for each business act, written in the transaction of the act."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.models import School
from imtplan.accounts.roles import Permission, has_permission


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, user: Any) -> "EventQuerySet":
        if has_permission(user, Permission.READ_INSTITUTE):
            return self
        return self.filter(Q(school__in=user.school_ids))


class Event(models.Model):
    class Verb(models.TextChoices):
        FIGURES_SAVED = "figures_saved", _("saved figures")
        FIGURES_UNDONE = "figures_undone", _("took a save back")
        SUBMITTED = "submitted", _("submitted the figures")
        RETURNED = "returned", _("returned the figures")
        VALIDATED = "validated", _("validated the figures")
        TAKEN_BACK = "taken_back", _("took the submission back")
        REMARK_ANSWERED = "remark_answered", _("answered a remark")
        REMARK_SETTLED = "remark_settled", _("settled a remark")
        CAMPAIGN_CHANGED = "campaign_changed", _("changed a campaign")
        EXTENSION_GIVEN = "extension_given", _("gave a later closing")
        EXTENSION_WITHDRAWN = "extension_withdrawn", _("withdrew a later closing")
        ROLE_GIVEN = "role_given", _("gave a role")
        ROLE_ENDED = "role_ended", _("ended a role")
        ROLE_RESTORED = "role_restored", _("gave an ended role back")
        PERSON_CHANGED = "person_changed", _("changed somebody's account")
        PLAN_EDITED = "plan_edited", _("edited the plan")
        SNAPSHOT_TAKEN = "snapshot_taken", _("took a snapshot")
        FILE_ASKED = "file_asked", _("asked for a file")
        RECOMPUTATION_ASKED = "recomputation_asked", _("asked for a recomputation")
        DATA_LOADED = "data_loaded", _("loaded data")
        DATA_REMOVED = "data_removed", _("removed data")

    at = models.DateTimeField(_("when"), default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("who"),
        help_text=_("Empty: the application itself."),
    )
    # The name is kept too, for the person may be renamed or leave.
    actor_name = models.CharField(_("name at the time"), max_length=254, blank=True)
    verb = models.CharField(_("what"), max_length=20, choices=Verb)
    school = models.ForeignKey(
        School, models.SET_NULL, null=True, related_name="+", verbose_name=_("school")
    )
    subject = models.CharField(_("about"), max_length=200, blank=True)
    detail = models.JSONField(_("detail"), default=dict)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["school", "-at"], name="event_school_at"),
            # The history of one row of the plan.
            models.Index(F("detail__pk"), name="event_of_a_row", condition=Q(verb="plan_edited")),
        ]
        triggers = [
            # Only the foreign keys may be emptied, when a person or a school is deleted.
            pgtrigger.Protect(
                name="keep_events",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("at", "actor_name", "verb", "subject", "detail"),
            ),
            pgtrigger.Protect(name="never_delete_events", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.get_verb_display()} {self.subject}".strip()
