"""The forms of a person's own account."""

from datetime import datetime, time
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ResetPasswordForm
from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.api_token import ApiToken
from imtplan.accounts.attempts import Attempt, TooManyAttempts, begin_attempt
from imtplan.accounts.models import User
from imtplan.accounts.roles import Permission, may_somewhere
from imtplan.accounts.services import ask_for_new_password
from imtplan.day_field import DayField


class TokenForm(forms.ModelForm):
    """A form for a new token; it may enter figures only if the person may."""

    last_day = DayField(
        label=_("Last day"),
        required=False,
        help_text=_("Empty: until you revoke it."),
    )

    class Meta:
        model = ApiToken
        fields = ["name", "may_enter"]
        labels = {"name": _("What it is for")}
        help_texts = {"name": _("For instance: Power BI of the directorate-general.")}
        error_messages = {"name": {"required": _("Say what the token is for.")}}

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        if not may_somewhere(user, Permission.ENTER_FIGURES):
            del self.fields["may_enter"]

    def clean_last_day(self) -> Any:
        day = self.cleaned_data["last_day"]
        if day and day < timezone.localdate():
            raise forms.ValidationError(
                _("This day is over: choose today or later, or leave the field empty.")
            )
        return day

    @property
    def expires_at(self) -> datetime | None:
        """Returns the end of the chosen day in Paris, so that the token still works that day."""
        day = self.cleaned_data["last_day"]
        return timezone.make_aware(datetime.combine(day, time.max)) if day else None


class NewPasswordForm(ResetPasswordForm):
    """Asks for the link to choose a new password; the same whether the address has an account."""

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        adapter = get_adapter()
        visitor = adapter.get_client_ip(adapter.request)
        try:
            begin_attempt(Attempt.Act.NEW_PASSWORD, account=email, address=visitor)
        except TooManyAttempts as refusal:
            raise forms.ValidationError(
                _(
                    "Too many links were asked for from where you are. Those that were sent work; "
                    "else wait %(minutes)d minutes, or ask the plan office."
                ),
                params={"minutes": refusal.minutes},
            ) from None
        return email

    def save(self, request: HttpRequest, **options: Any) -> str:
        ask_for_new_password(self.cleaned_data["email"])
        return str(self.cleaned_data["email"])
