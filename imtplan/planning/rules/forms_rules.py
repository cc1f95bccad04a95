"""The form of a rule of figures: which numbers each kind takes, and in which unit."""

from typing import Any, cast

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from imtplan.campaigns.entry.checking.number_sentences import unit_of
from imtplan.numbers import MAX_DECIMALS
from imtplan.planning.forms import PlanForm, PlanFormMeta
from imtplan.planning.plan_fields import NO_UNIT, PERCENT
from imtplan.units import CellUnit
from indicators.models import IN_PERCENT, FigureRule, Indicator, RuleKind
from indicators.services_plan import store_figure_rule

# What some kinds take and others do not, by the names of fields and formulas alike.
TAKEN = ("limit", "other", "third", "tolerance")


class FigureRuleForm(PlanForm):
    """A form for one rule. What its kind does not take stays empty, and is refused if it is not."""

    service = staticmethod(store_figure_rule)
    argument = "rule"
    slug = "regles"
    parent = "indicator"
    FIXED = ()
    SHOWN_AT = {
        "figure_rule_has_its_limit": "limit",
        "figure_rule_limit_not_negative": "limit",
        "figure_rule_names_b": "other",
        "figure_rule_names_c": "third",
        "figure_rule_beside_others": "other",
        "figure_rule_tolerance_not_negative": "tolerance",
    }

    class Meta(PlanFormMeta):
        model = FigureRule
        fields = [
            "kind",
            "severity",
            "limit",
            "other",
            "third",
            "tolerance",
            "sentence_fr",
            "sentence_en",
        ]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        indicator, fields = self.instance.indicator, cast("dict[str, Any]", self.fields)
        for name in ("other", "third"):
            fields[name].queryset = self._comparable(indicator)
            fields[name].empty_label = _("none")
        for name in ("limit", "tolerance"):
            # An empty field that the kind does not take is not shown: the style sheet knows it so.
            fields[name].widget.attrs["placeholder"] = " "
        if indicator.unit:
            text = _("In the unit of A (%(unit)s); of a check in %%, and of decimals, the number.")
            fields["limit"].help_text = text % {"unit": indicator.unit}
        fields["limit"].unit = self._unit_of_limit(indicator)
        fields["tolerance"].unit = unit_of(indicator)

    def _comparable(self, indicator: Indicator) -> QuerySet[Indicator]:
        """Returns the indicators whose figures the same report, the schools or the institute; and
        those that the rule names, whatever became of them."""
        by_the_institute = Q(aggregation=Indicator.Aggregation.NONE)
        is_by_it = indicator.aggregation == Indicator.Aggregation.NONE
        same = by_the_institute if is_by_it else ~by_the_institute
        named = Q(pk__in=[self.instance.other_id, self.instance.third_id])
        offered = Q(pk__in=Indicator.objects.in_use().order_by().values("pk")) & same
        return Indicator.objects.filter(offered | named).exclude(pk=indicator.pk)

    def _unit_of_limit(self, indicator: Indicator) -> CellUnit:
        kind = self["kind"].value()
        if kind in IN_PERCENT:
            return PERCENT
        return NO_UNIT if kind == RuleKind.DECIMALS else unit_of(indicator)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        kind = str(data.get("kind") or "")
        if kind not in RuleKind:
            return data
        takes = RuleKind(kind).takes
        for name in TAKEN:
            if name not in takes and data.get(name) is not None:
                self.add_error(name, _("This kind of rule has none: leave it empty."))
        if kind == RuleKind.DECIMALS:
            self._clean_decimals(data)
        return data

    def _clean_decimals(self, data: dict[str, Any]) -> None:
        limit = data.get("limit")
        if self.instance.indicator.is_ratio:
            self.add_error("kind", _("A ratio has no decimals of its own: choose another check."))
        elif limit is not None and (limit > MAX_DECIMALS or limit != limit.to_integral_value()):
            self.add_error("limit", _("A whole number, six at most."))
