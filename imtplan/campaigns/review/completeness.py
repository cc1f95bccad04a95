"""How far a campaign has come: what was said, what is to correct, to explain, and of how many.

It reads only. What nobody said is missing, and never zero.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from imtplan.accounts.models import School
from imtplan.campaigns.entry.merged_past import FiguresByYear, MergedPast, by_school
from imtplan.campaigns.entry.reading import (
    YEARS_COMPARED,
    SchoolFigures,
    aims_of,
    breaks_up_to,
    paths_of,
    rules_in_force,
)
from imtplan.campaigns.models import Campaign, CampaignStage, Extension, KeptInput, Submission
from imtplan.campaigns.models.campaign import expected_by
from indicators.models import Figure, Inapplicability, Indicator

State = Figure.State
WORDS = (State.NOT_AVAILABLE, State.NOT_APPLICABLE)
SCHOOLS = [kind for kind in School.Affiliation if kind != School.Affiliation.INSTITUTE]


@dataclass(frozen=True)
class Completeness:
    """Counts the cells of one school, or, added up, of many."""

    expected: int = 0
    numbers: int = 0
    words: int = 0
    to_correct: int = 0
    to_explain: int = 0

    def __add__(self, other: "Completeness") -> "Completeness":
        names = [part.name for part in fields(self)]
        return Completeness(*(getattr(self, name) + getattr(other, name) for name in names))

    @property
    def filled(self) -> int:
        return self.numbers + self.words

    @property
    def missing(self) -> int:
        return self.expected - self.filled

    @property
    def ratio(self) -> Decimal | None:
        """Returns what part is filled; None where nothing is expected: not zero, and not all."""
        return Decimal(self.filled) / self.expected if self.expected else None

    @property
    def numbers_ratio(self) -> Decimal | None:
        return Decimal(self.numbers) / self.expected if self.expected else None

    @property
    def is_complete(self) -> bool:
        return bool(self.expected) and not (self.missing or self.to_correct or self.to_explain)


def total(parts: Iterable[Completeness]) -> Completeness:
    return sum(parts, Completeness())


def expected_schools(campaigns: Sequence[Campaign]) -> dict[int, list[School]]:
    """Returns each campaign's schools, as `Campaign.expected_schools`, for many in two queries."""
    campaigns_asking = Campaign.objects.filter(pk__in=[campaign.pk for campaign in campaigns])
    of_campaign = expected_by(OuterRef(OuterRef("pk")), year=OuterRef("year"))
    schools = School.objects.filter(of_campaign).values_list("pk", flat=True)
    keys = dict(campaigns_asking.values_list("pk", ArraySubquery(schools)))
    by_key = School.objects.in_bulk({pk for expected in keys.values() for pk in expected})
    return {
        campaign.pk: sorted(
            (by_key[pk] for pk in keys[campaign.pk]), key=lambda school: (school.rank, school.code)
        )
        for campaign in campaigns
    }


def of_campaigns(campaigns: Sequence[Campaign]) -> dict[int, dict[int, Completeness]]:
    """Counts by campaign and school, in a constant number of queries. What is to explain, and what
    a rule refuses, is not counted here: it needs every earlier figure, see `of_campaign`."""
    of_schools, of_the_institute = _indicator_counts(campaigns)
    numbers, words = _filled(campaigns, [State.NUMBER]), _filled(campaigns, WORDS)
    kept, excused = _kept(campaigns), _excused(campaigns)
    return {
        campaign: {
            school.pk: Completeness(
                expected=(of_the_institute if school.is_the_institute else of_schools).get(
                    campaign, 0
                ),
                numbers=numbers.get((campaign, school.pk), 0),
                words=words.get((campaign, school.pk), 0),
                to_correct=kept.get((campaign, school.pk), 0),
            )
            + excused.get((campaign, school.pk), Completeness())
            for school in schools
        }
        for campaign, schools in expected_schools(campaigns).items()
    }


def _indicator_counts(campaigns: Sequence[Campaign]) -> tuple[dict[int, int], dict[int, int]]:
    """Returns how many indicators are asked of each school, and of the institute, by campaign."""
    requested = Campaign.indicators.through.objects.filter(campaign__in=campaigns)
    is_the_institutes = Q(indicator__aggregation=Indicator.Aggregation.NONE)
    counts = (
        requested.order_by()
        .values_list("campaign")
        .annotate(
            of_schools=Count("pk", filter=~is_the_institutes),
            of_the_institute=Count("pk", filter=is_the_institutes),
        )
    )
    rows = list(counts)
    return {row[0]: row[1] for row in rows}, {row[0]: row[2] for row in rows}


def _filled(campaigns: Sequence[Campaign], states: Iterable[str]) -> dict[tuple[int, int], int]:
    """Returns how many collected figures are in one of `states`, by campaign and school."""
    figures = Campaign.indicators.through.objects.filter(
        _is_reported_by("indicator__figures__school"),
        campaign__in=campaigns,
        indicator__figures__year=F("campaign__year"),
        indicator__figures__state__in=states,
    )
    return _counted(figures.values_list("campaign", "indicator__figures__school"))


def _kept(campaigns: Sequence[Campaign]) -> dict[tuple[int, int], int]:
    """Counts texts that could not be stored, in cells that are still asked for."""
    kept = KeptInput.objects.filter(campaign__in=campaigns, indicator__campaigns=F("campaign"))
    due = kept.filter(_is_reported_by("school"))
    return _counted(due.values_list("campaign", "school"))


def _excused(campaigns: Sequence[Campaign]) -> dict[tuple[int, int], Completeness]:
    """Returns what to take from the counts, below zero, by campaign and school: the cells that do
    not concern the school, whatever words and texts stand in them."""
    of_indicator, year = "indicator__inapplicabilities", OuterRef("campaign__year")
    school = OuterRef(f"{of_indicator}__school")
    figure = Figure.objects.filter(indicator=OuterRef("indicator"), school=school, year=year)
    texts = KeptInput.objects.filter(
        campaign=OuterRef("campaign"), indicator=OuterRef("indicator"), school=school
    )
    last = f"{of_indicator}__last_year"
    cells = (
        Campaign.indicators.through.objects.filter(
            Q((last, None)) | Q((f"{last}__gte", F("campaign__year"))),
            (f"{of_indicator}__archived_at", None),
            (f"{of_indicator}__first_year__lte", F("campaign__year")),
            ~Exists(figure.filter(state=State.NUMBER)),
            campaign__in=campaigns,
        )
        .annotate(has_word=Exists(figure.filter(state__in=WORDS)), has_text=Exists(texts))
        .order_by()
        .values_list("campaign", f"{of_indicator}__school", "has_word", "has_text")
    )
    excused: dict[tuple[int, int], Completeness] = {}
    for campaign, key, has_word, has_text in cells:
        cell = Completeness(expected=-1, words=-int(has_word), to_correct=-int(has_text))
        excused[campaign, key] = excused.get((campaign, key), Completeness()) + cell
    return excused


def _is_reported_by(school: str) -> Q:
    """Returns the rule of `Indicator.is_reported_by`; `school`: the way to it in the query."""
    is_the_institutes = Q(indicator__aggregation=Indicator.Aggregation.NONE)
    by_the_institute = Q((f"{school}__kind", School.Affiliation.INSTITUTE))
    by_schools = Q((f"{school}__kind__in", SCHOOLS))  # no negation, which would ask of all figures
    return is_the_institutes & by_the_institute | ~is_the_institutes & by_schools


def _counted(pairs: QuerySet[Any, Any]) -> dict[tuple[int, int], int]:
    rows = pairs.annotate(Count("pk")).order_by()
    return {(campaign, school): count for campaign, school, count in rows}


# --- One campaign, with what is to explain ------------------------------------------------------


def of_campaign(campaign: Campaign, handed_in: Collection[int] = ()) -> dict[int, Completeness]:
    """Counts by school, in the order of the schools, with what is to confirm or explain, and what
    a rule of the plan office refuses. `handed_in`: the keys of the schools whose figures are, of
    which a rule that was switched on since asks nothing."""
    asking = {
        reading.school.pk: _asking_since(reading)
        if reading.school.pk in handed_in
        else _asking(reading)
        for reading in _readings(campaign)
    }
    return {
        school: replace(counts, **asking.get(school, {}))
        for school, counts in of_campaigns([campaign])[campaign.pk].items()
    }


def _asking(reading: SchoolFigures) -> dict[str, int]:
    return {"to_correct": len(reading.to_correct), "to_explain": len(reading.to_explain)}


def _asking_since(reading: SchoolFigures) -> dict[str, int]:
    """Returns what is left to explain of figures that were handed in; nothing is to correct."""
    asks = [
        any(finding.once_handed_in().asks for finding in reading.findings(indicator))
        for indicator in reading.indicators
    ]
    return {"to_correct": 0, "to_explain": sum(asks)}


def _readings(campaign: Campaign) -> Iterator[SchoolFigures]:
    """Reads what `reading.read` reads of one school, of every school at once."""
    indicators = campaign.asked_indicators()
    since = campaign.year - YEARS_COMPARED
    stored = Figure.objects.filter(year__range=(since, campaign.year)).select_related("school")
    figures = by_school(stored, indicators)
    breaks, rules = breaks_up_to(campaign.year, indicators), rules_in_force(indicators)
    kept = _kept_by_school(campaign)
    past = MergedPast.before(campaign.year)
    counted = past.counted(past.schools, indicators, since=since)
    schools = {
        pk: next(row.school for rows in by_indicator.values() for row in rows.values())
        for pk, by_indicator in figures.items()
    }
    aims = aims_of(campaign, schools.values(), indicators)
    paths = paths_of(campaign, schools.values(), rules)
    declared = Inapplicability.objects.covering(campaign.year).filter(indicator__in=indicators)
    excused = set(declared.values_list("school", "indicator"))
    for pk, school in schools.items():
        together = past.with_merged(school, figures[pk], counted)
        own = [
            row
            for row in indicators
            if row.is_reported_by(school)
            and ((pk, row.pk) not in excused or _is_number(figures[pk], row, campaign.year))
        ]
        reading = SchoolFigures(campaign, school, own, together, kept.get(pk, {}), past)
        # Else each school would read them again.
        reading.aims, reading.breaks, reading.rules = aims[pk], breaks, rules
        reading.paths = paths.get(pk, {})
        yield reading


def _is_number(figures: FiguresByYear, indicator: Indicator, year: int) -> bool:
    figure = figures.get(indicator.pk, {}).get(year)
    return figure is not None and figure.state == State.NUMBER


def _kept_by_school(campaign: Campaign) -> dict[int, dict[int, KeptInput]]:
    """Returns where a text could not be stored, by school and indicator."""
    kept: dict[int, dict[int, KeptInput]] = {}
    for row in KeptInput.objects.filter(campaign=campaign).only("school", "indicator"):
        kept.setdefault(row.school_id, {})[row.indicator_id] = row
    return kept


# --- Rows of pages ------------------------------------------------------------------------------


@dataclass(frozen=True)
class SchoolRow:
    """One school of a campaign: its submission, how far it is, and whether it has more time."""

    submission: Submission
    completeness: Completeness
    extension: Extension | None
    campaign: Campaign

    @property
    def school(self) -> School:
        return self.submission.school

    @property
    def state(self) -> Submission.State:
        return self.submission.state_of_now

    @property
    def is_late(self) -> bool:
        """Its time is over, an extension included, and nothing is handed in."""
        closes_at = (self.extension or self.campaign).closes_at
        return self.state.is_open_for_entry and closes_at <= timezone.now()


def rows_of(campaign: Campaign) -> list[SchoolRow]:
    """Returns a row for each school expected, in a constant number of queries."""
    submissions = Submission.objects.of_every_school(campaign)
    handed_in = {row.school_id for row in submissions if not row.state_of_now.is_open_for_entry}
    completeness = of_campaign(campaign, handed_in)
    given = Extension.objects.filter(campaign=campaign, closes_at__gt=campaign.closes_at)
    extensions = {extension.school_id: extension for extension in given.select_related("given_by")}
    return [
        SchoolRow(
            submission,
            completeness.get(submission.school_id, Completeness()),
            extensions.get(submission.school_id),
            campaign,
        )
        for submission in submissions
    ]


@dataclass(frozen=True)
class CampaignRow:
    """One campaign of the list, all its schools together."""

    campaign: Campaign
    schools: int
    handed_in: int
    completeness: Completeness
    extensions: int

    @property
    def stage(self) -> CampaignStage:
        return CampaignStage.of(self.campaign)


def rows_of_campaigns(campaigns: Sequence[Campaign]) -> list[CampaignRow]:
    """Returns a row for each campaign, in a constant number of queries."""
    by_campaign = of_campaigns(campaigns)
    done = _counts(
        Submission.objects.filter(
            state__in=[Submission.State.SUBMITTED, Submission.State.VALIDATED]
        )
    )
    extended = _counts(Extension.objects.filter(closes_at__gt=F("campaign__closes_at")))
    return [
        CampaignRow(
            campaign,
            schools=len(by_campaign[campaign.pk]),
            handed_in=done.get(campaign.pk, 0),
            completeness=total(by_campaign[campaign.pk].values()),
            extensions=extended.get(campaign.pk, 0),
        )
        for campaign in campaigns
    ]


def _counts(rows: QuerySet[Any, Any]) -> dict[int, int]:
    return dict(rows.values_list("campaign").annotate(Count("pk")).order_by())
