"""One form for each kind of thing a plan is made of, with how it is stored."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from imtplan.accounts.models import User
from imtplan.planning.forms import PlanForm, PlanFormMeta, number_field
from imtplan.planning.forms_measures import IndicatorForm, SchoolForm, TargetForm
from indicators.models import Indicator
from indicators.services_plan import weigh_indicators
from levers.models import Lever
from levers.services import store_lever
from objectives.models import Objective, StrategicPlan
from objectives.services import store_objective, store_plan
from projects.models import FlagshipProject, Milestone, StatusReport
from projects.services import (
    report_status,
    store_milestone,
    store_project,
    weigh_projects,
    weigh_served,
)


class StrategicPlanForm(PlanForm):
    slug = "plans"
    SHOWN_AT = {"plan_years_in_order": "first_year", "plan_thresholds_in_order": "on_track_from"}

    class Meta(PlanFormMeta):
        model = StrategicPlan
        fields = [
            "code",
            "name_fr",
            "name_en",
            "baseline_year",
            "first_year",
            "last_year",
            "validated_on",
            "presented_on",
            "on_track_from",
            "at_risk_from",
            "supersedes",
        ]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        others = StrategicPlan.objects.exclude(pk=self.instance.pk)
        self.fields["supersedes"].queryset = others
        self.fields["supersedes"].empty_label = _("no other plan")

    def clean_supersedes(self) -> StrategicPlan | None:
        """A plan that follows itself, through others, would have no beginning."""
        former = self.cleaned_data["supersedes"]
        seen = former
        while seen is not None:
            if seen.pk == self.instance.pk:
                raise ValidationError(_("That plan follows this one."))
            seen = seen.supersedes
        return former

    def store(self, *, by: User, reason: str) -> StrategicPlan:
        return store_plan(plan=self.row, by=by, reason=reason, **self.values)


class WeightsForm(PlanForm):
    """An element with a weight field for each thing that may count in it: empty, it does not."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.ends: dict[str, Any] = {}
        for group, ends in self.linkable().items():
            weights = self.linked(group)
            for end in ends:
                name = f"{group}_{end.pk}"
                self.ends[name] = end
                self.fields[name] = number_field(label=_label(end), required=False)
                self.initial[name] = weights.get(end.pk)

    def linkable(self) -> dict[str, Iterable[Any]]:
        raise NotImplementedError

    def linked(self, group: str) -> dict[int, Decimal]:
        """The weight of each link there is, by the key of what it leads to."""
        if self.instance.pk is None:
            return {}
        links = {
            "indicator": "indicator_links",
            "project": "served_by",
            "objective": "serves",
            "lever": "serves",
        }[group]
        rows = getattr(self.instance, links).exclude(**{group: None})
        return dict(rows.values_list(f"{group}_id", "weight"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in self.ends:
            if (weight := data.get(name)) is not None and not 0 <= weight < 100_000:
                self.add_error(name, _("A weight is zero or more, and below 100,000."))
        return data

    def weights(self, *groups: str) -> dict[Any, Decimal | None]:
        return {
            end: self.cleaned_data[name]
            for name, end in self.ends.items()
            if name.rpartition("_")[0] in groups
        }

    def groups(self) -> list[tuple[str, list[Any], list[Any]]]:
        """For the page: what counts already, and what else may, group by group."""
        titles = {
            "indicator": _("Indicators that count"),
            "project": _("Projects that count"),
            "objective": _("Objectives it serves"),
            "lever": _("Levers it serves"),
        }
        found = []
        for group, title in titles.items():
            fields = [self[name] for name in self.ends if name.rpartition("_")[0] == group]
            linked = [one for one in fields if one.value() not in (None, "") or one.errors]
            if fields:
                found.append((title, linked, [one for one in fields if one not in linked]))
        return found

    @property
    def own_fields(self) -> list[Any]:
        return [self[name] for name in self.fields if name not in self.ends]


def _label(end: Any) -> str:
    return end.name if isinstance(end, Indicator) else str(end)


class AxisForm(WeightsForm):
    """An objective or a lever."""

    parent = "plan"
    FIELDS = ["code", "rank", "title_fr", "title_en", "weight"]

    def linkable(self) -> dict[str, Iterable[Any]]:
        plan = self.instance.plan
        return {
            "indicator": Indicator.objects.in_use(),
            "project": FlagshipProject.objects.of(plan),
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for name in ("title_fr", "title_en"):
            if name in data and not data[name].strip():
                self.add_error(name, _("Write the title in both languages."))
        return data

    def store_row(self, *, by: User, reason: str) -> Any:
        raise NotImplementedError

    def store(self, *, by: User, reason: str) -> Any:
        row = self.store_row(by=by, reason=reason)
        about = {"element": row, "by": by, "reason": reason}
        weigh_indicators(weights=self.weights("indicator"), **about)
        weigh_projects(weights=self.weights("project"), **about)
        return row


class ObjectiveForm(AxisForm):
    slug = "objectifs"
    SHOWN_AT = {"objective_code_once": "code", "objective_weight_not_negative": "weight"}

    class Meta(PlanFormMeta):
        model = Objective
        fields = AxisForm.FIELDS

    def store_row(self, *, by: User, reason: str) -> Objective:
        return store_objective(objective=self.row, by=by, reason=reason, **self.values)


class LeverForm(AxisForm):
    slug = "leviers"
    SHOWN_AT = {"lever_code_once": "code", "lever_weight_not_negative": "weight"}

    class Meta(PlanFormMeta):
        model = Lever
        fields = ["code", "rank", "title_fr", "title_en", "kind", "weight"]

    def store_row(self, *, by: User, reason: str) -> Lever:
        return store_lever(lever=self.row, by=by, reason=reason, **self.values)


class ProjectForm(WeightsForm):
    """A title may be missing until it is published."""

    slug = "projets"
    parent = "plan"
    SHOWN_AT = {
        "flagshipproject_code_once": "code",
        "flagshipproject_weight_not_negative": "weight",
    }

    class Meta(PlanFormMeta):
        model = FlagshipProject
        fields = [
            "code",
            "rank",
            "title_fr",
            "title_en",
            "description_fr",
            "description_en",
            "leader",
            "lead_school",
            "source",
        ]

    def linkable(self) -> dict[str, Iterable[Any]]:
        plan = self.instance.plan
        return {
            "objective": Objective.objects.of(plan),
            "lever": Lever.objects.of(plan),
            "indicator": Indicator.objects.in_use(),
        }

    def store(self, *, by: User, reason: str) -> FlagshipProject:
        row = store_project(project=self.row, by=by, reason=reason, **self.values)
        weigh_served(project=row, weights=self.weights("objective", "lever"), by=by, reason=reason)
        weigh_indicators(element=row, weights=self.weights("indicator"), by=by, reason=reason)
        return row


class MilestoneForm(PlanForm):
    slug = "jalons"
    parent = "project"
    FIXED = ()
    SHOWN_AT = {"milestone_weight_not_negative": "weight"}

    class Meta(PlanFormMeta):
        model = Milestone
        fields = ["title_fr", "title_en", "due_on", "done_on", "weight"]

    def store(self, *, by: User, reason: str) -> Milestone:
        return store_milestone(milestone=self.row, by=by, reason=reason, **self.values)


class StatusReportForm(PlanForm):
    slug = "avancements"
    parent = "project"
    FIXED = ()
    SHOWN_AT = {"status_report_has_a_sentence": "sentence"}

    class Meta(PlanFormMeta):
        model = StatusReport
        fields = ["status", "sentence", "reported_on"]

    def store(self, *, by: User, reason: str) -> StatusReport:
        return report_status(report=self.row, by=by, reason=reason, **self.values)


FORMS: dict[str, type[PlanForm]] = {
    form.slug: form
    for form in (
        StrategicPlanForm,
        ObjectiveForm,
        LeverForm,
        ProjectForm,
        MilestoneForm,
        StatusReportForm,
        IndicatorForm,
        TargetForm,
        SchoolForm,
    )
}
