"""The grid of the schools' targets: numbers school by school, and terms that several may share.

`_planned` works out, school by school, what will be stored. The preview shows exactly that, and
the act stores exactly that.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imtplan.accounts.models import School, User
from imtplan.audit.plan_edits import as_plain
from imtplan.bilingual import reader_language
from imtplan.campaigns.entry.checking.number_sentences import unit_of
from imtplan.numbers import format_number, format_percent
from imtplan.planning.forms import ActForm, FormDifference, fingerprint_of
from imtplan.planning.plan_fields import beyond_the_plan, number_field
from imtplan.spreadsheets.tables import one_kind_of_line_ends
from indicators.models import GROWTH_NEEDS_POSITIVE, Indicator, Sureness, Target
from indicators.services_plan import school_targets, store_school_targets
from objectives.models import StrategicPlan

YEAR = {"widget": forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})}
# The fields that schools may share, and those that each has of its own, in the preview's order.
SHARED = ("year", "baseline_year", "source", "sureness", "baseline_source")
OWN = ("value", "baseline_value")
OPTIONAL = {"baseline_source"}
SharedTerms = dict[str, Any]


class TermsReach(models.TextChoices):
    """The schools whose targets take the shared terms."""

    CHANGED = "changed", gettext_lazy("the schools added or changed here")
    ALL = "all", gettext_lazy("every school that has a target here")


@dataclass(frozen=True)
class SchoolTargetRow:
    """A line of the grid: the two fields of a school, and its stored target."""

    school: School
    value: forms.BoundField
    baseline: forms.BoundField
    target: Target | None

    @property
    def growth(self) -> str:
        """Returns the growth of a target that states one instead of a value: "+12 %"; else ""."""
        percent = self.target.growth_percent if self.target else None
        if percent is None:
            return ""
        return format_percent(percent / 100, language=reader_language(), sign=True)


class SchoolTargetsForm(ActForm, forms.Form):
    """The targets of all schools for one indicator, beside the institute's."""

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
    baseline_source = forms.CharField(
        label=gettext_lazy("source of the baseline"),
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
    )
    reach = forms.ChoiceField(
        label=gettext_lazy("These terms are for"),
        choices=TermsReach,
        initial=TermsReach.CHANGED,
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(
        self, *args: Any, plan: StrategicPlan, indicator: Indicator, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.plan, self.indicator = plan, indicator
        self.targets_by_school = school_targets(plan, indicator)
        members = School.objects.members_in(plan.last_year)
        self.schools = {
            school.pk: school for school in {**dict.fromkeys(members), **self.targets_by_school}
        }
        self.mixed: set[str] = set()
        for pk, school in self.schools.items():
            self._add_school(pk, school)
        for name in SHARED:
            self._begin_shared(name)

    def _add_school(self, pk: int, school: School) -> None:
        target = self.targets_by_school.get(school)
        labels = {"school": school.name}
        self.fields[f"school_{pk}"] = number_field(
            unit=unit_of(self.indicator), label=school.name, required=False
        )
        self.fields[f"baseline_{pk}"] = number_field(
            unit=unit_of(self.indicator), label=_("Baseline: %(school)s") % labels, required=False
        )
        self.initial[f"school_{pk}"] = target.value if target else None
        self.initial[f"baseline_{pk}"] = target.baseline_value if target else None

    def _begin_shared(self, name: str) -> None:
        """Fill in a term that all schools share; where they differ, leave it empty."""
        stored = {getattr(target, name) for target in self.targets_by_school.values()}
        if len(stored) == 1:
            self.initial[name] = stored.pop()
        elif not stored and name in ("year", "baseline_year"):
            years = {"year": self.plan.last_year, "baseline_year": self.plan.baseline_year}
            self.initial[name] = years[name]
        elif stored:
            self._let_differ(name)

    def _let_differ(self, name: str) -> None:
        field = self.fields[name]
        self.mixed.add(name)
        self.initial[name] = ""
        field.required = False
        field.help_text = _("The schools differ: left empty, each keeps its own.")
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", _("each its own")), *Sureness.choices]

    # --- What is typed, school by school ---

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for refuse in (
            self._refuse_baselines_alone,
            self._refuse_growth_over_nothing,
            self._refuse_missing_terms,
            self._refuse_years,
            self._refuse_what_reaches_nobody,
        ):
            if not self.errors:
                refuse()
        return data

    def _refuse_baselines_alone(self) -> None:
        for pk, school in self.schools.items():
            baseline = self.cleaned_data.get(f"baseline_{pk}")
            if baseline is not None and not self._has_target(pk, school):
                text = _("A baseline goes with a target: write the target too, or empty this.")
                self.add_error(f"baseline_{pk}", text)

    def _refuse_growth_over_nothing(self) -> None:
        for pk in self.schools:
            baseline = self.cleaned_data.get(f"baseline_{pk}")
            is_value = self.cleaned_data.get(f"school_{pk}") is not None
            if baseline is not None and baseline <= 0 and not is_value:
                self.add_error(f"baseline_{pk}", GROWTH_NEEDS_POSITIVE)

    def _has_target(self, pk: int, school: School) -> bool:
        """Whether the school has a target once this is stored."""
        target = self.targets_by_school.get(school)
        grows = target is not None and target.growth_percent is not None
        return self.cleaned_data.get(f"school_{pk}") is not None or grows

    def _refuse_missing_terms(self) -> None:
        """Refuses a new target without every term, for it has none of its own to keep."""
        added = [school for school, terms in self._planned.items() if self._is_new(school, terms)]
        for name in self.mixed - OPTIONAL:
            if added and self.cleaned_data.get(name) in (None, ""):
                text = _("Say it for the school you add: %(school)s.") % {"school": added[0]}
                self.add_error(name, text)

    def _is_new(self, school: School, terms: SharedTerms | None) -> bool:
        return terms is not None and school not in self.targets_by_school

    def _refuse_years(self) -> None:
        for school, terms in self._planned.items():
            before = self._stored_terms(school) | (terms or {})
            years = before.get("year"), before.get("baseline_year")
            if terms and all(years) and years[0] <= years[1]:
                name = "baseline_year" if self._is_typed("baseline_year") else "year"
                name = "year" if self._is_typed("year") else name
                self.add_error(name, _("The target year comes after the baseline year."))
                return

    def _refuse_what_reaches_nobody(self) -> None:
        for name in SHARED:
            typed = self._is_typed(name)
            if typed and not any(name in (terms or {}) for terms in self._planned.values()):
                text = _("No school takes this: choose every school below, or change a number.")
                self.add_error(name, text)

    def _is_typed(self, name: str) -> bool:
        return self.in_words(name, self.cleaned_data.get(name)) != self.in_words(
            name, self.initial.get(name)
        )

    @cached_property
    def _planned(self) -> dict[School, SharedTerms | None]:
        """Returns the terms to store for each school that changes; None puts its target aside."""
        planned: dict[School, SharedTerms | None] = {}
        for pk, school in self.schools.items():
            typed = self.cleaned_data[f"school_{pk}"], self.cleaned_data[f"baseline_{pk}"]
            if not self._has_target(pk, school):
                if school in self.targets_by_school:
                    planned[school] = None
            elif terms := self._terms(school, *typed):
                planned[school] = terms
        return planned

    def _terms(
        self, school: School, value: Decimal | None, baseline: Decimal | None
    ) -> SharedTerms:
        """Returns the terms of a school's target that change, with their new values."""
        typed: SharedTerms = {"baseline_value": baseline}
        if value is not None:
            typed |= {"value": value, "growth_percent": None}
        stored = self._stored_terms(school)
        is_touched = school not in self.targets_by_school or any(
            stored[name] != new for name, new in typed.items()
        )
        if is_touched or self.cleaned_data["reach"] == TermsReach.ALL:
            typed |= self._shared_terms()
        if school not in self.targets_by_school:
            return typed
        return {name: new for name, new in typed.items() if stored[name] != new}

    def _shared_terms(self) -> SharedTerms:
        shared = {name: self.cleaned_data[name] for name in SHARED}
        return {
            name: one_kind_of_line_ends(value) if isinstance(value, str) else value
            for name, value in shared.items()
            if name not in self.mixed or value not in (None, "")
        }

    def _stored_terms(self, school: School) -> SharedTerms:
        target = self.targets_by_school.get(school)
        return {name: getattr(target, name) for name in (*OWN, "growth_percent", *SHARED) if target}

    # --- What the preview shows, and what the act stores ---

    @property
    def mark(self) -> str:
        plain = {
            school.code: {
                name: as_plain(value) for name, value in self._stored_terms(school).items()
            }
            for school in self.targets_by_school
        }
        return fingerprint_of(plain)

    def differences(self) -> list[FormDifference]:
        return [
            difference for school in self._planned for difference in self._differences_of(school)
        ]

    def _differences_of(self, school: School) -> Iterator[FormDifference]:
        terms, stored = self._planned[school], self._stored_terms(school)
        if terms is None:
            before = self._term("value", stored["value"]) or self._term(
                "growth_percent", stored["growth_percent"]
            )
            yield FormDifference(school.name, before, _("put aside"))
            return
        for name, new in terms.items():
            before, after = self._term(name, stored.get(name)), self._term(name, new)
            if before != after:
                label = Target._meta.get_field(name).verbose_name
                yield FormDifference(f"{school.name} · {str(label).capitalize()}", before, after)

    def _term(self, name: str, value: Any) -> str:
        """Returns a term as text; a shared one as its field writes it."""
        if name == "growth_percent" and isinstance(value, Decimal):
            return format_percent(value / 100, language=reader_language(), sign=True)
        if isinstance(value, Decimal):
            return format_number(value, language=reader_language())
        return self.in_words(name, value) if name in self.fields else str(value or "")

    @property
    def questions(self) -> list[str]:
        changed = (terms.get("year") for terms in self._planned.values() if terms)
        return beyond_the_plan(self.plan.last_year, changed)

    def store(self, *, by: User, reason: str) -> None:
        store_school_targets(
            plan=self.plan, indicator=self.indicator, terms=self._planned, by=by, reason=reason
        )

    # --- The page ---

    @property
    def rows(self) -> list[SchoolTargetRow]:
        return [
            SchoolTargetRow(
                school,
                self[f"school_{pk}"],
                self[f"baseline_{pk}"],
                self.targets_by_school.get(school),
            )
            for pk, school in self.schools.items()
        ]

    @property
    def own_fields(self) -> list[Any]:
        return [self[name] for name in (*SHARED, "reach")]
