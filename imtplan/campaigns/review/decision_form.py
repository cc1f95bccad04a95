"""The form of a decision on a submission. What may stand is the services' matter."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from imtplan.campaigns.typed_text import LONGEST_EXPLANATION, TypedTextField
from indicators.models import Indicator


class DecisionForm(forms.Form):
    """Why a submission goes back: a comment on the whole, on some figures, or both."""

    comment = TypedTextField(
        label=_("Comment on the whole"),
        required=False,
        max_length=LONGEST_EXPLANATION,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Who enters reads it above the figures."),
    )
    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args: Any, indicators: Iterable[Indicator], **kwargs: Any) -> None:
        super().__init__(*args, use_required_attribute=False, **kwargs)
        self.codes = [indicator.code for indicator in indicators]
        for indicator in indicators:
            self.fields[self.name_of(indicator.code)] = TypedTextField(
                label=str(indicator.name),
                required=False,
                max_length=LONGEST_EXPLANATION,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def look_again(self, handing_in: str) -> None:
        """Shows it again with what was typed: the next decision is about what this page shows."""
        self.data = self.data.copy()
        self.data["seen"] = handing_in

    @staticmethod
    def name_of(code: str) -> str:
        return f"remark-{code}"

    def field_of(self, code: str) -> forms.BoundField:
        return self[self.name_of(code)]

    @property
    def typed(self) -> list[tuple[str | Promise, str]]:
        """Returns every comment as typed, under its label: what must not be lost with a refusal."""
        texts = [(field.label, field.value() or "") for field in self if not field.is_hidden]
        return [(label, text) for label, text in texts if text.strip()]

    @property
    def remarks(self) -> dict[str, str]:
        """Returns the remarks by the code of the indicator; call on a valid form."""
        typed = {code: self.cleaned_data[self.name_of(code)] for code in self.codes}
        return {code: text for code, text in typed.items() if text}
