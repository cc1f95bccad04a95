"""The forms of a campaign's terms, and of more time for a school.

What may stand is the services' matter: forms only read what was typed.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.forms.utils import from_current_timezone
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.models import School, reporting_in
from imtplan.campaigns.models import Campaign, Extension
from imtplan.campaigns.terms import closings
from imtplan.campaigns.terms.campaign_services import Terms
from imtplan.campaigns.typed_text import LONGEST_REASON, TypedTextField
from imtplan.day_field import DayField
from indicators.models import FollowedIndicator, Indicator
from objectives.models import PlanState, StrategicPlan

# The instants of a form are typed as a day and an hour, in Paris time.
OPENING_HOUR, CLOSING_HOUR = time(8), time(18)
YEAR_DIGITS = 4


# The list of problems stands above the form: each sentence names its moment, as no label does.
NO_HOUR = _("Write the hour with its minutes: 18:00.")


def opening_day_field() -> forms.DateField:
    return DayField(
        label=_("Day"), error_messages={"required": _("Choose the day of the opening.")}
    )


def opening_time_field() -> forms.TimeField:
    return forms.TimeField(
        label=_("Hour, Paris time"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": _("Choose the hour of the opening."), "invalid": NO_HOUR},
    )


def closing_day_field() -> forms.DateField:
    return DayField(
        label=_("Day"), error_messages={"required": _("Choose the day of the closing.")}
    )


def closing_time_field() -> forms.TimeField:
    return closings.ClosingTimeField(
        label=_("Hour, Paris time"),
        error_messages={"required": _("Choose the hour of the closing."), "invalid": NO_HOUR},
    )


class ProblemsForm(forms.Form):
    """A form to which the services' sentences are added, each at its field."""

    # Where the problem of an instant is shown: at its day.
    SHOWN_AT = {"opens_at": "opens_day", "closes_at": "closes_day"}

    def add_problems(self, problems: Mapping[str, str | Promise]) -> None:
        for name, message in problems.items():
            self.add_error(self.SHOWN_AT.get(name, name), message)

    def instant(self, name: str) -> datetime | None:
        """Returns the day and the hour together; none where one of them is missing. An hour that
        the clock change skips, or gives twice, is refused with a sentence."""
        day, hour = self.cleaned_data.get(f"{name}_day"), self.cleaned_data.get(f"{name}_time")
        if day is None or hour is None:
            return None
        try:
            return from_current_timezone(closings.instant(day, hour))
        except forms.ValidationError:
            self.add_error(
                f"{name}_time",
                _("That night the clocks change, and this hour is skipped or comes twice."),
            )
            return None


class CampaignForm(ProblemsForm):
    EVERY_SCHOOL, CHOSEN_SCHOOLS = "every", "chosen"

    plan = forms.ModelChoiceField(
        StrategicPlan.objects.none(),
        label=_("Plan"),
        empty_label=None,
        error_messages={"required": _("Choose a plan.")},
    )
    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=Campaign._meta.get_field("name").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_(
            "Where the year has several campaigns: Finances. Pages, mails and files say it."
        ),
    )
    year = forms.IntegerField(
        label=_("Year of the figures"),
        min_value=1990,
        max_value=2100,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "required": _("Write the year of the figures: 2022."),
            "invalid": _("Write the year with four digits: 2022."),
            "min_value": _("The year is between 1990 and 2100."),
            "max_value": _("The year is between 1990 and 2100."),
        },
    )
    opens_day, opens_time = opening_day_field(), opening_time_field()
    closes_day, closes_time = closing_day_field(), closing_time_field()
    entered_by = forms.ChoiceField(
        label=_("Who may enter"),
        choices=Campaign.EnteredBy,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who may enter.")},
    )
    asked_of = forms.ChoiceField(
        label=_("Who is asked"),
        choices=[
            (EVERY_SCHOOL, _("every own school of the year, and the institute")),
            (CHOSEN_SCHOOLS, _("only these")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who is asked.")},
    )
    schools = forms.ModelMultipleChoiceField(
        School.objects.none(), label=_("Who is asked"), required=False
    )
    indicators = forms.ModelMultipleChoiceField(
        Indicator.objects.none(),
        label=_("What is asked"),
        error_messages={"required": _("Choose one indicator at least: a campaign asks something.")},
    )

    def __init__(
        self, *args: Any, user: Any, campaign: Campaign | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, use_required_attribute=False, **kwargs)
        plans = StrategicPlan.objects.visible_to(user)
        own = plans.filter(pk=campaign.plan_id) if campaign else plans.none()
        self.fields["plan"].queryset = plans.offered() | own
        self.fields["schools"].queryset = School.objects.places_seen_by(user)
        self.fields["indicators"].queryset = askable(user, campaign)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["opens_at"], data["closes_at"] = self.instant("opens"), self.instant("closes")
        chosen = data.get("asked_of") == self.CHOSEN_SCHOOLS
        if chosen and not data.get("schools") and "schools" not in self.errors:
            self.add_error("schools", _("Choose one at least, or every own school."))
        if not chosen:
            data["schools"] = []
        return data

    def terms(self) -> Terms:
        """Call on a valid form."""
        data = self.cleaned_data
        return Terms(
            plan=data["plan"],
            year=data["year"],
            opens_at=data["opens_at"],
            closes_at=data["closes_at"],
            indicators=list(data["indicators"]),
            schools=list(data["schools"]),
            entered_by=data["entered_by"],
            name=" ".join(data["name"].split()),
        )

    def ticked(self, name: str) -> set[str]:
        """Returns the keys of the ticked boxes, as text: those typed, or those of the beginning."""
        return {str(key) for key in self[name].value() or []}

    @property
    def year_shown(self) -> int | None:
        """Returns the year beside which the indicators say which year they mean."""
        try:
            return int(str(self["year"].value()))
        except ValueError:
            return None


def initial_of_terms(terms: Terms) -> dict[str, Any]:
    opens = timezone.localtime(terms.opens_at)
    schools = list(terms.schools)
    return {
        "plan": terms.plan.pk,
        "year": terms.year,
        "name": terms.name,
        "opens_day": opens.date(),
        "opens_time": opens.time(),
        **closings.as_typed(terms.closes_at),
        "entered_by": terms.entered_by,
        "asked_of": CampaignForm.CHOSEN_SCHOOLS if schools else CampaignForm.EVERY_SCHOOL,
        "schools": schools,
        "indicators": list(terms.indicators),
    }


def askable(user: Any, campaign: Campaign | None) -> QuerySet[Indicator]:
    """Returns what a campaign may ask: what is in use, and what this one asks already. What drafts
    of plans alone ever followed is not offered."""
    already_asked = Q(pk__in=campaign.indicators.values("pk")) if campaign else Q(pk=None)
    indicators = Indicator.objects.visible_to(user)
    drafts = StrategicPlan.objects.filter(state=PlanState.DRAFT)
    others = StrategicPlan.objects.exclude(state=PlanState.DRAFT)
    offered = Q(archived_at=None) & (~_ever_in(drafts) | _ever_in(others))
    return indicators.filter(offered | already_asked)


def _ever_in(plans: QuerySet[StrategicPlan]) -> Q:
    """Returns the condition of the indicators that one of the plans follows or put aside."""
    followed = FollowedIndicator.objects.filter(plan__in=plans)
    return Q(pk__in=followed.values("indicator"))


def _followed(plan: StrategicPlan, year: int) -> Q:
    """Returns the condition of the indicators that count in the plan in this year."""
    followed = FollowedIndicator.objects.filter(plan=plan).counting_in(year)
    return Q(pk__in=followed.values("indicator"))


# --- What a new campaign is proposed with -------------------------------------------------------


def proposed_plan(user: Any, code: str) -> StrategicPlan | None:
    """Returns the plan that an address names; else that of the year after the last campaign, else
    the plan that pages show first."""
    offered = StrategicPlan.objects.visible_to(user).offered()
    if code:
        return next((plan for plan in offered if plan.code == code), None)
    last = Campaign.objects.visible_to(user).latest()
    if last is None:
        return offered.current()
    year = last.year + 1
    return offered.filter(first_year__lte=year, last_year__gte=year).first() or last.plan


def initial_of_next(user: Any, plan: StrategicPlan | None) -> dict[str, Any]:
    """Returns the year after the plan's own last campaign, with all that it asked but what the plan
    does not follow in that year; for a plan that has none, what it follows then. Its days are left
    to be chosen: a form sent untouched makes no campaign."""
    campaigns = Campaign.objects.visible_to(user)
    last = campaigns.filter(plan=plan).latest()
    latest = last or campaigns.latest()
    if latest is None or plan is None:
        return _initial_of_first(user, plan)
    terms = Terms.of(latest)
    offered = askable(user, None)
    year, name = latest.year + 1, terms.name
    if last is None:
        year, name = max(year, plan.first_year), ""
    not_then = _ever_in(StrategicPlan.objects.filter(pk=plan.pk)) & ~_followed(plan, year)
    indicators = list(offered.filter(~not_then, pk__in=[row.pk for row in terms.indicators]))
    if last is None:
        indicators = list(offered.filter(_followed(plan, year))) or indicators
    still = School.objects.filter(reporting_in(year), pk__in=[row.pk for row in terms.schools])
    terms = replace(
        terms, plan=plan, year=year, name=name, schools=list(still), indicators=indicators
    )
    initial = initial_of_terms(terms)
    return {name: value for name, value in initial.items() if not name.endswith("_day")}


def _initial_of_first(user: Any, plan: StrategicPlan | None) -> dict[str, Any]:
    offered = askable(user, None)
    year = timezone.localdate().year
    of_plan = list(offered.filter(_followed(plan, year))) if plan else []
    return {
        "plan": plan.pk if plan else None,
        "year": year,
        "opens_time": OPENING_HOUR,
        "closes_time": CLOSING_HOUR,
        "entered_by": Campaign.EnteredBy.SCHOOL,
        "asked_of": CampaignForm.EVERY_SCHOOL,
        "indicators": of_plan or list(offered),
    }


def initial_of_typed(
    typed: QueryDict, choice: str, indicators: QuerySet[Indicator]
) -> dict[str, Any]:
    """Returns what was typed, with the boxes of all indicators or of one theme ticked or cleared,
    or those that the plan follows in the year ticked and no others.

    `choice` is "all", "none", "plan", "training:all" or "training:none": the buttons of the form,
    which work without JavaScript. Nothing is judged yet.
    """
    theme, _colon, act = choice.rpartition(":")
    ticked = set(typed.getlist("indicators"))
    meant = {str(indicator.pk) for indicator in indicators if theme in ("", indicator.theme)}
    if act == "plan":
        meant = {str(indicator.pk) for indicator in indicators.filter(_followed_as_typed(typed))}
        ticked = set()
    return typed.dict() | {
        "schools": typed.getlist("schools"),
        "indicators": list(ticked - meant if act == "none" else ticked | meant),
    }


def _followed_as_typed(typed: QueryDict) -> Q:
    """Returns what the plan follows in the year typed; where no year is read, what it has not put
    aside."""
    key, year = typed.get("plan", ""), typed.get("year", "").strip()
    plans = StrategicPlan.objects.filter(pk=int(key) if key.isdecimal() else None)
    followed = FollowedIndicator.objects.filter(plan__in=plans)
    if year.isdecimal() and len(year) == YEAR_DIGITS:
        return Q(pk__in=followed.counting_in(int(year)).values("indicator"))
    return Q(pk__in=followed.filter(archived_at=None).values("indicator"))


class ExtensionForm(ProblemsForm):
    use_required_attribute = False

    closes_day, closes_time = closing_day_field(), closing_time_field()
    reason = TypedTextField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        error_messages={"required": _("Say why more time is given.")},
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Who enters reads it, and it stays in the history."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["closes_at"] = self.instant("closes")
        return data


def initial_of_extension(extension: Extension | None) -> dict[str, Any]:
    if extension is None:
        return {"closes_time": CLOSING_HOUR}
    return closings.as_typed(extension.closes_at) | {"reason": extension.reason}
