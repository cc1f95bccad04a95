"""Indicators, and the objectives, levers and projects in which they count."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.models import School
from imtplan.accounts.visibility import OpenToRoles
from imtplan.bilingual import Bilingual
from imtplan.checked_at_once import CheckedAtOnce
from indicators.models.definition_sheet import DefinitionSheet, documents_constraint
from levers.models import Lever
from objectives.followed_years import archived_at_field, counting
from objectives.models import (
    Objective,
    StrategicPlan,
    of_plans_seen_by,
    weight_constraint,
    weight_field,
)
from projects.models import FlagshipProject

if TYPE_CHECKING:
    from indicators.models.series_break import SeriesBreak


def amount_field(label: Any, **options: Any) -> "models.DecimalField[Any, Decimal | None]":
    """Returns the field of a number that people enter, with six decimals; it may stay empty."""
    return models.DecimalField(
        label, max_digits=24, decimal_places=6, null=True, blank=True, **options
    )


class IndicatorQuerySet(OpenToRoles["Indicator"]):
    def collected_from_schools(self) -> "IndicatorQuerySet":
        return self.exclude(aggregation=Indicator.Aggregation.NONE)

    def reported_by(self, school: School) -> "IndicatorQuerySet":
        """Returns what a school is asked, or what the institute enters itself."""
        if school.is_the_institute:
            return self.filter(aggregation=Indicator.Aggregation.NONE)
        return self.collected_from_schools()

    def in_use(self) -> "IndicatorQuerySet":
        """Returns the indicators that stand in the lists of what can be asked for and promised."""
        return self.filter(archived_at=None)

    def computed(self) -> "IndicatorQuerySet":
        """Returns the indicators that have results: those in use, and those put aside, up to the
        last year in which a plan followed them."""
        ended = Indicator.objects.filter(followed_in__last_year__isnull=False)
        return self.filter(Q(archived_at=None) | Q(pk__in=ended.values("pk")))

    def followed_in_plan(self, plan: StrategicPlan, year: int) -> "IndicatorQuerySet":
        """Returns the indicators that a plan follows in a year, in the plan's own order."""
        rows = self.computed().filter(counting(year, "followed_in__"), followed_in__plan=plan)
        return rows.order_by("followed_in__rank", "code")

    def in_use_in(self, plan: StrategicPlan) -> "IndicatorQuerySet":
        """Returns the indicators in use that a plan follows and has not put aside, in its order."""
        rows = self.in_use().filter(followed_in__plan=plan, followed_in__archived_at=None)
        return rows.order_by("followed_in__rank", "code")

    def open_to(self, plan: StrategicPlan) -> "IndicatorQuerySet":
        """Returns the indicators in use that a plan may promise: which it has not put aside."""
        aside = self.model.objects.filter(
            followed_in__plan=plan, followed_in__archived_at__isnull=False
        )
        return self.in_use().exclude(pk__in=aside.values("pk"))

    def get_by_natural_key(self, code: str) -> "Indicator":
        return self.get(code=code)


@pghistory.track()
class Indicator(DefinitionSheet, CheckedAtOnce):
    """A measure with its unit, and how its schools and years add up."""

    class Theme(models.TextChoices):
        TRAINING = "training", _("Training")
        RESEARCH = "research", _("Research")
        ECONOMY = "economy", _("Economic development")
        INTERNATIONAL = "international", _("International")
        RESOURCES = "resources", _("Resources")

    class Aggregation(models.TextChoices):
        SUM = "sum", _("sum of the schools")
        RATIO = "ratio", _("sum of numerators over sum of denominators")
        MEAN = "mean", _("unweighted mean of the schools")
        NONE = "none", _("entered by the institute only")

    class Direction(models.TextChoices):
        INCREASE = "increase", _("more is better")
        DECREASE = "decrease", _("less is better")
        KEEP = "keep", _("stay inside the band")

    class Accumulation(models.TextChoices):
        LEVEL = "level", _("a level at one moment")
        FLOW = "flow", _("a flow over the year")
        CUMULATIVE = "cumulative", _("a running sum since the baseline")

    class YearKind(models.TextChoices):
        CIVIL = "civil", _("civil year")
        ACADEMIC = "academic", _("academic year")

    code = models.SlugField(_("code"), unique=True)
    name_fr = models.CharField(_("name (French)"), max_length=200)
    name_en = models.CharField(
        _("name (English)"),
        max_length=200,
        blank=True,
        help_text=_("It may wait: the French one stands in, marked so."),
    )
    theme = models.CharField(_("theme"), max_length=16, choices=Theme)
    unit_fr = models.CharField(_("unit (French)"), max_length=40)
    unit_en = models.CharField(_("unit (English)"), max_length=40)
    decimals = models.PositiveSmallIntegerField(_("decimals"), default=0)
    aggregation = models.CharField(_("how schools add up"), max_length=8, choices=Aggregation)
    direction = models.CharField(
        _("which way is good"), max_length=8, choices=Direction, default=Direction.INCREASE
    )
    accumulation = models.CharField(
        _("how years relate"),
        max_length=10,
        choices=Accumulation,
        default=Accumulation.LEVEL,
    )
    year_kind = models.CharField(
        _("which year"), max_length=8, choices=YearKind, default=YearKind.CIVIL
    )
    scale = models.DecimalField(
        _("a ratio is multiplied by"), max_digits=9, decimal_places=3, default=1
    )
    minimum = amount_field(_("lowest possible"))
    maximum = amount_field(_("highest possible"))
    band_low = amount_field(_("band from"))
    band_high = amount_field(_("band to"))
    tolerance = amount_field(_("tolerance"))
    change_limit = models.DecimalField(
        _("ask when the change from last year is over, in %"),
        max_digits=9,
        decimal_places=3,
        null=True,
        blank=True,
        default=Decimal(25),
        help_text=_("Empty: never asked. Of an indicator in %, the limit is in points."),
    )
    part_of = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="parts",
        verbose_name=_("part of"),
        help_text=_("This indicator counts a part of what that one counts."),
    )
    parts_complete = models.BooleanField(
        _("its parts make it up"),
        default=False,
        help_text=_("All its parts together are this indicator, with nothing left over."),
    )
    is_headline = models.BooleanField(_("headline"), default=False)
    source = models.TextField(_("source"), blank=True)
    rank = models.PositiveSmallIntegerField(_("rank"), default=0)
    archived_at = archived_at_field()

    name = Bilingual("name", marked=True)
    unit = Bilingual("unit")
    objects = IndicatorQuerySet.as_manager()

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["rank", "code"]
        constraints = [
            models.CheckConstraint(
                name="indicator_bounds_in_order",
                condition=Q(minimum=None) | Q(maximum=None) | Q(maximum__gte=F("minimum")),
                violation_error_message=_("The highest possible value is below the lowest."),
            ),
            models.CheckConstraint(
                name="indicator_keep_has_a_band",
                condition=~Q(direction="keep")
                | Q(band_low__isnull=False)
                | Q(band_high__isnull=False),
                violation_error_message=_("“Stay inside the band” needs a band."),
            ),
            models.CheckConstraint(
                name="indicator_tolerance_positive",
                condition=Q(tolerance=None) | Q(tolerance__gt=0),
                violation_error_message=_("A tolerance is above zero."),
            ),
            models.CheckConstraint(
                name="indicator_change_limit_positive",
                condition=Q(change_limit=None) | Q(change_limit__gt=0),
                violation_error_message=_("A limit of change is above zero."),
            ),
            models.CheckConstraint(
                name="indicator_not_its_own_part",
                condition=Q(part_of=None) | ~Q(part_of=F("pk")),
                violation_error_message=_("An indicator is not a part of itself."),
            ),
            models.CheckConstraint(
                name="indicator_ratio_names_its_parts",
                condition=~Q(aggregation="ratio") | ~(Q(numerator_fr="") | Q(denominator_fr="")),
                violation_error_message=_("A ratio names its numerator and its denominator."),
            ),
            documents_constraint("indicator_documents_have_addresses"),
        ]

    def __str__(self) -> str:
        return str(self.name)

    def natural_key(self) -> tuple[str]:
        return (self.code,)

    @property
    def is_percentage(self) -> bool:
        """Returns whether the unit is per cent: changes and differences are in points then."""
        return "%" in self.unit_fr

    @property
    def is_ratio(self) -> bool:
        return self.aggregation == self.Aggregation.RATIO

    def is_reported_by(self, school: School) -> bool:
        """The rule of `reported_by`, for an indicator already read."""
        is_the_institutes = self.aggregation == Indicator.Aggregation.NONE
        return is_the_institutes == school.is_the_institute

    def comparable_from(self, year: int) -> int | None:
        """Returns the year of the last break of the series up to this one: the first that is
        counted as this one is. None: all are. Reads `breaks`, once for many if prefetched."""
        return max((broken for broken in self.break_years if broken <= year), default=None)

    @property
    def breaks_in_force(self) -> list["SeriesBreak"]:
        """Returns the breaks of the series that were not put aside. Reads `breaks`."""
        return [row for row in self.breaks.all() if row.archived_at is None]

    @property
    def break_years(self) -> list[int]:
        """Returns the years in which the series begins anew. Reads `breaks`."""
        return [row.year for row in self.breaks_in_force]

    def year_label(self, year: int) -> str:
        """Returns 2022 for a civil year, 2022-2023 for the academic year that begins in it."""
        return f"{year}-{year + 1}" if self.year_kind == self.YearKind.ACADEMIC else str(year)

    @property
    def is_whole(self) -> bool:
        """Returns whether it is counted in whole numbers: decimals are refused, never rounded."""
        return self.decimals == 0


class IndicatorLinkQuerySet(OpenToRoles["IndicatorLink"]):
    def visible_to(self, user: Any) -> Self:
        owners = ("objective__plan", "lever__plan", "project__plan")
        return super().visible_to(user).filter(of_plans_seen_by(user, *owners))

    def of(self, plan: StrategicPlan) -> "IndicatorLinkQuerySet":
        return self.filter(Q(objective__plan=plan) | Q(lever__plan=plan) | Q(project__plan=plan))

    def in_use_in(self, plan: StrategicPlan) -> "IndicatorLinkQuerySet":
        """Returns the links of the plan whose indicator it follows and has not put aside."""
        followed = Indicator.objects.in_use_in(plan).order_by().values("pk")
        return self.of(plan).filter(indicator__in=followed)

    def followed_in_plan(self, plan: StrategicPlan, year: int) -> "IndicatorLinkQuerySet":
        """Returns the links of indicators that the plan follows in a year, in its own order."""
        rows = self.filter(
            counting(year, "indicator__followed_in__"),
            indicator__followed_in__plan=plan,
            indicator__in=Indicator.objects.computed(),
        )
        return rows.order_by("indicator__followed_in__rank", "indicator__code")

    def get_by_natural_key(
        self,
        indicator: str,
        plan: str,
        objective: str | None,
        lever: str | None,
        project: str | None,
    ) -> "IndicatorLink":
        links = self.filter(indicator__code=indicator)
        for field, code in (
            ("objective", objective),
            ("lever", lever),
            ("project", project),
        ):
            if code:
                return links.get(**{f"{field}__code": code, f"{field}__plan__code": plan})
        raise self.model.DoesNotExist


@pghistory.track()
class IndicatorLink(CheckedAtOnce):
    """An indicator counts in the progress of one objective, lever or project, with a weight."""

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="links")
    objective = models.ForeignKey(
        Objective, models.CASCADE, null=True, blank=True, related_name="indicator_links"
    )
    lever = models.ForeignKey(
        Lever, models.CASCADE, null=True, blank=True, related_name="indicator_links"
    )
    project = models.ForeignKey(
        FlagshipProject,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="indicator_links",
    )
    weight = weight_field()
    inferred = models.BooleanField(
        _("inferred"),
        default=False,
        help_text=_("Not published: deduced, and waiting for the plan office to confirm it."),
    )

    objects = IndicatorLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link of an indicator")
        verbose_name_plural = _("links of indicators")
        ordering = ["indicator", "pk"]
        constraints = [
            models.CheckConstraint(
                name="indicator_link_one_element",
                condition=Q(objective__isnull=False, lever__isnull=True, project__isnull=True)
                | Q(objective__isnull=True, lever__isnull=False, project__isnull=True)
                | Q(objective__isnull=True, lever__isnull=True, project__isnull=False),
                violation_error_message=_(
                    "A link goes to one objective, one lever or one project."
                ),
            ),
            models.UniqueConstraint(
                fields=["indicator", "objective", "lever", "project"],
                name="indicator_link_once",
                nulls_distinct=False,
                violation_error_message=_("This link exists already."),
            ),
            weight_constraint("indicator_link_weight_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.code} → {self.element}"

    @property
    def element(self) -> Objective | Lever | FlagshipProject:
        return self.objective or self.lever or self.project  # type: ignore[return-value]

    def natural_key(self) -> tuple[str, str, str | None, str | None, str | None]:
        return (
            self.indicator.code,
            self.element.plan.code,
            self.objective.code if self.objective else None,
            self.lever.code if self.lever else None,
            self.project.code if self.project else None,
        )

    natural_key.dependencies = [  # type: ignore[attr-defined]
        "indicators.indicator",
        "objectives.objective",
        "levers.lever",
        "projects.flagshipproject",
    ]
