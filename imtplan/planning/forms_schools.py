"""The form of a school."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imtplan.accounts.models import School
from imtplan.planning.forms import PlanForm, PlanFormMeta
from imtplan.planning.services import check_term, store_school


class SchoolForm(PlanForm):
    """A form for a school: a new name keeps the old one; a merger needs the last year."""

    service = staticmethod(store_school)
    argument = "school"
    slug = "ecoles"
    SHOWN_AT = {"school_years_in_order": "last_year"}

    class Meta(PlanFormMeta):
        model = School
        fields = [
            "code",
            "name",
            "former_name",
            "kind",
            "sites",
            "region",
            "first_year",
            "last_year",
            "merged_into",
            "rank",
        ]
        help_texts = {
            "last_year": gettext_lazy("The last year it reports for. Empty: it goes on."),
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

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            try:
                check_term(self.row, self.values)
            except ValidationError as refusal:
                self._update_errors(refusal)
