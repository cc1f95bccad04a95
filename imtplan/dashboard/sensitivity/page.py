"""The sensitivity page: the weights that an address tries, and what they move, as text."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imtplan.bilingual import reader_language
from imtplan.campaigns.entry.checking.number_sentences import NUMBER_SENTENCES
from imtplan.campaigns.review.effects.cell_effects import points
from imtplan.dashboard.scope import Scope, read_scope
from imtplan.dashboard.wording import in_percent
from imtplan.numbers import NumberError, format_number, parse_number, plain
from indicators.formulas.roll_up import ElementMean
from indicators.models import VerdictInWords
from indicators.questions.sensitivity import (
    ExclusionReason,
    ItemKind,
    PlanItem,
    PlanWithoutItem,
    Trial,
    WeighedElement,
    WeighedItem,
)
from objectives.models import Objective, StrategicPlan

# A weight in an address is written the same in every language: it can be sent to anybody.
PLAIN = re.compile(r"[0-9]{1,5}(\.[0-9]{1,3})?")
LARGEST = 100_000
SCOPE = ("plan", "year", "view")

KINDS: dict[ItemKind, str | Promise] = {
    ItemKind.INDICATOR: gettext_lazy("indicator"),
    ItemKind.PROJECT: gettext_lazy("project"),
    ItemKind.OBJECTIVE: gettext_lazy("objective"),
}
WHYS: dict[ExclusionReason, str | Promise] = {
    ExclusionReason.OUT: gettext_lazy("left out here"),
    ExclusionReason.NO_WEIGHT: gettext_lazy("weight 0"),
    ExclusionReason.NO_TARGET: gettext_lazy("no reference target in this plan"),
    ExclusionReason.NO_PROGRESS: gettext_lazy("no progress known for this year"),
    ExclusionReason.NO_PATH: gettext_lazy("nothing says what was expected by this year"),
    ExclusionReason.NO_MILESTONES: gettext_lazy("no milestones"),
}


@dataclass
class TriedWeights:
    """What an address tries in place of the real weights, and what cannot be read in it."""

    weights: dict[str, Decimal] = field(default_factory=dict)
    out: frozenset[str] = frozenset()
    typed: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    unknown: Sequence[str] = ()  # what the plan does not have, as it stands in the address

    @classmethod
    def read(cls, parameters: Any, real: Trial) -> "TriedWeights":
        """Reads a QueryDict. An empty field is the real weight."""
        tried = cls(
            out=frozenset(parameters.getlist("out")) & {item.key for item in real.plan_items},
            unknown=_unknown(parameters, real),
        )
        for weighed in real.all_weights:
            text = parameters.get(weighed.key, "").strip()
            if not text:
                continue
            tried.typed[weighed.key] = text
            try:
                weight = weight_of(text)
            except ValueError as error:
                tried.errors[weighed.key] = str(error)
            else:
                if weight != weighed.real_weight:
                    tried.weights[weighed.key] = weight
        return tried

    def address(self, parameters: Any) -> str:
        """Returns the shortest query that asks the same: what differs from the real weights."""
        pairs = [(name, parameters[name]) for name in SCOPE if parameters.get(name)]
        pairs += [(key, plain(weight)) for key, weight in self.weights.items()]
        pairs += [("out", key) for key in sorted(self.out)]
        return urlencode(pairs)


def _unknown(parameters: Any, real: Trial) -> list[str]:
    """Returns the names of an address that say nothing here, and what it leaves out in vain."""
    known = {*SCOPE, "out", *(weighed.key for weighed in real.all_weights)}
    plan_items = {plan_item.key for plan_item in real.plan_items}
    strange = [f"out={key}" for key in parameters.getlist("out") if key not in plan_items]
    return [name for name in parameters if name not in known] + strange


def weight_of(text: str) -> Decimal:
    """Reads a weight as typed, or as an address has it. Raises ValueError with its sentence."""
    if PLAIN.fullmatch(text):
        return Decimal(text)
    try:
        weight = parse_number(text, language=reader_language())
    except NumberError as error:
        raise ValueError(str(NUMBER_SENTENCES[error.problem])) from None
    if weight < 0:
        raise ValueError(_("A weight is zero or more."))
    if weight >= LARGEST or weight != round(weight, 3):
        raise ValueError(_("A weight is below 100,000 and has three decimals at most."))
    return weight


@dataclass(frozen=True)
class WeightField:
    """Where a weight is typed."""

    name: str
    label: str
    text: str
    real: str
    is_changed: bool
    error: str = ""


@dataclass(frozen=True)
class MeanMove:
    """A mean before and after, as text."""

    before: ElementMean
    after: ElementMean
    of_plan: bool = False

    @property
    def verdict(self) -> VerdictInWords:
        return VerdictInWords.of_mean(self.after, of_plan=self.of_plan)

    @property
    def verdict_before(self) -> VerdictInWords:
        return VerdictInWords.of_mean(self.before, of_plan=self.of_plan)

    @property
    def is_moved(self) -> bool:
        return (self.before.progress, self.before.status) != (
            self.after.progress,
            self.after.status,
        )

    @property
    def change(self) -> str:
        before, after = self.before.progress, self.after.progress
        return "" if before is None or after is None else points(after - before)


def in_points(share: Decimal | None) -> str:
    """Writes one decimal always, so that a column adds up to the eye."""
    if share is None:
        return ""
    return format_number(round(share * 100, 1), language=reader_language(), decimals=1)


@dataclass(frozen=True)
class WeighedItemRow:
    part: WeighedItem
    field: WeightField

    @property
    def plan_item(self) -> PlanItem:
        return self.part.plan_item

    @property
    def kind(self) -> str | Promise:
        return KINDS[self.plan_item.kind]

    @property
    def why(self) -> str | Promise:
        return WHYS[self.part.why] if self.part.why else ""

    @property
    def contribution(self) -> str:
        """Returns points of the element's progress; they add up to it."""
        return in_points(self.part.contribution)


@dataclass(frozen=True)
class ElementSection:
    """An objective or a lever with its parts. A lever counts in no mean: it has no weight."""

    weighed: WeighedElement
    field: WeightField | None
    rows: list[WeighedItemRow]

    @property
    def element(self) -> Any:
        return self.weighed.element

    @property
    def move(self) -> MeanMove:
        return MeanMove(self.weighed.before, self.weighed.after)

    @property
    def contribution(self) -> str:
        """Returns what an objective brings, in points of the plan's progress."""
        return in_points(self.weighed.contribution)


@dataclass(frozen=True)
class PlanWithoutRow:
    """The plan without one item; `mean` is None for what is left out already."""

    plan_item: PlanItem
    is_out: bool
    mean: ElementMean | None = None
    change: str = ""

    @property
    def kind(self) -> str | Promise:
        return KINDS[self.plan_item.kind]

    @property
    def verdict(self) -> VerdictInWords | None:
        return VerdictInWords.of_mean(self.mean, of_plan=True) if self.mean else None


@dataclass(frozen=True)
class SensitivityPage:
    plans: Sequence[StrategicPlan]
    scope: Scope
    trial: Trial
    tried: TriedWeights

    @property
    def plan(self) -> MeanMove:
        return MeanMove(*self.trial.plan, of_plan=True)

    @cached_property
    def sections(self) -> list[ElementSection]:
        return [
            ElementSection(
                weighed,
                self._field(weighed, weighed.element.title)
                if isinstance(weighed.element, Objective)
                else None,
                [
                    WeighedItemRow(part, self._field(part, part.plan_item.title))
                    for part in weighed.parts
                ],
            )
            for weighed in self.trial.weighed
        ]

    @property
    def objectives(self) -> list[ElementSection]:
        return [section for section in self.sections if section.field]

    @property
    def levers(self) -> list[ElementSection]:
        return [section for section in self.sections if not section.field]

    def _field(self, weighed: WeighedElement | WeighedItem, label: str) -> WeightField:
        is_out = (
            isinstance(weighed, WeighedItem) and weighed.why is ExclusionReason.OUT
        ) or weighed.key in self.tried.out
        tried = self.tried.weights.get(weighed.key, weighed.real_weight)
        text = self.tried.typed.get(weighed.key) if weighed.key in self.tried.errors else None
        return WeightField(
            name=weighed.key,
            label=label,
            text=format_number(tried, language=reader_language()) if text is None else text,
            real=format_number(weighed.real_weight, language=reader_language()),
            is_changed=weighed.key in self.tried.weights or is_out,
            error=self.tried.errors.get(weighed.key, ""),
        )

    @cached_property
    def _without(self) -> list[PlanWithoutItem]:
        return self.trial.without_each()

    @cached_property
    def without(self) -> list[PlanWithoutRow]:
        """Returns what is left out already, then each item by how much the plan moves."""
        out = [
            PlanWithoutRow(plan_item, True)
            for plan_item in self.trial.plan_items
            if plan_item.key in self.tried.out
        ]
        rest = [
            PlanWithoutRow(
                without.plan_item,
                False,
                without.mean,
                "" if without.change is None else points(without.change),
            )
            for without in self._without
        ]
        return out + rest

    @property
    def most(self) -> PlanWithoutItem | None:
        """Returns what moves the plan most when it is left out; None: nothing does."""
        return next((without for without in self._without if without.change), None)

    @property
    def range_sentence(self) -> str:
        known = [
            without.mean.progress for without in self._without if without.mean.progress is not None
        ]
        if not known:
            return ""
        low, high = (in_percent(share, decimals=1) for share in (min(known), max(known)))
        if len(known) < len(self._without):
            text = _(
                "Whichever single one is left out, the plan stands between %(low)s and %(high)s, "
                "or has too little data for a percentage."
            )
        else:
            text = _(
                "Whichever single one is left out, the plan stands between %(low)s and %(high)s."
            )
        return text % {"low": low, "high": high}

    @property
    def most_sentence(self) -> str:
        if self.most is None or self.most.change is None:
            return ""
        words = {"name": self.most.plan_item.title or self.most.plan_item.code}
        words["points"] = points(self.most.change)
        return _("“%(name)s” moves it most: %(points)s without it.") % words

    @property
    def real_address(self) -> str:
        """Returns the same plan, year and view with the real weights."""
        return self.scope.query

    @property
    def kept(self) -> Iterator[tuple[str, str]]:
        """Returns what the form carries on: which numbers the page speaks of."""
        parameters: Mapping[str, str] = self.scope.parameters
        return ((name, parameters[name]) for name in SCOPE if parameters.get(name))


def sensitivity_page(user: Any, parameters: Any) -> SensitivityPage | None:
    """Returns None where there is no plan yet."""
    read = read_scope(user, parameters.dict())
    if read is None:
        return None
    scope = read.scope
    real = Trial.read(scope.plan, scope.view, scope.year)
    tried = TriedWeights.read(parameters, real)
    return SensitivityPage(read.plans, scope, real.with_others(tried.weights, tried.out), tried)
