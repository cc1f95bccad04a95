"""Hold the keys with which programs read in a person's name."""

import hashlib
import secrets
from datetime import datetime

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def usable(self, *, at: datetime) -> "ApiTokenQuerySet":
        owners = Q(user__is_active=True)
        if settings.IN_PRODUCTION:
            owners &= Q(user__is_demo=False)
        return self.filter(owners, Q(expires_at=None) | Q(expires_at__gt=at), revoked_at=None)


@pghistory.track(exclude=["last_used_at"])
class ApiToken(models.Model):
    """A key with which a program reads in a person's name. Only its SHA-256 is kept."""

    PREFIX = "imtplan_"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("what it is for"), max_length=80)
    may_enter = models.BooleanField(
        _("may enter figures"),
        default=False,
        help_text=_("In your name, where you may: for a program that sends your school's figures."),
    )
    start = models.CharField(_("begins with"), max_length=16, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("valid until"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.name} ({self.start}…)"

    @staticmethod
    def digest_of(key: str) -> str:
        return hashlib.sha256(key.encode()).hexdigest()

    @classmethod
    def new_key(cls) -> str:
        """Returns a new key, which is never stored. It has 32 random bytes, so it needs no salt."""
        return cls.PREFIX + secrets.token_urlsafe(32)
