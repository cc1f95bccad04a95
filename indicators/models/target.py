"""Targets: each has a source; an indicator may have several, one of them the reference."""

from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any, Self

import pghistory
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.models import School
from imtplan.accounts.visibility import OpenToOwners
from imtplan.bilingual import Bilingual
from imtplan.checked_at_once import CheckedAtOnce
from indicators.models.followed import FollowedIndicator
from indicators.models.indicator import Indicator, amount_field
from objectives.followed_years import archived_at_field, counting
from objectives.models import StrategicPlan, of_plans_seen_by


def of_the_target() -> Q:
    """Returns the condition that a followed indicator is that of a target and its plan."""
    return Q(plan=OuterRef("plan"), indicator=OuterRef("indicator"))


class TargetQuerySet(OpenToOwners["Target"]):
    def visible_to(self, user: Any) -> Self:
        return super().visible_to(user).filter(of_plans_seen_by(user, "plan"))

    def in_use(self) -> "TargetQuerySet":
        """Returns the targets that were not put aside, of indicators that have results."""
        return self.filter(archived_at=None, indicator__in=Indicator.objects.computed())

    def followed_in_plan(self, plan: StrategicPlan, *years: int) -> "TargetQuerySet":
        """Returns the targets of a plan in a year, or in any of several, in which it follows their
        indicators, in the plan's own order; `is_headline` says whether it is one for the plan,
        `followed_from` and `followed_to` in which years."""
        counts = (counting(year, "indicator__followed_in__") for year in years)
        return (
            self.filter(
                reduce(or_, counts),
                indicator__followed_in__plan=plan,
                plan=plan,
            )
            .annotate(
                is_headline=F("indicator__followed_in__is_headline"),
                followed_from=F("indicator__followed_in__first_year"),
                followed_to=F("indicator__followed_in__last_year"),
            )
            .order_by("indicator__followed_in__rank", "indicator__code")
        )

    def headlines(self) -> "TargetQuerySet":
        """Returns the targets whose indicator is a headline of their plan."""
        followed = FollowedIndicator.objects.filter(of_the_target(), is_headline=True)
        return self.filter(Exists(followed))

    def counting_in(self, year: Any) -> "TargetQuerySet":
        """Returns the targets whose indicator their plan follows in this year."""
        followed = FollowedIndicator.objects.counting_in(year).filter(of_the_target())
        return self.filter(Exists(followed))

    def to_judge(self) -> "TargetQuerySet":
        """Returns the targets in use, with the years in which the plan follows the indicator. They
        are read with their indicators, which bring the breaks of their series."""
        followed = FollowedIndicator.objects.filter(of_the_target())
        return (
            self.in_use()
            .select_related("plan", "school")
            .annotate(
                followed_from=Subquery(followed.values("first_year")),
                followed_to=Subquery(followed.values("last_year")),
            )
        )

    def of_the_institute(self) -> "TargetQuerySet":
        return self.filter(school=None)

    def reference(self) -> "TargetQuerySet":
        """Returns the one target of each indicator and plan that counts in roll-ups."""
        return self.of_the_institute().filter(is_reference=True)

    def held_by(self, school: School) -> "TargetQuerySet":
        """Returns the targets toward which this school's figures go: its own. The institute's own
        figures go toward the reference targets."""
        return self.reference() if school.is_the_institute else self.filter(school=school)


# A growth in per cent over 0 or a negative number makes no sense: 50 % more than −10 is −15.
GROWTH_NEEDS_POSITIVE = _(
    "A growth needs a baseline above zero: write the target as a value instead."
)


class Sureness(models.TextChoices):
    HIGH = "high", _("primary source, or two that agree")
    MEDIUM = "medium", _("one press article")
    LOW = "low", _("weak source")


@pghistory.track()
class Target(CheckedAtOnce):
    """The value that an indicator is to reach, for the institute or a school, with its source."""

    class Trajectory(models.TextChoices):
        LINEAR = "linear", _("linear")
        STATED = "stated", _("through stated yearly values")
        COMPOUND = "compound", _("compound growth")

    plan = models.ForeignKey(StrategicPlan, models.CASCADE, related_name="targets")
    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="targets")
    school = models.ForeignKey(
        School,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="targets",
        help_text=_("Empty: the institute."),
    )
    code = models.SlugField(_("code"), unique=True)
    year = models.PositiveSmallIntegerField(_("target year"))
    value = amount_field(_("target value"))
    growth_percent = models.DecimalField(
        _("or growth over the baseline, in %"),
        max_digits=9,
        decimal_places=3,
        null=True,
        blank=True,
    )
    baseline_year = models.PositiveSmallIntegerField(_("baseline year"))
    baseline_value = amount_field(
        _("published baseline"),
        help_text=_("Empty: the figures of the baseline year, once they are all there."),
    )
    baseline_source = models.TextField(_("source of the baseline"), blank=True)
    trajectory = models.CharField(
        _("trajectory"), max_length=8, choices=Trajectory, default=Trajectory.LINEAR
    )
    is_reference = models.BooleanField(_("reference target"), default=False)
    perimeter_fr = models.CharField(_("perimeter (French)"), max_length=200, blank=True)
    perimeter_en = models.CharField(_("perimeter (English)"), max_length=200, blank=True)
    source = models.TextField(_("source"))
    sureness = models.CharField(_("how sure"), max_length=6, choices=Sureness)
    archived_at = archived_at_field()

    perimeter = Bilingual("perimeter")
    objects = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        ordering = ["plan", "indicator", "-is_reference", "code"]
        constraints = [
            models.CheckConstraint(
                name="target_value_or_growth",
                condition=Q(value__isnull=False, growth_percent__isnull=True)
                | Q(value__isnull=True, growth_percent__isnull=False),
                violation_error_message=_("A target is a value or a growth, one of the two."),
            ),
            models.CheckConstraint(
                name="target_after_baseline",
                condition=Q(year__gt=F("baseline_year")),
                violation_error_message=_("The target year comes after the baseline year."),
            ),
            models.CheckConstraint(
                name="target_reference_is_the_institutes",
                condition=Q(is_reference=False) | Q(school__isnull=True),
                violation_error_message=_("The reference target is the institute's."),
            ),
            models.UniqueConstraint(
                fields=["plan", "indicator"],
                condition=Q(is_reference=True),
                name="target_one_reference",
                violation_error_message=_("This indicator has a reference target already."),
            ),
            models.CheckConstraint(
                name="target_is_sourced",
                condition=~Q(source=""),
                violation_error_message=_("Say where the target was published."),
            ),
            models.CheckConstraint(
                name="target_growth_needs_positive",
                # A target stored before this rule may still be archived.
                condition=Q(growth_percent=None)
                | Q(baseline_value=None)
                | Q(baseline_value__gt=0)
                | Q(archived_at__isnull=False),
                violation_error_message=GROWTH_NEEDS_POSITIVE,
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def counts_in(self, year: int) -> bool:
        """Returns whether its plan follows its indicator in this year; of a target `to_judge`
        or `followed_in_plan`."""
        first: int | None = getattr(self, "followed_from", None)
        last: int | None = getattr(self, "followed_to", None)
        return (first is None or first <= year) and (last is None or year <= last)

    @property
    def grows_from_nothing(self) -> bool:
        """Returns whether it is a growth over a published baseline of zero or below."""
        published = self.baseline_value
        return self.growth_percent is not None and published is not None and published <= 0

    def clean(self) -> None:
        """Refuse a growth over validated figures of zero or below, where no baseline is published.

        Figures may still fall so low later: then nothing is computed, and the result says why.
        """
        if self.growth_percent is None or self.baseline_value is not None or self.archived_at:
            return
        baseline = self._recorded_baseline() if self.indicator_id else None
        if baseline is not None and baseline <= 0:
            raise ValidationError({"growth_percent": GROWTH_NEEDS_POSITIVE})

    def _recorded_baseline(self) -> Decimal | None:
        """Returns the validated figure of the baseline year; for a ratio of one school its
        numerator, which has the same sign."""
        if self.school_id is None:
            whole = self.indicator.institute_values.filter(year=self.baseline_year)
            return whole.filter(view="validated").values_list("value", flat=True).first()
        counted = self.indicator.countedfigures.in_view("validated")
        own = counted.filter(school=self.school_id, year=self.baseline_year)
        part = "numerator" if self.indicator.is_ratio else "value"
        return own.values_list(part, flat=True).first()


@pghistory.track()
class TrajectoryPoint(CheckedAtOnce):
    """The value that a target states for one year of its trajectory."""

    target = models.ForeignKey(Target, models.CASCADE, related_name="points")
    year = models.PositiveSmallIntegerField(_("year"))
    value = models.DecimalField(_("expected value"), max_digits=24, decimal_places=6)

    class Meta:
        verbose_name = _("stated yearly value")
        verbose_name_plural = _("stated yearly values")
        ordering = ["target", "year"]
        constraints = [
            models.UniqueConstraint(
                fields=["target", "year"],
                name="trajectory_point_once",
                violation_error_message=_("This year is stated already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.target.code} · {self.year}"
