"""The forms of the plan share these bases: numbers as people type them, messages at their field,
and the differences between what was stored when a form was opened and what was typed."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imtplan.accounts.models import School, User
from imtplan.bilingual import reader_language
from imtplan.day_field import DayField
from imtplan.numbers import format_number
from imtplan.planning.new_rows import made_code
from imtplan.planning.plan_fields import (
    HELP_OF_FIELDS,
    SHARES,
    PlanNumberField,
    ShareField,
    number_field,
    share_in_words,
)
from imtplan.spreadsheets.tables import one_kind_of_line_ends
from objectives.models import StrategicPlan

NOT_WHOLE = gettext_lazy("Write a whole number, with digits only.")
NOT_FILLED = gettext_lazy("Fill in this field.")


def fingerprint_of(plain: Any) -> str:
    """Returns 32 characters that identify this content of texts, lists and dictionaries."""
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:32]


def shown_number(value: Any, *, is_year: bool = False) -> str:
    """Returns a stored number in the reader's language; a year has no group mark."""
    return str(value) if is_year else format_number(Decimal(str(value)), language=reader_language())


def _field_of(field: Any, **options: Any) -> forms.Field | None:
    """Returns the field for a column: numbers as people type them, days to choose, plain years."""
    named = HELP_OF_FIELDS.get(f"{field.model._meta.model_name}.{field.name}")
    help_text = named or HELP_OF_FIELDS.get(field.name, field.help_text)
    shared = {"label": field.verbose_name, "help_text": help_text}
    options.setdefault("help_text", help_text)
    if field.name in SHARES:
        return ShareField(required=not field.blank, initial=field.get_default(), **shared)
    if isinstance(field, models.DecimalField):
        return number_field(required=not field.blank, initial=field.get_default(), **shared)
    if isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField):
        options["form_class"] = DayField
    elif isinstance(field, models.PositiveSmallIntegerField):
        options["widget"] = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        options["error_messages"] = {"invalid": NOT_WHOLE}
    elif isinstance(field, models.TextField):
        options["widget"] = forms.Textarea(attrs={"rows": 3})
    return field.formfield(**options)


@dataclass(frozen=True)
class FormDifference:
    """A field whose value differs, both values as the form writes them."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class FieldGroup:
    """The links of an element to rows of one kind: those there are, and those there may be."""

    title: str
    linked: list[Any]
    others: list[Any]
    is_ticked: bool  # a link has no weight


class ActForm(forms.BaseForm):
    """A form for one change of the plan: `stored` is the present state, `store` makes the change.

    `mark` identifies the present state. Another mark on confirming: somebody else was faster.
    """

    store: Callable[..., Any]  # keyword-only: by, reason

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        usual = forms.Field.default_error_messages["required"]
        for field in self.fields.values():
            if field.error_messages.get("required") == usual:
                field.error_messages["required"] = NOT_FILLED

    @property
    def acted_on(self) -> StrategicPlan | None:
        """Returns the plan that this changes, where it is one plan's alone."""
        plan: StrategicPlan | None = getattr(self, "plan", None)
        return plan

    def stored(self) -> Mapping[str, Any]:
        return {name: self.get_initial_for_field(self.fields[name], name) for name in self.fields}

    @property
    def mark(self) -> str:
        stored = self.stored().items()
        return fingerprint_of({name: self.in_words(name, value) for name, value in stored})

    def in_words(self, name: str, value: Any) -> str:
        """Returns a value as text; the same for a stored value and for a typed one."""
        field = self.fields[name]
        if isinstance(field, ShareField) and isinstance(value, Decimal):
            return share_in_words(value)
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
        return "" if value is None else one_kind_of_line_ends(str(value)).strip()

    @staticmethod
    def _chosen(field: forms.ModelChoiceField, value: Any) -> str:
        if value is None or isinstance(value, models.Model):
            return str(value or "")
        return str(field.queryset.model._default_manager.filter(pk=value).first() or "")

    def is_overtaken(self, seen: str) -> bool:
        """Whether the stored state is no longer that of the page on which the person typed."""
        return seen != self.mark

    def differences(self) -> list[FormDifference]:
        """Compares what was typed with what is stored. Call it on a valid form."""
        stored = self.stored()
        differences = []
        for name, field in self.fields.items():
            old = self.in_words(name, stored[name])
            new = self.in_words(name, self.cleaned_data[name])
            if old != new:
                differences.append(FormDifference(str(field.label or name), old, new))
        return differences

    @property
    def is_change(self) -> bool:
        """Returns whether storing this changes what `differences` does not list."""
        return False

    @property
    def questions(self) -> list[str]:
        """Returns what is asked of a valid form before it is stored, as sentences. The preview
        shows them, and nothing is stored without it."""
        return []

    @property
    def sent(self) -> Iterable[tuple[str, str]]:
        """Returns every posted name and text, to be posted again from the preview."""
        for name in self.fields:
            key = self.add_prefix(name)
            if key in self.data:
                yield key, self.data[key]


class PlanForm(ActForm, forms.ModelForm):
    """A form for a row of the plan, stored by its `service`, which takes the row as `argument`.

    A code is chosen once; afterwards it stands in files and addresses.
    """

    service: Callable[..., Any]
    argument = ""
    use_required_attribute = False
    FIXED: tuple[str, ...] = ("code",)
    # The line of help of a page that makes the code of a new row where none is typed; "": none is.
    MAKES_CODE: Any = ""
    # The field at which the message of a database constraint is shown.
    SHOWN_AT: dict[str, str] = {}
    slug = ""
    parent = ""

    def __init__(
        self, *args: Any, proposed: Mapping[str, Any] | None = None, **options: Any
    ) -> None:
        """`proposed`: what the page of a new row is filled in with; nothing of it is stored yet."""
        super().__init__(*args, **options)
        self.proposed = proposed or {}
        self.initial |= self.proposed
        if proposed is not None and self.MAKES_CODE:
            self.fields["code"].required = False
            self.fields["code"].help_text = self.MAKES_CODE
        if self.instance.pk is not None:
            for name in self.FIXED:
                self.fields.pop(name, None)
        for field in self.fields.values():
            choices = getattr(field, "queryset", None)
            if choices is not None and choices.model is School:
                field.queryset = choices.without_the_institute()

    @property
    def acted_on(self) -> StrategicPlan | None:
        if isinstance(self.instance, StrategicPlan):
            return self.instance
        owner = getattr(self.instance, "project", self.instance)
        return getattr(owner, "plan", None) or super().acted_on

    def stored(self) -> Mapping[str, Any]:
        return dict(super().stored()) | dict.fromkeys(self.proposed)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "code" in self.fields and "code" in data and not data["code"]:
            data["code"] = made_code(self.made_of(data), self._meta.model._default_manager)
            if not data["code"]:
                self.add_error("code", NOT_FILLED)
        return data

    def made_of(self, data: Mapping[str, Any]) -> str:
        """Returns the text of which the code of a new row is made where none was typed."""
        return ""

    def _get_validation_exclusions(self) -> set[str]:
        """Keeps the parent and the code, also where they are no fields: codes are unique within a
        parent. What is a field and was refused as one is not refused a second time."""
        kept = {name for name in (self.parent, *self.FIXED) if name not in self.fields}
        return super()._get_validation_exclusions() - kept

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
        for field, field_errors in errors.error_dict.items():
            for error in field_errors:
                place = places.get(str(error.messages[0]), "") if field == NON_FIELD_ERRORS else ""
                at = place if place in self.fields else field
                at = at if at in self.fields else NON_FIELD_ERRORS
                moved.setdefault(at, []).append(error)
        return ValidationError(moved)

    @property
    def own_fields(self) -> list[Any]:
        """Returns the fields that are no part of a group of their own."""
        return list(self)

    def groups(self) -> list["FieldGroup"]:
        """Returns the groups of links."""
        return []

    @property
    def row(self) -> Any:
        """Returns the row for the service, without what was typed in this form."""
        model = self._meta.model
        if self.instance.pk is not None:
            return model._default_manager.get(pk=self.instance.pk)
        parents = {self.parent: getattr(self.instance, self.parent)} if self.parent else {}
        return model(**parents)

    @property
    def values(self) -> dict[str, Any]:
        own = {field.name for field in self._meta.model._meta.fields}
        return {
            name: one_kind_of_line_ends(value) if isinstance(value, str) else value
            for name, value in self.cleaned_data.items()
            if name in own
        }

    def store(self, *, by: User, reason: str) -> Any:
        return self.service(**{self.argument: self.row}, by=by, reason=reason, **self.values)


class YearsFollowedForm(PlanForm):
    """A form for what a plan follows, which may begin in one of its years."""

    parent = "plan"

    def clean_first_year(self) -> int | None:
        year: int | None = self.cleaned_data["first_year"]
        if year is not None and year not in self.instance.plan.years:
            raise ValidationError(_("This year is not of the plan."))
        return year


class PlanFormMeta:
    """The base of the `Meta` of every form of a row."""

    formfield_callback = staticmethod(_field_of)
