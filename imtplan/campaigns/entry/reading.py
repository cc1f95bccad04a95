"""A school's cells as they stand: figures, earlier years, kept texts, and what the checks say.

One reading serves the page, the answer to a saved cell, the submission and its receipt.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.models import School
from imtplan.campaigns.entry.checking.cells import (
    CellFinding,
    EnteredCell,
    KnownMagnitudes,
    Surroundings,
    numbers_of_year,
)
from imtplan.campaigns.entry.checking.checks import findings
from imtplan.campaigns.entry.checking.magnitudes import ReferenceNumber
from imtplan.campaigns.entry.checking.plan_rules import held_to_rules, is_of_the_path
from imtplan.campaigns.entry.merged_past import FiguresByYear, MergedPast, by_school
from imtplan.campaigns.entry.target_paths import expected_on_paths
from imtplan.campaigns.models import Campaign, KeptInput
from indicators.models import Figure, FigureRule, Indicator, SeriesBreak, Target

# How many earlier years are shown, and how many make the history that the checks look at.
YEARS_SHOWN = 3
YEARS_COMPARED = 10


@dataclass
class SchoolFigures:
    """Holds the cells of a whole school, in as many queries, however many indicators."""

    campaign: Campaign
    school: School
    indicators: list[Indicator]
    figures: FiguresByYear
    kept: dict[int, KeptInput] = field(default_factory=dict)  # indicator → text
    past: MergedPast = field(default_factory=lambda: MergedPast(0))  # whose figures stand with its

    def figure(self, indicator: Indicator) -> Figure | None:
        return self.figures.get(indicator.pk, {}).get(self.campaign.year)

    def put(self, figure: Figure) -> None:
        """A figure just written: the reading says what is stored now."""
        self.figures.setdefault(figure.indicator_id, {})[figure.year] = figure
        self.__dict__.pop("around", None)

    @cached_property
    def around(self) -> Surroundings:
        year = self.campaign.year
        return Surroundings(
            year=year,
            past=self.figures,
            now=numbers_of_year(self.figures, year),
            indicators=self.indicators,
            aims=lambda: self.aims,
            breaks=lambda: self.breaks,
            rules=lambda: self.rules,
            paths=lambda: self.paths,
            merged={y: self._merged_within(y) for y in range(year - YEARS_COMPARED, year)},
        )

    def _merged_within(self, year: int) -> tuple[str, ...]:
        return tuple(school.name for school in self.past.within(self.school, year))

    @cached_property
    def aims(self) -> dict[int, KnownMagnitudes]:
        return aims_of(self.campaign, [self.school], self.indicators)[self.school.pk]

    @cached_property
    def breaks(self) -> dict[int, dict[int, str]]:
        return breaks_up_to(self.campaign.year, self.indicators)

    @cached_property
    def rules(self) -> dict[int, list[FigureRule]]:
        return rules_in_force(self.indicators)

    @cached_property
    def paths(self) -> dict[int, Decimal]:
        return paths_of(self.campaign, [self.school], self.rules).get(self.school.pk, {})

    def findings(self, indicator: Indicator) -> list[CellFinding]:
        """Returns what refuses the stored figure, surprises in it or informs about it."""
        figure = self.figure(indicator)
        if figure is None:
            return []
        return findings(cell_of(figure), self.around, figure.confirmed)

    def is_filled(self, indicator: Indicator) -> bool:
        """Says whether a number, or a word in its place, is stored."""
        figure = self.figure(indicator)
        return figure is not None and figure.state != Figure.State.NOT_ENTERED

    def needs_answer(self, indicator: Indicator) -> bool:
        return any(finding.asks for finding in self.findings(indicator))

    def is_refused(self, indicator: Indicator) -> bool:
        """Says whether a rule of the plan office keeps the stored figure from being submitted."""
        figure = self.figure(indicator)
        if figure is None or figure.number is None:
            return False
        return any(row.is_refusal for row in held_to_rules(cell_of(figure), self.around))

    def judged_beside(self, indicator: Indicator) -> list[Indicator]:
        """Returns the indicators whose rules look at this one's figure too."""
        return [
            row
            for row in self.indicators
            if any(indicator in (rule.other, rule.third) for rule in self.rules.get(row.pk, ()))
        ]

    @property
    def to_correct(self) -> list[Indicator]:
        """Returns where a text is kept that could not be stored, or a rule refuses the figure."""
        return [row for row in self.indicators if row.pk in self.kept or self.is_refused(row)]

    @property
    def missing(self) -> list[Indicator]:
        return [indicator for indicator in self.indicators if not self.is_filled(indicator)]

    @property
    def to_explain(self) -> list[Indicator]:
        return [indicator for indicator in self.indicators if self.needs_answer(indicator)]

    @property
    def counts(self) -> dict[str, int]:
        return {
            "filled": len(self.indicators) - len(self.missing),
            "total": len(self.indicators),
            "to_correct": len(self.to_correct),
            "to_explain": len(self.to_explain),
        }


def read(campaign: Campaign, school: School, indicators: Iterable[Indicator] = ()) -> SchoolFigures:
    """Returns the school's cells. `indicators` where the caller has the campaign's already."""
    indicators_asked = list(indicators) or campaign.asked_of(school)
    past = MergedPast.before(campaign.year)
    since = campaign.year - YEARS_COMPARED
    stored = Figure.objects.filter(school=school, year__range=(since, campaign.year))
    figures = by_school(stored.select_related("entered_by"), indicators_asked)
    counted = past.counted([school], indicators_asked, since=since)
    kept = KeptInput.objects.filter(
        campaign=campaign, school=school, indicator__in=indicators_asked
    )
    return SchoolFigures(
        campaign=campaign,
        school=school,
        indicators=indicators_asked,
        figures=past.with_merged(school, figures.get(school.pk, {}), counted),
        kept={kept_input.indicator_id: kept_input for kept_input in kept.select_related("by")},
        past=past,
    )


def aims_of(
    campaign: Campaign, schools: Iterable[School], indicators: Iterable[Indicator]
) -> dict[int, dict[int, KnownMagnitudes]]:
    """Returns each school's own target of each indicator, and the institute's numbers, by school
    and indicator."""
    by_key = {school.pk: school for school in schools}
    targets = (
        Target.objects.in_use()
        .counting_in(campaign.year)
        .select_related("indicator")
        .filter(
            Q(school__in=by_key) | Q(school=None, is_reference=True),
            plan__in=campaign.plans,
            indicator__in=indicators,
        )
        .order_by("plan__first_year", "pk")
    )
    aims: dict[int, dict[int, KnownMagnitudes]] = {pk: {} for pk in by_key}
    for target in targets:
        for pk in by_key if target.school_id is None else [target.school_id]:
            aim = aims[pk].get(target.indicator_id, KnownMagnitudes())
            is_whole = target.school_id is None and not by_key[pk].is_the_institute
            aims[pk][target.indicator_id] = _with_target(aim, target, is_whole=is_whole)
    return aims


def breaks_up_to(year: int, indicators: Iterable[Indicator]) -> dict[int, dict[int, str]]:
    """Returns what is said of each break of the series up to the year, by indicator."""
    rows = SeriesBreak.objects.in_use().filter(indicator__in=indicators, year__lte=year)
    breaks: dict[int, dict[int, str]] = {}
    for row in rows:
        breaks.setdefault(row.indicator_id, {})[row.year] = row.sentence
    return breaks


def rules_in_force(indicators: Iterable[Indicator]) -> dict[int, list[FigureRule]]:
    """Returns the plan office's rules that are switched on, by the indicator that they judge."""
    rules: dict[int, list[FigureRule]] = {}
    for rule in FigureRule.objects.in_force().filter(indicator__in=indicators):
        rules.setdefault(rule.indicator_id, []).append(rule)
    return rules


def paths_of(
    campaign: Campaign, schools: Iterable[School], rules: Mapping[int, Iterable[FigureRule]]
) -> dict[int, dict[int, Decimal]]:
    """Returns what each school's own targets expect of the year of the campaign, by school and
    indicator: of the indicators of which a rule holds figures to it, without a query if none."""
    held = [pk for pk, rows in rules.items() if any(map(is_of_the_path, rows))]
    if not held:
        return {}
    paths: dict[int, dict[int, Decimal]] = {}
    expected = expected_on_paths(campaign.plans, schools, held, year=campaign.year)
    for (school, indicator, _year), value in expected.items():
        paths.setdefault(school, {})[indicator] = value
    return paths


def _with_target(aim: KnownMagnitudes, target: Target, *, is_whole: bool) -> KnownMagnitudes:
    known = [number for number in (target.baseline_value, target.value) if number]
    if is_whole:
        adds_up = target.indicator.aggregation == Indicator.Aggregation.SUM
        return replace(aim, whole=max(known) if known and adds_up else None)
    if not known:
        return aim
    where = _("baseline") if target.baseline_value else _("target")
    return replace(aim, own=ReferenceNumber(known[0], where))


def cell_of(figure: Figure) -> EnteredCell:
    """Returns a stored figure as a cell, seen in its present version."""
    return EnteredCell(
        indicator=figure.indicator,
        state=Figure.State(figure.state),
        value=figure.value,
        numerator=figure.numerator,
        denominator=figure.denominator,
        reason=figure.reason,
        explanation=figure.explanation,
        version=figure.version,
    )
