"""The mails of the application: written in the transaction of an act, sent after it."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from imtplan.email_address import AddressField
from imtplan.jobs import WorkRow

LINE_END = r"[\r\n]"


class MailQuerySet(models.QuerySet["Mail"]):
    def due(self, *, at: datetime) -> "MailQuerySet":
        """Returns the mails to send now, the one that has waited longest first."""
        to_send = self.filter(state__in=Mail.TO_SEND, next_try_at__lte=at)
        return to_send.order_by("next_try_at", "pk")

    def interrupted(self, *, before: datetime) -> "MailQuerySet":
        """Begun so long ago that whoever was sending them has died."""
        return self.filter(state=Mail.State.SENDING, claimed_at__lt=before)


class Mail(WorkRow):
    """A mail to one person, with the address and the words of the moment of writing."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed, will be tried again")
        GIVEN_UP = "given_up", _("given up")
        UNCERTAIN = "uncertain", _("perhaps sent")
        WITHDRAWN = "withdrawn", _("withdrawn before it was sent")

        @property
        def symbol(self) -> str:
            """Returns the name of its icon, so that colour is never the only sign."""
            return {
                Mail.State.WAITING: "clock",
                Mail.State.SENDING: "send",
                Mail.State.SENT: "check-circle-fill",
                Mail.State.FAILED: "exclamation-triangle-fill",
                Mail.State.GIVEN_UP: "x-circle-fill",
                Mail.State.UNCERTAIN: "question-circle",
                Mail.State.WITHDRAWN: "arrow-counterclockwise",
            }[self]

    TO_SEND = (State.WAITING, State.FAILED)
    # These are sent again only if a person asks for it.
    RETRYABLE = (State.FAILED, State.GIVEN_UP, State.UNCERTAIN)

    # This kind has a link to one's own account, which is made only when the mail is sent: neither
    # the reader of the page of mails nor a copy of the database has it.
    INVITATION = "invitation"
    # The same for a new password. The account of the address is looked up when the mail is sent,
    # and a mail without one is dropped: the person who asks learns nothing of who has an account,
    # not even from the time that it takes.
    NEW_PASSWORD = "new-password"  # noqa: S105
    WITH_LINK = (INVITATION, NEW_PASSWORD)
    SIGN_IN_LINK = "{sign-in-link}"

    # It is the Message-ID too, by which a server recognises a mail that it gets twice.
    uid = models.UUIDField(default=uuid.uuid4, editable=False)
    key = models.CharField(_("key"), max_length=200, unique=True)
    kind = models.SlugField(_("kind"), max_length=40, db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="mails",
        verbose_name=_("person"),
    )
    address = AddressField(_("address"))
    subject = models.TextField(_("subject"))  # whole, however long a school's name is
    body = models.TextField(_("text"))
    language = models.CharField(_("language"), max_length=2, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.WAITING)
    error = models.TextField(_("error"), blank=True)
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    next_try_at = models.DateTimeField(_("next try"), default=timezone.now)
    claimed_at = models.DateTimeField(_("last try"), null=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(
                fields=["next_try_at", "id"],
                name="mail_to_send",
                condition=Q(state__in=["waiting", "failed"]),
            ),
            models.Index(fields=["-created_at", "-id"], name="mail_latest"),
        ]
        constraints = [
            models.CheckConstraint(
                name="mail_sent_says_when",
                condition=~Q(state="sent") | Q(sent_at__isnull=False),
                violation_error_message=_("A mail that was sent says when."),
            ),
            models.CheckConstraint(
                name="mail_sending_says_since_when",
                condition=~Q(state="sending") | Q(claimed_at__isnull=False),
                violation_error_message=_("A mail that is being sent says since when."),
            ),
            # A line end in a header would begin another header.
            models.CheckConstraint(
                name="mail_headers_on_one_line",
                condition=~(Q(subject__regex=LINE_END) | Q(address__regex=LINE_END)),
                violation_error_message=_("Subject and address stand on one line."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.address}: {self.subject}"

    @property
    def state_of_now(self) -> "Mail.State":
        """Returns the state with its words and symbol; the column is a plain text."""
        return self.State(self.state)

    @property
    def shown_body(self) -> str:
        """Returns the text for others than the person it is for: without the link."""
        return self.body.replace(self.SIGN_IN_LINK, gettext("[a link for this person alone]"))

    @property
    def can_be_retried(self) -> bool:
        return self.state in self.RETRYABLE
