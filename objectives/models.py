"""The strategic plan and its objectives."""

from decimal import Decimal
from typing import Any

import pghistory
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.visibility import OpenToRoles
from imtplan.bilingual import Bilingual


def weight_field() -> models.DecimalField:
    """Returns the field of an item's weight in a mean: zero leaves it out, the default is one."""
    return models.DecimalField(
        _("weight"),
        max_digits=8,
        decimal_places=3,
        default=Decimal(1),
        validators=[MinValueValidator(0)],
    )


def archived_at_field() -> models.DateTimeField:
    """Returns the field of the time at which a row was archived; empty while it is in use. An
    archived row keeps its history."""
    return models.DateTimeField(_("archived"), null=True, blank=True, editable=False)


def weight_constraint(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name,
        condition=Q(weight__gte=0),
        violation_error_message=_("A weight is zero or more."),
    )


class StrategicPlanQuerySet(OpenToRoles["StrategicPlan"]):
    def current(self) -> "StrategicPlan | None":
        """Returns the plan that pages show by default: the latest to have begun."""
        return self.order_by("-first_year", "-pk").first()

    def get_by_natural_key(self, code: str) -> "StrategicPlan":
        return self.get(code=code)


@pghistory.track()
class StrategicPlan(models.Model):
    """A plan over some years, measured against the last year before it."""

    code = models.SlugField(_("code"), unique=True)
    name_fr = models.CharField(_("name (French)"), max_length=200)
    name_en = models.CharField(_("name (English)"), max_length=200)
    baseline_year = models.PositiveSmallIntegerField(_("baseline year"))
    first_year = models.PositiveSmallIntegerField(_("first year"))
    last_year = models.PositiveSmallIntegerField(_("last year"))
    validated_on = models.DateField(_("validated by the board on"), null=True, blank=True)
    presented_on = models.DateField(_("presented on"), null=True, blank=True)
    on_track_from = models.DecimalField(
        _("on track from this pace"),
        max_digits=4,
        decimal_places=3,
        default=Decimal("0.9"),
    )
    at_risk_from = models.DecimalField(
        _("at risk from this pace"),
        max_digits=4,
        decimal_places=3,
        default=Decimal("0.6"),
    )
    verdict_from = models.DecimalField(
        _("verdict from this coverage"),
        help_text=_(
            "The share of the weight that must have data, above 0 and up to 1 (0.5: half). Below "
            "it an element has no verdict and no percentage, and counts as unknown in the plan."
        ),
        max_digits=4,
        decimal_places=3,
        default=Decimal("0.5"),
    )
    supersedes = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("follows the plan"),
    )

    name = Bilingual("name")
    objects = StrategicPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("strategic plan")
        verbose_name_plural = _("strategic plans")
        ordering = ["-first_year", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="plan_years_in_order",
                condition=Q(baseline_year__lt=F("first_year"))
                & Q(first_year__lte=F("last_year"))
                & Q(baseline_year__gte=1990, last_year__lte=2100),
                violation_error_message=_(
                    "The baseline year comes before the first year, which comes before the last."
                ),
            ),
            models.CheckConstraint(
                name="plan_thresholds_in_order",
                condition=Q(at_risk_from__gt=0, on_track_from__gt=F("at_risk_from")),
                violation_error_message=_(
                    "“On track” begins at a faster pace than “at risk”, which begins above zero."
                ),
            ),
            models.CheckConstraint(
                name="plan_verdict_coverage_is_a_share",
                condition=Q(verdict_from__gt=0, verdict_from__lte=1),
                violation_error_message=_(
                    "The coverage from which there is a verdict is above 0 and at most 1."
                ),
            ),
        ]

    def __str__(self) -> str:
        return str(self.name)

    def natural_key(self) -> tuple[str]:
        return (self.code,)

    @property
    def years(self) -> range:
        """Returns the years from the baseline year to the last, both included."""
        return range(self.baseline_year, self.last_year + 1)


class PlanElementQuerySet(OpenToRoles[Any]):
    """Rows that belong to a plan and carry a code in it: objectives, levers, projects."""

    def of(self, plan: StrategicPlan) -> "PlanElementQuerySet":
        """Returns the elements of the plan that are in use."""
        return self.filter(plan=plan, archived_at=None)

    def get_by_natural_key(self, plan: str, code: str) -> Any:
        return self.get(plan__code=plan, code=code)


class PlanElement(models.Model):
    """The fields that objectives, levers and projects share: a plan, a code, a weight, titles."""

    plan = models.ForeignKey(StrategicPlan, models.CASCADE, verbose_name=_("plan"))
    code = models.CharField(_("code"), max_length=12)
    title_fr = models.CharField(_("title (French)"), max_length=250, blank=True)
    title_en = models.CharField(_("title (English)"), max_length=250, blank=True)
    weight = weight_field()
    rank = models.PositiveSmallIntegerField(_("rank"), default=0)
    archived_at = archived_at_field()

    title = Bilingual("title")
    objects = PlanElementQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["plan", "rank", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "code"],
                name="%(class)s_code_once",
                violation_error_message=_("This code is already used in this plan."),
            ),
            weight_constraint("%(class)s_weight_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}".strip()

    def natural_key(self) -> tuple[str, str]:
        return (self.plan.code, self.code)

    natural_key.dependencies = ["objectives.strategicplan"]  # type: ignore[attr-defined]


@pghistory.track()
class Objective(PlanElement):
    """One of the plan's strategic axes. The plan's progress is the mean over them, by weight."""

    class Meta(PlanElement.Meta):
        verbose_name = _("objective")
        verbose_name_plural = _("objectives")
