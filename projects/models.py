"""The flagship projects, the elements they serve, their milestones and their leaders' reports."""

from datetime import date
from typing import Any, Self

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.models import School
from imtplan.accounts.visibility import OpenToRoles
from imtplan.bilingual import Bilingual
from imtplan.checked_at_once import CheckedAtOnce
from levers.models import Lever
from objectives.models import (
    Objective,
    PlanElement,
    StrategicPlan,
    of_plans_seen_by,
    weight_constraint,
    weight_field,
)


@pghistory.track()
class FlagshipProject(PlanElement):
    """A title may be missing: of the first plan's 22 projects, eight were named in public."""

    leader = models.CharField(_("leader"), max_length=120, blank=True)
    lead_school = models.ForeignKey(
        School,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="led_projects",
        verbose_name=_("lead school"),
        help_text=_("Its sheet shows the project."),
    )
    source = models.TextField(_("source"), blank=True)

    class Meta(PlanElement.Meta):
        verbose_name = _("flagship project")
        verbose_name_plural = _("flagship projects")

    @property
    def is_named(self) -> bool:
        return bool(self.title_fr or self.title_en)


class ServesQuerySet(OpenToRoles["Serves"]):
    def visible_to(self, user: Any) -> Self:
        return super().visible_to(user).filter(of_plans_seen_by(user, "project__plan"))

    def in_use_in(self, plan: StrategicPlan) -> Self:
        """Returns the links of the plan whose project it has not put aside."""
        return self.filter(project__plan=plan, project__archived_at=None)

    def get_by_natural_key(
        self, plan: str, project: str, objective: str | None, lever: str | None
    ) -> "Serves":
        return self.get(
            project__plan__code=plan,
            project__code=project,
            objective__code=objective,
            lever__code=lever,
        )


@pghistory.track()
class Serves(CheckedAtOnce):
    """A project serves one objective or one lever, with a weight in that element's progress."""

    project = models.ForeignKey(FlagshipProject, models.CASCADE, related_name="serves")
    objective = models.ForeignKey(
        Objective, models.CASCADE, null=True, blank=True, related_name="served_by"
    )
    lever = models.ForeignKey(
        Lever, models.CASCADE, null=True, blank=True, related_name="served_by"
    )
    weight = weight_field()
    inferred = models.BooleanField(
        _("inferred"),
        default=False,
        help_text=_("Not published: deduced, and waiting for the plan office to confirm it."),
    )

    objects = ServesQuerySet.as_manager()

    class Meta:
        verbose_name = _("link to an objective or a lever")
        verbose_name_plural = _("links to objectives and levers")
        ordering = ["project", "pk"]
        constraints = [
            models.CheckConstraint(
                name="serves_one_element",
                condition=Q(objective__isnull=False, lever__isnull=True)
                | Q(objective__isnull=True, lever__isnull=False),
                violation_error_message=_("A link goes to one objective or to one lever."),
            ),
            models.UniqueConstraint(
                fields=["project", "objective", "lever"],
                name="serves_once",
                nulls_distinct=False,
                violation_error_message=_("This link exists already."),
            ),
            weight_constraint("serves_weight_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.project.code} → {self.objective or self.lever}"

    def natural_key(self) -> tuple[str, str, str | None, str | None]:
        return (
            self.project.plan.code,
            self.project.code,
            self.objective.code if self.objective else None,
            self.lever.code if self.lever else None,
        )

    natural_key.dependencies = ["projects.flagshipproject"]  # type: ignore[attr-defined]


class MilestoneQuerySet(OpenToRoles["Milestone"]):
    def visible_to(self, user: Any) -> Self:
        return super().visible_to(user).filter(of_plans_seen_by(user, "project__plan"))

    def late(self, *, on: date) -> "MilestoneQuerySet":
        """Returns the milestones due before `on` and not done by then."""
        return self.filter(Q(done_on=None) | Q(done_on__gt=on), due_on__lt=on)


@pghistory.track()
class Milestone(CheckedAtOnce):
    project = models.ForeignKey(FlagshipProject, models.CASCADE, related_name="milestones")
    title_fr = models.CharField(_("title (French)"), max_length=200)
    title_en = models.CharField(_("title (English)"), max_length=200, blank=True)
    due_on = models.DateField(_("due on"))
    done_on = models.DateField(_("done on"), null=True, blank=True)
    weight = weight_field()
    is_demo = models.BooleanField(default=False, editable=False)

    title = Bilingual("title", marked=True)
    objects = MilestoneQuerySet.as_manager()

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["project", "due_on", "pk"]
        constraints = [weight_constraint("milestone_weight_not_negative")]

    def __str__(self) -> str:
        return f"{self.project.code} · {self.title}"


class DeclaredStatus(models.TextChoices):
    """The status that the leader declares, beside what the milestones say; the best comes first."""

    DONE = "done", _("done")
    ON_TRACK = "on_track", _("on track")
    AT_RISK = "at_risk", _("at risk")
    OFF_TRACK = "off_track", _("off track")
    STOPPED = "stopped", _("stopped")


class StatusReportQuerySet(OpenToRoles["StatusReport"]):
    def visible_to(self, user: Any) -> Self:
        return super().visible_to(user).filter(of_plans_seen_by(user, "project__plan"))

    def latest_of_each_project(self) -> "StatusReportQuerySet":
        return self.order_by("project_id", "-reported_on", "-pk").distinct("project_id")


@pghistory.track()
class StatusReport(models.Model):
    """The leader's status, with the sentence that justifies it."""

    project = models.ForeignKey(FlagshipProject, models.CASCADE, related_name="status_reports")
    status = models.CharField(_("declared status"), max_length=12, choices=DeclaredStatus)
    sentence = models.TextField(_("in a sentence"))
    reported_on = models.DateField(_("on"), default=timezone.localdate)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    is_demo = models.BooleanField(default=False, editable=False)

    objects = StatusReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("status report")
        verbose_name_plural = _("status reports")
        ordering = ["-reported_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="status_report_has_a_sentence",
                condition=~Q(sentence=""),
                violation_error_message=_("Say in a sentence why."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.project.code} · {self.get_status_display()} · {self.reported_on}"
