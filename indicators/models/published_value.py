"""What the institute published of an indicator itself, beside what its schools' figures make."""

import pghistory
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.visibility import OpenToRoles
from imtplan.bilingual import Bilingual, reader_language
from imtplan.numbers import format_number
from indicators.models.indicator import Indicator
from objectives.followed_years import archived_at_field


class PublishedValueQuerySet(OpenToRoles["PublishedValue"]):
    def in_use(self) -> "PublishedValueQuerySet":
        return self.filter(archived_at=None)


@pghistory.track()
class PublishedValue(models.Model):
    """A value of the whole institute that a document gives for a year. It stands beside what the
    schools' figures add up to, with the difference, and counts nowhere."""

    indicator = models.ForeignKey(
        Indicator, models.CASCADE, related_name="published_values", verbose_name=_("indicator")
    )
    year = models.PositiveSmallIntegerField(
        _("year of the value"), validators=[MinValueValidator(1900)]
    )
    value = models.DecimalField(_("published value"), max_digits=24, decimal_places=6)
    source = models.TextField(
        _("where it was published"), help_text=_("The document, and its day if it has one.")
    )
    perimeter_fr = models.CharField(
        _("perimeter (French)"),
        max_length=200,
        blank=True,
        help_text=_("Where it counts others than the schools of the plan, or fewer."),
    )
    perimeter_en = models.CharField(
        _("perimeter (English)"),
        max_length=200,
        blank=True,
        help_text=_("Empty: the French perimeter stands in."),
    )
    archived_at = archived_at_field()

    perimeter = Bilingual("perimeter")
    objects = PublishedValueQuerySet.as_manager()

    class Meta:
        verbose_name = _("published value")
        verbose_name_plural = _("published values")
        ordering = ["indicator", "year", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "year", "source"],
                condition=Q(archived_at=None),
                name="published_value_once_a_source",
                violation_error_message=_("This source stands here for this year already."),
            ),
            models.CheckConstraint(
                name="published_value_is_sourced",
                condition=~Q(source=""),
                violation_error_message=_("Say where the value was published."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} · {self.year}"

    @property
    def name(self) -> str:
        return str(self.indicator.name)

    @property
    def value_in_words(self) -> str:
        """Returns the value in the reader's language, with the indicator's unit."""
        return f"{format_number(self.value, language=reader_language())}\u00a0{self.indicator.unit}"
