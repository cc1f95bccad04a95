"""The results computed from the figures, the stale marks, and the runs that recomputed them.

Rows of this module are written by `indicators.recomputing.recompute` alone and can be made anew at
any time.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.models import School
from imtplan.accounts.roles import Permission, has_permission
from imtplan.accounts.visibility import OpenToInstitute
from indicators.formulas.coverage_range import RangeAssumption
from indicators.models.figure import View
from indicators.models.indicator import Indicator
from indicators.models.status import ProgressStatus
from indicators.models.target import Target
from levers.models import Lever
from objectives.models import Objective, StrategicPlan, of_plans_seen_by
from projects.models import FlagshipProject


class ValueNature(models.TextChoices):
    """The view of a number, and whether it is an estimate: a year may have several numbers."""

    VALIDATED = "validated", _("validated value")
    VALIDATED_ESTIMATE = "validated-estimate", _("estimate on validated figures")
    PROVISIONAL = "provisional", _("provisional value")
    PROVISIONAL_ESTIMATE = "provisional-estimate", _("estimate on provisional figures")

    @classmethod
    def of(cls, view: str, *, is_estimate: bool) -> "ValueNature":
        return cls(f"{view}-estimate" if is_estimate else view)


class RangePlacing(models.TextChoices):
    """The assumption that places the missing schools of a range."""

    OWN_TARGET = RangeAssumption.OWN_TARGET, _("at their baseline, or on their path")
    LAST_FIGURE = (
        RangeAssumption.LAST_FIGURE,
        _("at their last figure, or at that figure moved as the schools that reported"),
    )
    BOTH = (
        RangeAssumption.BOTH,
        _(
            "at their baseline or on their path; without a target of their own, at their last "
            "figure, or at that figure moved as the schools that reported"
        ),
    )


def computed_field(label: Any) -> "models.DecimalField[Any, Decimal | None]":
    """Returns the field of a number as it is shown: with ten decimals, null where it is unknown."""
    return models.DecimalField(label, max_digits=48, decimal_places=10, null=True)


class ExactField(models.Field):
    """A number with all the 28 digits with which the formulas compute: three times the 0.3333333333
    that is shown would never make a whole."""

    def db_type(self, connection: Any) -> str:
        return "numeric"


class InstituteValue(models.Model):
    """One indicator added up over the schools, for one year and view.

    `value` is known only when every expected school reported; below that there may be an
    `estimate`, in which each missing school carries its last counted figure forward, and those of
    the schools that merged into it. `carried` has the years of these figures, by school; a school
    in its first year that has none is `left_out`.
    """

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="institute_values")
    year = models.PositiveSmallIntegerField(_("year"))
    view = models.CharField(_("view"), max_length=11, choices=View)
    value = computed_field(_("value"))
    estimate = computed_field(_("estimate"))
    expected = models.PositiveSmallIntegerField(_("schools expected"))
    reported = models.PositiveSmallIntegerField(_("schools that reported"))
    missing = ArrayField(models.SlugField(), verbose_name=_("schools missing"), default=list)
    carried = models.JSONField(_("figures carried forward"), default=dict)
    left_out = ArrayField(
        models.SlugField(), verbose_name=_("schools left out of the estimate"), default=list
    )
    # Below full coverage: each missing school at its floor, and each at its expectation.
    low = computed_field(_("at the least"))
    high = computed_field(_("at the most"))
    range_by = models.CharField(
        _("assumption of the range"), max_length=11, choices=RangePlacing, blank=True, default=""
    )
    exact = ExactField(_("value or estimate, exact"), null=True, editable=False)
    formula_version = models.CharField(_("formula version"), max_length=8, default="")
    inputs_hash = models.CharField(_("fingerprint of the inputs"), max_length=32, default="")
    computed_at = models.DateTimeField(_("computed at"))

    objects = OpenToInstitute.as_manager()

    class Meta:
        verbose_name = _("institute's value")
        verbose_name_plural = _("institute's values")
        ordering = ["indicator", "view", "year"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "year", "view"], name="institute_value_once"
            )
        ]
        indexes = [models.Index(fields=["year"], name="institute_value_year")]

    def __str__(self) -> str:
        return f"{self.indicator.code} · {self.year} · {self.view}"

    @property
    def shown(self) -> Any:
        """Returns the value where it is final, else the estimate, else None."""
        return self.estimate if self.value is None else self.value

    @property
    def is_estimate(self) -> bool:
        return self.value is None and self.estimate is not None

    @property
    def nature(self) -> "ValueNature | None":
        if self.shown is None:
            return None
        return ValueNature.of(self.view, is_estimate=self.is_estimate)


class ProgressQuerySet(models.QuerySet["Progress"]):
    def visible_to(self, user: Any) -> "ProgressQuerySet":
        """Returns all for the institute's people; for others, toward the targets of their place."""
        rows = self.filter(of_plans_seen_by(user, "target__plan"))
        if has_permission(user, Permission.READ_INSTITUTE):
            return rows
        own = Q(target__school__in=user.school_ids)
        if user.is_of_the_institutes_place:
            own |= Q(target__school=None, target__indicator__aggregation=Indicator.Aggregation.NONE)
        return rows.filter(own)


class Progress(models.Model):
    """The progress of one series toward one target, in one year and view.

    Ratios are stored unclamped: 0.2424 is 24.24 %. See `indicators.formulas.progress` for each
    formula.
    """

    target = models.ForeignKey(Target, models.CASCADE, related_name="progress")
    year = models.PositiveSmallIntegerField(_("year"))
    view = models.CharField(_("view"), max_length=11, choices=View)
    value = computed_field(_("value"))
    is_estimate = models.BooleanField(_("estimate"), default=False)
    baseline = computed_field(_("baseline"))
    target_value = computed_field(_("target"))
    expected_value = computed_field(_("expected by the trajectory"))
    progress = computed_field(_("progress"))
    expected_progress = computed_field(_("expected progress"))
    pace = computed_field(_("pace"))
    gap = computed_field(_("gap"))
    status = models.CharField(_("status"), max_length=14, choices=ProgressStatus)
    would_be = models.CharField(
        _("what a pending status would be"), max_length=14, choices=ProgressStatus, blank=True
    )
    reason = models.CharField(_("why not computable"), max_length=30, blank=True)
    needed_per_year = computed_field(_("change needed a year"))
    needed_rate = computed_field(_("growth needed a year"))
    achieved_per_year = computed_field(_("change a year so far"))
    achieved_rate = computed_field(_("growth a year so far"))
    forecast = computed_field(_("forecast"))
    forecast_low = computed_field(_("forecast, low"))
    forecast_high = computed_field(_("forecast, high"))
    probability = computed_field(_("probability to meet the target"))
    forecast_points = models.PositiveSmallIntegerField(_("points of the forecast"), default=0)
    # The baseline is a point where its year has no final value.
    forecast_from_baseline = models.BooleanField(
        _("the target's baseline is one of them"), default=False
    )
    exact_progress = ExactField(_("progress, exact"), null=True, editable=False)
    exact_expected = ExactField(_("expected progress, exact"), null=True, editable=False)
    formula_version = models.CharField(_("formula version"), max_length=8)
    inputs_hash = models.CharField(_("fingerprint of the inputs"), max_length=32, default="")
    computed_at = models.DateTimeField(_("computed at"))

    objects = ProgressQuerySet.as_manager()

    class Meta:
        verbose_name = _("progress")
        verbose_name_plural = _("progress")
        ordering = ["target", "view", "year"]
        constraints = [
            models.UniqueConstraint(fields=["target", "year", "view"], name="progress_once")
        ]
        # The target too, which one year and view would do without: before the first statistics the
        # planner takes this index for the constraint's, and then reads a whole year for each row.
        indexes = [models.Index(fields=["year", "view", "target"], name="progress_in_year")]

    def __str__(self) -> str:
        return f"{self.target.code} · {self.year} · {self.view}"


class RollUpQuerySet(OpenToInstitute["RollUp"]):
    def visible_to(self, user: Any) -> Self:
        owners = ("plan", "objective__plan", "lever__plan", "project__plan")
        return super().visible_to(user).filter(of_plans_seen_by(user, *owners))


class RollUp(models.Model):
    """The progress of an objective, a lever, a project or the plan: a weighted mean of items."""

    plan = models.ForeignKey(StrategicPlan, models.CASCADE, null=True, related_name="roll_ups")
    objective = models.ForeignKey(Objective, models.CASCADE, null=True, related_name="roll_ups")
    lever = models.ForeignKey(Lever, models.CASCADE, null=True, related_name="roll_ups")
    project = models.ForeignKey(FlagshipProject, models.CASCADE, null=True, related_name="roll_ups")
    year = models.PositiveSmallIntegerField(_("year"))
    view = models.CharField(_("view"), max_length=11, choices=View)
    progress = computed_field(_("progress"))
    expected_progress = computed_field(_("expected progress"))
    pace = computed_field(_("pace"))
    coverage = computed_field(_("share of the weight that has data"))
    status = models.CharField(_("status"), max_length=14, choices=ProgressStatus)
    would_be = models.CharField(
        _("what a pending status would be"), max_length=14, choices=ProgressStatus, blank=True
    )
    is_estimate = models.BooleanField(_("rests on estimates"), default=False)
    items = models.PositiveSmallIntegerField(_("items of the mean"), default=0)
    known_items = models.PositiveSmallIntegerField(_("items with data"), default=0)
    coverage_needed = computed_field(_("coverage needed for a verdict"))
    exact_progress = ExactField(_("progress, exact"), null=True, editable=False)
    exact_expected = ExactField(_("expected progress, exact"), null=True, editable=False)
    formula_version = models.CharField(_("formula version"), max_length=8)
    inputs_hash = models.CharField(_("fingerprint of the inputs"), max_length=32, default="")
    computed_at = models.DateTimeField(_("computed at"))

    objects = RollUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("roll-up")
        verbose_name_plural = _("roll-ups")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "objective", "lever", "project", "year", "view"],
                name="roll_up_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="roll_up_one_element",
                condition=Q(plan__isnull=False, objective=None, lever=None, project=None)
                | Q(plan=None, objective__isnull=False, lever=None, project=None)
                | Q(plan=None, objective=None, lever__isnull=False, project=None)
                | Q(plan=None, objective=None, lever=None, project__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.element} · {self.year} · {self.view}"

    @property
    def element(self) -> StrategicPlan | Objective | Lever | FlagshipProject:
        return self.plan or self.objective or self.lever or self.project  # type: ignore[return-value]


class StaleMarkQuerySet(models.QuerySet["StaleMark"]):
    def shared_out(self) -> "StaleMarkQuerySet":
        """Returns the marks that replace one for everything."""
        return self.filter(reason__startswith=StaleMark.SHARED_OUT)

    def for_everything(self) -> "StaleMarkQuerySet":
        return self.filter(indicator=None, only_roll_ups=False)

    def of_figures(self) -> "StaleMarkQuerySet":
        """Returns the marks of an indicator, or of some of its figures."""
        return self.filter(indicator__isnull=False, only_roll_ups=False)


class StaleMark(models.Model):
    """A note of what is to be recomputed, which database triggers write with each change.

    A mark without an indicator names everything, or every mean with `only_roll_ups`. A year narrows
    an indicator down to the figures that changed: those of the school, or without one those of the
    institute or of several schools. With `only_roll_ups`, an indicator and a year, the progress is
    computed and the means above it are stale; a recomputation leaves such marks.
    """

    SHARED_OUT = "all of them"  # begins the reason of the marks that replace one for everything

    # No constraint in the database: deleting an indicator leaves a mark that names it.
    indicator = models.ForeignKey(
        Indicator, models.DO_NOTHING, null=True, related_name="+", db_constraint=False
    )
    school = models.ForeignKey(
        School, models.DO_NOTHING, null=True, related_name="+", db_constraint=False
    )
    year = models.PositiveSmallIntegerField(null=True)
    only_roll_ups = models.BooleanField(default=False)
    reason = models.CharField(max_length=80)
    marked_at = models.DateTimeField()

    objects = StaleMarkQuerySet.as_manager()

    class Meta:
        verbose_name = _("stale mark")
        verbose_name_plural = _("stale marks")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.reason


class ComputedDay(models.Model):
    """The day for which the results were last ordered: milestones fall due although nothing is
    written. It is one row, so that no day is lost with a queue, a timer or a machine."""

    ONLY_KEY = 1

    day = models.DateField()

    def __str__(self) -> str:
        return self.day.isoformat()

    @classmethod
    def turn_to(cls, today: date) -> bool:
        """Note that the results of this day are ordered. Returns False where they were already; of
        two calls at once, one returns True."""
        if cls.objects.filter(pk=cls.ONLY_KEY).exclude(day=today).update(day=today):
            return True
        return cls.objects.get_or_create(pk=cls.ONLY_KEY, defaults={"day": today})[1]


KEPT = timedelta(days=400)
KEPT_WITHOUT_CHANGE = timedelta(days=30)


class RecomputeRunQuerySet(models.QuerySet["RecomputeRun"]):
    def failed(self) -> "RecomputeRunQuerySet":
        return self.exclude(error="")

    def unresolved(self) -> "RecomputeRunQuerySet":
        """Returns the failures whose indicator has not been recomputed since."""
        return self.failed().filter(resolved_at=None)

    def forgettable(self, *, at: datetime) -> "RecomputeRunQuerySet":
        """Returns the runs to delete: old ones, and after a month those that changed nothing; never
        an unresolved failure."""
        old = Q(finished_at__lt=at - KEPT)
        idle = Q(finished_at__lt=at - KEPT_WITHOUT_CHANGE, rows_changed=0)
        return self.filter(old | idle).exclude(Q(resolved_at=None) & ~Q(error=""))


class RecomputeRun(models.Model):
    """One run of the recomputation: when it ran, how much it changed, what went wrong.

    An indicator that cannot be computed has a run of its own, with the error; it is unresolved
    until a later run computes the indicator.
    """

    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), default=timezone.now)
    marks = models.PositiveIntegerField(_("stale marks taken"))
    indicators = models.PositiveIntegerField(_("indicators recomputed"))
    rows_changed = models.PositiveIntegerField(_("rows changed"))
    scope = models.TextField(_("what was recomputed"), blank=True)
    error = models.TextField(_("error"), blank=True)
    indicator = models.ForeignKey(
        Indicator,
        models.CASCADE,
        null=True,
        related_name="failed_runs",
        verbose_name=_("indicator that failed"),
    )
    resolved_at = models.DateTimeField(_("resolved"), null=True)

    objects = RecomputeRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("recomputation")
        verbose_name_plural = _("recomputations")
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["indicator"],
                name="recompute_run_unresolved",
                condition=Q(resolved_at=None) & ~Q(error=""),
            )
        ]

    def __str__(self) -> str:
        return f"{self.finished_at:%Y-%m-%d %H:%M:%S}"

    @property
    def seconds(self) -> float:
        return (self.finished_at - self.started_at).total_seconds()
