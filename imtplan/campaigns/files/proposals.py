"""Pastes and spreadsheets are kept as proposals, answered, and applied as one.

Both come from one reader, and meet the same reading of texts, the same checks, the same preview.
Nothing is stored before somebody applies it.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from imtplan.accounts.models import School, User
from imtplan.audit.models import Event
from imtplan.campaigns.entry.checking.cells import EnteredCell
from imtplan.campaigns.entry.reading import SchoolFigures, read
from imtplan.campaigns.entry.saving import SaveOutcome, store
from imtplan.campaigns.files.cell_outcomes import CellOutcome
from imtplan.campaigns.files.preview import NO_DECISIONS, ProposedCell, preview_of
from imtplan.campaigns.files.preview_decisions import Decisions
from imtplan.campaigns.files.tables.typed_cells import (
    BlockQuestion,
    StrayText,
    TableContent,
    TypedCell,
)
from imtplan.campaigns.gate import CampaignRefusal, locked
from imtplan.campaigns.models import Campaign, Proposal
from imtplan.campaigns.typed_text import nul_shown, nuls_shown
from indicators.models import Figure

# --- Making one ---------------------------------------------------------------------------------


@transaction.atomic
def propose(
    campaign: Campaign,
    school: School,
    cells: Iterable[TypedCell] = (),
    strays: Iterable[StrayText] = (),
    *,
    content: TableContent | None = None,
    origin: Figure.Origin,
    by: User,
) -> Proposal:
    """Keep what was read, for a day. No figure changes."""
    reading = read(campaign, school)
    Proposal.objects.filter(by=by, created_at__lt=timezone.now() - Proposal.LIFE).delete()
    content = content or TableContent(list(cells), list(strays))
    about: dict[str, Any] = {"remarks": content.remarks}
    if content.question:
        about["question"] = _kept_question(content.question, reading)
    return Proposal.objects.create(
        campaign=campaign,
        school=school,
        by=by,
        origin=origin,
        about=about,
        **_kept_content(content, reading),
    )


def _kept_content(content: TableContent, reading: SchoolFigures) -> dict[str, Any]:
    return {
        "cells": [_kept(cell, reading) for cell in content.cells],
        "strays": [asdict(stray) | {"text": nul_shown(stray.text)} for stray in content.strays],
    }


def _kept_question(question: BlockQuestion, reading: SchoolFigures) -> dict[str, Any]:
    """Returns the question with each choice's own cells: what is chosen needs no second reading."""
    return {
        "message": question.message,
        "answer": question.answer,
        "choices": [
            {"label": label, "remarks": content.remarks, "summary": _summary(content)}
            | _kept_content(content, reading)
            for label, content in question.choices
        ],
    }


def _summary(content: TableContent) -> list[list[str]]:
    """Returns what a choice lays where: the indicators' codes with their texts."""
    return [[cell.indicator.code, _text_of(cell)] for cell in content.cells]


def _text_of(cell: TypedCell) -> str:
    texts = [cell.typed.get(name, "") for name in ("value", "numerator", "denominator", "word")]
    return " / ".join(nul_shown(text) for text in texts if text)


def _kept(cell: TypedCell, reading: SchoolFigures) -> dict[str, object]:
    version = cell.version
    if version is None:
        stored = reading.figure(cell.indicator)
        version = stored.version if stored else 0
    claims = [{**claim.__dict__, "typed": nuls_shown(claim.typed)} for claim in cell.claims]
    kept = reading.kept.get(cell.indicator.pk)
    return {
        "indicator": cell.indicator.code,
        "typed": nuls_shown(cell.typed),
        "where": cell.where,
        "version": version,
        "language": cell.language,
        "remarks": [nul_shown(remark) for remark in cell.remarks],
        "kept": kept.pk if kept else None,
        "claims": claims,
    }


# --- Saying how a block is meant ----------------------------------------------------------------


@transaction.atomic
def answer(proposal: Proposal, choice: int) -> None:
    """Read the block as somebody says it is meant. Nothing of it is applied."""
    waiting = Proposal.objects.waiting().select_for_update().filter(pk=proposal.pk).first()
    question = waiting.about.get("question") if waiting else None
    if waiting is None or question is None or not 0 <= choice < len(question["choices"]):
        raise CampaignRefusal(_("This was applied already, or is older than a day: begin again."))
    chosen = question["choices"][choice]
    question["answer"] = choice
    waiting.cells, waiting.strays = chosen["cells"], chosen["strays"]
    waiting.about["remarks"] = chosen["remarks"]
    waiting.save(update_fields=["cells", "strays", "about"])


# --- Applying it --------------------------------------------------------------------------------


class MeantOtherwise(CampaignRefusal):
    """The block was turned round, in another window, after the preview was shown."""

    def __init__(self) -> None:
        super().__init__(
            _("This block is read in another way now: look at it again before you apply it.")
        )


class SurpriseGrew(CampaignRefusal):
    """An answer was given to a surprise that was smaller in the preview, or was not there."""

    def __init__(self, rows: list[ProposedCell]) -> None:
        sentence = ngettext(
            "%(names)s surprises more than when you answered: look again. Nothing is applied.",
            "%(names)s surprise more than when you answered: look again. Nothing is applied.",
            len(rows),
        )
        names = " · ".join(row.indicator.name for row in rows)
        super().__init__(sentence % {"names": names})


@dataclass
class AppliedProposal:
    """What was stored, and which cells were not, each with the reason."""

    outcome: SaveOutcome
    left_out: list[ProposedCell]


@transaction.atomic
def apply(proposal: Proposal, *, by: User, decisions: Decisions = NO_DECISIONS) -> AppliedProposal:
    """Store what the preview says would change, and what was decided there: all of it in one save,
    which one undo takes back.

    Applying twice stores once. What changed since the preview is in conflict and stays.
    """
    locked(proposal.campaign, proposal.school, act=Event.Verb.FIGURES_SAVED, by=by)
    waiting = Proposal.objects.waiting().filter(pk=proposal.pk, by=by)
    if not waiting.update(applied_at=timezone.now()):
        raise CampaignRefusal(_("This was applied already, or is older than a day: begin again."))
    proposal.refresh_from_db(fields=["cells", "strays", "about"])
    _demand_as_shown(proposal, decisions)
    reading = read(proposal.campaign, proposal.school)
    rows = preview_of(proposal, reading, decisions).rows
    if grown := [row for row in rows if _to_store(row, decisions) and row.is_answered_unseen]:
        raise SurpriseGrew(grown)
    outcome = store(
        [cell for row in rows if (cell := _to_store(row, decisions))],
        reading,
        by=by,
        origin=Figure.Origin(proposal.origin),
    )
    return AppliedProposal(outcome, [row for row in rows if _is_left_out(row, decisions, outcome)])


def _demand_as_shown(proposal: Proposal, decisions: Decisions) -> None:
    question = proposal.about.get("question")
    if question and decisions.meant not in (None, str(question["answer"])):
        raise MeantOtherwise


def _to_store(row: ProposedCell, decisions: Decisions) -> EnteredCell | None:
    is_emptied = row.outcome == CellOutcome.EMPTIED and decisions.empties
    return row.cell if row.cell and (row.outcome.is_applied or is_emptied) else None


def _is_left_out(row: ProposedCell, decisions: Decisions, outcome: SaveOutcome) -> bool:
    code = row.indicator.code
    if code in outcome.conflicts or code in outcome.refused:
        return True
    return row.outcome != CellOutcome.SAME and _to_store(row, decisions) is None
