"""Which indicators do not concern a school, from which year to which, and why."""

from collections.abc import Collection
from typing import Any

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import IntegerRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Value
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.models import School
from imtplan.accounts.visibility import OpenToOwners
from indicators.models.figure import CountedFigure, Figure
from indicators.models.indicator import Indicator
from objectives.followed_years import archived_at_field

FIRST_YEAR, LAST_YEAR = 1990, 2100  # as the years of figures


class InapplicabilityQuerySet(OpenToOwners["Inapplicability"]):
    def in_force(self) -> "InapplicabilityQuerySet":
        return self.filter(archived_at=None)

    def covering(self, year: Any) -> "InapplicabilityQuerySet":
        """Returns those in force that cover a year, or the year of an expression."""
        ends = Q(last_year=None) | Q(last_year__gte=year)
        return self.in_force().filter(ends, first_year__lte=year)

    def excusing(self, school: School, year: int) -> "InapplicabilityQuerySet":
        """Returns those that excuse a school in a year: where it has a number, none does."""
        rows = self.covering(year).filter(school=school)
        return rows.exclude(Exists(numbers_of(OuterRef("indicator"), OuterRef("school"), year)))


def numbers_of(indicator: Any, school: Any, year: Any) -> models.QuerySet[Figure]:
    """Returns the figure of this cell, if it is a number."""
    cell = Figure.objects.filter(indicator=indicator, school=school, year=year)
    return cell.filter(state=Figure.State.NUMBER)


def _range(function: str, first: str, last: str) -> Func:
    """Returns the range of two columns, both ends within; no end where there is no last."""
    return Func(F(first), F(last), Value("[]"), function=function, output_field=IntegerRangeField())


def _key(column: str) -> Func:
    """Returns the range of one key: PostgreSQL compares ranges side by side without an extension,
    and numbers only with one."""
    return _range("int8range", column, column)


@pghistory.track()
class Inapplicability(models.Model):
    """The plan office says that an indicator does not concern a school, from a year on or for some
    years: the school is excused there as if it had reported "not applicable" itself.

    A number counts all the same: nothing that was typed is hidden. It is not declared over years
    that have one, and where it stands no school is asked for one.
    """

    indicator = models.ForeignKey(
        Indicator, models.CASCADE, related_name="inapplicabilities", verbose_name=_("indicator")
    )
    school = models.ForeignKey(
        School, models.PROTECT, related_name="inapplicabilities", verbose_name=_("school")
    )
    first_year = models.PositiveSmallIntegerField(_("first year in which it does not apply"))
    last_year = models.PositiveSmallIntegerField(
        _("last year in which it does not apply"),
        null=True,
        blank=True,
        help_text=_("Empty: until you say otherwise. For one year alone, the same year twice."),
    )
    sentence = models.TextField(
        _("why it does not apply"),
        help_text=_("One sentence, which the school and readers see: “It has no apprentices.”"),
    )
    archived_at = archived_at_field()

    objects = InapplicabilityQuerySet.as_manager()

    class Meta:
        verbose_name = _("indicator that does not apply to a school")
        verbose_name_plural = _("indicators that do not apply to schools")
        ordering = ["indicator", "school", "first_year"]
        constraints = [
            models.CheckConstraint(
                name="inapplicability_in_order",
                condition=Q(last_year=None) | Q(last_year__gte=F("first_year")),
                violation_error_message=_("The last year is not before the first."),
            ),
            models.CheckConstraint(
                name="inapplicability_year_plausible",
                condition=Q(first_year__gte=FIRST_YEAR, first_year__lte=LAST_YEAR)
                & (Q(last_year=None) | Q(last_year__lte=LAST_YEAR)),
                violation_error_message=_("The year is between 1990 and 2100."),
            ),
            models.CheckConstraint(
                name="inapplicability_has_a_reason",
                condition=~Q(sentence=""),
                violation_error_message=_("Say why it does not apply."),
            ),
            ExclusionConstraint(
                name="inapplicability_once_a_year",
                expressions=[
                    (_key("indicator_id"), RangeOperators.OVERLAPS),
                    (_key("school_id"), RangeOperators.OVERLAPS),
                    (_range("int4range", "first_year", "last_year"), RangeOperators.OVERLAPS),
                ],
                condition=Q(archived_at=None),
                violation_error_message=_("This is said already of some of these years."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} · {self.school} · {self.years_in_words}"

    @property
    def name(self) -> str:
        return str(self.indicator.name)

    @property
    def years_in_words(self) -> str:
        """Returns "2020", "2020-2022" or "from 2020 on"."""
        if self.last_year is None:
            return gettext("from %(year)s on") % {"year": self.first_year}
        if self.last_year == self.first_year:
            return str(self.first_year)
        return f"{self.first_year}-{self.last_year}"

    @property
    def years(self) -> range:
        """Returns the years that it covers, up to the last in which there may be a figure."""
        return range(self.first_year, (self.last_year or LAST_YEAR) + 1)

    def covers(self, year: int) -> bool:
        return self.archived_at is None and year in self.years

    def clean(self) -> None:
        """Refuses years for which the school has a number: it would contradict what was typed."""
        if self.archived_at is not None or None in (self.first_year, self.indicator_id):
            return
        years = self.years_with_numbers if self.school_id else []
        if years:
            raise ValidationError({"first_year": _refusal(years)}, code="numbers")

    @property
    def years_with_numbers(self) -> list[int]:
        """Returns the years it covers for which the school has a number, in whatever state."""
        years: set[int] = set()
        for model in (Figure, CountedFigure):
            numbers = model._default_manager.filter(
                indicator=self.indicator_id,
                school=self.school_id,
                state=Figure.State.NUMBER,
                year__gte=self.first_year,
                year__lte=self.last_year or LAST_YEAR,
            )
            years.update(numbers.values_list("year", flat=True))
        return sorted(years)


def _refusal(years: Collection[int]) -> str:
    text = gettext(
        "The school has a number for %(years)s: it stays. Begin after that, from %(next)s on, or "
        "have the number taken back first."
    )
    return text % {"years": ", ".join(map(str, years)), "next": max(years) + 1}
