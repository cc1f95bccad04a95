"""Indicators by schools on one page: rows under their objective, lever or theme, columns by school.

Cells are written here and not in a template: at a hundred by a hundred that is ten thousand of
them, and a template would take a second for what takes a tenth of one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import Http404
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from imtplan.accounts.models import School
from imtplan.dashboard.freshness import Freshness
from imtplan.dashboard.matrix.cells import CellState, Matrix, MatrixCell, Pace, read_matrix
from imtplan.dashboard.queries import Trend
from imtplan.dashboard.scope import Scope, read_scope
from imtplan.dashboard.wording import Wording
from indicators.models import Indicator, IndicatorLink, InstituteValue, ProgressStatus
from levers.models import Lever
from objectives.models import Objective, StrategicPlan

COLUMNS = 100  # schools on one page
# A file has every school of the choice: the pages of the screen are no filter.
EVERY_SCHOOL = 10_000
GROUPINGS = ("objective", "theme")


@dataclass(frozen=True)
class IndicatorGroup:
    """The indicators of one objective, lever or theme; `code` is what the address calls it."""

    code: str
    title: str
    indicators: Sequence[Indicator]
    address: str = ""  # of the page of the objective or lever


@dataclass(frozen=True)
class MatrixFilter:
    """What the address asks the matrix for, beside its scope. Empty: everything."""

    grouping: str
    group: str
    school: str
    indicator: str
    only_missing: bool
    page: str

    @classmethod
    def read(cls, parameters: Mapping[str, str]) -> "MatrixFilter":
        grouping = parameters.get("by") or GROUPINGS[0]
        if grouping not in GROUPINGS:
            raise Http404
        return cls(
            grouping,
            parameters.get("group", ""),
            parameters.get("school", ""),
            parameters.get("indicator", ""),
            parameters.get("only") == "missing",
            parameters.get("page", "1"),
        )

    @property
    def filters(self) -> dict[str, str]:
        """Returns what narrows it, as the address says it."""
        parameters = {
            "by": self.grouping if self.grouping != GROUPINGS[0] else "",
            "group": self.group,
            "school": self.school,
            "indicator": self.indicator,
            "only": "missing" if self.only_missing else "",
        }
        return {key: value for key, value in parameters.items() if value}

    @property
    def is_of_one(self) -> bool:
        return bool(self.school or self.indicator)


@dataclass(frozen=True)
class MatrixRow:
    """An indicator, or where one indicator was chosen, a school."""

    indicator: Indicator
    cells: SafeString
    total: InstituteValue | None
    scope: Scope
    school: School | None = None

    @property
    def total_text(self) -> str:
        return Wording.of(self.indicator).fixed(self.total.shown if self.total else None)

    @property
    def explanation(self) -> str:
        return reverse("explain-value", args=[self.indicator.code]) + self.scope.lasting


@dataclass(frozen=True)
class RowGroup:
    group: IndicatorGroup
    rows: Sequence[MatrixRow]


@dataclass(frozen=True)
class MatrixColumn:
    school: School
    reported: int
    expected: int

    @property
    def is_complete(self) -> bool:
        return self.reported == self.expected


class CellWriter:
    """Writes cells as HTML, its words looked up and escaped once for all of them."""

    def __init__(self) -> None:
        self.states = {state.value: (state.sign, escape(str(state.label))) for state in CellState}
        self.verdicts: dict[tuple[str, ...], str] = {}

    def write(self, cell: MatrixCell, words: Wording, *, is_ratio: bool) -> str:
        state = cell.state.value
        sign, word = self.states[state]
        if cell.figure.number is None:
            return f'<td class="cell cell-{state}"><span class="cell-word">{word}</span></td>'
        heat, more = self._standing(cell, words, is_ratio)
        return (
            f'<td class="cell cell-{state} {heat}">'
            f'<span class="cell-number">{words.fixed(cell.figure.number)} '
            f'<i aria-hidden="true">{sign}</i></span>'
            f'<span class="visually-hidden">{word}</span>{more}</td>'
        )

    def _word(self, pace: Pace) -> str:
        """Looks the word up once for all cells of which the same is said."""
        verdict = pace.verdict
        key = (pace.status, pace.would_be, str(verdict.is_close))
        if key not in self.verdicts:
            self.verdicts[key] = escape(verdict.text)
        return self.verdicts[key]

    def _standing(self, cell: MatrixCell, words: Wording, is_ratio: bool) -> tuple[str, str]:
        """Returns the colour, and the words: the verdict on the school's own target, else what
        changed since the baseline."""
        if cell.pace:
            return f"heat-{cell.pace.status}", f"<strong>{self._word(cell.pace)}</strong>"
        trend = cell.trend
        if trend is None:
            return "", ""
        change = escape(cell.change(words, is_ratio=is_ratio))
        arrow = f'<span aria-hidden="true">{trend.arrow}</span>'
        return f"tint-{trend.value}", f"<small>{arrow} {change}</small>"


@dataclass(frozen=True)
class MatrixPage:
    scope: Scope
    plans: Sequence[StrategicPlan]
    choice: MatrixFilter
    groups: Sequence[IndicatorGroup]  # all there are, to choose from
    schools: Sequence[School]  # likewise
    columns_page: Page[School]
    matrix: Matrix
    freshness: Freshness

    @property
    def query(self) -> str:
        return self.scope.narrowed(self.choice.filters)

    @property
    def shown_groups(self) -> list[IndicatorGroup]:
        code = self.choice.group
        return [group for group in self.groups if code in ("", group.code)]

    @property
    def all_indicators(self) -> list[Indicator]:
        return [indicator for group in self.groups for indicator in group.indicators]

    @cached_property
    def indicators(self) -> list[Indicator]:
        return _chosen(self.shown_groups, self.choice.indicator)

    @cached_property
    def columns(self) -> list[MatrixColumn]:
        """Returns the schools, each with how much it has told of the indicators that stand here."""
        known = [indicator.pk for indicator in self.indicators]
        columns = [
            MatrixColumn(school, *self.matrix.coverage(known, school.pk))
            for school in self.columns_page
        ]
        if not self.choice.only_missing:
            return columns
        return [column for column in columns if self._lacks(known, [column.school.pk])]

    def _lacks(self, indicators: Iterable[int], schools: Sequence[int]) -> bool:
        return any(self.matrix.is_missing(i, s) for i in indicators for s in schools)

    @cached_property
    def row_groups(self) -> list[RowGroup]:
        return self.rows_of(self.columns)

    def rows_of(self, columns: Iterable[MatrixColumn]) -> list[RowGroup]:
        """Returns each group that has a row to show, with the cells of some of the columns."""
        shown = {indicator.pk for indicator in self.indicators}
        schools = [column.school for column in columns]
        writer = CellWriter()
        groups = []
        for group in self.shown_groups:
            kept = [
                indicator
                for indicator in group.indicators
                if indicator.pk in shown and self._is_shown(indicator)
            ]
            rows = [self._row(writer, indicator, schools) for indicator in kept]
            groups += [RowGroup(group, rows)] if rows else []
        return groups

    def _is_shown(self, indicator: Indicator) -> bool:
        if not self.choice.only_missing:
            return True
        return self._lacks([indicator.pk], [column.school.pk for column in self.columns])

    def _row(
        self, writer: CellWriter, indicator: Indicator, schools: Sequence[School]
    ) -> MatrixRow:
        words = Wording.of(indicator)
        is_ratio = indicator.aggregation == Indicator.Aggregation.RATIO
        cells = "".join(
            writer.write(self.matrix.cell(indicator.pk, school.pk), words, is_ratio=is_ratio)
            for school in schools
        )
        # Numbers come from `format_number`, words are escaped: nothing here was typed.
        total = self.matrix.totals.get(indicator.pk)
        return MatrixRow(indicator, mark_safe(cells), total, self.scope)  # noqa: S308

    @cached_property
    def school_rows(self) -> list[MatrixRow]:
        """Returns, of one indicator chosen, a school in each row, which a phone can show."""
        if not self.choice.indicator or not self.indicators:
            return []
        (indicator,) = self.indicators
        writer, words = CellWriter(), Wording.of(indicator)
        is_ratio = indicator.aggregation == Indicator.Aggregation.RATIO
        rows = []
        for column in self.columns:
            cell = self.matrix.cell(indicator.pk, column.school.pk)
            written = mark_safe(writer.write(cell, words, is_ratio=is_ratio))  # noqa: S308
            rows.append(MatrixRow(indicator, written, None, self.scope, column.school))
        return rows

    @property
    def only(self) -> MatrixRow | None:
        """Returns the one indicator chosen, with its total."""
        for group in self.row_groups if self.choice.indicator else []:
            return group.rows[0]
        return None

    @property
    def legend(self) -> list[CellState]:
        return list(CellState)

    @property
    def verdicts(self) -> list[ProgressStatus]:
        """Returns the verdicts that stand in some cell, the worst first."""
        return sorted(
            {ProgressStatus(pace.status) for pace in self.matrix.paces.values()},
            key=lambda status: status.order,
        )

    @property
    def trends(self) -> list[tuple[Trend, str]]:
        return [
            (Trend.UP, _("more than then")),
            (Trend.DOWN, _("less than then")),
            (Trend.LEVEL, _("the same")),
        ]


def _chosen(groups: Iterable[IndicatorGroup], code: str) -> list[Indicator]:
    """Returns the indicators of the groups, or the one of this code. Raises 404 for another."""
    indicators = [indicator for group in groups for indicator in group.indicators]
    if not code:
        return indicators
    chosen = [indicator for indicator in indicators if indicator.code == code][:1]
    if not chosen:
        raise Http404
    return chosen


def matrix_page(
    user: Any, parameters: Mapping[str, str], freshness: Freshness, *, columns: int = COLUMNS
) -> MatrixPage | None:
    """Returns None where there is no plan yet. A file asks for more columns than a screen has."""
    read = read_scope(user, parameters)
    if read is None:
        return None
    scope, choice = read.scope, MatrixFilter.read(parameters)
    groups = _groups(user, scope, choice.grouping)
    if choice.group and choice.group not in {group.code for group in groups}:
        raise Http404
    schools = School.objects.visible_to(user).members_in(scope.year).named_in(scope.year)
    page = Paginator(_schools_asked(schools, choice.school), columns).get_page(choice.page)
    shown = [group for group in groups if choice.group in ("", group.code)]
    matrix = read_matrix(user, scope, _chosen(shown, choice.indicator), list(page))
    return MatrixPage(scope, read.plans, choice, groups, schools, page, matrix, freshness)


def _schools_asked(schools: Sequence[School], code: str) -> list[School]:
    if not code:
        return list(schools)
    chosen = [school for school in schools if school.code == code]
    if not chosen:
        raise Http404
    return chosen


def _groups(user: Any, scope: Scope, grouping: str) -> list[IndicatorGroup]:
    """Returns every indicator that the plan follows that year, with those of the same element or
    theme."""
    indicators = list(
        Indicator.objects.visible_to(user)
        .followed_in_plan(scope.plan, scope.year)
        .collected_from_schools()
    )
    if grouping == "theme":
        return _by_theme(indicators)
    return _by_element(user, scope, indicators)


def _by_theme(indicators: Sequence[Indicator]) -> list[IndicatorGroup]:
    themes: dict[str, list[Indicator]] = defaultdict(list)
    for indicator in indicators:
        themes[indicator.theme].append(indicator)
    return [
        IndicatorGroup(theme.value, str(theme.label), themes[theme.value])
        for theme in Indicator.Theme
        if themes[theme.value]
    ]


def _by_element(user: Any, scope: Scope, indicators: Sequence[Indicator]) -> list[IndicatorGroup]:
    """One that serves several objectives stands under the first of them, one that serves none under
    its first lever."""
    left = {indicator.pk: indicator for indicator in indicators}
    groups = []
    for kind, model in (("objective", Objective), ("lever", Lever)):
        elements = model.objects.visible_to(user).counting_in(scope.plan, scope.year)
        links = IndicatorLink.objects.filter(**{f"{kind}__in": elements})
        pairs = set(links.values_list(f"{kind}_id", "indicator_id"))
        for element in elements.order_by("rank", "code"):
            own = [pk for pk in left if (element.pk, pk) in pairs]
            code = element.code if kind == "objective" else f"{kind}-{element.code}"
            address = reverse(kind, args=[element.code]) + scope.query
            rows = [left.pop(pk) for pk in own]
            groups.append(IndicatorGroup(code, str(element), rows, address))
    rest = list(left.values())
    groups.append(IndicatorGroup("-", _("Without an objective or a lever in this plan"), rest))
    return [group for group in groups if group.indicators]
