"""Snapshots: the dashboard's content at one moment, kept for good."""

import json
from functools import cached_property
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.visibility import OpenToInstitute
from indicators.models.figure import View
from objectives.models import StrategicPlan, of_plans_seen_by


class SnapshotQuerySet(OpenToInstitute["Snapshot"]):
    def visible_to(self, user: Any) -> Self:
        return super().visible_to(user).filter(of_plans_seen_by(user, "plan"))

    def final_edition(self, plan: StrategicPlan) -> "Snapshot | None":
        return self.filter(plan=plan, is_final_edition=True).order_by("-taken_at", "-pk").first()


class Snapshot(models.Model):
    """The plan in one year and view, frozen for a meeting. `content` is the very text hashed.

    Nothing in it changes when figures, names, targets or formulas do: pages and files are made of
    `content` alone, which `indicators.questions.snapshots` writes.
    """

    plan = models.ForeignKey(StrategicPlan, models.PROTECT, related_name="snapshots")
    year = models.PositiveSmallIntegerField(_("year"))
    view = models.CharField(_("view"), max_length=11, choices=View)
    title = models.CharField(_("title"), max_length=120)
    comment = models.TextField(_("comment"), blank=True)
    taken_at = models.DateTimeField(_("taken at"), default=timezone.now)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    by_name = models.CharField(_("name at the time"), max_length=254)
    content = models.TextField(_("content"))
    sha256 = models.CharField("SHA-256", max_length=64)
    is_final_edition = models.BooleanField(
        _("final edition"),
        default=False,
        help_text=_("Taken when the plan was closed; of several, the latest counts."),
    )

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        verbose_name = _("snapshot")
        verbose_name_plural = _("snapshots")
        ordering = ["-taken_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="snapshot_has_a_title",
                condition=~Q(title=""),
                violation_error_message=_("Give the snapshot a title."),
            )
        ]
        triggers = [
            # The foreign key may be emptied when the person goes; nothing else moves.
            pgtrigger.Protect(
                name="keep_snapshots",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "plan",
                    "year",
                    "view",
                    "title",
                    "comment",
                    "taken_at",
                    "by_name",
                    "content",
                    "sha256",
                    "is_final_edition",
                ),
            ),
            pgtrigger.Protect(name="never_delete_snapshots", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.title

    @cached_property
    def parsed_content(self) -> dict[str, Any]:
        return json.loads(self.content)
