"""The form that prepares the next plan from one: its terms, and a tick for all that goes on."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imtplan.accounts.models import User
from imtplan.bilingual import reader_language
from imtplan.numbers import format_number
from imtplan.planning.forms import FormDifference, PlanForm, PlanFormMeta, fingerprint_of
from imtplan.planning.forms_elements import StrategicPlanForm
from imtplan.planning.next_plan.services import (
    GoingOn,
    ends_of,
    prepare_next_plan,
    proposed_baselines,
)
from indicators.models import FollowedIndicator, Indicator, IndicatorLink
from levers.models import Lever
from objectives.models import Objective, StrategicPlan
from projects.models import FlagshipProject, Serves

TICKED = {
    "objectives": gettext_lazy("Objectives that go on"),
    "levers": gettext_lazy("Levers that go on"),
    "projects": gettext_lazy("Projects that go on"),
    "followed": gettext_lazy("Indicators that it follows"),
    "links": gettext_lazy("Links that keep their weight"),
}


class NextPlanForm(PlanForm):
    """A form for the plan that follows `former`, with what of that one goes on in it."""

    SHOWN_AT = StrategicPlanForm.SHOWN_AT

    class Meta(PlanFormMeta):
        model = StrategicPlan
        fields = ["code", "name_fr", "name_en", "baseline_year", "first_year", "last_year"]
        error_messages = StrategicPlanForm.Meta.error_messages

    def __init__(self, data: Any, *, former: StrategicPlan) -> None:
        self.former = former
        super().__init__(data, initial=_proposed_terms(former))
        self.offered = _offered(former)
        for name, label in TICKED.items():
            rows = self.offered[name]
            self.fields[name] = forms.MultipleChoiceField(
                label=label,
                choices=[(key, _label(row)) for key, row in rows.items()],
                initial=list(rows),
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )

    @property
    def own_fields(self) -> list[Any]:
        return [self[name] for name in self.fields if name not in TICKED]

    @property
    def ticked_fields(self) -> list[Any]:
        """Returns the lists of which there is something to tick."""
        return [self[name] for name in TICKED if self.offered[name]]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first = data.get("first_year")
        if first is not None and first <= self.former.first_year:
            words = {"plan": self.former, "year": self.former.first_year}
            self.add_error("first_year", _("“%(plan)s” begins in %(year)s: begin later.") % words)
        return data

    @property
    def going_on(self) -> GoingOn:
        """Returns what is ticked, of a valid form."""
        chosen = {name: [self.offered[name][key] for key in self._keys(name)] for name in TICKED}
        return GoingOn(**chosen)

    def _keys(self, name: str) -> list[str]:
        """Returns what is ticked in a list, in its order on the page."""
        ticked = set(self.cleaned_data[name])
        return [key for key in self.offered[name] if key in ticked]

    # --- As an act ------------------------------------------------------------------------------

    @property
    def mark(self) -> str:
        """Returns a fingerprint of what there is to go on."""
        fields: dict[str, Any] = self.fields
        return fingerprint_of({name: fields[name].choices for name in TICKED})

    def differences(self) -> list[FormDifference]:
        """Lists the terms of the draft, what goes on in it, and the baselines it will propose."""
        own = [
            FormDifference(str(bound.label), "", str(self.cleaned_data[bound.name]))
            for bound in self.own_fields
        ]
        former = StrategicPlan._meta.get_field("supersedes")
        own.append(FormDifference(str(former.verbose_name), "", str(self.former)))
        going_on = self.going_on
        lists: dict[str, Sequence[Any]] = {name: getattr(going_on, name) for name in TICKED}
        lists["links"] = going_on.whole_links()
        for name, rows in lists.items():
            label = f"{TICKED[name]} ({len(rows)}/{len(self.offered[name])})"
            own.append(FormDifference(label, "", "\n".join(_label(row) for row in rows)))
        return [*own, self._baselines(going_on)]

    def _baselines(self, going_on: GoingOn) -> FormDifference:
        indicators = [row.indicator for row in going_on.followed]
        plan = StrategicPlan(baseline_year=self.cleaned_data["baseline_year"])
        proposed = proposed_baselines(plan, indicators)
        texts = [
            f"{row.name}: {_amount(proposed[row.pk].value, row)} · {proposed[row.pk].source}"
            for row in indicators
            if row.pk in proposed
        ]
        return FormDifference(_("baselines proposed for its targets"), "", "\n".join(texts))

    @property
    def sent(self) -> Iterable[tuple[str, str]]:
        data: Any = self.data
        for name in self.fields:
            many = data.getlist(name) if isinstance(data, MultiValueDict) else [data.get(name)]
            yield from ((name, text) for text in many if text is not None)

    def store(self, *, by: User, reason: str) -> StrategicPlan:
        terms = {bound.name: self.cleaned_data[bound.name] for bound in self.own_fields}
        return prepare_next_plan(
            plan=self.former, terms=terms, going_on=self.going_on, by=by, reason=reason
        )


def _proposed_terms(former: StrategicPlan) -> dict[str, Any]:
    """Returns the years after the plan, as many as it has, and a code made of them."""
    first, last = former.last_year + 1, 2 * former.last_year - former.first_year + 1
    return {
        "code": f"{first}-{last}",
        "baseline_year": former.last_year,
        "first_year": first,
        "last_year": last,
    }


def _offered(plan: StrategicPlan) -> dict[str, dict[str, Any]]:
    """Returns the rows of the plan that may go on, by list and key: what is in use."""
    ends = ("objective", "lever")
    links = IndicatorLink.objects.in_use_in(plan).select_related("indicator", "project", *ends)
    serves = Serves.objects.in_use_in(plan).select_related("project", *ends)
    lists: dict[str, Iterable[Any]] = {
        "objectives": Objective.objects.of(plan),
        "levers": Lever.objects.of(plan),
        "projects": FlagshipProject.objects.of(plan),
        "followed": FollowedIndicator.objects.in_use_in(plan),
        "links": [
            link for link in (*links, *serves) if not any(end.archived_at for end in ends_of(link))
        ],
    }
    return {name: {_key(row): row for row in rows} for name, rows in lists.items()}


def _key(row: Any) -> str:
    return f"project-{row.pk}" if isinstance(row, Serves) else str(row.pk)


def _label(row: Any) -> str:
    if isinstance(row, IndicatorLink | Serves):
        counts, element = ends_of(row)
        name = counts.name if isinstance(counts, Indicator) else counts
        weight = format_number(row.weight, language=reader_language())
        return _("%(what)s → %(element)s, weight %(weight)s") % {
            "what": name,
            "element": element.code,
            "weight": weight,
        }
    return str(row.name) if isinstance(row, FollowedIndicator) else str(row)


def _amount(value: Any, indicator: Indicator) -> str:
    return f"{format_number(value, language=reader_language())} {indicator.unit}".strip()
