"""The schools of an explained value: what each gave, and what stands in for one that is missing."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imtplan.dashboard.explanation.steps_in_words import REASONS, USES
from imtplan.dashboard.wording import Wording, correction_in_words, left_out_in_words
from imtplan.numbers import format_number
from indicators.explaining import (
    Input,
    InputUse,
    MissingSchool,
    RangeAssumption,
    ValueExplanation,
)
from indicators.models import FigureContent


@dataclass(frozen=True)
class InputRow:
    """One figure in words: what it says, what it was used for, who gave it and when."""

    source: Input
    words: Wording

    @property
    def number(self) -> str:
        return self.words.fixed(self.source.number)

    @property
    def parts(self) -> str:
        return self._quotient(self.source.shown)

    @property
    def use(self) -> str:
        return str(USES[self.source.use])

    @property
    def why(self) -> str:
        source = self.source
        if source.excused_because:
            text = _("not applicable: “%(sentence)s”, said by the plan office")
            return text % {"sentence": source.excused_because}
        words = {"name": source.merged_into, "year": source.year}
        return str(REASONS[source.why]) % words if source.why else ""

    @property
    def carried(self) -> str:
        """Returns the older figure that stands in for a missing one."""
        old = self.source.stand_in
        if old is None or self.source.counts:
            return ""
        text = _("%(value)s carried forward from %(year)s")
        return text % {"value": self.words.fixed(old.number), "year": old.year}

    @property
    def given(self) -> FigureContent | None:
        """Returns the figure whose author is named: the one used, else the one handed in."""
        return self.source.used or self.source.shown

    @property
    def correction(self) -> str:
        """Says that another number was written since; the number once it is handed in."""
        correction = self.source.correction
        return correction_in_words(correction) if correction else ""

    def _quotient(self, figure: FigureContent | None) -> str:
        if figure is None or figure.numerator is None:
            return ""
        ends = (figure.numerator, figure.denominator)
        return " / ".join(format_number(end, language=self.words.language) for end in ends)


@dataclass(frozen=True)
class MissingSchoolRow:
    """A missing school in words: what stands in for it, and by which assumption."""

    school: MissingSchool
    words: Wording

    @property
    def name(self) -> str:
        school = self.school
        if not school.merged_into:
            return school.name
        return _merged(school.name, school.merged_into)

    @property
    def floor(self) -> str:
        return self.words.fixed(self.school.floor)

    @property
    def expectation(self) -> str:
        return self.words.fixed(self.school.expectation)

    @property
    def assumption(self) -> str:
        school = self.school
        if school.begins:
            return _("begins with the year, and is left out of the range as of the estimate")
        if school.assumption is None:
            return _("neither a target of its own nor a figure that could be moved")
        if school.assumption is RangeAssumption.OWN_TARGET:
            return _("its own target: its baseline, and its path")
        text = _(
            "its figure of %(since)s, and that figure moved as the schools that reported both "
            "years: %(then)s, now %(now)s"
        )
        return text % {
            "since": school.since,
            "then": self.words.fixed(school.then),
            "now": self.words.fixed(school.now),
        }


def _merged(name: str, successor: str) -> str:
    return _("%(name)s, merged into %(successor)s") % {"name": name, "successor": successor}


# --- What stands in for the missing schools, in sentences ----------------------------------------


def stand_ins_in_words(explanation: ValueExplanation) -> list[str]:
    """Says whose figures stand in for those of the missing schools, and who is left out; without an
    estimate, why there is none."""
    inputs = explanation.inputs
    if not inputs.missing:
        return []
    if explanation.is_estimate:
        return [*_carried(inputs.rows), *_brought(inputs.rows), *_left_out(explanation)]
    if any(row.counts and row.year == inputs.year for row in inputs.rows):
        return [_unknown(explanation)]
    return [
        _(
            "No estimate: nobody has reported for this year, and last year's number is not this "
            "year's."
        )
    ]


def _carried(rows: list[Input]) -> Iterator[str]:
    carried = {row.code for row in rows if row.use is InputUse.CARRIED and not row.merged_into}
    if carried:
        text = ngettext(
            "%(count)s school has no figure that counts for this year; its last one stands in for "
            "it, and the total is an estimate.",
            "%(count)s schools have no figure that counts for this year; their last ones stand in "
            "for them, and the total is an estimate.",
            len(carried),
        )
        yield text % {"count": len(carried)}


def _brought(rows: list[Input]) -> Iterator[str]:
    """Says which schools brought their figures to one that is missing, beside its own or alone."""
    own = {row.name for row in rows if row.stand_in and not row.merged_into}
    merged: dict[str, dict[str, None]] = {}
    for row in rows:
        if row.merged_into:
            merged.setdefault(row.merged_into, {})[row.name] = None
    for school, names in merged.items():
        text = _beside(len(names)) if school in own else _alone(len(names))
        yield text % {"names": ", ".join(names), "school": school}


def _beside(count: int) -> str:
    return ngettext(
        "%(names)s merged into %(school)s: its last figure stands in too, as it did in its own "
        "last year.",
        "%(names)s merged into %(school)s: their last figures stand in too, as they did in their "
        "own last year.",
        count,
    )


def _alone(count: int) -> str:
    return ngettext(
        "%(names)s merged into %(school)s, which has no figure yet: its last figure stands in, as "
        "it did in its own last year.",
        "%(names)s merged into %(school)s, which has no figure yet: their last figures stand in, "
        "as they did in their own last year.",
        count,
    )


def _left_out(explanation: ValueExplanation) -> Iterator[str]:
    for row in explanation.inputs.rows:
        if row.begins:
            yield left_out_in_words(row.name, row.year, explanation.year)


def _unknown(explanation: ValueExplanation) -> str:
    names = explanation.inputs.names
    unknown = [
        names.get(code, code)
        if code == missing
        else _merged(names.get(code, code), names.get(missing, missing))
        for code, missing in explanation.inputs.unknown.items()
    ]
    text = ngettext(
        "No estimate: %(names)s has no earlier figure to carry forward.",
        "No estimate: %(names)s have no earlier figure to carry forward.",
        len(unknown),
    )
    return text % {"names": "; ".join(unknown)}
