"""Storing figures: one way for the form, the paste, the spreadsheet and the API.

A cell that cannot be stored never holds up the others. Each save is one transaction with the
versions, the audit event and the stale marks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.models import School, User
from imtplan.audit.models import Event
from imtplan.audit.services import record
from imtplan.campaigns.entry.checking.cells import CellFinding, EnteredCell, Surroundings
from imtplan.campaigns.entry.checking.checks import findings, problems, sizes
from imtplan.campaigns.entry.checking.no_number_words import says_something
from imtplan.campaigns.entry.kept_inputs import forget
from imtplan.campaigns.entry.last_year import is_marked, taken_over
from imtplan.campaigns.entry.reading import SchoolFigures, cell_of, read
from imtplan.campaigns.gate import CampaignRefusal, locked, refusals_of_the_database
from imtplan.campaigns.models import Campaign, KeptInput
from indicators.models import Figure, FigureEvent
from indicators.tasks import poke

PARTS = ("value", "numerator", "denominator")


class VersionGone(CampaignRefusal):
    """The version to restore is not there, or the figure has changed since it was looked at."""


@dataclass
class SaveOutcome:
    """What became of the cells: stored, refused, or in conflict. The rest was as it is."""

    reading: SchoolFigures
    changed: list[Figure] = field(default_factory=list)
    refused: dict[str, list[CellFinding]] = field(default_factory=dict)
    conflicts: dict[str, Figure] = field(default_factory=dict)
    unseen: dict[str, KeptInput] = field(default_factory=dict)  # texts that a form did not show
    event: Event | None = None

    @property
    def is_clean(self) -> bool:
        return not (self.refused or self.conflicts)


@refusals_of_the_database()
@transaction.atomic
def save_figures(
    *,
    campaign: Campaign,
    school: School,
    cells: Iterable[EnteredCell],
    by: User,
    origin: Figure.Origin,
    verb: Event.Verb = Event.Verb.FIGURES_SAVED,
) -> SaveOutcome:
    """Store the cells that can be stored, and say of each other one why it was not.

    A cell whose version is not the stored one is in conflict, unless both say the same. Raises
    CampaignRefusal where nothing can be stored at all.
    """
    locked(campaign, school, act=Event.Verb.FIGURES_SAVED, by=by)
    return store(cells, read(campaign, school), by=by, origin=origin, verb=verb)


@refusals_of_the_database()
def store(
    cells: Iterable[EnteredCell],
    reading: SchoolFigures,
    *,
    by: User,
    origin: Figure.Origin,
    verb: Event.Verb = Event.Verb.FIGURES_SAVED,
) -> SaveOutcome:
    """`save_figures` for who holds the lock, and has read the cells since, in a transaction."""
    outcome = SaveOutcome(reading)
    taken = [taken_over(cell, reading) for cell in cells]
    around = _around_all([cell for cell, wrong in taken if not wrong], reading)
    for cell, contradictions in taken:
        _save(cell, contradictions, outcome, around, by=by, origin=origin)
    if outcome.changed:
        outcome.event = record(
            verb,
            by=by,
            school=reading.school,
            subject=reading.campaign.code,
            figures={figure.indicator.code: figure.version for figure in outcome.changed},
            origin=origin,
        )
        transaction.on_commit(poke)
    return outcome


def _around_all(cells: Iterable[EnteredCell], reading: SchoolFigures) -> Surroundings:
    """Returns what stands around each cell once all that can be stored are: an explanation answers
    what is said of its cell beside the others of the same save, whichever comes first."""
    now = dict(reading.around.now)
    for cell in cells:
        if _can_be_stored(cell, reading.figure(cell.indicator)):
            now.pop(cell.indicator.pk, None)
            if cell.number is not None:
                now[cell.indicator.pk] = cell.number
    return replace(reading.around, now=now)


def _can_be_stored(cell: EnteredCell, stored: Figure | None) -> bool:
    if stored is not None and stored.version != cell.version:
        return False
    return cell.state == Figure.State.NOT_ENTERED or not problems(cell)


def _save(
    cell: EnteredCell,
    contradictions: list[CellFinding],
    outcome: SaveOutcome,
    around: Surroundings,
    *,
    by: User,
    origin: Figure.Origin,
) -> None:
    reading, code = outcome.reading, cell.indicator.code
    stored = reading.figure(cell.indicator)
    confirmed = _confirmed(cell, stored, around)
    if contradictions:
        outcome.refused[code] = contradictions
    elif _is_unchanged(cell, stored, confirmed):
        _forget_seen(cell, reading)
    elif stored is not None and stored.version != cell.version:
        outcome.conflicts[code] = stored
    elif cell.state != Figure.State.NOT_ENTERED and (impossible := problems(cell)):
        outcome.refused[code] = impossible
    else:
        figure = stored or Figure(
            indicator=cell.indicator, school=reading.school, year=reading.campaign.year
        )
        _forget_seen(cell, reading)
        _write(cell, figure, confirmed, by=by, origin=_origin(cell, stored, origin))
        reading.put(figure)
        outcome.changed.append(figure)


def _forget_seen(cell: EnteredCell, reading: SchoolFigures) -> None:
    """A kept text goes with the cell that took its place; one that nobody saw there stays."""
    kept = reading.kept.get(cell.indicator.pk)
    if kept and kept.pk == cell.kept:
        forget(reading, cell.indicator)


def _is_unchanged(cell: EnteredCell, stored: Figure | None, confirmed: Mapping[str, str]) -> bool:
    """The mark alone is a change too, but never worth a conflict."""
    if (*cell.content, cell.explanation, confirmed) != _content(stored):
        return False
    is_same_mark = cell.same is None or cell.same == is_marked(stored)
    return is_same_mark or stored is None or stored.version != cell.version


def _origin(cell: EnteredCell, stored: Figure | None, origin: Figure.Origin) -> Figure.Origin:
    """Last year's mark is given and taken away by the form; elsewhere it stays with its number."""
    if cell.same is None and stored is not None and is_marked(stored):
        return Figure.Origin.LAST_YEAR if cell.content == cell_of(stored).content else origin
    return Figure.Origin.LAST_YEAR if cell.same else origin


def _content(figure: Figure | None) -> tuple[object, ...]:
    """Returns a figure's content as a cell's; no figure is a cell not yet entered."""
    if figure is None:
        return (Figure.State.NOT_ENTERED, None, None, None, "", "", {})
    return (*cell_of(figure).content, figure.explanation, figure.confirmed)


def _confirmed(cell: EnteredCell, stored: Figure | None, around: Surroundings) -> Mapping[str, str]:
    """Returns the surprises that the cell answers, with their size.

    An old answer does not stretch: whoever changes the figure and leaves the tick and the words as
    they were has answered the old surprise, and is asked again if the new one is bigger. Some
    surprises want words: no tick answers them.
    """
    explains = says_something(cell.explanation)
    if not (cell.confirm or explains):
        return {}
    noted = findings(cell, around)
    for_words = {finding.code for finding in noted if finding.needs_words}
    by_tick = sizes(finding for finding in noted if not finding.needs_words)
    if stored is None:
        return sizes(noted) if explains else by_tick
    if explains and cell.explanation != stored.explanation:
        return sizes(noted) or dict(stored.confirmed)
    is_old_tick = bool(stored.confirmed) and cell.content != cell_of(stored).content
    if not cell.confirm or is_old_tick:
        return dict(stored.confirmed)
    old = {code: size for code, size in stored.confirmed.items() if code in for_words}
    return (by_tick | old) or dict(stored.confirmed)


def _write(
    cell: EnteredCell,
    figure: Figure,
    confirmed: Mapping[str, str],
    *,
    by: User,
    origin: Figure.Origin,
) -> None:
    """Writes the next version of a figure. The database keeps the one before."""
    figure.version = figure.version + 1 if figure.pk else 1
    for part in (*PARTS, "state", "reason", "explanation"):
        setattr(figure, part, getattr(cell, part))
    figure.confirmed = confirmed
    figure.status, figure.origin = Figure.Status.DRAFT, origin
    figure.entered_by, figure.entered_at = by, timezone.now()
    figure.save()


# --- Going back ---------------------------------------------------------------------------------


def restore(
    *, campaign: Campaign, figure: Figure, version: int, by: User, seen_version: int
) -> SaveOutcome:
    """Make an old version the new one. Nothing of the history is lost.

    `seen_version`: the one that stood when the person chose.
    """
    if not _asks(campaign, figure):
        raise VersionGone(_("This campaign does not ask for this figure."))
    cell = replace(_old_cell(figure, version), version=seen_version)
    outcome = save_figures(
        campaign=campaign,
        school=figure.school,
        cells=[cell],
        by=by,
        origin=Figure.Origin.RESTORED,
    )
    for why in outcome.refused.values():
        raise CampaignRefusal(why[0].message)  # the limits are stricter today than they were then
    if outcome.conflicts:
        raise VersionGone(_("This figure has changed since: look at its history again."))
    return outcome


def _asks(campaign: Campaign, figure: Figure) -> bool:
    return figure.year == campaign.year and figure.indicator in campaign.asked_of(figure.school)


def _old_cell(figure: Figure, version: int) -> EnteredCell:
    """Returns what a figure said in a version; in version 0, before there was any, nothing."""
    if version == 0:
        return EnteredCell(indicator=figure.indicator, state=Figure.State.NOT_ENTERED)
    old = FigureEvent.objects.filter(pgh_obj=figure, version=version).order_by("-pgh_id").first()
    if old is None:
        raise VersionGone(_("There is no such version."))
    shape = Figure(indicator=figure.indicator, school=figure.school, year=figure.year)
    for name in (*PARTS, "state", "reason", "explanation"):
        setattr(shape, name, getattr(old, name))
    return replace(cell_of(shape), confirm=bool(old.confirmed))


def undo(*, campaign: Campaign, school: School, event: Event, by: User) -> SaveOutcome:
    """Take one save back, cell by cell, as a new version. What changed since stays, in conflict, as
    does what the campaign asks the school no longer."""
    saved = event.detail.get("figures", {})
    figures = Figure.objects.filter(
        school=school, year=campaign.year, indicator__code__in=saved
    ).select_related("indicator")
    requested = set(campaign.asked_of(school))
    cells = [
        replace(_old_cell(figure, saved[figure.indicator.code] - 1), version=version)
        for figure in figures
        for version in [saved[figure.indicator.code]]
        if figure.indicator in requested
    ]
    outcome = save_figures(
        campaign=campaign,
        school=school,
        cells=cells,
        by=by,
        origin=Figure.Origin.RESTORED,
        verb=Event.Verb.FIGURES_UNDONE,
    )
    outcome.conflicts |= {
        figure.indicator.code: figure for figure in figures if figure.indicator not in requested
    }
    return outcome
