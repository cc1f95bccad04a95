"""The yearly collection: a campaign opens and closes, each school makes its submission."""

from datetime import datetime
from typing import Any

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.models import School
from imtplan.accounts.roles import Permission, has_permission
from indicators.models import Indicator
from objectives.models import StrategicPlan


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def visible_to(self, user: Any) -> "CampaignQuerySet":
        return self if user.is_authenticated and user.held_roles else self.none()

    def open(self, *, at: datetime | None = None) -> "CampaignQuerySet":
        now = at or timezone.now()
        return self.filter(opens_at__lte=now, closes_at__gt=now)

    def get_by_natural_key(self, plan: str, year: int) -> "Campaign":
        return self.get(plan__code=plan, year=year)

    def latest(self) -> "Campaign | None":  # type: ignore[override]
        return self.order_by("-year", "-pk").first()


@pghistory.track()
class Campaign(models.Model):
    plan = models.ForeignKey(StrategicPlan, models.PROTECT, related_name="campaigns")
    year = models.PositiveSmallIntegerField(_("year"))
    opens_at = models.DateTimeField(_("opens at"))
    closes_at = models.DateTimeField(_("closes at"))
    indicators = models.ManyToManyField(Indicator, related_name="campaigns")
    is_demo = models.BooleanField(default=False, editable=False)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["-year", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "year"],
                name="campaign_once_a_year",
                violation_error_message=_("This plan has a campaign for this year already."),
            ),
            models.CheckConstraint(
                name="campaign_closes_after_it_opens",
                condition=Q(closes_at__gt=F("opens_at")),
                violation_error_message=_("A campaign closes after it opens."),
            ),
        ]

    def __str__(self) -> str:
        return _("Campaign %(year)s") % {"year": self.year}

    def is_open(self, *, at: datetime | None = None) -> bool:
        return self.opens_at <= (at or timezone.now()) < self.closes_at


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def visible_to(self, user: Any) -> "SubmissionQuerySet":
        if has_permission(user, Permission.READ_INSTITUTE):
            return self
        return self.filter(school__in=user.school_ids)

    def of_every_school(self, campaign: Campaign) -> "list[Submission]":
        """One for each school expected, those that have not begun included (not stored)."""
        begun = {
            submission.school_id: submission
            for submission in self.filter(campaign=campaign).select_related(
                "submitted_by", "decided_by"
            )
        }
        return [
            begun.get(school.pk)
            or Submission(campaign=campaign, school=school, state=Submission.State.NOT_BEGUN)
            for school in School.objects.members_in(campaign.year)
        ]


@pghistory.track()
class Submission(models.Model):
    """One school's part of a campaign. No row yet: the school has not begun."""

    class State(models.TextChoices):
        NOT_BEGUN = "not_begun", _("not begun")
        DRAFT = "draft", _("draft")
        RETURNED = "returned", _("returned")
        SUBMITTED = "submitted", _("submitted")
        VALIDATED = "validated", _("validated")

        @property
        def symbol(self) -> str:
            """The name of its icon: a state is never told by colour alone."""
            return {
                Submission.State.NOT_BEGUN: "circle",
                Submission.State.DRAFT: "pencil",
                Submission.State.RETURNED: "arrow-counterclockwise",
                Submission.State.SUBMITTED: "send",
                Submission.State.VALIDATED: "check-circle-fill",
            }[self]

        @property
        def is_open_for_entry(self) -> bool:
            return self in (
                Submission.State.NOT_BEGUN,
                Submission.State.DRAFT,
                Submission.State.RETURNED,
            )

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="submissions")
    school = models.ForeignKey(School, models.PROTECT, related_name="submissions")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("validated or returned at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    comment = models.TextField(_("comment of the return"), blank=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        ordering = ["campaign", "school"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "school"],
                name="submission_once",
                violation_error_message=_("This school has its submission already."),
            ),
            models.CheckConstraint(
                name="submission_submitted_says_when",
                condition=~Q(state__in=["submitted", "validated"]) | Q(submitted_at__isnull=False),
                violation_error_message=_("What was submitted says when."),
            ),
            models.CheckConstraint(
                name="submission_returned_says_why",
                condition=~Q(state="returned") | ~Q(comment=""),
                violation_error_message=_("Say why the figures are returned."),
            ),
            models.CheckConstraint(
                name="submission_decided_says_when",
                condition=~Q(state__in=["validated", "returned"]) | Q(decided_at__isnull=False),
                violation_error_message=_("A decision says when it was taken."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} · {self.school} · {self.get_state_display()}"

    @property
    def state_of_now(self) -> "Submission.State":
        """The state with its words and symbol, where the column is a plain text."""
        return self.State(self.state)
