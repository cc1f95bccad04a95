"""What the plan office demands of a figure where it is entered, in rules that it writes itself."""

from decimal import Decimal

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.visibility import OpenToRoles
from imtplan.bilingual import Bilingual, reader_language
from imtplan.numbers import format_number
from indicators.formulas.figure_rules import KINDS
from indicators.models.indicator import Indicator, amount_field
from objectives.followed_years import archived_at_field

# What the code of a rule begins with, and that of no other surprise.
RULE_CODE = "rule-"


class RuleKind(models.TextChoices):
    """The kinds of `KINDS` in words. A is the figure that is judged."""

    LOWEST = "lowest", _("lowest value")
    HIGHEST = "highest", _("highest value")
    CHANGE_PERCENT = "change_percent", _("largest change from last year, in %")
    CHANGE_AMOUNT = "change_amount", _("largest change from last year, in the unit")
    PATH_PERCENT = "path_percent", _("largest distance from its target’s path, in %")
    PATH_AMOUNT = "path_amount", _("largest distance from its target’s path, in the unit")
    DECIMALS = "decimals", _("number of decimals")
    AT_MOST = "at_most", _("A is at most B")
    SUM = "sum", _("A is B + C")
    PRODUCT = "product", _("A is B × C")

    @property
    def takes(self) -> tuple[str, ...]:
        """Returns the names of the numbers that it judges by."""
        return KINDS[self.value].takes


# The kinds whose limit is in per cent, whatever the unit of the indicator.
IN_PERCENT = (RuleKind.CHANGE_PERCENT, RuleKind.PATH_PERCENT)


class RuleSeverity(models.TextChoices):
    REFUSE = "refuse", _("refuses")
    EXPLAIN = "explain", _("asks for words")
    REMARK = "remark", _("remarks only")

    @property
    def symbol(self) -> str:
        """Returns the name of its icon: a severity is never told by colour alone."""
        return {
            RuleSeverity.REFUSE: "dash-circle",
            RuleSeverity.EXPLAIN: "exclamation-triangle-fill",
            RuleSeverity.REMARK: "info-circle",
        }[self]


class FigureRuleQuerySet(OpenToRoles["FigureRule"]):
    def in_force(self) -> "FigureRuleQuerySet":
        """Returns the rules that are switched on and not put aside, each with its indicators. One
        of an indicator that ends is among them: its campaign may still ask for it."""
        rules = self.filter(is_on=True, archived_at=None)
        return rules.select_related("other", "third")

    def with_indicators(self) -> "FigureRuleQuerySet":
        return self.select_related("indicator", "other", "third")


_ALONE = [kind for kind, arithmetic in KINDS.items() if "limit" in arithmetic.takes]
_OF_THREE = [kind for kind, arithmetic in KINDS.items() if "third" in arithmetic.takes]


@pghistory.track()
class FigureRule(models.Model):
    """One demand on the figures of an indicator (A), alone or beside others (B, C) of the same
    school and year. Until it is switched on it is a draft, and says nothing to anybody."""

    indicator = models.ForeignKey(
        Indicator, models.CASCADE, related_name="rules", verbose_name=_("indicator")
    )
    kind = models.CharField(_("what is checked"), max_length=16, choices=RuleKind)
    severity = models.CharField(
        _("what it does"),
        max_length=8,
        choices=RuleSeverity,
        default=RuleSeverity.EXPLAIN,
        help_text=_(
            "Refuses: the school cannot submit. Asks for words: it explains before it submits. "
            "Remarks only: it is shown, and nothing more."
        ),
    )
    limit = amount_field(_("limit"))
    other = models.ForeignKey(
        Indicator, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("B")
    )
    third = models.ForeignKey(
        Indicator, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("C")
    )
    tolerance = amount_field(
        _("tolerance"), help_text=_("In the unit of A: a smaller difference is none. Empty: none.")
    )
    sentence_fr = models.TextField(
        _("sentence (French)"),
        help_text=_("One sentence, which the school reads at the figure; its numbers follow it."),
    )
    sentence_en = models.TextField(
        _("sentence (English)"), blank=True, help_text=_("Empty: the French one stands in.")
    )
    is_on = models.BooleanField(_("switched on"), default=False, editable=False)
    archived_at = archived_at_field()

    sentence = Bilingual("sentence")
    objects = FigureRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule of a figure")
        verbose_name_plural = _("rules of figures")
        ordering = ["indicator", "pk"]
        constraints = [
            models.CheckConstraint(
                name="figure_rule_has_its_limit",
                condition=Q(kind__in=_ALONE, limit__isnull=False)
                | ~Q(kind__in=_ALONE) & Q(limit=None),
                violation_error_message=_("Say the limit, in a number."),
            ),
            models.CheckConstraint(
                name="figure_rule_limit_not_negative",
                condition=Q(kind__in=["lowest", "highest"]) | Q(limit=None) | Q(limit__gte=0),
                violation_error_message=_("This limit is zero or more."),
            ),
            models.CheckConstraint(
                name="figure_rule_names_b",
                condition=Q(kind__in=_ALONE, other=None)
                | ~Q(kind__in=_ALONE) & Q(other__isnull=False),
                violation_error_message=_("Say with which indicator (B) it is compared."),
            ),
            models.CheckConstraint(
                name="figure_rule_names_c",
                condition=Q(kind__in=_OF_THREE, third__isnull=False)
                | ~Q(kind__in=_OF_THREE) & Q(third=None),
                violation_error_message=_("Say the other indicator (C) that it needs."),
            ),
            models.CheckConstraint(
                name="figure_rule_beside_others",
                condition=(Q(other=None) | ~Q(other=F("indicator")))
                & (Q(third=None) | ~Q(third=F("indicator"))),
                violation_error_message=_("An indicator is not compared with itself."),
            ),
            models.CheckConstraint(
                name="figure_rule_tolerance_not_negative",
                condition=Q(tolerance=None) | Q(tolerance__gte=0),
                violation_error_message=_("A tolerance is zero or more."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} · {self.get_kind_display()}"

    @property
    def code(self) -> str:
        """Returns the name under which an answer to it is kept with a figure."""
        return f"{RULE_CODE}{self.pk}"

    @property
    def severity_symbol(self) -> str:
        return RuleSeverity(self.severity).symbol

    @property
    def terms(self) -> str:
        """Returns what it demands, in few words: "highest value: 100 M€", "A is at most B: …"."""
        numbers = [self._shown(self.limit)] if self.limit is not None else []
        named = [(_("B"), self.other), (_("C"), self.third)]
        others = [f"{letter} = {row.name}" for letter, row in named if row]
        margin = [f"± {self._shown(self.tolerance)}"] if self.tolerance else []
        words = {
            "kind": self.get_kind_display(),
            "terms": ", ".join([*numbers, *others, *margin]),
        }
        return gettext("%(kind)s: %(terms)s") % words

    def _shown(self, number: Decimal) -> str:
        text = format_number(number, language=reader_language())
        units = dict.fromkeys(IN_PERCENT, "%") | {RuleKind.DECIMALS: ""}
        unit = units.get(RuleKind(self.kind), self.indicator.unit)
        return f"{text}\u202f{unit}" if unit else text
