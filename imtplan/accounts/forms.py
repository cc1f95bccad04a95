"""What a person fills in about their account."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.models import ApiToken


class TokenForm(forms.ModelForm):
    last_day = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Empty: until you revoke it."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    class Meta:
        model = ApiToken
        fields = ["name", "may_enter"]
        labels = {"name": _("What it is for")}
        help_texts = {"name": _("For instance: Power BI of the directorate-general.")}

    def clean_last_day(self) -> Any:
        day = self.cleaned_data["last_day"]
        if day and day < timezone.localdate():
            raise forms.ValidationError(
                _("This day is over: choose today or later, or leave the field empty.")
            )
        return day

    @property
    def expires_at(self) -> datetime | None:
        """The end of the last day, Paris time: the day chosen is still a good one."""
        day = self.cleaned_data["last_day"]
        return timezone.make_aware(datetime.combine(day, time.max)) if day else None
