"""The forms by which people are named and their accounts kept. What may stand is the services'
matter."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.models import User
from imtplan.accounts.roles import Role
from imtplan.day_field import DayField

EMAIL_ERRORS = {
    "required": _("Write the person's e-mail address."),
    "invalid": _("Write an e-mail address: name@example.org."),
}


class NameForm(forms.Form):
    use_required_attribute = False

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages=EMAIL_ERRORS,
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
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a role.")},
    )
    ends_on = DayField(
        label=_("Last day"),
        required=False,
        help_text=_("For a substitute, a year ahead at most. Empty for another role: no end."),
    )

    def __init__(self, *args: Any, roles: Iterable[Role], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["role"].choices = [(role.value, role.label) for role in roles]
        if Role.CONTRIBUTOR in roles:
            self.fields["role"].initial = Role.CONTRIBUTOR
        if Role.SUBSTITUTE not in roles:
            self.fields["ends_on"].help_text = _("Empty: no end.")

    @property
    def roles(self) -> list[tuple[Any, Any]]:
        """Returns each choice, with what the role may do."""
        return [
            (radio, Role(radio.data["value"]).spec.description) for radio in self["role"].subwidgets
        ]


class PersonForm(forms.Form):
    """Who somebody is, and the address at which they sign in and get their mails."""

    use_required_attribute = False

    name = forms.CharField(
        label=_("First name and name"),
        max_length=User._meta.get_field("name").max_length,
        error_messages={"required": _("Write the person's name.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("A mail to the address before and to the new one says who changed it."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages=EMAIL_ERRORS,
    )
