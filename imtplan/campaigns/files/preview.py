"""What a paste or a file would change, cell by cell, with every check that saving runs."""

from dataclasses import dataclass, field, replace
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.text import Truncator

from imtplan.campaigns.entry.checking.cells import (
    CellFinding,
    EnteredCell,
    change_in_words,
    shown,
)
from imtplan.campaigns.entry.checking.checks import findings, problems
from imtplan.campaigns.entry.kept_inputs import in_words
from imtplan.campaigns.entry.reading import SchoolFigures, cell_of, read
from imtplan.campaigns.files.cell_outcomes import CellOutcome
from imtplan.campaigns.files.preview_decisions import Decisions, as_seen
from imtplan.campaigns.files.tables.cell_forms import form_of
from imtplan.campaigns.files.tables.typed_cells import CellClaim, StrayText, TypedCell
from imtplan.campaigns.models import Proposal
from imtplan.campaigns.typed_text import nul_shown
from indicators.models import Figure, Indicator

State = Figure.State
NO_DECISIONS = Decisions()
LARGE_FACTOR = 10
# Twice the longest text that can be a number.
LONGEST_SHOWN = 200


@dataclass
class ProposedCell:
    """One cell of the preview: what stands there, what would, and what is to be said of it."""

    typed: TypedCell
    outcome: CellOutcome
    cell: EnteredCell | None
    stored: Figure | None
    findings: list[CellFinding] = field(default_factory=list)
    messages: list[str | Promise] = field(default_factory=list)
    claims: list["ProposedCell"] = field(default_factory=list)
    last: Figure | None = None
    label: str = ""
    replaced: str = ""  # a text that was kept in the cell without being stored
    decisions: Decisions = NO_DECISIONS

    @property
    def indicator(self) -> Indicator:
        return self.typed.indicator

    @property
    def where(self) -> str:
        return self.typed.where

    @property
    def after_text(self) -> str:
        """Returns the text as it stands in the paste or the file: of a million digits, the
        first."""
        texts = [self.typed.typed.get(name, "") for name in ("value", "numerator", "denominator")]
        number = " / ".join(text for text in texts if text.strip())
        return Truncator(number or self.typed.typed.get("word", "")).chars(LONGEST_SHOWN)

    @property
    def shown(self) -> str | Promise:
        """Returns what would be stored, as it was read."""
        return _shown(self.cell) if self.cell else ""

    @property
    def is_written_otherwise(self) -> bool:
        """Says whether the paste or the file has more than other spaces in the number."""
        return "".join(self.after_text.split()) != "".join(str(self.shown).split())

    @property
    def change(self) -> str:
        """Returns the change from last year, in percent; ten times as much and more as a factor. Of
        a percentage, in points."""
        now = self.cell.number if self.cell else None
        last = self.last.number if self.last else None
        if now is None or last is None:
            return ""
        if last and abs(now / last) >= LARGE_FACTOR and not self.indicator.is_percentage:
            return f"×\u202f{shown(round(now / last, 0))}"
        return change_in_words(now, last, self.indicator)

    @property
    def explanation(self) -> str:
        text = self.cell.explanation if self.cell else self.typed.typed.get("explanation", "")
        return nul_shown(text)

    @property
    def explanation_before(self) -> str:
        """Returns the stored explanation, where it would be another."""
        before = self.stored.explanation if self.stored else ""
        return before if before != self.explanation else ""

    @property
    def surprises(self) -> list[CellFinding]:
        return [finding for finding in self.findings if finding.is_surprise]

    @property
    def asks(self) -> bool:
        return any(finding.asks for finding in self.findings)

    @property
    def can_confirm(self) -> bool:
        """Says whether a tick is enough for one of its surprises."""
        return any(finding.asks and not finding.needs_words for finding in self.findings)

    @property
    def seen(self) -> str:
        """Returns its surprises, as an answer to them names them."""
        return as_seen(self.surprises)

    @property
    def is_answered_unseen(self) -> bool:
        """Says whether what was ticked or written answers a smaller surprise, or none."""
        code = self.indicator.code
        words = self.decisions.explanations.get(code, "")
        is_new = bool(words) and words != (self.stored.explanation if self.stored else "")
        is_answer = is_new or code in self.decisions.confirmed
        return is_answer and not self.decisions.have_seen(code, self.surprises)

    @property
    def is_ticked(self) -> bool:
        """Says whether its surprises were confirmed as they are, on the page shown again."""
        return self.indicator.code in self.decisions.confirmed and not self.is_answered_unseen

    @property
    def chosen(self) -> int | None:
        """Returns the claim that was chosen, where there were several."""
        return None if self.claims else self.decisions.chosen.get(self.indicator.code)

    @property
    def taken(self) -> int | None:
        """Returns the version that one's own figure replaces, where this was chosen."""
        taken = self.decisions.mine.get(self.indicator.code)
        return taken if self.outcome != CellOutcome.CONFLICT else None

    @property
    def takes_explanation(self) -> bool:
        """Says whether the preview has a field to explain: what would be stored and surprises, or
        has an explanation already, one that is too long too."""
        has_text = bool(self.typed.typed.get("explanation"))
        if self.outcome == CellOutcome.REFUSED:
            return has_text
        return self.outcome.is_applied and (has_text or bool(self.surprises))


def _shown(cell: EnteredCell) -> str | Promise:
    if cell.state == State.NOT_ENTERED:
        return ""
    if cell.state != State.NUMBER:
        return cell.state.label
    if cell.numerator is not None and cell.denominator is not None:
        return f"{shown(cell.numerator)} / {shown(cell.denominator)}"
    return shown(cell.number) if cell.number is not None else ""


@dataclass
class SurpriseElsewhere:
    """A surprise or a refusal that the proposal would raise in a cell that it does not touch."""

    indicator: Indicator
    finding: CellFinding


@dataclass
class ProposalPreview:
    """A proposal against what is stored now."""

    proposal: Proposal
    rows: list[ProposedCell]
    elsewhere: list[SurpriseElsewhere] = field(default_factory=list)
    indicators: list[Indicator] = field(default_factory=list)
    decisions: Decisions = NO_DECISIONS

    @property
    def strays(self) -> list[StrayText]:
        return [StrayText(**stray) for stray in self.proposal.strays]

    @property
    def remarks(self) -> list[str]:
        return list(self.proposal.about.get("remarks", []))

    @property
    def question(self) -> dict[str, Any]:
        """Returns how the whole block is meant: its message, its choices, and the one taken."""
        return dict(self.proposal.about.get("question", {}))

    @property
    def choices(self) -> list[dict[str, Any]]:
        """Returns each way to read the block, with what it would lay where."""
        names = {indicator.code: indicator.name for indicator in self.indicators}
        return [
            choice
            | {
                "is_taken": place == self.question["answer"],
                "rows": [(names.get(code, code), text) for code, text in choice["summary"]],
            }
            for place, choice in enumerate(self.question["choices"])
        ]

    @property
    def is_undecided(self) -> bool:
        """Says whether nothing can be read before the block's question has its answer."""
        return bool(self.question) and self.question["answer"] is None

    @property
    def origin(self) -> Figure.Origin:
        return Figure.Origin(self.proposal.origin)

    @property
    def url(self) -> str:
        proposal = self.proposal
        place = [proposal.campaign.code, proposal.school.code, proposal.pk]
        return reverse("proposal", args=place)

    @cached_property
    def counts(self) -> dict[CellOutcome, int]:
        """Returns how many cells there are of each outcome that there is."""
        counts = {kind: sum(row.outcome == kind for row in self.rows) for kind in CellOutcome}
        return {outcome: count for outcome, count in counts.items() if count}

    @property
    def count_changes(self) -> int:
        return sum(row.outcome.is_applied for row in self.rows)

    @property
    def emptied(self) -> list[ProposedCell]:
        return [row for row in self.rows if row.outcome == CellOutcome.EMPTIED]

    @property
    def year_before(self) -> int:
        return self.proposal.campaign.year - 1

    @property
    def count_asks(self) -> int:
        return sum(row.asks for row in self.rows)

    @property
    def count_refused(self) -> int:
        """Returns how many proposed figures a rule of the plan office would keep from being
        submitted."""
        return sum(any(finding.is_refusal for finding in row.findings) for row in self.rows)

    @property
    def can_apply(self) -> bool:
        """Says whether there is something to store, at once or once it is decided."""
        waits = (CellOutcome.EMPTIED, CellOutcome.UNDECIDED, CellOutcome.CONFLICT)
        return any(row.outcome.is_applied or row.outcome in waits for row in self.rows)


def preview(proposal: Proposal) -> ProposalPreview:
    """Returns the proposal against what is stored at this moment."""
    return preview_of(proposal, read(proposal.campaign, proposal.school))


def preview_of(
    proposal: Proposal, reading: SchoolFigures, decisions: Decisions = NO_DECISIONS
) -> ProposalPreview:
    """Returns the proposal as it was decided on, against what has been read."""
    cells = [decisions.on(cell, reading) for cell in cells_of(proposal, reading)]
    rows = [replace(_proposed(cell, reading), decisions=decisions) for cell in cells]
    after = _with_applied(rows, reading)
    for row in rows:
        for proposed in (row, *row.claims):
            _check(proposed, after)
    elsewhere = _elsewhere(rows, reading, after)
    return ProposalPreview(proposal, rows, elsewhere, reading.indicators, decisions)


def cells_of(proposal: Proposal, reading: SchoolFigures) -> list[TypedCell]:
    """Returns the stored cells of a proposal, of those indicators that are asked for."""
    by_code = {indicator.code: indicator for indicator in reading.indicators}
    return [
        TypedCell(
            **kept
            | {
                "indicator": by_code[kept["indicator"]],
                "claims": [CellClaim(**claim) for claim in kept.get("claims", [])],
            }
        )
        for kept in proposal.cells
        if kept["indicator"] in by_code
    ]


# --- One cell -----------------------------------------------------------------------------------


def _proposed(typed: TypedCell, reading: SchoolFigures) -> ProposedCell:
    stored = reading.figure(typed.indicator)
    last = reading.around.before(typed.indicator)
    if typed.claims:
        claims = [_claimed(typed, claim, reading) for claim in typed.claims]
        return ProposedCell(typed, CellOutcome.UNDECIDED, None, stored, claims=claims, last=last)
    form = form_of(typed, stored)
    if not form.is_valid():
        sentences: list[str | Promise] = [
            str(message) for errors in form.errors.values() for message in errors
        ]
        return ProposedCell(typed, CellOutcome.REFUSED, None, stored, [], sentences, last=last)
    cell = replace(form.cell(), version=typed.version or None, kept=typed.kept)
    impossible = [] if cell.state == State.NOT_ENTERED else problems(cell)
    if impossible:
        messages = [finding.message for finding in impossible]
        return ProposedCell(typed, CellOutcome.REFUSED, cell, stored, [], messages, last=last)
    outcome, kept = _outcome(cell, stored), reading.kept.get(typed.indicator.pk)
    is_replaced = kept and kept.pk == typed.kept and outcome != CellOutcome.SAME
    replaced = in_words(kept) if kept and is_replaced else ""
    return ProposedCell(typed, outcome, cell, stored, last=last, replaced=replaced)


def _claimed(typed: TypedCell, claim: CellClaim, reading: SchoolFigures) -> ProposedCell:
    """Returns what would become of the cell if this claim to it were chosen."""
    chosen = replace(typed, typed=claim.typed, where=claim.where, claims=[])
    return replace(_proposed(chosen, reading), label=claim.label)


def _outcome(cell: EnteredCell, stored: Figure | None) -> CellOutcome:
    seen = cell_of(stored) if stored else None
    if seen is None and cell.state == State.NOT_ENTERED and not cell.explanation:
        return CellOutcome.SAME
    if seen and (seen.content, seen.explanation) == (cell.content, cell.explanation):
        return CellOutcome.SAME
    if seen and seen.version != cell.version:
        return CellOutcome.CONFLICT
    empty = seen is None or seen.state == State.NOT_ENTERED
    if cell.state == State.NOT_ENTERED and not empty:
        return CellOutcome.EMPTIED
    return CellOutcome.NEW if empty else CellOutcome.CHANGED


# --- All cells together -------------------------------------------------------------------------


def _with_applied(rows: list[ProposedCell], reading: SchoolFigures) -> SchoolFigures:
    """Returns the school's cells as they would stand once the changes are stored."""
    figures = {indicator: dict(by_year) for indicator, by_year in reading.figures.items()}
    after = replace(reading, figures=figures, kept=dict(reading.kept))
    # Looked up once for both.
    after.aims, after.breaks, after.rules = reading.aims, reading.breaks, reading.rules
    for row in rows:
        if row.cell and row.outcome.is_applied:
            after.put(_figure(row.cell, after))
    return after


def _figure(cell: EnteredCell, reading: SchoolFigures) -> Figure:
    parts = ("state", "value", "numerator", "denominator", "reason", "explanation")
    return Figure(
        indicator=cell.indicator,
        school=reading.school,
        year=reading.campaign.year,
        **{part: getattr(cell, part) for part in parts},
    )


def _check(row: ProposedCell, after: SchoolFigures) -> None:
    """Notes what the checks say of what would stand there; of the rest they have said it."""
    if row.cell is None or row.outcome in (
        CellOutcome.REFUSED,
        CellOutcome.SAME,
        CellOutcome.EMPTIED,
    ):
        return
    confirmed = row.stored.confirmed if row.stored else {}
    row.findings = findings(row.cell, after.around, confirmed)


def _elsewhere(
    rows: list[ProposedCell], reading: SchoolFigures, after: SchoolFigures
) -> list[SurpriseElsewhere]:
    """Returns what would newly surprise or be refused in cells that stay as they are, proposed so
    or not at all: a whole that is less than its new parts."""
    touched = {row.indicator.pk for row in rows if row.outcome.is_applied}
    raised = []
    for indicator in reading.indicators:
        if indicator.pk not in touched:
            before = {(old.code, str(old.message)) for old in reading.findings(indicator)}
            raised += [
                SurpriseElsewhere(indicator, finding)
                for finding in after.findings(indicator)
                if finding.holds_back and (finding.code, str(finding.message)) not in before
            ]
    return raised
