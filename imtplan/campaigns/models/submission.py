"""One school's part of a campaign: its state, what is said of its cells, its receipts."""

import json
from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.models import School
from imtplan.accounts.roles import Permission, has_permission
from imtplan.campaigns.models.campaign import Campaign
from indicators.models import Indicator


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def visible_to(self, user: Any) -> "SubmissionQuerySet":
        if has_permission(user, Permission.READ_INSTITUTE):
            return self
        return self.filter(school__in=user.school_ids)

    def of_every_school(self, campaign: Campaign) -> "list[Submission]":
        """Returns one for each school expected, those that have not begun included (not stored)."""
        begun = {
            submission.school_id: submission
            for submission in self.filter(campaign=campaign).select_related(
                "school", "submitted_by", "decided_by"
            )
        }
        return [
            begun.get(school.pk)
            or Submission(campaign=campaign, school=school, state=Submission.State.NOT_BEGUN)
            for school in campaign.expected_schools()
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
            """Returns the name of its icon: a state is never told by colour alone."""
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
    # Since when the school can no longer take back what it submitted.
    looked_at = models.DateTimeField(_("looked at since"), null=True, blank=True)
    looked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )

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
                name="submission_decided_says_when",
                condition=~Q(state__in=["validated", "returned"]) | Q(decided_at__isnull=False),
                violation_error_message=_("A decision says when it was taken."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} · {self.school} · {self.get_state_display()}"

    @property
    def state_of_now(self) -> "Submission.State":
        """Returns the state with its words and symbol, where the column is a plain text."""
        return self.State(self.state)

    def is_handed_in_by(self, person: Any) -> bool:
        """Says whether the figures wait for a decision and this person submitted them: it is
        another who decides."""
        return self.state == self.State.SUBMITTED and self.submitted_by_id == person.pk


class RemarkQuerySet(models.QuerySet["Remark"]):
    def visible_to(self, user: Any) -> "RemarkQuerySet":
        return self.filter(submission__in=Submission.objects.visible_to(user))

    def unsettled(self) -> "RemarkQuerySet":
        """Returns those of the latest return, in the order of the indicators."""
        open_ones = self.filter(state__in=[Remark.State.OPEN, Remark.State.ANSWERED])
        return open_ones.select_related("indicator", "by", "answered_by").order_by(
            "indicator__rank", "indicator__code", "pk"
        )

    def unanswered(self) -> "RemarkQuerySet":
        return self.unsettled().filter(state=Remark.State.OPEN)


class Remark(models.Model):
    """What who decides asks about one cell when returning a submission, and what the
    school answers. The next decision settles it."""

    class State(models.TextChoices):
        OPEN = "open", _("not answered")
        ANSWERED = "answered", _("with an answer")
        SETTLED = "settled", _("settled")

        @property
        def symbol(self) -> str:
            """Returns the name of its icon: a state is never told by colour alone."""
            return {
                Remark.State.OPEN: "question-circle",
                Remark.State.ANSWERED: "check-lg",
                Remark.State.SETTLED: "check-circle-fill",
            }[self]

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="remarks")
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="+")
    text = models.TextField(_("remark"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(_("when"), default=timezone.now)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    answer = models.TextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = RemarkQuerySet.as_manager()

    class Meta:
        verbose_name = _("remark")
        verbose_name_plural = _("remarks")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="remark_says_something",
                condition=~Q(text=""),
                violation_error_message=_("A remark says something."),
            ),
            models.CheckConstraint(
                name="remark_answer_says_when",
                condition=Q(answer="", answered_at=None)
                | (~Q(answer="") & Q(answered_at__isnull=False)),
                violation_error_message=_("An answer says when it was given."),
            ),
            models.CheckConstraint(
                name="remark_state_as_its_answer",
                condition=Q(state="settled")
                | Q(state="open", answer="")
                | (Q(state="answered") & ~Q(answer="")),
                violation_error_message=_("A remark is answered once it has an answer."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.code}: {self.text}"

    @property
    def state_of_now(self) -> "Remark.State":
        """Returns the state with its words and symbol, where the column is a plain text."""
        return self.State(self.state)

    @property
    def answer_version(self) -> str:
        """Returns what a page says it has seen of the answer; empty where there was none."""
        return self.answered_at.isoformat() if self.answered_at else ""


class ReceiptQuerySet(models.QuerySet["Receipt"]):
    def visible_to(self, user: Any) -> "ReceiptQuerySet":
        return self.filter(submission__school__in=School.objects.places_seen_by(user))


class Receipt(models.Model):
    """What a school handed in, at one instant, for good. `content` is the very text hashed."""

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="receipts")
    number = models.CharField(_("number"), max_length=80, unique=True)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    by_name = models.CharField(_("name at the time"), max_length=254)
    content = models.TextField(_("content"))
    sha256 = models.CharField("SHA-256", max_length=64)

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        ordering = ["-at", "-pk"]
        triggers = [
            # The foreign key may be emptied when the person goes; nothing else moves.
            pgtrigger.Protect(
                name="keep_receipts",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "submission", "number", "at", "by_name", "content", "sha256"
                ),
            ),
            # Those of the demonstration go with it.
            pgtrigger.Trigger(
                name="never_delete_receipts",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM campaigns_submission submission
                        JOIN campaigns_campaign campaign ON campaign.id = submission.campaign_id
                        WHERE submission.id = OLD.submission_id AND campaign.is_demo
                    ) THEN
                        RETURN OLD;
                    END IF;
                    RAISE EXCEPTION 'a receipt is never deleted'
                        USING ERRCODE = 'restrict_violation';
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def figure_count(self) -> int:
        return len(json.loads(self.content)["figures"])
