"""What surrounds the figures while they are typed: kept texts, proposals, answered requests."""

from datetime import timedelta
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.models import School
from imtplan.campaigns.models.campaign import Campaign
from indicators.models import Figure, Indicator


class KeptInput(models.Model):
    """What somebody typed in a cell and cannot be stored as a figure: kept as typed.

    It stands beside the figure, if there is one, until somebody who saw it stores the cell or puts
    it back. Another text is another row: its key says which one a page showed.
    """

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="+")
    school = models.ForeignKey(School, models.CASCADE, related_name="+")
    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="+")
    typed = models.JSONField(_("as typed"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("kept text")
        verbose_name_plural = _("kept texts")
        ordering = ["campaign", "school", "indicator"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "school", "indicator"], name="kept_input_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator.code}: {self.typed}"


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def waiting(self) -> "ProposalQuerySet":
        """Returns the proposals not yet applied, and young enough to be."""
        return self.filter(applied_at=None, created_at__gt=timezone.now() - Proposal.LIFE)


class Proposal(models.Model):
    """A paste or a spreadsheet as it was read: cell by cell, and not yet applied.

    `cells` and `strays` are the dataclasses of `files.tables.typed_cells` as JSON; `about` has what
    is said of the whole, and the question how the block is meant, with the cells of each answer.
    """

    LIFE = timedelta(hours=24)

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="+")
    school = models.ForeignKey(School, models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    origin = models.CharField(_("way of entry"), max_length=10, choices=Figure.Origin)
    cells = models.JSONField(default=list)
    strays = models.JSONField(default=list)
    about = models.JSONField(default=dict)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    applied_at = models.DateTimeField(_("applied"), null=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.campaign} · {self.school} · {self.get_origin_display()}"


class IdempotencyKey(models.Model):
    """A request that was answered: the same key with the same content gets the same answer."""

    LIFE = timedelta(days=7)

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    answer: Any = models.JSONField()
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("answered request")
        verbose_name_plural = _("answered requests")
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return self.key


class CollectedFigure(Figure):
    """A figure, and the last word on when it may change: the database's own.

    While the campaign that collects it is closed for its school, or its school has submitted, its
    content cannot change, whoever asks and by whatever way. Its status can: a submission is
    validated after the closing. Of several campaigns that ask for it, one that is open for other
    schools only opens nothing, and one in which the school has submitted closes it.
    """

    CLOSED, READ_ONLY = "campaign_closed", "submission_read_only"

    class Meta:
        proxy = True
        verbose_name = _("collected figure")
        verbose_name_plural = _("collected figures")
        triggers = [
            pgtrigger.Trigger(
                name="refuse_when_closed",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("refusal", "TEXT")],
                func="""
                    IF TG_OP = 'UPDATE' AND
                        (NEW.indicator_id, NEW.school_id, NEW.year, NEW.state, NEW.value,
                         NEW.numerator, NEW.denominator, NEW.reason, NEW.explanation, NEW.confirmed)
                        IS NOT DISTINCT FROM
                        (OLD.indicator_id, OLD.school_id, OLD.year, OLD.state, OLD.value,
                         OLD.numerator, OLD.denominator, OLD.reason, OLD.explanation, OLD.confirmed)
                    THEN
                        RETURN NEW;
                    END IF;
                    SELECT CASE
                        WHEN bool_or(asked.submitted) THEN 'submission_read_only'
                        WHEN NOT bool_or(asked.is_open) THEN 'campaign_closed'
                    END INTO refusal
                    FROM (
                        SELECT
                            place.school_id,
                            submission.state IN ('submitted', 'validated') AS submitted,
                            campaign.opens_at <= clock_timestamp() AND clock_timestamp()
                                < GREATEST(campaign.closes_at, extension.closes_at)
                            AND (
                                submission.id IS NOT NULL
                                OR place.school_id IN (
                                    SELECT school_id FROM campaigns_campaign_schools AS chosen
                                    WHERE chosen.campaign_id = campaign.id
                                )
                                OR NOT EXISTS (
                                    SELECT FROM campaigns_campaign_schools AS chosen
                                    WHERE chosen.campaign_id = campaign.id
                                )
                            ) AS is_open
                        FROM (
                            VALUES (NEW.indicator_id, NEW.school_id, NEW.year),
                                   (OLD.indicator_id, OLD.school_id, OLD.year)
                        ) AS place (indicator_id, school_id, year)
                        JOIN campaigns_campaign campaign ON campaign.year = place.year
                        JOIN campaigns_campaign_indicators asks
                            ON asks.campaign_id = campaign.id
                            AND asks.indicator_id = place.indicator_id
                        LEFT JOIN campaigns_extension extension
                            ON extension.campaign_id = campaign.id
                            AND extension.school_id = place.school_id
                        LEFT JOIN campaigns_submission submission
                            ON submission.campaign_id = campaign.id
                            AND submission.school_id = place.school_id
                        WHERE place.school_id IS NOT NULL
                    ) AS asked;
                    IF refusal IS NOT NULL THEN
                        RAISE EXCEPTION 'this figure cannot change now: %', refusal
                            USING ERRCODE = 'check_violation', CONSTRAINT = refusal,
                            TABLE = TG_TABLE_NAME;
                    END IF;
                    RETURN COALESCE(NEW, OLD);
                """,
            )
        ]
