"""What the forms of the plan share: numbers as people type them, messages at their field, what was
there when the form was opened, and what is different now."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imtplan.accounts.models import User
from imtplan.bilingual import reader_language
from imtplan.campaigns.entry.forms import TypedNumberField
from imtplan.days import DayField
from imtplan.numbers import format_number
from imtplan.units import CellUnit

NO_UNIT, PERCENT, POINTS = CellUnit(), CellUnit("%", ("%",)), CellUnit("points", ("points",))
NOT_WHOLE = gettext_lazy("Write a whole number, with digits only.")


def shown_number(value: Any, *, is_year: bool = False) -> str:
    """A stored or kept number for people. Years are written without a group mark."""
    return str(value) if is_year else format_number(Decimal(str(value)), language=reader_language())


class PlanNumberField(TypedNumberField):
    """A number in the person's language, both ways. Its bounds are the model's."""

    def prepare_value(self, value: Any) -> Any:
        return (
            format_number(value, language=reader_language())
            if isinstance(value, Decimal)
            else value
        )

    def validate(self, value: Any) -> None:
        if self.required and value is None:
            raise ValidationError(_("Enter a number."), code="required")

    def has_changed(self, initial: Any, data: Any) -> bool:
        """1,50 typed where 1.5 stands is no change; what cannot be read is one."""
        try:
            return bool(self.to_python(data) != initial)
        except ValidationError:
            return True


def number_field(unit: CellUnit = NO_UNIT, **options: Any) -> PlanNumberField:
    typing = {"inputmode": "decimal", "autocomplete": "off"}
    field = PlanNumberField(widget=forms.TextInput(attrs=typing), **options)
    field.unit = unit
    return field


def _field_of(field: Any, **options: Any) -> forms.Field | None:
    """The field of a column: our numbers, days that a browser helps to choose, plain years."""
    shared = {"label": field.verbose_name, "help_text": field.help_text}
    if isinstance(field, models.DecimalField):
        return number_field(required=not field.blank, initial=field.get_default(), **shared)
    if isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField):
        options["form_class"] = DayField
    elif isinstance(field, models.PositiveSmallIntegerField):
        options["widget"] = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        options["error_messages"] = {
            "invalid": gettext_lazy("Write a whole number, with digits only.")
        }
    elif isinstance(field, models.TextField):
        options["widget"] = forms.Textarea(attrs={"rows": 3})
    return field.formfield(**options)


@dataclass(frozen=True)
class FormDifference:
    """One thing that differs, in the words of the form."""

    label: str
    before: str
    after: str


class ActForm(forms.BaseForm):
    """What one act asks: `stored` is what is there, `store` does it, `mark` tells two states of
    what is there apart. A mark that is no longer right: somebody else was faster."""

    title: str = ""
    button = gettext_lazy("See what this changes")

    def stored(self) -> Mapping[str, Any]:
        return {name: self.get_initial_for_field(self.fields[name], name) for name in self.fields}

    @property
    def mark(self) -> str:
        plain = {name: self.said(name, value) for name, value in self.stored().items()}
        return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:32]

    def said(self, name: str, value: Any) -> str:
        """A stored or typed value in words, the same for both."""
        field = self.fields[name]
        if isinstance(field, PlanNumberField) and isinstance(value, Decimal):
            return format_number(value, language=reader_language())
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(field, forms.ModelChoiceField):
            return self._chosen(field, value)
        if isinstance(field, forms.ChoiceField):
            return str(dict(field.choices).get(value, value or ""))
        if isinstance(value, date):
            return value.strftime("%d/%m/%Y" if reader_language() == "fr" else "%Y-%m-%d")
        return "" if value is None else str(value).replace("\r\n", "\n").strip()

    @staticmethod
    def _chosen(field: forms.ModelChoiceField, value: Any) -> str:
        if value is None or isinstance(value, models.Model):
            return str(value or "")
        return str(field.queryset.model._default_manager.filter(pk=value).first() or "")

    def is_overtaken(self, seen: str) -> bool:
        """Whether what is stored is no longer what stood on the page that was sent."""
        return seen != self.mark

    def differences(self) -> list[FormDifference]:
        """What was typed against what is stored. Call on a valid form."""
        stored = self.stored()
        found = []
        for name, field in self.fields.items():
            old = self.said(name, stored[name])
            new = self.said(name, self.cleaned_data[name])
            if old != new:
                found.append(FormDifference(str(field.label or name), old, new))
        return found

    @property
    def is_change(self) -> bool:
        """Whether storing this changes anything. Call on a valid form."""
        return bool(self.differences())

    @property
    def sent(self) -> Iterable[tuple[str, str]]:
        """Every name and text that was posted, to be posted again from the preview."""
        for name in self.fields:
            key = self.add_prefix(name)
            if key in self.data:
                yield key, self.data[key]

    def store(self, *, by: User, reason: str) -> Any:
        raise NotImplementedError


class PlanForm(ActForm, forms.ModelForm):
    """A row of the plan. A code is chosen once; afterwards it stands in files and addresses."""

    use_required_attribute = False
    FIXED: tuple[str, ...] = ("code",)
    # The rest of a constraint's name says nothing to people; where its message belongs does.
    SHOWN_AT: dict[str, str] = {}
    slug = ""
    parent = ""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk is not None:
            for name in self.FIXED:
                self.fields.pop(name, None)

    def _get_validation_exclusions(self) -> set[str]:
        """The parent is no field, but codes are told apart within it."""
        return super()._get_validation_exclusions() - {self.parent, *self.FIXED}

    def _update_errors(self, errors: ValidationError) -> None:
        if hasattr(errors, "error_dict"):
            errors = self._at_their_fields(errors)
        super()._update_errors(errors)

    def _at_their_fields(self, errors: ValidationError) -> ValidationError:
        places = {
            str(constraint.violation_error_message): self.SHOWN_AT.get(constraint.name, "")
            for constraint in self._meta.model._meta.constraints
        }
        moved: dict[str, list[ValidationError]] = {}
        for field, found in errors.error_dict.items():
            for error in found:
                place = places.get(str(error.messages[0]), "") if field == NON_FIELD_ERRORS else ""
                at = place if place in self.fields else field
                at = at if at in self.fields else NON_FIELD_ERRORS
                moved.setdefault(at, []).append(error)
        return ValidationError(moved)

    @property
    def row(self) -> Any:
        """The row as the services take it: not yet touched by what was typed."""
        model = self._meta.model
        if self.instance.pk is not None:
            return model._default_manager.get(pk=self.instance.pk)
        parents = {self.parent: getattr(self.instance, self.parent)} if self.parent else {}
        return model(**parents)

    @property
    def values(self) -> dict[str, Any]:
        own = {field.name for field in self._meta.model._meta.fields}
        return {
            name: self._one_line_end(value)
            for name, value in self.cleaned_data.items()
            if name in own
        }

    @staticmethod
    def _one_line_end(value: Any) -> Any:
        return value.replace("\r\n", "\n") if isinstance(value, str) else value


class PlanFormMeta:
    """Django copies this for each form; what it says holds for all of them."""

    formfield_callback = staticmethod(_field_of)
