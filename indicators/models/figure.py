"""Figures: the number that a school, or the institute, enters for one indicator and year."""

from decimal import Decimal
from typing import Any, Self, TypeVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.models import School
from imtplan.accounts.roles import Permission, has_permission
from indicators.formulas.readings import number_of
from indicators.models.indicator import Indicator, amount_field

Row = TypeVar("Row", bound=models.Model)

PARTS = ("value", "numerator", "denominator")


class View(models.TextChoices):
    """The figures that count. Validated is the default, and the only view outside the institute."""

    VALIDATED = "validated", _("validated")
    PROVISIONAL = "provisional", _("provisional")


class FigureContent(models.Model):
    """What one school (or the institute) says of one indicator and year: a number, or one of three
    words. A ratio keeps its two parts and never their quotient."""

    class State(models.TextChoices):
        NUMBER = "number", _("number")
        NOT_ENTERED = "not_entered", _("not yet entered")
        NOT_AVAILABLE = "not_available", _("not available")
        NOT_APPLICABLE = "not_applicable", _("not applicable")

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("submitted")
        VALIDATED = "validated", _("validated")

    class Origin(models.TextChoices):
        FORM = "form", _("form")
        LAST_YEAR = "last_year", _("taken over from last year")
        PASTE = "paste", _("paste")
        IMPORT = "import", _("spreadsheet")
        API = "api", _("API")
        PUBLISHED = "published", _("published source")
        RESTORED = "restored", _("an earlier version, restored")
        DEMO = "demo", _("demonstration data")

    BY_PEOPLE = {
        *(Origin.FORM, Origin.LAST_YEAR, Origin.PASTE),
        *(Origin.IMPORT, Origin.API, Origin.RESTORED),
    }

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="%(class)ss")
    school = models.ForeignKey(School, models.PROTECT, related_name="%(class)ss")
    year = models.PositiveSmallIntegerField(_("year"))
    state = models.CharField(_("state"), max_length=14, choices=State)
    value = amount_field(_("value"))
    numerator = amount_field(_("numerator"))
    denominator = amount_field(_("denominator"))
    reason = models.TextField(_("reason"), blank=True)
    explanation = models.TextField(_("explanation"), blank=True)
    # The surprises that a person confirmed or explained, with their size then: {"change": "34.5"}.
    confirmed = models.JSONField(_("confirmed"), default=dict, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    origin = models.CharField(_("way of entry"), max_length=10, choices=Origin)
    source = models.TextField(_("source"), blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    entered_at = models.DateTimeField(_("entered at"), default=timezone.now)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.indicator.code} · {self.school} · {self.year}"

    @property
    def of_school(self) -> School | None:
        """Returns the school, as programs read it; None where the institute entered it."""
        return None if self.school.is_the_institute else self.school

    @property
    def school_name(self) -> str | None:
        """Returns the school's name of the figure's year; None where the institute entered it."""
        return self.of_school.name_in(self.year) if self.of_school else None

    @property
    def author(self) -> str:
        """Returns who entered the figure, or where it comes from if no person entered it."""
        if self.entered_by is not None:
            return str(self.entered_by)
        if self.origin in self.BY_PEOPLE:
            return gettext("somebody whose account was deleted")
        return self.get_origin_display()

    @property
    def number(self) -> Decimal | None:
        """Returns what the figure comes to: its value, or its parts divided and scaled."""
        if self.numerator is None:  # most figures have no parts, and need no look at the indicator
            return self.value
        return number_of(self.value, self.numerator, self.denominator, self.indicator.scale)

    def says_the_same_as(self, other: "FigureContent") -> bool:
        """Returns whether both give the same number or word; a reason or a note may differ."""
        return all(getattr(self, name) == getattr(other, name) for name in ("state", *PARTS))


class FigureContentQuerySet(models.QuerySet[Row]):
    # Of the institute's own figures, those that everybody who holds a role may see.
    OPEN: Q

    def visible_to(self, user: Any) -> Self:
        """Returns every figure for the institute's people, else those of the person's own schools
        and what was validated of the institute's own."""
        if has_permission(user, Permission.READ_INSTITUTE):
            return self
        if not (user.is_authenticated and user.held_roles):
            return self.none()
        of_the_institute = Q(school__kind=School.Affiliation.INSTITUTE) & self.OPEN
        return self.filter(Q(school__in=user.school_ids) | of_the_institute)


# --- The figure as it stands ----------------------------------------------------------------------


class FigureQuerySet(FigureContentQuerySet["Figure"]):
    OPEN = Q(status=FigureContent.Status.VALIDATED)


# The versions of figures that were erased or removed: they are few among all versions.
_EMPTIED = models.Index(
    fields=["year"],
    name="figureevent_emptied",
    condition=Q(pgh_label="delete") | Q(state="not_entered"),
)


@pghistory.track(meta={"indexes": [_EMPTIED]})
class Figure(FigureContent):
    """The figure as it was written last, whether it counts or not.

    Every version stands in `FigureEvent`, written by database triggers; those that count stand in
    `CountedFigure` too.
    """

    objects = FigureQuerySet.as_manager()

    class Meta:
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        ordering = ["indicator", "school", "year"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "school", "year"],
                name="figure_once",
                violation_error_message=_("This figure exists already."),
            ),
            models.CheckConstraint(
                name="figure_says_what_its_state_says",
                condition=Q(
                    state="number",
                    value__isnull=False,
                    numerator__isnull=True,
                    denominator__isnull=True,
                )
                | Q(
                    state="number",
                    value__isnull=True,
                    numerator__isnull=False,
                    denominator__isnull=False,
                )
                | (
                    ~Q(state="number")
                    & Q(
                        value__isnull=True,
                        numerator__isnull=True,
                        denominator__isnull=True,
                    )
                ),
                violation_error_message=_("A number has a value or two parts; a word has none."),
            ),
            models.CheckConstraint(
                name="figure_not_available_has_a_reason",
                condition=~Q(state="not_available") | ~Q(reason=""),
                violation_error_message=_("Say why the figure is not available."),
            ),
            models.CheckConstraint(
                name="figure_denominator_positive",
                condition=Q(denominator=None) | Q(denominator__gt=0),
                violation_error_message=_("A denominator is above zero."),
            ),
            models.CheckConstraint(
                name="figure_year_plausible",
                condition=Q(year__gte=1990, year__lte=2100),
                violation_error_message=_("The year is between 1990 and 2100."),
            ),
        ]
        indexes = [
            models.Index(fields=["school", "year"], name="figure_school_year"),
            models.Index(fields=["year", "indicator"], name="figure_year_indicator"),
        ]

    @property
    def figure_id(self) -> int:
        """Returns its own number, by which a figure that counts names it too."""
        return self.pk


# Every version of every figure, as the database's triggers write them.
FigureEvent: Any = Figure.pgh_event_model  # type: ignore[attr-defined]


# --- The figures that count -----------------------------------------------------------------------


class CountedFigureQuerySet(FigureContentQuerySet["CountedFigure"]):
    OPEN = Q(view=View.VALIDATED)

    def in_view(self, view: str) -> "CountedFigureQuerySet":
        return self.filter(view=view)


class CountedFigure(FigureContent):
    """The version of a figure that counts in a view: the last that was validated, or in the
    provisional view the last that was submitted or validated.

    It counts until another one does. A correction that is being typed, a return, a year that is
    reopened take nothing away. Triggers on `Figure` write these rows, in the transaction that makes
    a version count; `check_integrity` holds them against `FigureEvent`.
    """

    # Two numbers for each figure, one a view, so that the past can tell them from the versions.
    id = models.BigIntegerField(primary_key=True)
    figure = models.ForeignKey(Figure, models.DO_NOTHING, related_name="counted")
    view = models.CharField(max_length=11, choices=View)

    objects = CountedFigureQuerySet.as_manager()

    class Meta:
        verbose_name = _("figure that counts")
        verbose_name_plural = _("figures that count")
        ordering = ["indicator", "school", "year", "view"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "school", "view", "year"],
                name="counted_figure_once",
            ),
        ]
        indexes = [
            # All that adding up one year of one indicator reads, side by side.
            models.Index(
                fields=["indicator", "year", "view", "school"],
                include=["state", "value", "numerator", "denominator"],
                name="figure_adding_up",
            ),
        ]
