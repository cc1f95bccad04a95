"""Which indicators are a plan's, from which year to which."""

from typing import Any, Self

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.visibility import OpenToRoles
from indicators.models.indicator import Indicator
from objectives.followed_years import FollowedYears, counting
from objectives.models import StrategicPlan, of_plans_seen_by


class FollowedIndicatorQuerySet(OpenToRoles["FollowedIndicator"]):
    def visible_to(self, user: Any) -> Self:
        return super().visible_to(user).filter(of_plans_seen_by(user, "plan"))

    def counting_in(self, year: Any) -> Self:
        return self.filter(counting(year))

    def in_use_in(self, plan: StrategicPlan) -> Self:
        """Returns what a plan follows and has not put aside, of indicators in use, in its order."""
        rows = self.filter(plan=plan, archived_at=None, indicator__archived_at=None)
        return rows.select_related("indicator").order_by("rank", "indicator__code")

    def get_by_natural_key(self, plan: str, indicator: str) -> "FollowedIndicator":
        return self.get(plan__code=plan, indicator__code=indicator)


@pghistory.track()
class FollowedIndicator(FollowedYears):
    """An indicator is one of a plan's, from one year to another. Its series is the indicator's own,
    and the same in every plan that follows it."""

    plan = models.ForeignKey(StrategicPlan, models.CASCADE, related_name="followed_indicators")
    indicator = models.ForeignKey(
        Indicator, models.CASCADE, related_name="followed_in", verbose_name=_("indicator")
    )
    is_headline = models.BooleanField(_("headline"), default=False)
    rank = models.PositiveSmallIntegerField(_("rank"), default=0)
    replaced_by = models.ForeignKey(
        Indicator,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("replaced by the indicator"),
    )

    objects = FollowedIndicatorQuerySet.as_manager()

    class Meta:
        verbose_name = _("followed indicator")
        verbose_name_plural = _("followed indicators")
        ordering = ["plan", "rank", "indicator"]
        constraints = [
            *FollowedYears.Meta.constraints,
            models.CheckConstraint(
                name="followed_indicator_ends_in_a_year",
                condition=Q(archived_at=None, last_year=None)
                | Q(archived_at__isnull=False, last_year__isnull=False),
                violation_error_message=_("What is put aside has a last year."),
            ),
            models.UniqueConstraint(
                fields=["plan", "indicator"],
                name="followed_indicator_once",
                violation_error_message=_("This plan follows this indicator already."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.indicator)

    def natural_key(self) -> tuple[str, str]:
        return (self.plan.code, self.indicator.code)

    natural_key.dependencies = [  # type: ignore[attr-defined]
        "objectives.strategicplan",
        "indicators.indicator",
    ]

    @property
    def code(self) -> str:
        return self.indicator.code

    @property
    def name(self) -> str:
        return str(self.indicator.name)
