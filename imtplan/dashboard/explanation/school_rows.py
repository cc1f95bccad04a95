"""The schools of an explained value: what each gave, and what stands in for one that is missing."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from imtplan.dashboard.explanation.steps_in_words import REASONS, USES
from imtplan.dashboard.wording import Wording, correction_in_words
from imtplan.numbers import format_number
from indicators.explaining import Input, MissingSchool, RangeAssumption
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
        if source.merged_into:
            return _("merged into %(name)s") % {"name": source.merged_into}
        if source.begins:
            return _("begins in %(year)s") % {"year": source.year}
        return str(REASONS[source.why]) if source.why else ""

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
        names = {"name": school.name, "successor": school.merged_into}
        return _("%(name)s, merged into %(successor)s") % names

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
