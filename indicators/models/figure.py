"""Figures: the number that a school, or the institute, enters for one indicator and year."""

from decimal import Decimal
from typing import Any

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.models import School
from imtplan.accounts.visibility import OpenToOwners
from indicators.formulas.readings import number_of
from indicators.models.indicator import Indicator, amount_field


class View(models.TextChoices):
    """The figures that count. Validated is the default, and the only view outside the institute."""

    VALIDATED = "validated", _("validated")
    PROVISIONAL = "provisional", _("provisional")

    @property
    def counted_statuses(self) -> list["Figure.Status"]:
        if self is View.VALIDATED:
            return [Figure.Status.VALIDATED]
        return [Figure.Status.VALIDATED, Figure.Status.SUBMITTED]


class FigureQuerySet(OpenToOwners["Figure"]):
    def counted(self, view: str) -> "FigureQuerySet":
        """Returns the figures that count in a view: validated ones, or submitted ones too."""
        return self.filter(status__in=View(view).counted_statuses)


# The versions of figures that were erased or removed: they are few among all versions.
_EMPTIED = models.Index(
    fields=["year"],
    name="figureevent_emptied",
    condition=Q(pgh_label="delete") | Q(state="not_entered"),
)


@pghistory.track(meta={"indexes": [_EMPTIED]})
class Figure(models.Model):
    """One indicator, one school (or the institute), one year: a number, or one of three words.

    A ratio keeps its two parts and never their quotient. Every version stands in `FigureEvent`,
    written by database triggers.
    """

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

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="figures")
    school = models.ForeignKey(
        School, models.PROTECT, null=True, blank=True, related_name="figures"
    )
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

    objects = FigureQuerySet.as_manager()

    class Meta:
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        ordering = ["indicator", "school", "year"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "school", "year"],
                name="figure_once",
                nulls_distinct=False,
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
            # All that adding up one year of one indicator reads, side by side.
            models.Index(
                fields=["indicator", "year", "school"],
                include=["state", "status", "value", "numerator", "denominator"],
                name="figure_adding_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.code} · {self.school or 'IMT'} · {self.year}"

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


# Every version of every figure, as the database's triggers write them.
FigureEvent: Any = Figure.pgh_event_model  # type: ignore[attr-defined]
