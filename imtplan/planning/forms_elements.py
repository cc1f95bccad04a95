"""The forms of a plan, its objectives, levers, projects, milestones and status reports."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imtplan.accounts.models import User
from imtplan.planning.forms import FieldGroup, PlanForm, PlanFormMeta, YearsFollowedForm
from imtplan.planning.forms_measures import (
    FollowedForm,
    InapplicabilityForm,
    IndicatorForm,
    PublishedValueForm,
    SeriesBreakForm,
)
from imtplan.planning.forms_schools import SchoolForm
from imtplan.planning.plan_fields import beyond_the_plan, number_field
from imtplan.planning.rules.forms_rules import FigureRuleForm
from imtplan.planning.targets.forms_targets import TargetForm
from indicators.models import Indicator, Target
from indicators.services_plan import weigh_indicators
from levers.models import Lever
from levers.services import store_lever
from objectives.models import Objective, StrategicPlan
from objectives.services import obstacle_to_following, store_objective, store_plan
from projects.models import FlagshipProject, Milestone, StatusReport
from projects.services import (
    report_status,
    store_milestone,
    store_project,
    weigh_projects,
    weigh_served,
)


class StrategicPlanForm(PlanForm):
    service = staticmethod(store_plan)
    argument = "plan"
    slug = "plans"
    SHOWN_AT = {
        "plan_years_in_order": "first_year",
        "plan_thresholds_in_order": "on_track_from",
        "plan_verdict_coverage_is_a_share": "verdict_from",
    }

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
            "ambition_fr",
            "ambition_en",
            "preamble_fr",
            "preamble_en",
            "on_track_from",
            "at_risk_from",
            "verdict_from",
            "supersedes",
        ]
        error_messages = {
            "code": {"unique": gettext_lazy("A plan has this code already: write another one.")}
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        others = StrategicPlan.objects.exclude(pk=self.instance.pk)
        self.fields["supersedes"].queryset = others
        self.fields["supersedes"].empty_label = _("no other plan")

    def clean_supersedes(self) -> StrategicPlan | None:
        """Refuses a plan that follows itself, directly or through others, or a hidden one."""
        former = self.cleaned_data["supersedes"]
        seen = former
        while seen is not None:
            if seen.pk == self.instance.pk:
                raise ValidationError(_("That plan follows this one."))
            seen = seen.supersedes
        if obstacle := obstacle_to_following(self.instance, former):
            raise ValidationError(obstacle)
        return former

    @property
    def questions(self) -> list[str]:
        """Asks about the targets that an earlier end leaves after the plan."""
        end, now = self.cleaned_data["last_year"], self.initial.get("last_year")
        if self.instance.pk is None or now is None or end >= now:
            return []
        beyond = Target.objects.in_use().filter(plan=self.instance, year__gt=end, year__lte=now)
        years = beyond.order_by("year").values_list("year", flat=True)
        return beyond_the_plan(end, years)


class WeightsForm(YearsFollowedForm):
    """A form for an element, with one weight field for each row that may count in it.

    An empty weight: the row does not count.
    """

    GROUPS: tuple[str, ...] = ()
    # Groups of links that count in no mean: they are ticked, and have no weight to type.
    TICKED: tuple[str, ...] = ()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._offer_former()
        self.ends: dict[str, Any] = {}
        self.stored_weights = {group: self.linked(group) for group in self.GROUPS}
        for group, ends in self.linkable().items():
            weights = self.stored_weights[group]
            for end in ends:
                name = f"{group}_{end.pk}"
                self.ends[name] = end
                label, is_ticked = _label(end), group in self.TICKED
                self.fields[name] = (
                    forms.BooleanField(label=label, required=False)
                    if is_ticked
                    else number_field(label=label, required=False)
                )
                self.initial[name] = end.pk in weights if is_ticked else weights.get(end.pk)

    def _offer_former(self) -> None:
        """Offer the elements of the plan before to go on from; a first plan has nothing to ask."""
        former = self.instance.plan.supersedes
        if former is None:
            del self.fields["continues"]
            return
        rows = self._meta.model._default_manager.filter(plan=former)
        self.fields["continues"].queryset = rows.order_by("rank", "code")
        self.fields["continues"].empty_label = _("nothing: it is new")

    def linkable(self) -> dict[str, Iterable[Any]]:
        plan = self.instance.plan
        # What the plan put aside keeps the weight that it had.
        open_to_plan = Indicator.objects.open_to(plan).order_by().values("pk")
        linked = self.stored_weights.get("indicator", {})
        offered = Q(pk__in=open_to_plan) | Q(pk__in=linked)
        rows: dict[str, Iterable[Any]] = {
            "indicator": Indicator.objects.in_use().filter(offered),
            "project": FlagshipProject.objects.of(plan),
            "objective": Objective.objects.of(plan),
            "lever": Lever.objects.of(plan),
        }
        return {group: rows[group] for group in self.GROUPS}

    def linked(self, group: str) -> dict[int, Decimal]:
        """Returns the weight of each stored link, by the key of the row at its other end."""
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
            weight = data.get(name)
            if isinstance(weight, Decimal) and not 0 <= weight < 100_000:
                self.add_error(name, _("A weight is zero or more, and below 100,000."))
        return data

    def weights(self, *groups: str) -> dict[Any, Decimal | None]:
        return {
            end: self._weight(group, end, self.cleaned_data[name])
            for name, end in self.ends.items()
            if (group := name.rpartition("_")[0]) in groups
        }

    def _weight(self, group: str, end: Any, typed: Decimal | bool | None) -> Decimal | None:
        """Returns what was typed; of a ticked link the weight that it has, which counts nowhere."""
        if not isinstance(typed, bool):
            return typed
        return self.stored_weights[group].get(end.pk, Decimal(1)) if typed else None

    def groups(self) -> list[FieldGroup]:
        ticked = "indicator" in self.TICKED
        titles = {
            "indicator": _("Indicators it is to move") if ticked else _("Indicators that count"),
            "project": _("Projects that count"),
            "objective": _("Objectives it serves"),
            "lever": _("Levers it serves"),
        }
        groups = []
        for group, title in titles.items():
            fields = [self[name] for name in self.ends if name.rpartition("_")[0] == group]
            unset = (None, "", False)
            linked = [field for field in fields if field.value() not in unset or field.errors]
            if fields:
                others = [field for field in fields if field not in linked]
                groups.append(FieldGroup(title, linked, others, group in self.TICKED))
        return groups

    @property
    def own_fields(self) -> list[Any]:
        return [self[name] for name in self.fields if name not in self.ends]


def _label(end: Any) -> str:
    return end.name if isinstance(end, Indicator) else str(end)


class AxisForm(WeightsForm):
    """The base of the forms for an objective and for a lever."""

    FIELDS = [
        *("code", "rank", "title_fr", "title_en", "description_fr", "description_en"),
        *("weight", "first_year", "continues"),
    ]
    GROUPS = ("indicator", "project")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if "title_fr" in data and not data["title_fr"].strip():
            self.add_error("title_fr", _("Write the title; the English one may wait."))
        return data

    def store(self, *, by: User, reason: str) -> Any:
        row = super().store(by=by, reason=reason)
        about = {"element": row, "by": by, "reason": reason}
        weigh_indicators(weights=self.weights("indicator"), **about)
        weigh_projects(weights=self.weights("project"), **about)
        return row


class ObjectiveForm(AxisForm):
    service = staticmethod(store_objective)
    argument = "objective"
    slug = "objectifs"
    SHOWN_AT = {"objective_code_once": "code", "objective_weight_not_negative": "weight"}

    class Meta(PlanFormMeta):
        model = Objective
        fields = AxisForm.FIELDS


class LeverForm(AxisForm):
    service = staticmethod(store_lever)
    argument = "lever"
    slug = "leviers"
    SHOWN_AT = {"lever_code_once": "code", "lever_weight_not_negative": "weight"}

    class Meta(PlanFormMeta):
        model = Lever
        fields = [*AxisForm.FIELDS[:4], "kind_fr", "kind_en", *AxisForm.FIELDS[4:]]


class ProjectForm(WeightsForm):
    """A form for a flagship project, whose title may be missing until it is published."""

    service = staticmethod(store_project)
    argument = "project"
    slug = "projets"
    GROUPS = ("objective", "lever", "indicator")
    TICKED = ("indicator",)  # its progress is that of its milestones
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
            "first_year",
            "continues",
        ]

    def store(self, *, by: User, reason: str) -> FlagshipProject:
        row: FlagshipProject = super().store(by=by, reason=reason)
        weigh_served(project=row, weights=self.weights("objective", "lever"), by=by, reason=reason)
        weigh_indicators(element=row, weights=self.weights("indicator"), by=by, reason=reason)
        return row


class MilestoneForm(PlanForm):
    service = staticmethod(store_milestone)
    argument = "milestone"
    slug = "jalons"
    parent = "project"
    FIXED = ()
    SHOWN_AT = {"milestone_weight_not_negative": "weight"}

    class Meta(PlanFormMeta):
        model = Milestone
        fields = ["title_fr", "title_en", "due_on", "done_on", "weight"]


class StatusReportForm(PlanForm):
    service = staticmethod(report_status)
    argument = "report"
    slug = "avancements"
    parent = "project"
    FIXED = ()
    SHOWN_AT = {"status_report_has_a_sentence": "sentence"}

    class Meta(PlanFormMeta):
        model = StatusReport
        fields = ["status", "sentence", "reported_on"]


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
        FollowedForm,
        SeriesBreakForm,
        PublishedValueForm,
        InapplicabilityForm,
        FigureRuleForm,
        TargetForm,
        SchoolForm,
    )
}
