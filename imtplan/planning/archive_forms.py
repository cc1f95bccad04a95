"""The forms that put something of a plan aside, and bring it back."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imtplan import clock
from imtplan.accounts.models import User
from imtplan.planning.forms import ActForm
from indicators.models import (
    FigureRule,
    FollowedIndicator,
    Inapplicability,
    Indicator,
    PublishedValue,
    SeriesBreak,
    Target,
)
from indicators.services_followed import (
    bring_followed_back,
    bring_indicator_back,
    put_indicator_aside,
)
from objectives.followed_years import EndReason
from objectives.models import StrategicPlan
from objectives.services import archive, bring_back, put_aside


class ArchiveForm(ActForm, forms.Form):
    """Puts aside a target, a break, a rule, what excuses a school, or an indicator that no plan
    follows, or brings a row back: nothing to type but the reason."""

    def __init__(self, *args: Any, row: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.row = row

    def stored(self) -> Mapping[str, Any]:
        return {"archived_at": self.row.archived_at}

    def in_words(self, name: str, value: Any) -> str:
        return str(value or "")

    @property
    def is_change(self) -> bool:
        return True

    def store(self, *, by: User, reason: str) -> Any:
        act = self._bring_back if self.row.archived_at else archive
        return act(element=self.row, by=by, reason=reason)

    @property
    def _bring_back(self) -> Callable[..., Any]:
        acts: dict[type, Callable[..., Any]] = {
            Indicator: bring_indicator_back,
            FollowedIndicator: bring_followed_back,
        }
        return acts.get(type(self.row), bring_back)


def plans_following(indicator: Indicator) -> QuerySet[StrategicPlan]:
    """Returns the plans that follow an indicator and have not put it aside."""
    return StrategicPlan.objects.filter(
        followed_indicators__indicator=indicator, followed_indicators__archived_at=None
    )


def has_an_end(row: Any) -> bool:
    """Returns whether a row is put aside after a last year: there are years in which it counts."""
    if isinstance(row, SeriesBreak | PublishedValue | FigureRule | Inapplicability | Target):
        return False
    return not isinstance(row, Indicator) or plans_following(row).exists()


class EndForm(ActForm, forms.Form):
    """Ends what a plan follows after a last year. The reason, which the preview asks for, is the
    sentence that readers see."""

    last_year = forms.TypedChoiceField(
        label=gettext_lazy("Last year in which it counts"),
        help_text=gettext_lazy("What was computed up to the end of this year stays as it is."),
        coerce=int,
    )
    end_reason = forms.ChoiceField(
        label=gettext_lazy("why it is no longer followed"), choices=EndReason
    )
    replaced_by = forms.ModelChoiceField(
        label=gettext_lazy("replaced by the indicator"),
        queryset=Indicator.objects.in_use(),
        empty_label=gettext_lazy("no other indicator"),
        required=False,
    )

    def __init__(self, *args: Any, row: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.row, fields = row, cast("dict[str, Any]", self.fields)
        years = self._years()
        fields["last_year"].choices = [(year, str(year)) for year in years]
        usual = max(years[0], min(clock.today().year - 1, years[-1]))
        self.initial = {"last_year": usual, "end_reason": EndReason.ENDED}
        if not self._is_indicator:
            del fields["replaced_by"]
            return
        measured = row if isinstance(row, Indicator) else row.indicator
        fields["replaced_by"].queryset = Indicator.objects.in_use().exclude(pk=measured.pk)

    @property
    def _is_indicator(self) -> bool:
        return isinstance(self.row, Indicator | FollowedIndicator)

    def _years(self) -> list[int]:
        """Returns the years of the plan, or of all the plans that follow an indicator."""
        if not isinstance(self.row, Indicator):
            return list(self.row.plan.years)
        return sorted({year for plan in plans_following(self.row) for year in plan.years})

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        replaced = data.get("end_reason") == EndReason.REPLACED
        if self._is_indicator and not replaced:
            data["replaced_by"] = None
        elif self._is_indicator and not data.get("replaced_by"):
            self.add_error("replaced_by", _("Say by which indicator."))
        return data

    def stored(self) -> Mapping[str, Any]:
        names = [*self.fields, "archived_at"]
        return {name: getattr(self.row, name, None) for name in names}

    def in_words(self, name: str, value: Any) -> str:
        return str(value or "") if name == "archived_at" else super().in_words(name, value)

    def store(self, *, by: User, reason: str) -> Any:
        data = self.cleaned_data
        more = {"replaced_by": data["replaced_by"]} if self._is_indicator else {}
        act = put_indicator_aside if isinstance(self.row, Indicator) else put_aside
        return act(
            element=self.row,
            last_year=data["last_year"],
            why=EndReason(data["end_reason"]),
            by=by,
            reason=reason,
            **more,
        )
