"""The yearly collection: what is asked of which schools, from when to when, by whom."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import chain, count
from operator import itemgetter
from typing import Any, TypeVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.models import School, SchoolQuerySet, reporting_in
from imtplan.accounts.roles import Permission
from imtplan.accounts.visibility import OpenToRoles
from indicators.models import Inapplicability, Indicator
from objectives.models import StrategicPlan

Row = TypeVar("Row")

# How much of its name stands in the address of a campaign.
LONGEST_SLUG = 16


def _slug_of(name: str) -> str:
    """Returns the first words of a name that fit, without those of one letter ("d’automne")."""
    words = [word for word in slugify(re.sub("[’']", " ", name)).split("-") if len(word) > 1]
    slug = "-".join(words)[: LONGEST_SLUG + 1]
    is_whole = len(slug) <= LONGEST_SLUG
    return slug if is_whole else (slug.rpartition("-")[0] or slug[:LONGEST_SLUG])


class CampaignQuerySet(OpenToRoles["Campaign"]):
    def open(self, *, at: datetime | None = None) -> "CampaignQuerySet":
        now = at or timezone.now()
        return self.filter(opens_at__lte=now, closes_at__gt=now)

    def get_by_natural_key(self, code: str) -> "Campaign":
        return self.get(code=code)

    def asking(self, school: School) -> "CampaignQuerySet":
        """Returns the campaigns that ask the school, each with its closing there as `until`."""
        expected = School.objects.filter(
            expected_by(OuterRef(OuterRef("pk")), year=OuterRef("year")), pk=school.pk
        )
        later = Extension.objects.filter(campaign=OuterRef("pk"), school=school)
        until = Greatest("closes_at", Subquery(later.values("closes_at")))  # passes over NULL
        return self.filter(Exists(expected)).annotate(until=until)

    def latest(self) -> "Campaign | None":  # type: ignore[override]
        return self.order_by("-year", "-pk").first()

    def free_code(self, year: int, name: str, *, campaign: "Campaign | None" = None) -> str:
        """Returns an address for a campaign: of the first of its year "2022", of another one the
        year with its name, "2022-finances". An address stays when the name changes, and is never
        given to another campaign, for events and receipts are known by it: one that was deleted or
        moved to another year keeps what it had. `campaign`: the one that may have its own again.
        """
        begins = {"code__startswith": str(year)}
        versions = Campaign.pgh_event_model.objects.filter(**begins)  # type: ignore[attr-defined]
        if campaign:
            versions = versions.exclude(pgh_obj_id=campaign.pk)
        taken = {*self.filter(**begins).values_list("code", flat=True)}
        taken |= {*versions.values_list("code", flat=True)}
        if str(year) not in taken:
            return str(year)
        named = f"{year}-{_slug_of(name) or '2'}"
        others = (f"{named}-{number}" for number in count(2))
        return next(code for code in chain([named], others) if code not in taken)


@pghistory.track()
class Campaign(models.Model):
    class EnteredBy(models.TextChoices):
        SCHOOL = "school", _("directors and contributors")
        DIRECTORS = "directors", _("directors only")

    code = models.SlugField(
        _("address"),
        max_length=24,
        unique=True,
        help_text=_("The year, and for another campaign of the same year its name."),
    )
    name = models.CharField(
        _("name"),
        max_length=60,
        blank=True,
        help_text=_("What is asked, where a year has several campaigns: Finances."),
    )
    plan = models.ForeignKey(
        StrategicPlan, models.PROTECT, related_name="campaigns", verbose_name=_("plan")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    opens_at = models.DateTimeField(_("opens at"))
    closes_at = models.DateTimeField(_("closes at"))
    indicators = models.ManyToManyField(
        Indicator, related_name="campaigns", verbose_name=_("indicators")
    )
    schools = models.ManyToManyField(
        School,
        related_name="campaigns",
        blank=True,
        verbose_name=_("schools"),
        help_text=_("None chosen: every own school of that year, and the institute."),
    )
    entered_by = models.CharField(
        _("who may enter"), max_length=9, choices=EnteredBy, default=EnteredBy.SCHOOL
    )
    is_demo = models.BooleanField(default=False, editable=False)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["-year", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["year", "name"],
                name="campaign_named_once_a_year",
                violation_error_message=_("Another campaign of this year has this name."),
            ),
            models.CheckConstraint(
                name="campaign_address_begins_with_a_year",
                condition=Q(code__regex=r"^[0-9]{4}(-[a-z0-9_-]+)?$"),
                violation_error_message=_("The address of a campaign begins with its year."),
            ),
            models.CheckConstraint(
                name="campaign_closes_after_it_opens",
                condition=Q(closes_at__gt=F("opens_at")),
                violation_error_message=_("A campaign closes after it opens."),
            ),
        ]

    def __str__(self) -> str:
        return _("Campaign %(year)s") % {"year": self.label}

    def natural_key(self) -> tuple[str]:
        return (self.code,)

    @property
    def label(self) -> str:
        """Returns its year, and its name where it has one: two of a year are never alike."""
        return f"{self.year} · {self.name}" if self.name else str(self.year)

    @property
    def plans(self) -> models.QuerySet[StrategicPlan]:
        """Returns the plans that its figures serve: the one it was made for, and each published one
        of which its year is one, the baseline's included."""
        of_year = Q(baseline_year__lte=self.year, last_year__gte=self.year)
        offered = StrategicPlan.objects.offered().filter(of_year)
        return offered | StrategicPlan.objects.filter(pk=self.plan_id)

    @property
    def permission_to_enter(self) -> Permission:
        """Returns what typing figures needs: a campaign may leave it to who submits them."""
        narrowed = self.entered_by == self.EnteredBy.DIRECTORS
        return Permission.SUBMIT_FIGURES if narrowed else Permission.ENTER_FIGURES

    def is_open(self, *, at: datetime | None = None) -> bool:
        """Says whether it is open for the schools that have no extension."""
        return self.opens_at <= (at or timezone.now()) < self.closes_at

    def is_open_for(self, school: School, *, at: datetime | None = None) -> bool:
        """Applies the rule that the database holds too (`CollectedFigure`). An open campaign asks
        nothing of the database: an extension only ever closes later."""
        now = at or timezone.now()
        return self.is_open(at=now) or self.opens_at <= now < self.closes_at_for(school)

    def closes_at_for(self, school: School) -> datetime:
        extension = self.extension_of(school)
        return max(self.closes_at, extension.closes_at) if extension else self.closes_at

    def extension_of(self, school: School) -> "Extension | None":
        return self._extensions_by_school.get(school.pk)

    @cached_property
    def _extensions_by_school(self) -> dict[int, "Extension"]:
        """Returns the extensions, read once for each campaign object."""
        return {extension.school_id: extension for extension in self.extensions.all()}

    def asked_indicators(self) -> list[Indicator]:
        """Returns the indicators in the order of every page and file: by theme, themes by their
        first."""
        indicators = list(self.indicators.all())
        themes = list(dict.fromkeys(indicator.theme for indicator in indicators))
        return sorted(indicators, key=lambda indicator: themes.index(indicator.theme))

    def asked_of(self, school: School) -> list[Indicator]:
        """Returns the indicators that this school reports, or that the institute enters itself,
        without those of which the plan office says that they do not concern the school."""
        excused = {row.indicator_id for row in self.not_asked_of(school)}
        return [
            row
            for row in self.asked_indicators()
            if row.is_reported_by(school) and row.pk not in excused
        ]

    def not_asked_of(self, school: School) -> models.QuerySet[Inapplicability]:
        """Returns what the campaign collects and does not concern the school, with the reasons."""
        rows = Inapplicability.objects.excusing(school, self.year)
        return rows.filter(indicator__campaigns=self).select_related("indicator")

    def expected_schools(self) -> SchoolQuerySet:
        """Returns the schools asked to report, the institute among them where it is asked."""
        return School.objects.filter(expected_by(self.pk, year=self.year))


class CampaignStage(models.TextChoices):
    """Where a campaign is, for the schools that have no more time than the others."""

    PLANNED = "planned", _("planned")
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")

    @property
    def symbol(self) -> str:
        """Returns the name of its icon: a stage is never told by colour alone."""
        return {
            CampaignStage.PLANNED: "circle",
            CampaignStage.OPEN: "pencil",
            CampaignStage.CLOSED: "lock",
        }[self]

    @classmethod
    def of(cls, campaign: Campaign) -> "CampaignStage":
        now = timezone.now()
        if now < campaign.opens_at:
            return cls.PLANNED
        return cls.OPEN if now < campaign.closes_at else cls.CLOSED


def at_hand(
    rows: Iterable[Row], term: Callable[[Row], tuple[datetime, datetime]], *, now: datetime
) -> list[Row]:
    """Returns those that are open, the next to close first; where none is, the one that opens next,
    else the last that closed. `term` says from when to when a row is open. Empty for no row."""
    dated = [(*term(row), row) for row in rows]
    if not dated:
        return []
    is_open = [entry for entry in dated if entry[0] <= now < entry[1]]
    if is_open:
        return [row for _opens, _closes, row in sorted(is_open, key=itemgetter(1))]
    to_come = [entry for entry in dated if entry[0] > now]
    nearest = min(to_come, key=itemgetter(0)) if to_come else max(dated, key=itemgetter(1))
    return [nearest[2]]


def expected_by(campaign: Any, *, year: Any) -> Q:
    """Returns, of schools, those that a campaign asks to report: those chosen, or every own school
    of its year and the institute; of these, whoever reports something of what is asked.
    `campaign` is asked one query further in: an outer reference is one of one more level.
    """
    chosen = Campaign.schools.through.objects.filter(campaign=campaign)
    is_chosen = Exists(chosen.filter(school=OuterRef("pk")))
    requested = Campaign.indicators.through.objects.filter(campaign=campaign)
    of_the_institute = Q(indicator__aggregation=Indicator.Aggregation.NONE)
    of_schools, of_institute = (
        requested.exclude(of_the_institute),
        requested.filter(of_the_institute),
    )
    is_institute = Q(kind=School.Affiliation.INSTITUTE)
    reports = is_institute & Q(Exists(of_institute)) | ~is_institute & Q(
        Exists(of_schools) | ~Exists(requested)
    )
    return reports & (Q(is_chosen) | ~Q(Exists(chosen)) & reporting_in(year))


@pghistory.track()
class Extension(models.Model):
    """One school may enter until later than the others, for a reason, by somebody's leave."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="extensions")
    school = models.ForeignKey(
        School, models.CASCADE, related_name="extensions", verbose_name=_("school")
    )
    closes_at = models.DateTimeField(_("closes at"))
    reason = models.TextField(_("reason"))
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("given by"),
    )
    given_at = models.DateTimeField(_("given at"), default=timezone.now)

    class Meta:
        verbose_name = _("later closing")
        verbose_name_plural = _("later closings")
        ordering = ["campaign", "school"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "school"],
                name="extension_once",
                violation_error_message=_("This school has a later closing already."),
            ),
            models.CheckConstraint(
                name="extension_says_why",
                condition=~Q(reason=""),
                violation_error_message=_("Say why this school gets more time."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} · {self.school}"
