"""A rule tried on every figure that is stored: which ones it would stop or mark."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imtplan.accounts.models import School
from imtplan.campaigns.entry.checking.cells import Surroundings, numbers_of_year, shown
from imtplan.campaigns.entry.checking.plan_rules import (
    compared,
    held_to,
    is_judged,
    is_of_the_path,
)
from imtplan.campaigns.entry.merged_past import FiguresByYear, MergedPast, by_school
from imtplan.campaigns.entry.reading import breaks_up_to, cell_of
from imtplan.campaigns.entry.target_paths import PathValues, expected_on_paths
from imtplan.campaigns.models import Campaign
from imtplan.planning.forms import fingerprint_of
from indicators.models import Figure, FigureRule, RuleSeverity
from objectives.models import PlanState, StrategicPlan


@dataclass(frozen=True)
class TriedFigure:
    """A figure that misses the rule, the numbers that were compared, and where its versions are."""

    figure: Figure
    compared: str | Promise
    url: str

    @property
    def number(self) -> str:
        number = self.figure.number
        return shown(number, self.figure.indicator) if number is not None else ""


@dataclass
class RuleTrial:
    """What the rule says of all figures of its indicator, the latest year first."""

    rule: FigureRule
    missed: list[TriedFigure] = field(default_factory=list)
    years: set[int] = field(default_factory=set)
    tried: int = 0
    not_judged: int = 0

    @property
    def years_in_words(self) -> str:
        first, last = min(self.years), max(self.years)
        return str(first) if first == last else f"{first}-{last}"

    @property
    def sentence(self) -> str:
        """Returns how many of how many figures the rule would stop, ask about or remark on."""
        if not self.tried:
            return _("No figure of this indicator is stored yet: there is nothing to try it on.")
        tried = ngettext("Of %(count)s figure", "Of %(count)s figures", self.tried)
        words = {"tried": tried % {"count": self.tried}, "years": self.years_in_words}
        count = len(self.missed)
        if not count:
            return _("%(tried)s of %(years)s, none misses the rule.") % words
        text = {
            RuleSeverity.REFUSE: ngettext(
                "%(tried)s of %(years)s, %(count)s would be refused.",
                "%(tried)s of %(years)s, %(count)s would be refused.",
                count,
            ),
            RuleSeverity.EXPLAIN: ngettext(
                "%(tried)s of %(years)s, %(count)s would have to be explained.",
                "%(tried)s of %(years)s, %(count)s would have to be explained.",
                count,
            ),
            RuleSeverity.REMARK: ngettext(
                "%(tried)s of %(years)s, %(count)s would be remarked on.",
                "%(tried)s of %(years)s, %(count)s would be remarked on.",
                count,
            ),
        }[RuleSeverity(self.rule.severity)]
        return text % (words | {"count": count})

    @cached_property
    def mark(self) -> str:
        """Identifies what was shown: the rule as it stands, and what it was found to miss."""
        rule = self.rule
        terms = [rule.kind, rule.severity, rule.limit, rule.other_id, rule.third_id, rule.tolerance]
        missed = [(row.figure.pk, str(row.figure.number)) for row in self.missed]
        shown_terms = [str(term) for term in [*terms, rule.sentence_fr, rule.sentence_en]]
        return fingerprint_of([shown_terms, rule.is_on, self.tried, missed])


def try_rule(rule: FigureRule, user: Any) -> RuleTrial:
    """Returns what the rule says of each figure of its indicator that the user may see, as the
    entry page would say it, drafts of this year too."""
    trial = RuleTrial(rule)
    campaigns = Campaign.objects.filter(indicators=rule.indicator).order_by("year", "-pk")
    codes = dict(campaigns.values_list("year", "code"))
    for figure, around in _figures(rule, user):
        cell = cell_of(figure)
        trial.tried += 1
        trial.years.add(figure.year)
        if not is_judged(rule, cell, around):
            trial.not_judged += 1
        elif held_to(rule, cell, around):
            numbers = compared(rule, cell, around)
            trial.missed.append(TriedFigure(figure, numbers, _address(figure, codes)))
    trial.missed.sort(key=lambda row: (-row.figure.year, row.figure.school.rank, row.figure.pk))
    return trial


def _figures(rule: FigureRule, user: Any) -> Iterator[tuple[Figure, Surroundings]]:
    """Yields each figure with a number, and what stands around it in its school and year."""
    indicators = [row for row in (rule.indicator, rule.other, rule.third) if row is not None]
    stored = Figure.objects.visible_to(user).select_related("school")
    schools = by_school(stored, indicators)
    own = {
        pk: next(row.school for years in rows.values() for row in years.values())
        for pk, rows in schools.items()
    }
    subject = rule.indicator_id
    years = sorted({year for rows in schools.values() for year in rows.get(subject, {})})
    breaks = breaks_up_to(max(years, default=0), indicators)
    of_today = MergedPast.before(0)
    paths = _paths(rule, own.values(), user)
    for year in years:
        past = replace(of_today, year=year)
        counted = past.counted(past.schools, indicators, since=year - 1)
        for pk, rows in schools.items():
            figure = rows.get(subject, {}).get(year)
            if figure is not None and figure.number is not None:
                together = past.with_merged(own[pk], rows, counted)
                around = _around(year, together, breaks, past, own[pk])
                path = paths.get((pk, subject, year))
                yield (
                    figure,
                    replace(around, paths=partial(dict, {} if path is None else {subject: path})),
                )


def _paths(rule: FigureRule, schools: Iterable[School], user: Any) -> PathValues:
    if not is_of_the_path(rule):
        return {}
    plans = StrategicPlan.objects.visible_to(user).exclude(state=PlanState.DRAFT)
    return expected_on_paths(plans, schools, [rule.indicator])


def _around(
    year: int,
    figures: FiguresByYear,
    breaks: dict[int, dict[int, str]],
    past: MergedPast,
    school: School,
) -> Surroundings:
    return Surroundings(
        year=year,
        past=figures,
        now=numbers_of_year(figures, year),
        breaks=lambda: breaks,
        merged={year - 1: tuple(row.name for row in past.within(school, year - 1))},
    )


def _address(figure: Figure, codes: Mapping[int, str]) -> str:
    """Returns the page of a figure's versions; of a year without a campaign, the page of the
    indicator in that year. `codes`: of the campaigns, by year."""
    indicator = figure.indicator.code
    if figure.year not in codes:
        return reverse("indicator", args=[indicator]) + f"?year={figure.year}"
    return reverse("history", args=[codes[figure.year], figure.school.code, indicator])
