"""The strategic plan and its objectives."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Self

import pghistory
import pgtrigger
from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from imtplan import clock
from imtplan.accounts.roles import Permission, has_permission
from imtplan.accounts.visibility import OpenToRoles
from imtplan.bilingual import Bilingual
from imtplan.checked_at_once import CheckedAtOnce
from objectives.followed_years import FollowedYears, counting


def weight_field() -> models.DecimalField:
    """Returns the field of an item's weight in a mean: zero leaves it out, the default is one."""
    return models.DecimalField(
        _("weight"),
        max_digits=8,
        decimal_places=3,
        default=Decimal(1),
        validators=[MinValueValidator(0)],
    )


def weight_constraint(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name,
        condition=Q(weight__gte=0),
        violation_error_message=_("A weight is zero or more."),
    )


class PlanState(models.TextChoices):
    """The life of a plan: its word, its icon, its place in time."""

    DRAFT = "draft", pgettext_lazy("plan", "draft")
    PUBLISHED = "published", pgettext_lazy("plan", "published")
    CLOSED = "closed", pgettext_lazy("plan", "closed")
    ARCHIVED = "archived", pgettext_lazy("plan", "archived")

    @property
    def symbol(self) -> str:
        return {
            PlanState.DRAFT: "pencil",
            PlanState.PUBLISHED: "people",
            PlanState.CLOSED: "lock",
            PlanState.ARCHIVED: "dash-circle",
        }[self]

    @property
    def is_over(self) -> bool:
        return self in (PlanState.CLOSED, PlanState.ARCHIVED)

    @property
    def is_offered(self) -> bool:
        """Returns whether pages lead to such a plan by themselves."""
        return self in (PlanState.PUBLISHED, PlanState.CLOSED)


def shown_by_default(plans: "Iterable[StrategicPlan]") -> "StrategicPlan | None":
    """Returns the plan that pages show where none is named: of those published, or closed since,
    the latest whose first year has come; before the first of them begins, that one. The baseline
    year is before a plan and begins none."""
    offered = sorted(
        (plan for plan in plans if PlanState(plan.state).is_offered),
        key=lambda plan: (plan.first_year, plan.pk),
    )
    begun = [plan for plan in offered if plan.first_year <= clock.today().year]
    return begun[-1] if begun else next(iter(offered), None)


# The table itself, which an earlier moment hides: who may see what is decided today.
NO_DRAFTS_TODAY = "SELECT id FROM public.objectives_strategicplan WHERE state <> %s"


class StrategicPlanQuerySet(OpenToRoles["StrategicPlan"]):
    def current(self) -> "StrategicPlan | None":
        """Returns the plan that pages show by default: see `shown_by_default`."""
        return shown_by_default(self)

    def offered(self) -> Self:
        """Returns the plans that are published, closed or not: pages lead to them."""
        return self.filter(state__in=[state for state in PlanState if state.is_offered])

    def visible_to(self, user: Any) -> Self:
        """Returns the plans, a draft for the plan office and the people it invited only."""
        return super().visible_to(user).filter(of_plans_seen_by(user, "pk"))

    def hidden_from(self, user: Any) -> Self:
        """Returns the drafts that this person may not see. At an earlier moment also what was
        published then, and is a draft today or gone."""
        not_shown_today = ~Q(pk__in=RawSQL(NO_DRAFTS_TODAY, [PlanState.DRAFT]))  # noqa: S611
        drafts = self.filter(Q(state=PlanState.DRAFT) | not_shown_today)
        if has_permission(user, Permission.EDIT_PLAN):
            return drafts.none()
        return drafts.exclude(readers__user=user.pk)

    def get_by_natural_key(self, code: str) -> "StrategicPlan":
        return self.get(code=code)


@pghistory.track()
class StrategicPlan(CheckedAtOnce):
    """A plan over some years, measured against the last year before it."""

    code = models.SlugField(_("code"), unique=True)
    name_fr = models.CharField(_("name (French)"), max_length=200)
    name_en = models.CharField(
        _("name (English)"),
        max_length=200,
        blank=True,
        help_text=_("It may wait: the French one stands in, marked so."),
    )
    baseline_year = models.PositiveSmallIntegerField(_("baseline year"))
    first_year = models.PositiveSmallIntegerField(_("first year"))
    last_year = models.PositiveSmallIntegerField(_("last year"))
    validated_on = models.DateField(_("validated by the board on"), null=True, blank=True)
    presented_on = models.DateField(_("presented on"), null=True, blank=True)
    on_track_from = models.DecimalField(
        _("on track from this pace"),
        max_digits=4,
        decimal_places=3,
        default=Decimal("0.9"),
    )
    at_risk_from = models.DecimalField(
        _("at risk from this pace"),
        max_digits=4,
        decimal_places=3,
        default=Decimal("0.6"),
    )
    verdict_from = models.DecimalField(
        _("verdict from this coverage"),
        help_text=_(
            "The share of the weight that must have data, above 0 and up to 1 (0.5: half). Below "
            "it an element has no verdict and no percentage, and counts as unknown in the plan."
        ),
        max_digits=4,
        decimal_places=3,
        default=Decimal("0.5"),
    )
    ambition_fr = models.TextField(
        _("ambition (French)"),
        blank=True,
        help_text=_("What the plan is for, in a few sentences: it opens the dashboard."),
    )
    ambition_en = models.TextField(
        _("ambition (English)"), blank=True, help_text=_("Empty: the French one stands in.")
    )
    preamble_fr = models.TextField(
        _("preamble (French)"),
        blank=True,
        help_text=_("The plan’s own words before its objectives: folded under the ambition."),
    )
    preamble_en = models.TextField(
        _("preamble (English)"), blank=True, help_text=_("Empty: the French one stands in.")
    )
    supersedes = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("follows the plan"),
    )

    state = models.CharField(
        _("state"), max_length=9, choices=PlanState, default=PlanState.DRAFT, editable=False
    )
    published_at = models.DateTimeField(
        _("published at"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("Empty for a plan that was there before drafts were."),
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True, editable=False)

    name = Bilingual("name", marked=True)
    ambition = Bilingual("ambition")
    preamble = Bilingual("preamble")
    objects = StrategicPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("strategic plan")
        verbose_name_plural = _("strategic plans")
        ordering = ["-first_year", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="plan_years_in_order",
                condition=Q(baseline_year__lt=F("first_year"))
                & Q(first_year__lte=F("last_year"))
                & Q(baseline_year__gte=1990, last_year__lte=2100),
                violation_error_message=_(
                    "The baseline year comes before the first year, which comes before the last."
                ),
            ),
            models.CheckConstraint(
                name="plan_thresholds_in_order",
                condition=Q(at_risk_from__gt=0, on_track_from__gt=F("at_risk_from")),
                violation_error_message=_(
                    "“On track” begins at a faster pace than “at risk”, which begins above zero."
                ),
            ),
            models.CheckConstraint(
                name="plan_verdict_coverage_is_a_share",
                condition=Q(verdict_from__gt=0, verdict_from__lte=1),
                violation_error_message=_(
                    "The coverage from which there is a verdict is above 0 and at most 1."
                ),
            ),
            models.CheckConstraint(
                name="plan_draft_is_not_published",
                condition=~Q(state=PlanState.DRAFT) | Q(published_at=None),
                violation_error_message=_("A draft has not been published."),
            ),
            models.CheckConstraint(
                name="plan_closed_has_its_time",
                condition=Q(
                    state__in=[PlanState.CLOSED, PlanState.ARCHIVED], closed_at__isnull=False
                )
                | Q(state__in=[PlanState.DRAFT, PlanState.PUBLISHED], closed_at=None),
                violation_error_message=_("A plan that is closed says when it was."),
            ),
        ]
        triggers = [
            # Not `Protect`, which takes from the site's role the right to delete any row.
            pgtrigger.Trigger(
                name="delete_drafts_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__state__in=["published", "closed", "archived"]),
                func="""
                    RAISE EXCEPTION 'only a draft of a plan can be deleted'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_delete_drafts_only';
                """,
            ),
        ]

    def __str__(self) -> str:
        return str(self.name)

    def natural_key(self) -> tuple[str]:
        return (self.code,)

    @property
    def years(self) -> range:
        """Returns the years from the baseline year to the last, both included."""
        return range(self.baseline_year, self.last_year + 1)

    @property
    def life(self) -> PlanState:
        return PlanState(self.state)

    @property
    def is_draft(self) -> bool:
        return self.state == PlanState.DRAFT


class PlanReader(models.Model):
    """A person whom the plan office lets read a draft."""

    plan = models.ForeignKey(StrategicPlan, models.CASCADE, related_name="readers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    at = models.DateTimeField(_("invited at"), default=timezone.now)

    class Meta:
        verbose_name = _("reader of a draft")
        verbose_name_plural = _("readers of drafts")
        ordering = ["plan", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "user"],
                name="plan_reader_once",
                violation_error_message=_("This person is invited already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.plan.code} · {self.user}"


def of_plans_seen_by(user: Any, *paths: str) -> Q:
    """Returns the condition that a row belongs to no draft that is hidden from this person. Each of
    the `paths` leads from the row to a plan, or to none."""
    if has_permission(user, Permission.EDIT_PLAN):
        return Q()
    hidden = StrategicPlan.objects.hidden_from(user).values("pk")
    return Q(*(~Q(**{f"{path}__in": hidden}) for path in paths))


class PlanElementQuerySet(OpenToRoles[Any]):
    """Rows that belong to a plan and carry a code in it: objectives, levers, projects."""

    def visible_to(self, user: Any) -> Self:
        return super().visible_to(user).filter(of_plans_seen_by(user, "plan"))

    def of(self, plan: StrategicPlan) -> "PlanElementQuerySet":
        """Returns the elements of the plan that are in use."""
        return self.filter(plan=plan, archived_at=None)

    def counting_in(self, plan: StrategicPlan, year: int) -> "PlanElementQuerySet":
        """Returns the elements of the plan that count in a year, put aside since or not."""
        return self.filter(counting(year), plan=plan)

    def ever_counting(self, plan: StrategicPlan) -> "PlanElementQuerySet":
        """Returns the elements of the plan that count in some year."""
        return self.filter(Q(archived_at=None) | Q(last_year__isnull=False), plan=plan)

    def get_by_natural_key(self, plan: str, code: str) -> Any:
        return self.get(plan__code=plan, code=code)


class PlanElement(FollowedYears):
    """The fields that objectives, levers and projects share: a plan, a code, a weight, titles,
    what they are for, and the years in which they count."""

    plan = models.ForeignKey(StrategicPlan, models.CASCADE, verbose_name=_("plan"))
    code = models.CharField(_("code"), max_length=12)
    title_fr = models.CharField(_("title (French)"), max_length=250, blank=True)
    title_en = models.CharField(
        _("title (English)"),
        max_length=250,
        blank=True,
        help_text=_("It may wait: the French one stands in, marked so."),
    )
    weight = weight_field()
    rank = models.PositiveSmallIntegerField(_("rank"), default=0)
    continues = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="continued_by",
        verbose_name=_("goes on from"),
        help_text=_("What it was in the plan that this one follows. Empty: it is new."),
    )
    description_fr = models.TextField(_("description (French)"), blank=True)
    description_en = models.TextField(_("description (English)"), blank=True)

    title = Bilingual("title", marked=True)
    description = Bilingual("description")
    objects = PlanElementQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["plan", "rank", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "code"],
                name="%(class)s_code_once",
                violation_error_message=_("This code is already used in this plan."),
            ),
            weight_constraint("%(class)s_weight_not_negative"),
            *FollowedYears.Meta.constraints,
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}".strip()

    def natural_key(self) -> tuple[str, str]:
        return (self.plan.code, self.code)

    natural_key.dependencies = ["objectives.strategicplan"]  # type: ignore[attr-defined]


@pghistory.track()
class Objective(PlanElement):
    """One of the plan's strategic axes. The plan's progress is the mean over them, by weight."""

    class Meta(PlanElement.Meta):
        verbose_name = _("objective")
        verbose_name_plural = _("objectives")
