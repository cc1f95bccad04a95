"""Acts that are not one row: putting aside, bringing back, the targets of every school at once."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imtplan.accounts.models import School, User
from imtplan.numbers import format_number
from imtplan.planning.forms import ActForm, language, number_field
from indicators.models import Indicator, Sureness, Target
from indicators.services_plan import school_targets, store_school_targets
from objectives.models import StrategicPlan
from objectives.services import archive, bring_back

YEAR = {"widget": forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})}


class ArchiveForm(ActForm, forms.Form):
    """Puts a row aside, or brings it back: nothing to type but the reason."""

    def __init__(self, *args: Any, row: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.row = row

    def stored(self) -> Mapping[str, Any]:
        return {"archived_at": self.row.archived_at}

    def said(self, name: str, value: Any) -> str:
        return str(value or "")

    def store(self, *, by: User, reason: str) -> Any:
        act = bring_back if self.row.archived_at else archive
        return act(element=self.row, by=by, reason=reason)


class SchoolTargetsForm(ActForm, forms.Form):
    """What each school is to reach, beside what the institute is."""

    use_required_attribute = False

    year = forms.IntegerField(
        label=gettext_lazy("target year"), min_value=1990, max_value=2100, **YEAR
    )
    baseline_year = forms.IntegerField(
        label=gettext_lazy("baseline year"), min_value=1990, max_value=2100, **YEAR
    )
    source = forms.CharField(
        label=gettext_lazy("source"),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Say where the target was published.")},
    )
    sureness = forms.ChoiceField(label=gettext_lazy("how sure"), choices=Sureness)

    def __init__(
        self, *args: Any, plan: StrategicPlan, indicator: Indicator, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.plan, self.indicator = plan, indicator
        self.there = school_targets(plan, indicator)
        members = School.objects.members_in(plan.last_year)
        self.schools = {f"school_{one.pk}": one for one in {**dict.fromkeys(members), **self.there}}
        for name, school in self.schools.items():
            self.fields[name] = number_field(label=school.name, required=False)
            target = self.there.get(school)
            self.initial[name] = target.value if target else None
        self.initial |= self._shared()

    def _shared(self) -> dict[str, Any]:
        one = next(iter(self.there.values()), None)
        if one is None:
            return {"year": self.plan.last_year, "baseline_year": self.plan.baseline_year}
        return {
            "year": one.year,
            "baseline_year": one.baseline_year,
            "source": one.source,
            "sureness": one.sureness,
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        years = data.get("year"), data.get("baseline_year")
        if all(years) and years[0] <= years[1]:
            self.add_error("year", _("The target year comes after the baseline year."))
        return data

    @property
    def own_fields(self) -> list[Any]:
        return [self[name] for name in self.fields if name not in self.schools]

    @property
    def school_fields(self) -> list[Any]:
        return [self[name] for name in self.schools]

    @property
    def institute(self) -> Target | None:
        """The reference target of the indicator in this plan."""
        found = Target.objects.in_use().reference()
        return found.filter(plan=self.plan, indicator=self.indicator).first()

    @property
    def comparison(self) -> dict[str, str]:
        """The sum of the schools' targets beside the institute's. Only what adds up is added."""
        values = [one.value for one in self.there.values() if one.value is not None]
        adds_up = self.indicator.aggregation == Indicator.Aggregation.SUM
        total = sum(values, Decimal(0)) if values and adds_up else None
        wanted = self.institute.value if self.institute else None
        gap = None if total is None or wanted is None else total - wanted
        return {
            "sum": format_number(total, language=language()),
            "institute": format_number(wanted, language=language()),
            "gap": format_number(gap, language=language(), sign=True),
        }

    def store(self, *, by: User, reason: str) -> None:
        data = self.cleaned_data
        store_school_targets(
            plan=self.plan,
            indicator=self.indicator,
            wanted={school: data[name] for name, school in self.schools.items()},
            by=by,
            reason=reason,
            year=data["year"],
            baseline_year=data["baseline_year"],
            source=data["source"],
            sureness=data["sureness"],
        )
