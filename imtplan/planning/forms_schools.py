"""The form of a school: its names over time, and from when to when it is one."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imtplan.accounts.models import School
from imtplan.accounts.school_names import as_stored, read_lines, written_lines
from imtplan.day_field import DayField
from imtplan.planning.forms import FormDifference, PlanForm, PlanFormMeta
from imtplan.planning.services import check_term, names_kept, store_school


class EarlierNamesField(forms.CharField):
    """Reads the earlier names of a school, one a line, as the row has them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 3}), required=False, **options)

    def prepare_value(self, value: Any) -> Any:
        return written_lines(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return as_stored(read_lines(super().to_python(value) or ""))


class SchoolForm(PlanForm):
    """A form for a school: a new name keeps the old one; a merger needs the last year."""

    service = staticmethod(store_school)
    argument = "school"
    slug = "ecoles"
    SHOWN_AT = {"school_years_in_order": "last_year", "school_days_in_order": "closed_on"}
    field_order = ("code", "name", "renamed_on", "earlier_names", "kind", "sites", "region")

    renamed_on = DayField(
        required=False,
        label=gettext_lazy("New name since"),
        help_text=gettext_lazy(
            "The first day of the name above, where you change it: the one before is kept until "
            "the day before, and pages of earlier years go on saying it. Empty: the day is not "
            "known."
        ),
    )
    earlier_names = EarlierNamesField(
        label=gettext_lazy("Earlier names"),
        help_text=gettext_lazy(
            "One a line, each with its last day or year after a semicolon: IMT Lille Douai ; "
            "31/08/2021. The name of a year is that of its 31 December."
        ),
    )

    class Meta(PlanFormMeta):
        model = School
        fields = [
            "code",
            "name",
            "earlier_names",
            "kind",
            "sites",
            "region",
            "first_year",
            "opened_on",
            "last_year",
            "closed_on",
            "merged_into",
            "rank",
        ]
        help_texts = {
            "first_year": gettext_lazy("The first year it reports for. Empty: since always."),
            "last_year": gettext_lazy("The last year it reports for. Empty: it goes on."),
            "opened_on": gettext_lazy(
                "The day, where it is known: pages say it, no total needs it."
            ),
            "merged_into": gettext_lazy(
                "Into one school, as a whole. Until that one reports for both, the last figures of "
                "both stand in for it."
            ),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        kinds = [choice for choice in School.Affiliation.choices if choice[0] != "institute"]
        fields["kind"].choices = kinds
        others = School.objects.without_the_institute()
        free = others.filter(merged_into=None) | others.filter(pk=self.instance.merged_into_id)
        fields["merged_into"].queryset = free.exclude(pk=self.instance.pk)
        fields["merged_into"].empty_label = _("no other school")
        if self.instance.pk is None:
            del self.fields["renamed_on"]

    def in_words(self, name: str, value: Any) -> str:
        if name == "earlier_names":
            return written_lines(value or [])
        return super().in_words(name, value)

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            try:
                names_kept(self.row, self.values)
                check_term(self.row, self.values)
            except ValidationError as refusal:
                self._update_errors(refusal)

    def differences(self) -> list[FormDifference]:
        """Compares as every form, and says that a name that gives way to a new one is kept."""
        label = str(self.fields["earlier_names"].label)
        others = [row for row in super().differences() if row.label != label]
        before = self.in_words("earlier_names", self.stored()["earlier_names"])
        after = self.in_words("earlier_names", names_kept(self.row, self.values))
        return others if before == after else [*others, FormDifference(label, before, after)]

    @property
    def values(self) -> dict[str, Any]:
        return super().values | {"renamed_on": self.cleaned_data.get("renamed_on")}
