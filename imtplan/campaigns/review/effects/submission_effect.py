"""What a whole submission would change, as the page before submitting and deciding shows it."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imtplan.campaigns.entry.checking.cells import EnteredCell, shown
from imtplan.campaigns.entry.pages.entry_page import EntryPage
from imtplan.campaigns.models import Submission
from imtplan.campaigns.review.effects.cell_effects import (
    WAYS,
    about_of,
    basis,
    element_name,
    may_see_the_institute,
    percent,
    points,
    share_in_words,
)
from indicators.models import Figure, Indicator, VerdictInWords
from indicators.questions.contribution import ContributionDirection, OwnMove, own_moves
from indicators.questions.what_if import (
    Effect,
    ElementMove,
    IndicatorMove,
    IndicatorStanding,
    effect,
)
from objectives.models import StrategicPlan


@dataclass(frozen=True)
class OwnRow:
    """One indicator as the school may know it; empty where there is nothing to tell."""

    move: OwnMove

    @property
    def indicator(self) -> Indicator:
        return self.move.indicator

    @property
    def way(self) -> str:
        progress = self.move.progress.progress if self.move.progress else None
        return "" if progress is None else percent(progress)

    @property
    def since(self) -> str:
        if self.move.change is None or self.move.before is None:
            return ""
        words = {"points": points(self.move.change), "year": self.move.before.year}
        return _("%(points)s since %(year)s") % words

    @property
    def institute(self) -> str:
        return share_in_words(self.move)

    @property
    def objectives(self) -> str:
        """Returns "O1, O3: up"; nothing where the way cannot be told."""
        if self.move.share is None or self.move.share.way not in WAYS or not self.move.objectives:
            return ""
        codes = ", ".join(objective.code for objective in self.move.objectives)
        return _("%(codes)s: %(way)s") % {"codes": codes, "way": WAYS[self.move.share.way]}


@dataclass(frozen=True)
class IndicatorRow:
    """One indicator of the institute before and after."""

    move: IndicatorMove

    @property
    def indicator(self) -> Indicator:
        return self.move.indicator

    @property
    def values(self) -> tuple[str, str]:
        return self._value(self.move.before), self._value(self.move.after)

    def _value(self, standing: IndicatorStanding) -> str:
        return "" if standing.value is None else shown(standing.value, self.indicator)

    @property
    def basis(self) -> str:
        return basis(self.move)

    @property
    def ways(self) -> tuple[str, str]:
        return _way(self.move.before.share), _way(self.move.after.share)

    @property
    def change(self) -> str:
        return "" if self.move.change is None else points(self.move.change)


@dataclass(frozen=True)
class ElementRow:
    """An objective, a lever or the plan before and after."""

    move: ElementMove

    @property
    def code(self) -> str:
        element = self.move.element
        return "" if isinstance(element, StrategicPlan) else element.code

    @property
    def title(self) -> str:
        element = self.move.element
        return _("The plan as a whole") if isinstance(element, StrategicPlan) else element.title

    @property
    def is_plan(self) -> bool:
        return isinstance(self.move.element, StrategicPlan)

    @property
    def ways(self) -> tuple[str, str]:
        return _way(self.move.before.progress), _way(self.move.after.progress)

    @property
    def change(self) -> str:
        return "" if self.move.change is None else points(self.move.change)

    @property
    def verdict(self) -> VerdictInWords:
        return VerdictInWords.of_mean(self.move.after, of_plan=self.is_plan)

    @property
    def verdict_before(self) -> VerdictInWords | None:
        """Returns the verdict only where it would be in other words."""
        before = VerdictInWords.of_mean(self.move.before, of_plan=self.is_plan)
        return before if before.text != self.verdict.text else None


def _way(share: Any) -> str:
    return "" if share is None else percent(share)


@dataclass(frozen=True)
class SubmissionEffect:
    """`institute`: what would be stored, for the institute's people alone."""

    own: list[OwnRow]
    institute: Effect | None

    @property
    def indicators(self) -> list[IndicatorRow]:
        return [IndicatorRow(move) for move in self.institute.indicators] if self.institute else []

    @property
    def elements(self) -> list[ElementRow]:
        return [ElementRow(move) for move in self.institute.elements] if self.institute else []

    @property
    def has_ways(self) -> bool:
        """Says whether the school has targets of its own."""
        return any(row.way for row in self.own)

    @property
    def has_shares(self) -> bool:
        """Says whether anything has a part in the institute's moves; its own figures have none."""
        return any(row.move.share for row in self.own)

    @property
    def headline(self) -> str:
        """Returns the whole in a few words: where the plan would be, or how many go which way."""
        return self._plan() if self.institute else self._counts()

    def _plan(self) -> str:
        for move in self.institute.elements if self.institute else []:
            if isinstance(move.element, StrategicPlan) and move.after.progress is not None:
                change = "" if move.change is None else f" ({points(move.change)})"
                words = {"name": element_name(move), "share": percent(move.after.progress)}
                return _("%(name)s: %(share)s") % words + change
        return ""

    def _counts(self) -> str:
        ways = [row.move.share.way for row in self.own if row.move.share]
        up, down = ways.count(ContributionDirection.UP), ways.count(ContributionDirection.DOWN)
        sentences = []
        if up:
            text = ngettext("%(count)s indicator moved up", "%(count)s indicators moved up", up)
            sentences.append(text % {"count": up})
        if down:
            text = ngettext(
                "%(count)s indicator moved down", "%(count)s indicators moved down", down
            )
            sentences.append(text % {"count": down})
        return ", ".join(sentences)


def submission_effect(user: Any, page: EntryPage) -> SubmissionEffect | None:
    """Returns what the submission would change; None where no figure waits."""
    if page.state == Submission.State.VALIDATED or not any(row.figure for row in page.rows):
        return None
    figures = [
        row.figure or EnteredCell(row.indicator, Figure.State.NOT_ENTERED) for row in page.rows
    ]
    about = about_of(page.campaign, page.school, figures)
    place = {pk: number for number, pk in enumerate(about["readings"])}
    if may_see_the_institute(user):
        institute = effect(**about)
        institute.indicators.sort(key=lambda move: place[move.indicator.pk])
        return SubmissionEffect([], institute)
    moves = own_moves(**about)
    rows = [OwnRow(move) for move in moves if move.share or move.progress]
    return SubmissionEffect(sorted(rows, key=lambda row: place[row.indicator.pk]), None)
