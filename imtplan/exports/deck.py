"""What each slide for the board says: plain data, out of the page's own objects.

The lines of a headline indicator are those of its chart on the page; every text is the page's.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from html import unescape
from math import ceil
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from imtplan.bilingual import reader_language
from imtplan.dashboard.followed_targets import FollowedTarget, FollowedYear
from imtplan.dashboard.named_totals import listed_with_years
from imtplan.dashboard.overview.headlines import Headline
from imtplan.dashboard.overview.page import DashboardPage
from imtplan.dashboard.overview.tables import DASHBOARD
from imtplan.dashboard.queries import ElementState, ProjectGroup
from imtplan.dashboard.tabled_pages import is_demonstration, moment_of
from imtplan.dashboard.wording import NATURES, Wording, in_percent, moment_in_words
from imtplan.exports.paper_sheets import (
    perimeter_of,
    source_of_figures,
)
from imtplan.numbers import percentage

# What fits on a slide: elements of a chart, lines of text of a table as wide as the slide, and the
# letters of such a line.
ELEMENTS, LINES, LETTERS = 8, 16, 120
# The traces of a chart that are lines of a slide's chart, in the order of its legend.
ROLES = ("value", "estimate", "forecast", "path")
# How a program writes a share: in whole per cents, but 99.9 % is not written as the whole.
SHARES = "[>=1]0%;[>=0.995]0.0%;0%"


@dataclass(frozen=True)
class ChartSeries:
    """One row of the chart's own sheet; unknown is None."""

    role: str
    name: str
    values: Sequence[float | None]


@dataclass(frozen=True)
class Chart:
    """`kind` is how it is drawn: years as lines, shares or counts as bars."""

    kind: str
    categories: Sequence[str]
    series: Sequence[ChartSeries]
    number_format: str
    description: str  # for those who do not see it
    bounds: tuple[float, float] | None = None
    statuses: Sequence[str] = ()  # of each category, for the colour of its bar
    marked: int | None = None  # the category whose number is written

    @property
    def is_drawable(self) -> bool:
        """Says no where nothing is known, or there is nothing yet."""
        return bool(self.categories and self.series)


@dataclass(frozen=True)
class SlideTable:
    headings: Sequence[str]
    lines: Sequence[Sequence[str]]
    widths: Sequence[float]  # shares of the whole


@dataclass(frozen=True)
class Slide:
    title: str
    notes: str
    chart: Chart | None = None
    table: SlideTable | None = None


@dataclass(frozen=True)
class Deck:
    title: str
    lead: str
    more: str
    about: str
    foot: str
    notes: str
    language: str
    is_demonstration: bool
    slides: Sequence[Slide] = field(default_factory=list)


def read(user: Any, subject: str, parameters: Mapping[str, str]) -> Deck:
    page = DASHBOARD.page(user, parameters)
    perimeter = perimeter_of(page.scope.year, page.scope.view)
    data = _("data of %(moment)s") % {
        "moment": moment_in_words(moment_of(page.scope, page.freshness))
    }
    return Deck(
        title=page.scope.plan_name,
        lead=page.outlook or page.state,
        more=page.state if page.outlook else "",
        about=f"{perimeter} · {data}",
        foot=f"IMT Plan · {page.scope.plan_name} · {perimeter} · {data}",
        notes=_notes(page),
        language=reader_language(),
        is_demonstration=is_demonstration(),
        slides=[
            *(_headline(user, page, headline) for headline in page.headlines),
            *_elements(page, _whole(page), page.objectives),
            *_elements(page, _("Levers"), page.levers),
            *_decisions(page),
            _projects(page),
        ],
    )


def _notes(page: DashboardPage, *sources: str) -> str:
    """Says where the numbers come from, of whom they speak, and when they were computed."""
    return "\n".join(
        [
            *(source for source in sources if source),
            _("Perimeter: %(basis)s, %(perimeter)s.")
            % {
                "basis": page.basis or _("no school is expected to report"),
                "perimeter": perimeter_of(page.scope.year, page.scope.view),
            },
            *([f"{page.counted_schools}."] if page.counted_schools else []),
            _("Computed: %(moment)s.")
            % {"moment": moment_in_words(moment_of(page.scope, page.freshness))},
            _("Every number is the one of the dashboard in IMT Plan."),
        ]
    )


# --- Headline indicators --------------------------------------------------------------------------


def _headline(user: Any, page: DashboardPage, headline: Headline) -> Slide:
    followed = headline.followed
    return Slide(
        title=_title(followed),
        notes=_notes(page, *_sources(user, followed)),
        chart=_lines(headline),
        table=SlideTable(("", ""), _facts(followed), (0.5, 0.5)),
    )


def _title(followed: FollowedTarget) -> str:
    words = {
        "name": followed.indicator.name,
        "value": followed.facts.value,
        "unit": followed.indicator.unit,
        "year": followed.now.year,
        "status": followed.verdict.text,
        "nature": followed.now.nature.label if followed.now.nature else "",
    }
    if not followed.facts.value:
        return _("%(name)s: nothing known of %(year)s") % words
    if followed.now.is_estimate:
        return _("%(name)s: about %(value)s %(unit)s in %(year)s (%(nature)s), %(status)s") % words
    return _("%(name)s: %(value)s %(unit)s in %(year)s, %(status)s") % words


def _sources(user: Any, followed: FollowedTarget) -> list[str]:
    target = followed.target
    coverage = _("Schools that reported: %(coverage)s") % {"coverage": followed.facts.coverage}
    return [
        _("Source of the target: %(source)s") % {"source": target.source},
        *followed.revisions_in_words,
        source_of_figures(user, followed.indicator, followed.scope),
        coverage if followed.facts.coverage else "",
        *_basis(followed.now),
        followed.outlook,
        str(NATURES),
    ]


def _basis(year: FollowedYear) -> Iterator[str]:
    """Yields whose older figures an estimate rests on, and which schools it is without."""
    if year.carried:
        yield " ".join([_("Carried forward:"), listed_with_years(year.carried)])
    yield from year.left_out


def _target_name(followed: FollowedTarget) -> str:
    """Returns the name of its line, which says where it is no longer what was published at first:
    the notes have the former terms, the days and the reasons."""
    name = _("Target %(year)s, revised") if followed.revisions else _("Target %(year)s")
    return name % {"year": followed.target.year}


def _facts(followed: FollowedTarget) -> list[tuple[str, str]]:
    facts, target, now = followed.facts, followed.target, followed.now
    pair = _("%(low)s to %(high)s") % {"low": facts.forecast_low, "high": facts.forecast_high}
    value = now.nature.label if now.nature else _("Value").lower()
    rows = [
        (f"{now.year}, {value}", facts.value),
        (_("Expected in %(year)s") % {"year": now.year}, facts.expected_value),
        (_("Gap to the path"), facts.gap),
        (_target_name(followed), facts.target),
        (_("Baseline %(year)s") % {"year": target.baseline_year}, facts.baseline),
        (_("Progress"), facts.progress),
        (_("Expected progress"), facts.expected_progress),
        (_("Pace"), facts.pace),
        (_("Forecast %(year)s, at this pace") % {"year": target.year}, facts.forecast),
        (_("Forecast interval"), pair if facts.forecast_low else ""),
        (_("Chances to meet it"), facts.chances),
        (_("Schools"), facts.coverage),
    ]
    return [(name, text or "—") for name, text in rows]


def _lines(headline: Headline) -> Chart:
    """Returns the traces of the page's chart, each year a category."""
    figure, followed = headline.figure, headline.followed
    years = [int(year) for year in figure["layout"]["xaxis"]["tickvals"]]
    traces = {trace["meta"]["role"]: trace for trace in figure["data"]}
    series = [_series(traces[role], years) for role in ROLES if role in traces]
    if "target" in traces:
        series.append(_level(traces["target"], followed, years))
    decimals = followed.indicator.decimals
    return Chart(
        kind="lines",
        categories=[str(year) for year in years],
        series=[row for row in series if any(value is not None for value in row.values)],
        number_format="#,##0" + ("." + "0" * decimals if decimals else ""),
        description=_("%(name)s, year by year, and the path to its target")
        % {"name": followed.indicator.name},
        bounds=tuple(figure["layout"]["yaxis"]["range"] or ()) or None,
        marked=years.index(followed.now.year) if followed.now.year in years else None,
    )


def _series(trace: Mapping[str, Any], years: Sequence[int]) -> ChartSeries:
    known = dict(zip(trace["x"], trace["y"], strict=True))
    role = trace["meta"]["role"]
    name = _("Path to the target") if role == "path" else unescape(trace["name"])
    return ChartSeries(role, name, [known.get(year) for year in years])


def _level(trace: Mapping[str, Any], followed: FollowedTarget, years: Sequence[int]) -> ChartSeries:
    """Returns the target as a line across the years: what a board holds the others against."""
    words = Wording.of(followed.indicator)
    parts = {"year": followed.target.year, "value": words.fixed(followed.target_value)}
    return ChartSeries(
        "target", _("Target %(year)s: %(value)s") % parts, [trace["y"][0]] * len(years)
    )


# --- Objectives and levers ------------------------------------------------------------------------


def _whole(page: DashboardPage) -> str:
    """The slide of the objectives says what they come to together."""
    if page.standing.share is None:
        missing = {"verdict": page.standing.verdict.text}
        return _("Objectives; the plan as a whole: %(verdict)s") % missing
    shares = {
        "share": _percent(page.standing.share),
        "expected": _percent(page.standing.expected_share),
    }
    return _("Objectives: %(share)s of the plan as a whole, %(expected)s expected") % shares


def _elements(
    page: DashboardPage, heading: str, elements: Sequence[ElementState]
) -> Iterator[Slide]:
    for title, some in _paged(heading, elements, ELEMENTS):
        yield Slide(
            title=title,
            notes=_notes(page),
            chart=_bars(title, some),
            table=SlideTable(
                ("", _("Progress"), _("Expected"), _("Status")),
                [_standing(element) for element in some],
                (0.14, 0.3, 0.22, 0.34),
            ),
        )


def _paged(
    title: str, rows: Sequence[Any], fits: int, height: Callable[[Any], int] = lambda _row: 1
) -> Iterator[tuple[str, Sequence[Any]]]:
    """Makes as many slides as a list needs: nothing is left out, nothing runs over the edge."""
    pages: list[list[Any]] = []
    room = 0
    for row in rows:
        if not pages or height(row) > room:
            pages.append([])
            room = fits
        pages[-1].append(row)
        room -= height(row)
    for number, some in enumerate(pages, start=1):
        yield (f"{title} ({number} / {len(pages)})" if len(pages) > 1 else title), some


def _bars(heading: str, elements: Sequence[ElementState]) -> Chart:
    def shares(attribute: str) -> list[float | None]:
        known = [getattr(element.standing, attribute) for element in elements]
        return [None if share is None else _drawn(share) for share in known]

    return Chart(
        kind="shares",
        categories=[f"{element.code} {element.title}".strip() for element in elements],
        series=[
            ChartSeries("progress", _("Progress"), shares("share")),
            ChartSeries("expected", _("Expected by then"), shares("expected_share")),
        ],
        number_format=SHARES,
        description=_("%(heading)s: progress beside what was expected by then")
        % {"heading": heading},
        statuses=[element.status.value for element in elements],
    )


def _drawn(share: Decimal) -> float:
    """Returns the exact share, or what is written where a program would round it to the whole."""
    written = percentage(share, 0)
    return float(share if written == written.to_integral_value() else written / 100)


def _standing(element: ElementState) -> tuple[str, ...]:
    standing = element.standing
    return (
        element.code,
        _percent(standing.share),
        _percent(standing.expected_share),
        capfirst(standing.verdict.text),
    )


def _percent(share: Any) -> str:
    return in_percent(share) or "—"


# --- Decisions and projects -----------------------------------------------------------------------


DECISION = (0.2, 0.38, 0.42)  # the widths of its table


def _decisions(page: DashboardPage) -> Iterator[Slide]:
    rows = [
        (str(decision.kind.label), decision.subject, decision.sentence)
        for decision in page.agenda.all
    ]
    nothing = [("", _("Nothing needs a decision"), "")]
    for title, some in _paged(_("What needs a decision"), rows or nothing, LINES, _height):
        headings = (_("Why"), _("What"), _("What is said of it"))
        yield Slide(title, _notes(page), table=SlideTable(headings, some, DECISION))


def _height(row: Sequence[str]) -> int:
    """Returns about how many lines of text it takes."""
    return max(
        ceil(len(text) / (LETTERS * share)) for text, share in zip(row, DECISION, strict=True)
    )


def _projects(page: DashboardPage) -> Slide:
    title = ngettext(
        "%(count)s flagship project by status",
        "%(count)s flagship projects by status",
        page.project_count,
    )
    title %= {"count": page.project_count}
    groups = page.board
    return Slide(
        title=title,
        notes=_notes(page),
        chart=Chart(
            kind="counts",
            categories=[str(group.status.label).capitalize() for group in groups],
            series=[ChartSeries("count", _("Projects"), [group.count for group in groups])],
            number_format="0",
            description=title,
            statuses=[group.status.value for group in groups],
        ),
        table=SlideTable(
            (_("Status"), pgettext("how many", "Number"), _("Projects")),
            [_group(group) for group in groups],
            (0.3, 0.2, 0.5),
        ),
    )


def _group(group: ProjectGroup) -> tuple[str, str, str]:
    codes = sorted(project.code for project in [*group.named, *group.unnamed])
    return (str(group.status.label).capitalize(), str(group.count), ", ".join(codes))
