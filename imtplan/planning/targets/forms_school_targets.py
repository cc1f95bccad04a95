"""The grid of the schools' targets: each school's terms, and those that several may share.

`_planned` works out, school by school, what will be stored. The preview shows exactly that, and
the act stores exactly that.
"""

from collections.abc import Iterator, Mapping
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
from imtplan.planning.forms import NOT_FILLED, ActForm, FormDifference, fingerprint_of
from imtplan.planning.plan_fields import PERCENT, beyond_the_plan, number_field
from imtplan.spreadsheets.tables import one_kind_of_line_ends
from indicators.models import GROWTH_NEEDS_POSITIVE, Indicator, Sureness, Target
from indicators.services_plan import school_targets, store_school_targets
from objectives.models import StrategicPlan

NO_SOURCE = gettext_lazy("Say where the target was published.")
# The terms that schools may share.
SHARED = ("year", "baseline_year", "source", "sureness", "baseline_source")
OPTIONAL = {"baseline_source"}
# The terms that say where a target was published.
OF_A_SCHOOL = ("source", "baseline_source")
# The terms in a school's line, in the order of the page, each with the beginning of its field.
IN_LINE = {
    "year": "year",
    "value": "school",
    "growth_percent": "growth",
    "baseline_value": "baseline",
    "source": "source",
}
TERMS = tuple(dict.fromkeys((*IN_LINE, *SHARED)))
SharedTerms = dict[str, Any]


def target_year_field(**options: Any) -> forms.IntegerField:
    typing = {"inputmode": "numeric", "autocomplete": "off"}
    widget = forms.TextInput(attrs=typing)
    return forms.IntegerField(min_value=1990, max_value=2100, widget=widget, **options)


class TermsReach(models.TextChoices):
    """The schools whose targets take the shared terms."""

    CHANGED = "changed", gettext_lazy("the schools added or changed here")
    ALL = "all", gettext_lazy("every school that has a target here")


@dataclass(frozen=True)
class SchoolTargetRow:
    """A line of the grid: the fields of a school by their terms, and its stored target."""

    school: School
    fields: Mapping[str, forms.BoundField]
    target: Target | None


class SchoolTargetsForm(ActForm, forms.Form):
    """The targets of all schools for one indicator, beside the institute's."""

    use_required_attribute = False

    year = target_year_field(label=gettext_lazy("target year"))
    baseline_year = target_year_field(label=gettext_lazy("baseline year"))
    source = forms.CharField(
        label=gettext_lazy("source"),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": NO_SOURCE},
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
        target, labels = self.targets_by_school.get(school), {"school": school.name}
        unit, optional = unit_of(self.indicator), {"required": False}
        fields = {
            "year": target_year_field(label=_("Target year: %(school)s") % labels, **optional),
            "value": number_field(unit, label=_("Target: %(school)s") % labels, **optional),
            "growth_percent": number_field(
                PERCENT, label=_("Growth: %(school)s") % labels, **optional
            ),
            "baseline_value": number_field(
                unit, label=_("Baseline: %(school)s") % labels, **optional
            ),
            "source": forms.CharField(
                label=_("Source: %(school)s") % labels,
                widget=forms.Textarea(attrs={"rows": 1}),
                **optional,
            ),
        }
        for term, field in fields.items():
            name = f"{IN_LINE[term]}_{pk}"
            self.fields[name] = field
            self.initial[name] = getattr(target, term) if target else None

    def _begin_shared(self, name: str) -> None:
        """Fill in a term that all schools share; where they differ, leave it empty. What one school
        published is no source of another's. Where no school has a target yet, each may say its own
        year and source."""
        stored = {getattr(target, name) for target in self.targets_by_school.values()}
        is_of_one = len(self.targets_by_school) == 1 and name in OF_A_SCHOOL
        if len(stored) == 1 and not is_of_one:
            self.initial[name] = stored.pop()
        elif stored:
            self._let_differ(name)
        elif name in IN_LINE:
            self.fields[name].required = False
        years = {"year": self.plan.last_year, "baseline_year": self.plan.baseline_year}
        if not self.targets_by_school and name in years:
            self.initial[name] = years[name]

    def _let_differ(self, name: str) -> None:
        field = self.fields[name]
        self.mixed.add(name)
        self.initial[name] = ""
        field.required = False
        field.help_text = _("Left empty, each school keeps its own.")
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", _("each its own")), *Sureness.choices]

    # --- What is typed, school by school ---

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for refuse in (
            self._refuse_two_promises,
            self._refuse_emptied_terms,
            self._refuse_baselines_alone,
            self._refuse_growth_over_nothing,
            self._refuse_missing_terms,
            self._refuse_years,
            self._refuse_what_reaches_nobody,
        ):
            if not self.errors:
                refuse()
        return data

    def _typed(self, term: str, pk: int) -> Any:
        """Returns what stands in a field of a school's line; None for an empty one."""
        value = self.cleaned_data[f"{IN_LINE[term]}_{pk}"]
        return one_kind_of_line_ends(value).strip() or None if isinstance(value, str) else value

    def _is_moved(self, term: str, pk: int) -> bool:
        """Returns whether a field of a school's line says something else than what is stored."""
        return self._is_typed(f"{IN_LINE[term]}_{pk}")

    def _promise(self, pk: int) -> SharedTerms:
        """Returns the value or the growth of a school, None for the other: of two that stand in its
        line, the one that was typed now takes the place of the stored one."""
        value, growth = self._typed("value", pk), self._typed("growth_percent", pk)
        if value is not None and growth is not None:
            if self._is_moved("growth_percent", pk):
                value = None
            else:
                growth = None
        return {"value": value, "growth_percent": growth}

    def _refuse_two_promises(self) -> None:
        for pk in self.schools:
            both = ("value", "growth_percent")
            if all(self._typed(term, pk) is not None and self._is_moved(term, pk) for term in both):
                text = _("A target is a value or a growth, one of the two.")
                self.add_error(f"growth_{pk}", text)

    def _refuse_emptied_terms(self) -> None:
        """Refuses to leave a school's target without a year or a source of its own."""
        for pk, school in self.schools.items():
            for term in ("year", "source"):
                is_emptied = school in self.targets_by_school and self._typed(term, pk) is None
                if is_emptied and self._has_target(pk):
                    self.add_error(f"{IN_LINE[term]}_{pk}", NOT_FILLED)

    def _refuse_baselines_alone(self) -> None:
        for pk in self.schools:
            if self._typed("baseline_value", pk) is not None and not self._has_target(pk):
                text = _("A baseline goes with a target: write the target too, or empty this.")
                self.add_error(f"baseline_{pk}", text)

    def _refuse_growth_over_nothing(self) -> None:
        for pk in self.schools:
            baseline = self._typed("baseline_value", pk)
            grows = self._promise(pk)["growth_percent"] is not None
            if grows and baseline is not None and baseline <= 0:
                self.add_error(f"baseline_{pk}", GROWTH_NEEDS_POSITIVE)

    def _has_target(self, pk: int) -> bool:
        """Whether the school has a target once this is stored."""
        return any(term is not None for term in self._promise(pk).values())

    def _refuse_missing_terms(self) -> None:
        """Refuses a new target without every term, for it has none of its own to keep."""
        for name in (name for name in SHARED if name not in OPTIONAL):
            lacking = [
                school
                for school, terms in self._planned.items()
                if self._is_new(school, terms) and not (terms or {}).get(name)
            ]
            if lacking:
                text = _("Say it for the school you add: %(school)s.") % {"school": lacking[0]}
                is_first = name == "source" and not self.targets_by_school
                self.add_error(name, NO_SOURCE if is_first else text)

    def _is_new(self, school: School, terms: SharedTerms | None) -> bool:
        return terms is not None and school not in self.targets_by_school

    def _refuse_years(self) -> None:
        for school, terms in self._planned.items():
            before = self._stored_terms(school) | (terms or {})
            years = before.get("year"), before.get("baseline_year")
            if terms and all(years) and years[0] <= years[1]:
                named = (f"year_{school.pk}", "year", "baseline_year")
                name = next((name for name in named if self._is_typed(name)), "year")
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
            if self._has_target(pk):
                if terms := self._terms(pk, school):
                    planned[school] = terms
            elif school in self.targets_by_school:
                planned[school] = None
        return planned

    def _terms(self, pk: int, school: School) -> SharedTerms:
        """Returns the terms of a school's target that change, with their new values: those of its
        own line before those that it shares."""
        own = {"baseline_value": self._typed("baseline_value", pk), **self._promise(pk)}
        for term in ("year", "source"):
            if self._is_moved(term, pk):
                own[term] = self._typed(term, pk)
        stored = self._stored_terms(school)
        is_touched = any(not stored or stored[name] != new for name, new in own.items())
        is_reached = is_touched or self.cleaned_data["reach"] == TermsReach.ALL
        typed = (self._shared_terms() if is_reached else {}) | own
        return {name: new for name, new in typed.items() if not stored or stored[name] != new}

    def _shared_terms(self) -> SharedTerms:
        shared = {name: self.cleaned_data[name] for name in SHARED}
        return {
            name: one_kind_of_line_ends(value) if isinstance(value, str) else value
            for name, value in shared.items()
            if name in OPTIONAL - self.mixed or value not in (None, "")
        }

    def _stored_terms(self, school: School) -> SharedTerms:
        target = self.targets_by_school.get(school)
        return {name: getattr(target, name) for name in TERMS} if target else {}

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
                {term: self[f"{name}_{pk}"] for term, name in IN_LINE.items()},
                self.targets_by_school.get(school),
            )
            for pk, school in self.schools.items()
        ]

    @property
    def own_fields(self) -> list[Any]:
        return [self[name] for name in (*SHARED, "reach")]
