"""The form of a target of the institute or of a school."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imtplan.campaigns.entry.checking.number_sentences import unit_of
from imtplan.planning.forms import PlanForm, PlanFormMeta
from imtplan.planning.new_rows import LONGEST_MADE_CODE
from imtplan.planning.next_plan.services import proposed_baselines
from imtplan.planning.plan_fields import NO_UNIT, PERCENT, beyond_the_plan, number_field
from indicators.models import Indicator, Target
from indicators.services_plan import store_target


class TargetForm(PlanForm):
    """A form for a target of the institute, with the values that it states for single years."""

    service = staticmethod(store_target)
    argument = "target"
    slug = "cibles"
    parent = "plan"
    FIXED = ("code", "indicator")
    MAKES_CODE = gettext_lazy("In files and addresses. Empty: made of the indicator and the year.")
    SHOWN_AT = {
        "target_value_or_growth": "value",
        "target_after_baseline": "year",
        "target_is_sourced": "source",
        "target_growth_needs_positive": "growth_percent",
    }

    class Meta(PlanFormMeta):
        model = Target
        fields = [
            "code",
            "indicator",
            "year",
            "value",
            "growth_percent",
            "baseline_year",
            "baseline_value",
            "baseline_source",
            "trajectory",
            "is_reference",
            "perimeter_fr",
            "perimeter_en",
            "source",
            "sureness",
        ]
        labels = {"indicator": gettext_lazy("indicator")}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        plan, shown = self.instance.plan, cast("dict[str, Any]", self.fields)
        if self.instance.pk is None:
            shown["indicator"].queryset = Indicator.objects.open_to(plan)
            self.initial.update(year=plan.last_year, baseline_year=plan.baseline_year)
        indicator = self._indicator()
        self._propose_baseline()
        unit = unit_of(indicator) if indicator else NO_UNIT
        shown["growth_percent"].unit = PERCENT
        for name in ("value", "baseline_value"):
            shown[name].unit = unit
        points = dict(self.instance.points.values_list("year", "value")) if self.instance.pk else {}
        for year in sorted({*range(plan.first_year, plan.last_year + 1), *points}):
            self.fields[f"point_{year}"] = number_field(unit, label=str(year), required=False)
            self.initial[f"point_{year}"] = points.get(year)

    def _propose_baseline(self) -> None:
        """Propose the last validated figure of the indicator in the page's address, where the plan
        follows another. Nothing of it is stored that does not stand in the form."""
        plan, key = self.instance.plan, self.initial.get("indicator")
        if self.instance.pk is not None or plan.supersedes_id is None or not key:
            return
        proposed = proposed_baselines(plan, Indicator.objects.filter(pk=key)).get(key)
        if proposed is None:
            return
        baseline = {
            "baseline_year": proposed.year,
            "baseline_value": proposed.value,
            "baseline_source": proposed.source,
        }
        self.initial.update(baseline)
        self.proposed = {**self.proposed, **baseline}
        self.fields["baseline_value"].help_text = _(
            "Proposed: the last validated figure. Empty it to measure against the figures of "
            "the baseline year."
        )

    def made_of(self, data: Mapping[str, Any]) -> str:
        """Returns the indicator's code and the year, which stays whole where the code is long."""
        indicator, end = data.get("indicator"), f"-{data.get('year') or ''}"
        most = LONGEST_MADE_CODE - len(end)
        return f"{indicator.code[:most]}{end}" if indicator and data.get("year") else ""

    def _indicator(self) -> Indicator | None:
        """Returns the indicator of the target; of a new target, the indicator chosen so far."""
        if self.instance.pk:
            return cast("Indicator", self.instance.indicator)
        chosen = str(self["indicator"].value() or "")
        return Indicator.objects.filter(
            pk=chosen if chosen.isascii() and chosen.isdecimal() else 0
        ).first()

    def _get_validation_exclusions(self) -> set[str]:
        """Leaves out the plan: a second reference target is no error, it replaces the first. Keeps
        `archived_at`, which is no field: the constraint of the baseline reads it."""
        return super()._get_validation_exclusions() - {"archived_at"} | {"plan"}

    @property
    def own_fields(self) -> list[Any]:
        return [self[name] for name in self.fields if not name.startswith("point_")]

    @property
    def point_fields(self) -> list[Any]:
        return [self[name] for name in self.fields if name.startswith("point_")]

    @property
    def questions(self) -> list[str]:
        year = self.cleaned_data["year"]
        is_typed = year != self.initial.get("year")
        return beyond_the_plan(self.instance.plan.last_year, [year] if is_typed else [])

    def points(self) -> dict[int, Decimal | None]:
        return {
            int(name.removeprefix("point_")): value
            for name, value in self.cleaned_data.items()
            if name.startswith("point_")
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self._refuse_baseline_of_another(data)
        stated = [name for name in self.fields if name.startswith("point_") and data.get(name)]
        if data.get("trajectory") == Target.Trajectory.STATED and not stated:
            self.add_error("trajectory", _("State the value of one year at least, below."))
        return data

    def _refuse_baseline_of_another(self, data: dict[str, Any]) -> None:
        """Refuse what is kept of the proposed baseline where another indicator was chosen since."""
        indicator = data.get("indicator")
        if not indicator or indicator.pk == self.initial.get("indicator"):
            return
        text = _("This is the figure of another indicator: empty it, or write the right one.")
        for name in ("baseline_value", "baseline_source"):
            kept = self.proposed.get(name)
            if kept is not None and data.get(name) == kept:
                self.add_error(name, text)

    @property
    def row(self) -> Target:
        target: Target = super().row
        if target.pk is None:
            target.indicator = self.cleaned_data["indicator"]
            target.school = self.instance.school
        return target

    @property
    def values(self) -> dict[str, Any]:
        return super().values | {"points": self.points()}
