"""The forms of indicators, of their place in a plan, their breaks and what is published of them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Max, Min
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imtplan.accounts.models import User
from imtplan.bilingual import reader_language
from imtplan.campaigns.entry.checking.number_sentences import unit_of
from imtplan.numbers import MAX_DECIMALS
from imtplan.planning.forms import PlanForm, PlanFormMeta, YearsFollowedForm
from imtplan.planning.plan_fields import PERCENT, POINTS
from imtplan.units import CellUnit
from indicators.models import (
    FollowedIndicator,
    Inapplicability,
    Indicator,
    PublishedValue,
    SeriesBreak,
)
from indicators.services_followed import follow, store_followed
from indicators.services_plan import (
    store_inapplicability,
    store_indicator,
    store_published_value,
    store_series_break,
    weigh_indicators,
)
from levers.models import Lever
from objectives.models import Objective, StrategicPlan

# The fields of the definition sheet that stand below the others, folded.
FOLDED = [
    "formula_fr",
    "formula_en",
    "source_system_fr",
    "source_system_en",
    "owner_fr",
    "owner_en",
    "entered_by_fr",
    "entered_by_en",
    "periodicity_fr",
    "periodicity_en",
    "available_fr",
    "available_en",
    "comparability_fr",
    "comparability_en",
    "documents",
]


def clean_year_of_a_plan(year: int, *, from_baseline: bool = False) -> int:
    """Returns a year that follows another one in some plan, or with `from_baseline` one that a plan
    shows; refuses others: a series begins with the earliest baseline year."""
    bounds = StrategicPlan.objects.aggregate(Min("baseline_year"), Max("last_year"))
    first, last = bounds["baseline_year__min"], bounds["last_year__max"]
    if first is None or not first + (not from_baseline) <= year <= last:
        raise ValidationError(_("This year is not of the plan."))
    return year


class IndicatorForm(PlanForm):
    service = staticmethod(store_indicator)
    argument = "indicator"
    slug = "indicateurs"
    MAKES_CODE = gettext_lazy("In files and addresses. Empty: made of the French name.")
    SHOWN_AT = {
        "indicator_bounds_in_order": "maximum",
        "indicator_keep_has_a_band": "band_low",
        "indicator_tolerance_positive": "tolerance",
        "indicator_change_limit_positive": "change_limit",
        "indicator_not_its_own_part": "part_of",
        "indicator_ratio_names_its_parts": "numerator_fr",
        "indicator_documents_have_addresses": "documents",
    }

    class Meta(PlanFormMeta):
        model = Indicator
        fields = [
            "code",
            "rank",
            "name_fr",
            "name_en",
            "definition_fr",
            "definition_en",
            "counted_on_fr",
            "counted_on_en",
            "included_fr",
            "included_en",
            "left_out_fr",
            "left_out_en",
            "contact_fr",
            "contact_en",
            "is_proposed",
            "defined_from_year",
            "unit_fr",
            "unit_en",
            "theme",
            "decimals",
            "aggregation",
            "direction",
            "accumulation",
            "year_kind",
            "numerator_fr",
            "numerator_en",
            "denominator_fr",
            "denominator_en",
            "scale",
            "minimum",
            "maximum",
            "band_low",
            "band_high",
            "tolerance",
            "change_limit",
            "part_of",
            "parts_complete",
            "is_headline",
            "source",
            *FOLDED,
        ]

    plan: StrategicPlan | None = None  # the one from whose page the indicator is added
    ends: dict[str, Any] = {}  # the objectives and levers of that plan, by the key of the choice

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("is_headline", "rank"):
            self.fields[name].help_text = _(
                "For plans that come to follow it. In a plan that follows it already, its place is "
                "changed on that plan’s page."
            )
        others = Indicator.objects.in_use() | Indicator.objects.filter(pk=self.instance.part_of_id)
        self.fields["part_of"].queryset = others.exclude(pk=self.instance.pk)
        self.fields["part_of"].empty_label = _("none")
        own = CellUnit(*self._unit())
        for name in ("minimum", "maximum", "band_low", "band_high", "tolerance"):
            self.fields[name].unit = own
        is_percentage = self.instance.pk is not None and self.instance.is_percentage
        self.fields["change_limit"].unit = POINTS if is_percentage else PERCENT

    def for_plan(self, plan: StrategicPlan) -> None:
        """Have the plan follow the indicator, and offer to link it to an objective or a lever."""
        self.plan = plan
        rows = [*Objective.objects.of(plan), *Lever.objects.of(plan)]
        self.ends = {f"{row._meta.model_name}-{row.pk}": row for row in rows}
        if self.ends:
            choices = [("", _("nothing yet")), *((key, str(row)) for key, row in self.ends.items())]
            self.fields["counts_in"] = forms.ChoiceField(
                label=_("counts in"),
                choices=choices,
                initial="",
                required=False,
                help_text=_("With the weight 1. Its page changes the weight."),
            )
            self.order_fields(["code", "rank", "name_fr", "name_en", "counts_in"])

    def _unit(self) -> tuple[str, tuple[str, ...]]:
        """Returns the unit typed in the form: in the reader's language, then in both."""
        units = tuple(str(self[f"unit_{code}"].value() or "") for code in ("fr", "en"))
        return units[0 if reader_language() == "fr" else 1], units

    def made_of(self, data: Mapping[str, Any]) -> str:
        return str(data.get("name_fr") or "")

    def clean_decimals(self) -> int:
        if self.cleaned_data["decimals"] > MAX_DECIMALS:
            raise ValidationError(_("Six decimals at most."))
        return self.cleaned_data["decimals"]

    def clean_defined_from_year(self) -> int | None:
        year: int | None = self.cleaned_data["defined_from_year"]
        return year if year is None else clean_year_of_a_plan(year)

    @property
    def own_fields(self) -> list[Any]:
        return [self[name] for name in self.fields if name not in FOLDED]

    @property
    def folded_fields(self) -> list[Any]:
        return [self[name] for name in FOLDED]

    def store(self, *, by: User, reason: str) -> Indicator:
        row: Indicator = super().store(by=by, reason=reason)
        if self.plan:
            follow(plan=self.plan, indicator=row, by=by, reason=reason)
        if end := self.ends.get(self.cleaned_data.get("counts_in", "")):
            weigh_indicators(element=end, weights={row: Decimal(1)}, by=by, reason=reason)
        return row


class FollowedForm(YearsFollowedForm):
    """A form for an indicator's place in a plan: since when it is followed, and where it stands."""

    service = staticmethod(store_followed)
    argument = "followed"
    slug = "suivis"
    FIXED = ("indicator",)
    SHOWN_AT = {
        "followed_indicator_once": "indicator",
        "followedindicator_followed_in_order": "first_year",
    }

    class Meta(PlanFormMeta):
        model = FollowedIndicator
        fields = ["indicator", "first_year", "is_headline", "rank"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "indicator" in self.fields:
            others = Indicator.objects.in_use().exclude(followed_in__plan=self.instance.plan)
            self.fields["indicator"].queryset = others

    @property
    def row(self) -> FollowedIndicator:
        row = super().row
        if row.pk is None:
            row.indicator = self.cleaned_data["indicator"]
        return row


class SeriesBreakForm(PlanForm):
    """A form for the year in which the series of an indicator begins anew."""

    service = staticmethod(store_series_break)
    argument = "series_break"
    slug = "ruptures"
    parent = "indicator"
    SHOWN_AT = {"series_break_once_a_year": "year"}

    class Meta(PlanFormMeta):
        model = SeriesBreak
        fields = ["year", "sentence", "recounted"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["recounted"].unit = unit_of(self.instance.indicator)

    def _get_validation_exclusions(self) -> set[str]:
        """Keeps `archived_at`, which is no field: breaks put aside share a year with others."""
        return super()._get_validation_exclusions() - {"archived_at"}

    def clean_year(self) -> int:
        return clean_year_of_a_plan(self.cleaned_data["year"])


class PublishedValueForm(PlanForm):
    """A form for what a document says of an indicator in a year."""

    service = staticmethod(store_published_value)
    argument = "published"
    slug = "publications"
    parent = "indicator"
    SHOWN_AT = {
        "published_value_once_a_source": "source",
        "published_value_is_sourced": "source",
    }

    class Meta(PlanFormMeta):
        model = PublishedValue
        fields = ["year", "value", "source", "perimeter_fr", "perimeter_en"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["value"].unit = unit_of(self.instance.indicator)

    def _get_validation_exclusions(self) -> set[str]:
        """Keeps `archived_at`, which is no field: one put aside may share a source with another."""
        return super()._get_validation_exclusions() - {"archived_at"}

    def clean_year(self) -> int:
        return clean_year_of_a_plan(self.cleaned_data["year"], from_baseline=True)


class InapplicabilityForm(PlanForm):
    """A form for a school that an indicator does not concern, from a year on or for some years."""

    service = staticmethod(store_inapplicability)
    argument = "inapplicability"
    slug = "sans-objet"
    parent = "indicator"
    FIXED = ("school",)
    SHOWN_AT = {
        "inapplicability_in_order": "last_year",
        "inapplicability_year_plausible": "first_year",
        "inapplicability_once_a_year": "first_year",
    }

    class Meta(PlanFormMeta):
        model = Inapplicability
        fields = ["school", "first_year", "last_year", "sentence"]

    def _get_validation_exclusions(self) -> set[str]:
        """Keeps `archived_at`, which is no field: what was taken back covers no year."""
        return super()._get_validation_exclusions() - {"archived_at"}

    @property
    def row(self) -> Inapplicability:
        row: Inapplicability = super().row
        if row.pk is None:
            row.school = self.cleaned_data["school"]
        return row
