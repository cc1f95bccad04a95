"""What the reader hands over: cells, what belongs to none, and what it has to ask."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from indicators.models import Indicator

MOST_CLAIMS = 10


@dataclass(frozen=True)
class CellClaim:
    """One of several things that a table says of one cell, and where it says so."""

    typed: dict[str, str]
    where: str
    label: str = ""


@dataclass(frozen=True)
class TypedCell:
    """What a paste or a file says of one indicator, as it stands there.

    `typed`: text by field (value, numerator, denominator, word, reason, explanation); a field that
    is not there leaves what is stored, an empty one empties it. `where`: for people. `version`:
    the one the file was made from; 0 an empty cell; None where the file does not say: then what is
    stored when it is read. `kept`: the key of the text that was only kept in the cell when it was
    read, and whose place it takes. `language`: of the numbers. `remarks`: what is said beside the
    cell. `claims`: several texts for this one cell; none is taken before a person has chosen.
    """

    indicator: Indicator
    typed: dict[str, str]
    where: str
    version: int | None = None
    language: str = "fr"
    remarks: list[str] = field(default_factory=list)
    claims: list[CellClaim] = field(default_factory=list)
    confirm: bool = False
    kept: int | None = None


@dataclass(frozen=True)
class StrayText:
    """Something that belongs to no cell, and why it is left out."""

    where: str
    text: str
    message: str


@dataclass
class TableContent:
    """What a table says: its cells, what was left out of it, what is said of the whole."""

    cells: list[TypedCell] = field(default_factory=list)
    strays: list[StrayText] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    question: "BlockQuestion | None" = None

    def __bool__(self) -> bool:
        return bool(self.cells or self.strays or self.question)


@dataclass
class BlockQuestion:
    """Two or more ways to read a whole block. `answer`: the choice taken as long as nobody says
    otherwise; none where nothing is read before somebody has chosen."""

    message: str
    choices: list[tuple[str, TableContent]]
    answer: int | None = None


def one_for_each(cells: Iterable[TypedCell]) -> list[TypedCell]:
    """Returns one cell for each indicator: where two say different things, none is taken."""
    by_indicator: dict[str, list[TypedCell]] = {}
    for cell in cells:
        by_indicator.setdefault(cell.indicator.code, []).append(cell)
    return [_one_of(cells) for cells in by_indicator.values()]


def _one_of(cells: list[TypedCell]) -> TypedCell:
    """Returns the cell, or the question which of several is meant."""
    first = cells[0]
    if all(cell.typed == first.typed and cell.claims == first.claims for cell in cells):
        return first
    claims = [
        claim for cell in cells for claim in cell.claims or [CellClaim(cell.typed, cell.where)]
    ]
    different = list({str(sorted(claim.typed.items())): claim for claim in claims[::-1]}.values())
    different = different[::-1][:MOST_CLAIMS]
    remarks = [remark for cell in cells for remark in cell.remarks]
    if len(claims) > MOST_CLAIMS:
        remarks.append(_("This indicator stands on %(count)d lines.") % {"count": len(claims)})
    return TypedCell(
        indicator=first.indicator,
        typed={},
        where=", ".join(dict.fromkeys(claim.where for claim in different)),
        language=first.language,
        remarks=list(dict.fromkeys(remarks)),
        claims=different,
    )
