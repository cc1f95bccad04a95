"""The reports of the checks, made each night or when the plan office asks."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ReportQuerySet(models.QuerySet["Report"]):
    def made(self) -> "ReportQuerySet":
        return self.exclude(finished_at=None)

    def to_make(self) -> "ReportQuerySet":
        """Returns the unfinished reports: waiting, under way, or left by a worker that died."""
        return self.filter(finished_at=None).order_by("pk")


class Report(models.Model):
    """A run of all checks, with its findings by the names of the checks.

    `findings` is a list of {"check", "level", "count", "shown"}. The words for a name are those of
    `checks.py` on the day of reading.
    """

    asked_at = models.DateTimeField(_("asked for"), default=timezone.now)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("asked by"),
    )
    began_at = models.DateTimeField(_("begun"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    checks = models.PositiveSmallIntegerField(_("checks made"), default=0)
    compared = models.PositiveIntegerField(_("indicators computed again"), default=0)
    indicators = models.PositiveIntegerField(_("indicators there are"), default=0)
    findings = models.JSONField(_("findings"), default=list)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report of a check")
        verbose_name_plural = _("reports of checks")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["finished_at"],
                name="report_one_at_a_time",
                condition=models.Q(finished_at=None),
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d %H:%M:%S}"

    @property
    def seconds(self) -> float | None:
        if self.began_at is None or self.finished_at is None:
            return None
        return (self.finished_at - self.began_at).total_seconds()

    @property
    def failing(self) -> set[str]:
        """Returns the names of the checks that found something."""
        return {finding["check"] for finding in self.findings}

    @property
    def is_sample(self) -> bool:
        return self.compared < self.indicators
