"""Which schools are behind: completeness, own verdicts, and each one's part in what is left."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Prefetch
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imtplan import clock
from imtplan.accounts.models import School
from imtplan.campaigns.models import Submission
from imtplan.dashboard.campaign_states import campaigns_with_schools, school_states
from imtplan.dashboard.followed_targets import FollowedTarget, headline_targets
from imtplan.dashboard.freshness import Freshness
from imtplan.dashboard.matrix.cells import Matrix, read_matrix
from imtplan.dashboard.school.school_shares import (
    IndicatorShares,
    OwnVerdict,
    ShareRow,
    shares_of,
    verdict_of,
)
from imtplan.dashboard.scope import Scope, read_scope, reference_targets
from imtplan.dashboard.wording import Wording, in_percent
from indicators.models import Indicator, Progress, ProgressStatus, Target, VerdictInWords
from indicators.results.series import all_series
from objectives.models import StrategicPlan

# How many schools the sentence names, and how many indicators stand side by side.
NAMED = 3
ABREAST = 4
SCHOOLS_ON_A_PAGE = 60
SCOPE = ("plan", "year", "view", "as_of")


@dataclass(frozen=True)
class SchoolSummary:
    """One school of the page's year: what it gave, what it promised, what it bears."""

    school: School
    reported: int
    expected: int
    state: Submission.State | None  # None: no campaign of the year asks it
    verdicts: Sequence[OwnVerdict]
    names: Sequence[str]  # of the indicators that are shared out and stand side by side
    cells: Sequence[ShareRow | None]
    weight: Decimal | None

    @property
    def is_complete(self) -> bool:
        return self.reported == self.expected

    @property
    def by_indicator(self) -> list[tuple[str, ShareRow | None]]:
        """Returns each number with the name of its column, which a phone shows beside it."""
        return list(zip(self.names, self.cells, strict=True))

    @property
    def counts(self) -> list[tuple[VerdictInWords, int]]:
        """Returns its own verdicts, the worst first, those in the same words counted together."""
        every = [verdict.words for verdict in self.verdicts]
        every.sort(key=lambda words: (words.status.order, not words.is_close))
        texts = [words.text for words in every]
        return [(every[texts.index(text)], texts.count(text)) for text in dict.fromkeys(texts)]

    @property
    def weight_text(self) -> str:
        return in_percent(self.weight)


@dataclass(frozen=True)
class SchoolsPage:
    scope: Scope
    plans: Sequence[StrategicPlan]
    all_shares: Sequence[IndicatorShares]
    members: Sequence[School]
    matrix: Matrix
    indicators: Sequence[Indicator]  # those that schools are asked for
    states: Mapping[str, Submission.State]  # by the code of each school that a campaign asks
    verdicts: Mapping[str, Sequence[OwnVerdict]]  # by the school's code
    freshness: Freshness

    @cached_property
    def shared(self) -> list[IndicatorShares]:
        return [shares for shares in self.all_shares if not shares.why_not]

    @property
    def abreast(self) -> list[IndicatorShares]:
        """Returns those that have a column beside the schools; every one has a table of its own."""
        return self.shared[:ABREAST]

    @property
    def others(self) -> list[tuple[str, str]]:
        """Returns what the schools of the year do not bear, by the name of the column: of those
        that have left, and of none. Empty where there is nothing of it."""
        left = [(shares, self._left_to_others(shares)) for shares in self.abreast]
        if not any(number for _bearing, number in left):
            return []
        return [
            (
                str(shares.followed.indicator.name),
                Wording.of(shares.followed.indicator).number(number, sign=True),
            )
            for shares, number in left
        ]

    def _left_to_others(self, shares: IndicatorShares) -> Decimal:
        cells = (shares.of(school.code) for school in self.members)
        known = (cell.share.left for cell in cells if cell)
        borne = sum((number for number in known if number is not None), Decimal(0))
        return (shares.split.whole.left or Decimal(0)) - borne

    @property
    def not_shared(self) -> list[IndicatorShares]:
        return [shares for shares in self.all_shares if shares.why_not]

    @cached_property
    def rows(self) -> list[SchoolSummary]:
        """Returns the schools of the year, what weighs most first, of unknown weight last."""
        rows = [self._summary(school) for school in self.members]
        return sorted(rows, key=lambda row: (row.weight is None, -(row.weight or Decimal(0))))

    def _summary(self, school: School) -> SchoolSummary:
        known = [indicator.pk for indicator in self.indicators]
        reported, expected = self.matrix.coverage(known, school.pk)
        cells = [shares.of(school.code) for shares in self.shared]
        return SchoolSummary(
            school,
            reported,
            expected,
            self.states.get(school.code),
            self.verdicts.get(school.code, ()),
            [str(shares.followed.indicator.name) for shares in self.abreast],
            cells[:ABREAST],
            _mean(cell.weight for cell in cells if cell),
        )

    @property
    def sentence(self) -> str:
        """Says who bears most of what is left to do."""
        heavy = [row for row in self.rows if row.weight is not None and row.weight > 0][:NAMED]
        if not heavy:
            return ""
        named = _(", ").join(
            _("%(school)s (%(weight)s)") % {"school": row.school.name, "weight": row.weight_text}
            for row in heavy
        )
        return _("Most of what is left to do is borne by: %(schools)s.") % {"schools": named}

    @property
    def promises(self) -> str:
        """Says how many schools promised nothing themselves: no verdict is not good news."""
        without = sum(not row.verdicts for row in self.rows)
        if not without:
            return ""
        text = ngettext(
            "%(count)s school of %(all)s has no target of its own: "
            "of it there is no verdict, good or bad.",
            "%(count)s schools of %(all)s have no target of their own: "
            "of them there is no verdict, good or bad.",
            without,
        )
        return text % {"count": without, "all": len(self.rows)}


@dataclass(frozen=True)
class SchoolDirectory:
    """Every school, found by name, below those of the plan: a thousand of them are no trouble.

    Where somebody looks for a name, or on in the list, it stands alone.
    """

    board: SchoolsPage | None  # None too where there is no plan yet
    rows: Page[School]
    search: str
    kept: Mapping[str, str]  # what of the address a search or a link keeps
    freshness: Freshness

    @property
    def query(self) -> str:
        return "?" + urlencode(self.kept) if self.kept else ""

    @property
    def scope(self) -> Scope | None:
        return self.board.scope if self.board else None


def school_directory(
    user: Any, parameters: Mapping[str, str], freshness: Freshness
) -> SchoolDirectory:
    search = parameters.get("q", "").strip().replace("\x00", "\u2400")
    schools = School.objects.visible_to(user).select_related("merged_into")
    listed = schools.answering_to(search) if search else schools
    rows = Paginator(listed, SCHOOLS_ON_A_PAGE).get_page(parameters.get("page"))
    is_alone = search or parameters.get("page")
    board = None if is_alone else schools_page(user, parameters, freshness)
    kept = {key: parameters[key] for key in SCOPE if parameters.get(key)}
    return SchoolDirectory(board, rows, search, kept, freshness)


def _mean(weights: Iterable[Decimal | None]) -> Decimal | None:
    """Returns the mean over the indicators of which something is left; each counts alike."""
    known = [weight for weight in weights if weight is not None]
    return sum(known, Decimal(0)) / len(known) if known else None


def schools_page(
    user: Any, parameters: Mapping[str, str], freshness: Freshness
) -> SchoolsPage | None:
    """Returns None where there is no plan yet."""
    read = read_scope(user, parameters)
    if read is None:
        return None
    targets = reference_targets(user, read.scope)
    followed_targets = headline_targets(user, read.scope, targets)
    return schools_of(user, read.scope, read.plans, followed_targets, freshness)


def schools_of(
    user: Any,
    scope: Scope,
    plans: Sequence[StrategicPlan],
    followed_targets: Sequence[FollowedTarget],
    freshness: Freshness,
) -> SchoolsPage:
    """Makes the page, of the same targets of the headline indicators as on the dashboard."""
    visible = School.objects.visible_to(user).named_in(scope.year)
    schools = {school.code: school for school in visible}
    own = _own_progress(user, scope)
    members = [school for school in schools.values() if school.is_member_in(scope.year)]
    followed = Indicator.objects.visible_to(user).followed_in_plan(scope.plan, scope.year)
    indicators = list(followed.collected_from_schools())
    return SchoolsPage(
        scope=scope,
        plans=plans,
        all_shares=_all_shares(followed_targets, schools, own),
        members=members,
        matrix=read_matrix(user, scope, indicators, members),
        indicators=indicators,
        states=_states(user, scope),
        verdicts=_by_school(own),
        freshness=freshness,
    )


def _all_shares(
    followed_targets: Sequence[FollowedTarget],
    schools: Mapping[str, School],
    own: Sequence[Progress],
) -> list[IndicatorShares]:
    indicators = Indicator.objects.filter(
        pk__in=[followed.indicator.pk for followed in followed_targets]
    )
    series = {own.indicator.pk: own for own in all_series(indicators)}
    return [
        shares_of(
            followed,
            series[followed.indicator.pk],
            schools,
            {
                progress.target.school.code: verdict_of(progress)
                for progress in own
                if progress.target.school and progress.target.indicator_id == followed.indicator.pk
            },
        )
        for followed in followed_targets
    ]


def _own_progress(user: Any, scope: Scope) -> list[Progress]:
    """Returns the progress toward each school's own targets of this plan, in the order in which
    they come due. A target of which nothing is stored for the year has no data: it is a target all
    the same."""
    here = Progress.objects.visible_to(user).filter(year=scope.year, view=scope.view)
    targets = (
        Target.objects.visible_to(user)
        .in_use()
        .counting_in(scope.year)
        .filter(plan=scope.plan, school__isnull=False)
        .select_related("indicator", "school")
        .prefetch_related(Prefetch("progress", queryset=here))
        .order_by("year", "code")
    )
    return [_progress_of(target) for target in targets]


def _progress_of(target: Target) -> Progress:
    stored = next(iter(target.progress.all()), None)
    progress = stored or Progress(status=ProgressStatus.NO_DATA, target_value=target.value)
    progress.target = target
    return progress


def _by_school(own: Sequence[Progress]) -> dict[str, list[OwnVerdict]]:
    by_school: dict[str, list[OwnVerdict]] = {}
    for progress in own:
        if progress.target.school:
            by_school.setdefault(progress.target.school.code, []).append(verdict_of(progress))
    return by_school


def _states(user: Any, scope: Scope) -> dict[str, Submission.State]:
    """Returns how far each school is that a campaign of the year asks; in several, how far it is in
    the one in which it is least far. One that is to open asks nothing yet."""
    least: dict[str, Submission.State] = {}
    campaigns = campaigns_with_schools(user).filter(year=scope.year, opens_at__lte=clock.now())
    for campaign in campaigns:
        for school in reversed(school_states(campaign)):
            before = least.get(school.code, school.state)
            least[school.code] = min(before, school.state, key=list(Submission.State).index)
    return least
