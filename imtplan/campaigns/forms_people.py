"""The form with which a director names somebody. What may stand is the service's matter."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.models import User
from imtplan.accounts.roles import DELEGABLE, Role


class NameForm(forms.Form):
    use_required_attribute = False

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": _("Write the person's e-mail address."),
            "invalid": _("Write an e-mail address: name@example.org."),
        },
    )
    name = forms.CharField(
        label=_("First name and name"),
        required=False,
        max_length=User._meta.get_field("name").max_length,
        help_text=_("Who has an account already keeps the name they have there."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[(role.value, role.label) for role in DELEGABLE],
        initial=Role.CONTRIBUTOR,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a role.")},
    )
    ends_on = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("For a substitute, a year ahead at most. Empty for a contributor: no end."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Write the day as day/month/year: 15/12/2022.")},
    )

    @property
    def roles(self) -> list[tuple[Any, Any]]:
        """Each choice, with what the role may do."""
        return [
            (radio, Role(radio.data["value"]).spec.description) for radio in self["role"].subwidgets
        ]
