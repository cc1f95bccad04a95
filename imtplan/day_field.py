"""The field for a day, the same in every form."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

NO_DAY = _("This day does not exist, or is not written as day/month/year: 15/12/2022.")


class DayField(forms.DateField):
    """A day, which the browser helps to choose. A wrong one is refused in our own words."""

    def __init__(self, **options: Any) -> None:
        options["widget"] = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        messages = {"invalid": NO_DAY} | options.pop("error_messages", {})
        super().__init__(error_messages=messages, **options)
