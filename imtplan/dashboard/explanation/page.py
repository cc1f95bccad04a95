"""An explanation as its page reads it: of a value, of the progress to a target, of a roll-up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.urls import reverse

from imtplan.accounts.roles import Permission, has_permission
from imtplan.bilingual import reader_language
from imtplan.dashboard.explanation.school_rows import (
    InputRow,
    MissingSchoolRow,
    stand_ins_in_words,
)
from imtplan.dashboard.explanation.series_sentence import sentence
from imtplan.dashboard.explanation.steps_in_words import (
    MISSING,
    VERDICTS,
    ExplanationWriter,
    StepInWords,
)
from imtplan.dashboard.followed_targets import name_of
from imtplan.dashboard.forecast_wording import outlook
from imtplan.dashboard.freshness import Freshness
from imtplan.dashboard.revision_wording import mean_revision_in_words, revision_in_words
from imtplan.dashboard.scope import Scope, demanded_scope
from imtplan.dashboard.series_breaks import crossings
from imtplan.dashboard.wording import Wording
from imtplan.numbers import format_number
from indicators.explaining import (
    Agreement,
    ExplanationReader,
    ItemExplanation,
    ProgressExplanation,
    ProgressMark,
    RollUpExplanation,
    ValueExplanation,
    explain_roll_up,
    kind_of,
)
from indicators.models import Indicator, Target, VerdictInWords
from indicators.questions.mean_revisions import MeanRevision, revised_means, revised_thresholds
from indicators.questions.target_revisions import TargetRevision, revisions_of
from indicators.results.elements import Element

# The unit of progress itself: shares are told in %, and nothing else is told of a roll-up.
NO_UNIT = ""


@dataclass(frozen=True)
class ExplanationInWords:
    """What every explanation shows: its steps, and whether it gives the stored numbers back."""

    steps: Sequence[StepInWords]
    agreement: Agreement
    differences: Sequence[str]

    @classmethod
    def of(cls, teller: ExplanationWriter, explanation: Any) -> "ExplanationInWords":
        return cls(
            teller.steps(explanation.steps),
            explanation.agreement,
            teller.differences(explanation.agreement),
        )

    @property
    def agrees(self) -> bool:
        return self.agreement.holds


@dataclass(frozen=True)
class ValueInWords:
    """An indicator's value of one year, and the figures it is made of."""

    explanation: ValueExplanation

    @property
    def words(self) -> Wording:
        return Wording.of(self.explanation.indicator)

    @property
    def in_words(self) -> ExplanationInWords:
        return ExplanationInWords.of(
            ExplanationWriter(self.words, self.explanation.year), self.explanation
        )

    @property
    def shown(self) -> str:
        return self.words.fixed(self.explanation.shown)

    @property
    def inputs(self) -> list[InputRow]:
        return [InputRow(row, self.words) for row in self.explanation.inputs.rows]

    @property
    def stand_ins(self) -> list[str]:
        return stand_ins_in_words(self.explanation)

    @property
    def several_years(self) -> bool:
        """A running sum is made of the figures of several years."""
        return len({row.year for row in self.explanation.inputs.rows}) > 1

    @property
    def missing_schools(self) -> list["MissingSchoolRow"]:
        schools = self.explanation.missing_schools
        return [MissingSchoolRow(school, self.words) for school in schools]

    @property
    def without_stand_in(self) -> list[str]:
        """Returns the names of the missing schools for which nothing stands in."""
        schools = self.explanation.missing_schools
        return [row.name for row in schools if row.assumption is None and not row.begins]

    @property
    def is_open_running_sum(self) -> bool:
        """Returns whether figures of a running sum are missing, of which there is no range."""
        indicator = self.explanation.indicator
        is_sum = indicator.accumulation == Indicator.Accumulation.CUMULATIVE
        return (
            is_sum and bool(self.explanation.inputs.missing) and not self.explanation.inputs.school
        )


@dataclass(frozen=True)
class ProgressInWords:
    """Progress toward one target, in words."""

    explanation: ProgressExplanation
    revisions: Sequence[TargetRevision] = ()
    thresholds: Sequence[MeanRevision] = ()  # of the plan, of which the verdict is made

    @property
    def target(self) -> Target:
        return self.explanation.target

    @property
    def row(self) -> Any:
        return self.explanation.row

    @property
    def words(self) -> Wording:
        return Wording.of(self.target.indicator)

    @property
    def in_words(self) -> ExplanationInWords:
        return ExplanationInWords.of(ExplanationWriter(self.words, self.row.year), self.explanation)

    @property
    def value(self) -> ValueInWords:
        return ValueInWords(self.explanation.value)

    @property
    def name(self) -> str:
        return name_of(self.target)

    @property
    def revisions_in_words(self) -> list[str]:
        return [revision_in_words(row, self.words) for row in self.revisions]

    @property
    def thresholds_in_words(self) -> list[str]:
        return [mean_revision_in_words(row) for row in self.thresholds]

    @property
    def verdict(self) -> VerdictInWords:
        total = self.explanation.value.total
        return VerdictInWords.of(self.row, reported=total.reported, expected=total.expected)

    @property
    def rule(self) -> str:
        return str(VERDICTS[self.explanation.rule])

    @property
    def mark(self) -> ProgressMark | None:
        return self.explanation.mark

    @property
    def outlook(self) -> str:
        return outlook(self.row, self.target.year, self.words)

    @property
    def crossings(self) -> list[str]:
        """Returns what a break of the series means for this progress."""
        return list(crossings(self.target, self.row.year))

    @property
    def points(self) -> list[tuple[int, str]]:
        return [(point.year, self.words.number(point.value)) for point in self.explanation.points]

    @property
    def stated(self) -> list[tuple[int, str]]:
        return [(point.year, self.words.number(point.value)) for point in self.explanation.stated]

    @property
    def baseline(self) -> str:
        return self.words.number(self.row.baseline)

    @property
    def target_value(self) -> str:
        return self.words.number(self.row.target_value)

    @property
    def sentence(self) -> str:
        return sentence(self.explanation, self.words)


@dataclass(frozen=True)
class ItemRow:
    """One item of a mean in words, and where its own progress is explained."""

    item: ItemExplanation
    scope: Scope
    reference: str = ""  # the code of an indicator's reference target

    @property
    def name(self) -> str:
        thing = self.item.part.of
        if isinstance(thing, Indicator):
            return str(thing.name)
        return f"{thing.code} {thing.title}".strip()

    @property
    def weight(self) -> str:
        return format_number(self.item.weight, language=reader_language())

    @property
    def why(self) -> str:
        return str(MISSING[self.item.why]) if self.item.why else ""

    @property
    def is_clamped(self) -> bool:
        return self.item.progress != self.item.clamped

    @property
    def address(self) -> str:
        if isinstance(self.item.part.of, Indicator):
            if not self.reference:
                return ""
            return reverse("explain-progress", args=[self.reference]) + self.scope.lasting
        return address_of(self.item.part.of, self.scope)


@dataclass(frozen=True)
class RollUpInWords:
    explanation: RollUpExplanation
    scope: Scope
    references: Mapping[int, str]  # codes of reference targets, by indicator
    revisions: Sequence[MeanRevision] = ()

    @property
    def revisions_in_words(self) -> list[str]:
        return [mean_revision_in_words(row) for row in self.revisions]

    @property
    def in_words(self) -> ExplanationInWords:
        words = Wording(reader_language(), NO_UNIT, 0)
        return ExplanationInWords.of(
            ExplanationWriter(words, self.explanation.year), self.explanation
        )

    @property
    def row(self) -> Any:
        return self.explanation.row

    @property
    def verdict(self) -> VerdictInWords:
        return VerdictInWords.of_mean(self.row, of_plan=self.is_plan)

    @property
    def rule(self) -> str:
        return str(VERDICTS[self.explanation.rule])

    @property
    def items(self) -> list[ItemRow]:
        return [
            ItemRow(item, self.scope, self.references.get(item.part.of.pk, ""))
            for item in self.explanation.items
        ]

    @property
    def left_out(self) -> list[ItemRow]:
        return [item for item in self.items if not item.item.counts]

    @property
    def is_plan(self) -> bool:
        return kind_of(self.explanation.element) == "plan"


def address_of(element: Element, scope: Scope) -> str:
    """Returns where the progress of an element is explained."""
    kind = kind_of(element)
    args = [] if kind == "plan" else [element.code]
    return reverse(f"explain-{kind}", args=args) + scope.lasting


# --- The pages ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class ExplanationPage:
    """What is explained, and of which plan, year and view."""

    title: str
    scope: Scope
    back: str
    freshness: Freshness
    explained: Any  # ValueInWords, ProgressInWords or RollUpInWords


def value_page(user: Any, indicator: Indicator, parameters: Mapping[str, str]) -> ExplanationPage:
    scope = demanded_scope(user, parameters).scope
    explanation = ExplanationReader(user, indicator, scope.view, scope.year).value()
    if explanation is None:
        raise Http404
    back = reverse("indicator", args=[indicator.code]) + scope.query
    return ExplanationPage(
        str(indicator.name), scope, back, Freshness.read(), ValueInWords(explanation)
    )


def progress_page(user: Any, target: Target, parameters: Mapping[str, str]) -> ExplanationPage:
    indicator = target.indicator
    scope = demanded_scope(user, {**parameters, "plan": target.plan.code}).scope
    explanations = ExplanationReader(user, indicator, scope.view, scope.year).progress([target])
    if not explanations:
        raise Http404
    back = ""
    if target.school is None and has_permission(user, Permission.READ_INSTITUTE):
        back = reverse("indicator", args=[indicator.code]) + scope.query
    explained = ProgressInWords(
        explanations[0], revisions_of(target), revised_thresholds(target.plan)
    )
    return ExplanationPage(str(indicator.name), scope, back, Freshness.read(), explained)


def element_page(
    user: Any, kind: type[Any] | None, code: str, parameters: Mapping[str, str]
) -> ExplanationPage:
    """Explains an element of the plan that is asked for, or the plan itself. Raises 404."""
    scope = demanded_scope(user, parameters).scope
    element: Element = scope.plan
    if kind is not None:
        element = kind.objects.visible_to(user).filter(plan=scope.plan, code=code).first()
        if element is None:
            raise Http404
        element.plan = scope.plan
    explanation = explain_roll_up(user, element, scope.plan, scope.view, scope.year)
    references = Target.objects.visible_to(user).reference().filter(plan=scope.plan)
    explained = RollUpInWords(
        explanation,
        scope,
        dict(references.values_list("indicator_id", "code")),
        revised_means(element),
    )
    return ExplanationPage(
        _title(element), scope, _back(element, scope), Freshness.read(), explained
    )


def _title(element: Element) -> str:
    if kind_of(element) == "plan":
        return str(element)
    return f"{element.code} {getattr(element, 'title', '')}".strip()


def _back(element: Element, scope: Scope) -> str:
    if kind_of(element) == "plan":
        return reverse("dashboard") + scope.query
    return reverse(kind_of(element), args=[element.code]) + scope.query
