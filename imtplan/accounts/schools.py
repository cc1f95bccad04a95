"""The schools, and the institute itself where its own figures are entered."""

import copy
from typing import Any

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.roles import Permission, has_permission
from imtplan.accounts.school_names import WELL_FORMED, EarlierName, earlier_names, name_of_year
from imtplan.checked_at_once import CheckedAtOnce
from imtplan.spreadsheets.cell_words import bare


class SchoolQuerySet(models.QuerySet["School"]):
    def visible_to(self, user: Any) -> "SchoolQuerySet":
        """Returns every school for the institute's people, else the person's own."""
        return self.places_seen_by(user).without_the_institute()

    def places_seen_by(self, user: Any) -> "SchoolQuerySet":
        """Returns where this person may see figures collected: everywhere, the institute included,
        for the institute's people, else where they hold a role."""
        is_of_all = has_permission(user, Permission.READ_INSTITUTE)
        return self if is_of_all else self.filter(pk__in=user.school_ids)

    def without_the_institute(self) -> "SchoolQuerySet":
        return self.exclude(kind=School.Affiliation.INSTITUTE)

    def carrying_the_plan(self) -> "SchoolQuerySet":
        """Returns the institute's own schools, whose figures add up to the plan's."""
        return self.filter(kind=School.Affiliation.OWN)

    def members_in(self, year: int) -> "SchoolQuerySet":
        """Returns the schools expected to report for `year`."""
        return self.filter(member_in(year))

    def named_in(self, year: int) -> "list[School]":
        """Returns the schools, each under the name of that year."""
        return [school.named_in(year) for school in self]

    def answering_to(self, text: str) -> "list[School]":
        """Returns those whose code, name of today or of before, sites or region have this in them,
        however its accents and hyphens are typed."""
        searched = _searched(text)
        return [school for school in self if searched in school.searched_text]

    def get_by_natural_key(self, code: str) -> "School":
        return self.get(code=code)


def member_in(year: Any) -> Q:
    """Returns the condition of the institute's own schools, from their first year to their last."""
    begun = Q(first_year=None) | Q(first_year__lte=year)
    not_ended = Q(last_year=None) | Q(last_year__gte=year)
    return Q(kind=School.Affiliation.OWN) & begun & not_ended


def reporting_in(year: Any) -> Q:
    """Returns the condition of who reports for a year: these schools, and the institute."""
    return member_in(year) | Q(kind=School.Affiliation.INSTITUTE)


@pghistory.track()
class School(CheckedAtOnce):
    """A school; or the institute, in a row of its own: where its figures are entered, in no sum."""

    class Affiliation(models.TextChoices):
        OWN = "own", _("own school")
        SUBSIDIARY = "subsidiary", _("subsidiary")
        ASSOCIATED = "associated", _("associated school")
        INSTITUTE = "institute", _("the institute itself")

    THE_INSTITUTE = "imt"
    # Where this was read under its name of a year: today's name.
    name_today = ""

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    # Rows of `EarlierName`; `name` is today's.
    earlier_names = models.JSONField(_("earlier names"), default=list, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Affiliation, default=Affiliation.OWN)
    sites = models.CharField(_("sites"), max_length=200, blank=True)
    region = models.CharField(_("region"), max_length=120, blank=True)
    first_year = models.PositiveSmallIntegerField(_("first year"), null=True, blank=True)
    last_year = models.PositiveSmallIntegerField(_("last year"), null=True, blank=True)
    opened_on = models.DateField(_("opened on"), null=True, blank=True)
    closed_on = models.DateField(_("closed or merged on"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged_from",
        verbose_name=_("merged into"),
    )
    rank = models.PositiveSmallIntegerField(_("rank"), default=0)

    objects = SchoolQuerySet.as_manager()

    class Meta:
        verbose_name = _("school")
        verbose_name_plural = _("schools")
        ordering = ["rank", "code"]
        constraints = [
            models.CheckConstraint(
                name="school_years_in_order",
                condition=Q(first_year=None)
                | Q(last_year=None)
                | Q(last_year__gte=models.F("first_year")),
                violation_error_message=_("A school's last year comes after its first."),
            ),
            models.CheckConstraint(
                name="school_days_in_order",
                condition=Q(opened_on=None)
                | Q(closed_on=None)
                | Q(closed_on__gte=models.F("opened_on")),
                violation_error_message=_("A school closes after the day on which it opened."),
            ),
            models.CheckConstraint(
                name="school_earlier_names_well_formed",
                condition=WELL_FORMED,
                violation_error_message=_("An earlier name is a name with its last day or year."),
            ),
            models.CheckConstraint(
                name="school_institute_by_its_code",
                condition=Q(kind="institute", code="imt") | ~Q(Q(kind="institute") | Q(code="imt")),
                violation_error_message=_("The institute itself is there already, as “imt”."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.code,)

    @property
    def former_names(self) -> list[EarlierName]:
        """Returns the names it bore before, the earliest first."""
        return earlier_names(self.earlier_names)

    @property
    def other_names(self) -> list[EarlierName]:
        """Returns those of its earlier names that a page does not call it by already."""
        return [row for row in self.former_names if row.name != self.name]

    def name_in(self, year: int) -> str:
        """Returns the name it bore at the end of a year."""
        return name_of_year(self.former_names, self.name_today or self.name, year)

    def named_in(self, year: int) -> "School":
        """Returns the school as pages about that year show it: under the name it bore then.

        A copy to read, which costs no query; where the name is another, it cannot be stored.
        """
        then = copy.copy(self)
        then.name, then.name_today = self.name_in(year), self.name_today or self.name
        if then.name == then.name_today:
            then.name_today = ""
        return then

    def save(self, *args: Any, **options: Any) -> None:
        if self.name_today:
            raise ValueError(f"{self.code} was read under its name of a year, and is not stored")
        super().save(*args, **options)

    @property
    def searched_text(self) -> str:
        """Returns what a search looks in, without accents."""
        names = [self.name, self.name_today, *(row.name for row in self.former_names)]
        return _searched(" ".join([*names, self.sites, self.region, self.code]))

    @property
    def is_the_institute(self) -> bool:
        return self.kind == School.Affiliation.INSTITUTE

    def is_member_in(self, year: int) -> bool:
        """The same rule as `members_in`, for a school already read."""
        begun = self.first_year is None or self.first_year <= year
        not_ended = self.last_year is None or year <= self.last_year
        return self.kind == School.Affiliation.OWN and begun and not_ended

    def reports_in(self, year: int) -> bool:
        """Returns what `reporting_in` selects, for a school already read."""
        return self.is_the_institute or self.is_member_in(year)


def _searched(text: str) -> str:
    return bare(text).replace("-", " ")
