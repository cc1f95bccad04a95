"""The files people asked for: a row from the moment of asking, the bytes once they are made."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from imtplan.jobs import WorkRow


class ExportQuerySet(models.QuerySet["Export"]):
    def visible_to(self, user: Any) -> "ExportQuerySet":
        """A file is for the one who asked for it, and for nobody else."""
        return self.filter(by=user) if user.is_authenticated else self.none()

    def to_make(self, *, at: datetime) -> "ExportQuerySet":
        """Returns what waits, and what was begun and never ended: the longest waiting first."""
        left = Q(state=Export.State.MAKING, claimed_at__lt=at - Export.DEAD_AFTER)
        return self.filter(Q(state=Export.State.WAITING) | left).order_by("asked_at", "pk")

    def outlived(self, *, at: datetime) -> "ExportQuerySet":
        return self.filter(asked_at__lt=at - Export.LIFE)

    def without_bytes(self) -> "ExportQuerySet":
        return self.defer("content")


class Export(WorkRow):
    """One file: what was asked, how far it is, and its bytes.

    `kind` names an entry of `imtplan.exports.export_kinds`; `asked` is the address it was asked
    from, with plan, year and view spelled out, so that the file says what the page said.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        MAKING = "making", _("being made")
        MADE = "made", _("ready")
        FAILED = "failed", _("not made")

        @property
        def symbol(self) -> str:
            """Returns the name of its icon: a state is never told by colour alone."""
            return {
                Export.State.WAITING: "clock",
                Export.State.MAKING: "clock",
                Export.State.MADE: "check-circle-fill",
                Export.State.FAILED: "x-circle-fill",
            }[self]

    UNFINISHED = (State.WAITING, State.MAKING)
    LIFE = timedelta(days=30)
    DEAD_AFTER = timedelta(minutes=2)  # twice the hard time limit of a task
    TRIES = 3

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="exports")
    kind = models.SlugField(_("kind"), max_length=40, db_index=False)
    subject = models.CharField(_("about"), max_length=200, blank=True)
    title = models.CharField(_("title"), max_length=300)
    asked = models.JSONField(_("asked"), default=dict)
    language = models.CharField(_("language"), max_length=2)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.WAITING)
    done = models.PositiveSmallIntegerField(_("steps done"), default=0)
    total = models.PositiveSmallIntegerField(_("steps"), default=0)
    reason = models.TextField(_("why it was not made"), blank=True)
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    made_at = models.DateTimeField(_("made at"), null=True)
    # At most a few hundred kilobytes, gone after LIFE: no second store to back up and to guard.
    content = models.BinaryField(_("content"), null=True)
    size = models.PositiveIntegerField(_("size in bytes"), default=0)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering = ["-asked_at", "-pk"]
        indexes = [
            models.Index(fields=["by", "-asked_at"], name="export_of_person"),
            models.Index(
                fields=["asked_at", "id"],
                name="export_to_make",
                condition=Q(state__in=["waiting", "making"]),
            ),
        ]
        constraints = [
            # Two clicks on a button are one file.
            models.UniqueConstraint(
                fields=["by", "kind", "subject", "asked", "language"],
                name="export_asked_once",
                condition=Q(state__in=["waiting", "making"]),
                violation_error_message=_("This file is being made already."),
            ),
            models.CheckConstraint(
                name="export_made_is_whole",
                condition=~Q(state="made")
                | Q(~Q(sha256=""), content__isnull=False, made_at__isnull=False),
                violation_error_message=_("A file that is ready has its bytes and fingerprint."),
            ),
            models.CheckConstraint(
                name="export_failed_says_why",
                condition=~Q(state="failed") | ~Q(reason=""),
                violation_error_message=_("A file that was not made says why."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def state_of_now(self) -> "Export.State":
        """Returns the state with its words and symbol, where the column is a plain text."""
        return self.State(self.state)

    @property
    def is_unfinished(self) -> bool:
        return self.state in self.UNFINISHED

    @property
    def kept_until(self) -> datetime:
        return self.asked_at + self.LIFE
