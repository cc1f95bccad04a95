"""Where a series begins anew: years before and after it are not counted in the same way."""

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.visibility import OpenToRoles
from indicators.models.indicator import Indicator, amount_field
from objectives.followed_years import archived_at_field


class SeriesBreakQuerySet(OpenToRoles["SeriesBreak"]):
    def in_use(self) -> "SeriesBreakQuerySet":
        return self.filter(archived_at=None)


@pghistory.track()
class SeriesBreak(models.Model):
    """From this year on an indicator is counted in another way: no forecast and no comparison with
    the year before crosses it. Values and progress stay as they are, and pages mark them."""

    indicator = models.ForeignKey(
        Indicator, models.CASCADE, related_name="breaks", verbose_name=_("indicator")
    )
    year = models.PositiveSmallIntegerField(
        _("first year counted in the new way"),
        help_text=_("The break lies between the year before and this one."),
    )
    sentence = models.TextField(
        _("what changed"), help_text=_("One sentence, which readers see beside the numbers.")
    )
    recounted = amount_field(
        _("the year before, counted in the new way"),
        help_text=_("The institute's value, if it is known. It stands beside the old one."),
    )
    archived_at = archived_at_field()

    objects = SeriesBreakQuerySet.as_manager()

    class Meta:
        verbose_name = _("series break")
        verbose_name_plural = _("series breaks")
        ordering = ["indicator", "year"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "year"],
                condition=Q(archived_at=None),
                name="series_break_once_a_year",
                violation_error_message=_("This series breaks in this year already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} · {self.year}"

    @property
    def name(self) -> str:
        return str(self.indicator.name)

    @property
    def preceding_year(self) -> int:
        return self.year - 1
