"""Pastes and spreadsheets: what they would change, cell by cell, before anything is stored.

Both are read into `TypedCell`s by their own readers (`pasting`, `workbook`) and meet here: the same
reading of texts, the same checks, the same preview, the same way of applying.
"""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace

from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from imtplan.accounts.models import School, User
from imtplan.audit.models import Event
from imtplan.campaigns.cells import Cell, Finding, shown
from imtplan.campaigns.checks import problems
from imtplan.campaigns.forms import FigureForm, as_posted
from imtplan.campaigns.gate import CampaignRefusal, locked
from imtplan.campaigns.models import Campaign, Proposal
from imtplan.campaigns.reading import Reading, cell_of, read
from imtplan.campaigns.saving import SaveOutcome, store
from imtplan.campaigns.words import word_of
from indicators.models import Figure, Indicator

State = Figure.State
# An accountant's negative; its unit may stand inside or behind.
_BRACKETS = re.compile(r"\(\s*([^()]*[0-9][^()]*?)\s*\)(\s*[^\d()]*)")


@dataclass(frozen=True)
class TypedCell:
    """What a paste or a file says of one indicator, as found.

    `typed`: text by field (value, numerator, denominator, word, reason, explanation); a field that
    is not there leaves what is stored, an empty one empties it. `where`: for people. `version`:
    the one the file was made from; 0 an empty cell; None where the file does not say: then what is
    stored when it is read. `language`: of the numbers.
    """

    indicator: Indicator
    typed: dict[str, str]
    where: str
    version: int | None = None
    language: str = "fr"


@dataclass(frozen=True)
class Stray:
    """Something that belongs to no cell, and why it is left out."""

    where: str
    text: str
    message: str


class Outcome(models.TextChoices):
    NEW = "new", _("new")
    CHANGED = "changed", _("changed")
    SAME = "same", _("as it was")
    CONFLICT = "conflict", _("changed meanwhile")
    REFUSED = "refused", _("refused")

    @property
    def symbol(self) -> str:
        """The name of its icon: an outcome is never told by colour alone."""
        return {
            Outcome.NEW: "plus-lg",
            Outcome.CHANGED: "pencil",
            Outcome.SAME: "check-lg",
            Outcome.CONFLICT: "people",
            Outcome.REFUSED: "x-circle-fill",
        }[self]

    @property
    def is_applied(self) -> bool:
        return self in (Outcome.NEW, Outcome.CHANGED)


@dataclass(frozen=True)
class Proposed:
    """One cell of the preview: what stands there, what would, and what is to be said of it."""

    typed: TypedCell
    outcome: Outcome
    cell: Cell | None
    stored: Figure | None
    findings: list[Finding] = field(default_factory=list)
    messages: list[str | Promise] = field(default_factory=list)

    @property
    def indicator(self) -> Indicator:
        return self.typed.indicator

    @property
    def where(self) -> str:
        return self.typed.where

    @property
    def before(self) -> Figure | None:
        return self.stored

    @property
    def after_text(self) -> str:
        """As it was found."""
        texts = [self.typed.typed.get(name, "") for name in ("value", "numerator", "denominator")]
        number = " / ".join(text for text in texts if text.strip())
        return number or self.typed.typed.get("word", "")

    @property
    def shown(self) -> str | Promise:
        """As it was read: what would be stored."""
        if self.cell is None or self.cell.state == State.NOT_ENTERED:
            return ""
        if self.cell.state != State.NUMBER:
            return self.cell.state.label
        if self.cell.indicator.is_ratio and None not in (
            self.cell.numerator,
            self.cell.denominator,
        ):
            return f"{shown(self.cell.numerator)} / {shown(self.cell.denominator)}"  # type: ignore[arg-type]
        return shown(self.cell.number) if self.cell.number is not None else ""


@dataclass
class Preview:
    """A proposal against what is stored now."""

    proposal: Proposal
    rows: list[Proposed]

    @property
    def strays(self) -> list[Stray]:
        return [Stray(**stray) for stray in self.proposal.strays]

    @property
    def origin(self) -> Figure.Origin:
        return Figure.Origin(self.proposal.origin)

    @property
    def url(self) -> str:
        proposal = self.proposal
        place = [proposal.campaign.year, proposal.school.code, proposal.pk]
        return reverse("proposal", args=place)

    @cached_property
    def counts(self) -> dict[Outcome, int]:
        """How many cells there are of each outcome that there is."""
        counts = {one: sum(row.outcome == one for row in self.rows) for one in Outcome}
        return {outcome: count for outcome, count in counts.items() if count}

    @property
    def count_changes(self) -> int:
        return sum(row.outcome.is_applied for row in self.rows)

    @property
    def count_refused(self) -> int:
        return self.counts.get(Outcome.REFUSED, 0) + len(self.strays)


# --- Making one ---------------------------------------------------------------------------------


@transaction.atomic
def propose(
    campaign: Campaign,
    school: School,
    cells: Iterable[TypedCell],
    strays: Iterable[Stray] = (),
    *,
    origin: Figure.Origin,
    by: User,
) -> Proposal:
    """Keep what was read, for a day. No figure changes."""
    reading = read(campaign, school)
    Proposal.objects.filter(by=by, created_at__lt=timezone.now() - Proposal.LIFE).delete()
    return Proposal.objects.create(
        campaign=campaign,
        school=school,
        by=by,
        origin=origin,
        cells=[_kept(cell, reading) for cell in cells],
        strays=[asdict(stray) | {"text": _storable(stray.text)} for stray in strays],
    )


def _kept(cell: TypedCell, reading: Reading) -> dict[str, object]:
    version = cell.version
    if version is None:
        stored = reading.figure(cell.indicator)
        version = stored.version if stored else 0
    return {
        "indicator": cell.indicator.code,
        "typed": {name: _storable(text) for name, text in cell.typed.items()},
        "where": cell.where,
        "version": version,
        "language": cell.language,
    }


def _storable(text: str) -> str:
    """PostgreSQL stores no NUL: its picture stands for it, and is refused as such."""
    return text.replace("\x00", "\u2400")


# --- Looking at it ------------------------------------------------------------------------------


def preview(proposal: Proposal) -> Preview:
    """The proposal against what is stored at this moment."""
    return _preview(proposal, read(proposal.campaign, proposal.school))


def _preview(proposal: Proposal, reading: Reading) -> Preview:
    by_code = {indicator.code: indicator for indicator in reading.indicators}
    cells = [
        TypedCell(**{**kept, "indicator": by_code[kept["indicator"]]})
        for kept in proposal.cells
        if kept["indicator"] in by_code
    ]
    return Preview(proposal, [_proposed(cell, reading) for cell in cells])


def _proposed(typed: TypedCell, reading: Reading) -> Proposed:
    stored = reading.figure(typed.indicator)
    form = _form(typed, stored)
    if not form.is_valid():
        sentences = [message for errors in form.errors.values() for message in errors]
        return Proposed(typed, Outcome.REFUSED, None, stored, [], sentences)
    cell = replace(form.cell(), version=typed.version or None)
    found = [] if cell.state == State.NOT_ENTERED else problems(cell)
    if found:
        sentences = [one.message for one in found]
        return Proposed(typed, Outcome.REFUSED, cell, stored, found, sentences)
    return Proposed(typed, _outcome(cell, stored), cell, stored)


def _outcome(cell: Cell, stored: Figure | None) -> Outcome:
    seen = cell_of(stored) if stored else None
    if seen is None and cell.state == State.NOT_ENTERED and not cell.explanation:
        return Outcome.SAME
    if seen and (seen.said, seen.explanation) == (cell.said, cell.explanation):
        return Outcome.SAME
    if seen and seen.version != cell.version:
        return Outcome.CONFLICT
    empty = seen is None or seen.state == State.NOT_ENTERED
    return Outcome.NEW if empty else Outcome.CHANGED


# --- Reading texts ------------------------------------------------------------------------------


def _form(typed: TypedCell, stored: Figure | None) -> FigureForm:
    """The row's own form: a paste is judged like what is typed."""
    indicator = typed.indicator
    with override(typed.language):
        texts = _understood(typed)
        if stored is not None:
            texts.setdefault("explanation", stored.explanation)
            texts.setdefault("reason", stored.reason if texts.get("word") else "")
            texts["confirm"] = "on" if stored.confirmed else ""
        form = FigureForm(as_posted(indicator, texts), indicator=indicator)
        form.is_valid()  # reads the numbers in the language of the file; the sentences are lazy
        return form


def _understood(typed: TypedCell) -> dict[str, str]:
    """Words for "no number" stand in the word's own field, and brackets are a minus."""
    texts = dict(typed.typed)
    parts = ("numerator", "denominator") if typed.indicator.is_ratio else ("value",)
    for part in parts:
        word = word_of(texts.get(part, ""))
        if word:
            texts |= {part: "", "word": word}
        elif part in texts:
            texts[part] = number_text(texts[part])
    texts["word"] = word_of(texts.get("word", "")) or texts.get("word", "")
    return texts


def number_text(text: str) -> str:
    """A number as accountants write it, as the parser reads it: "(12) %" is "-12 %"."""
    found = _BRACKETS.fullmatch(text.strip())
    return f"-{found[1]}{found[2]}" if found else text.strip()


# --- Applying it --------------------------------------------------------------------------------


@transaction.atomic
def apply(proposal: Proposal, *, by: User) -> SaveOutcome:
    """Store what the preview says would change: all of it in one save, which one undo takes back.

    Applying twice stores once. What changed since the preview is in conflict and stays.
    """
    locked(proposal.campaign, proposal.school, act=Event.Verb.FIGURES_SAVED)
    waiting = Proposal.objects.waiting().filter(pk=proposal.pk, by=by)
    if not waiting.update(applied_at=timezone.now()):
        raise CampaignRefusal(_("This was applied already, or is older than a day: begin again."))
    reading = read(proposal.campaign, proposal.school)
    rows = _preview(proposal, reading).rows
    return store(
        [row.cell for row in rows if row.cell and row.outcome.is_applied],
        reading,
        by=by,
        origin=Figure.Origin(proposal.origin),
    )
