"""What a person decides in the preview of a paste or a file, before it is applied."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation

from imtplan.campaigns.entry.checking.cells import CellFinding
from imtplan.campaigns.entry.checking.checks import sizes
from imtplan.campaigns.entry.reading import SchoolFigures
from imtplan.campaigns.files.tables.typed_cells import TypedCell

LONGEST_EXPLANATION = 2000
TAKE, CHOOSE, EXPLAIN, CONFIRM, EMPTY = "take-", "choose-", "explain-", "confirm-", "empty"
SEEN = "seen-"
MEANT = "meant"


@dataclass(frozen=True)
class Decisions:
    """By the indicator's code. Without any: theirs is kept, nothing emptied, nothing chosen.

    `mine`: the version that one's own figure replaces, of those that changed meanwhile. `chosen`:
    which of several claims. `meant`: the reading of the whole block that was shown, where there
    are several. `seen`: the surprises that the page showed beside the fields of each answer, by
    their code with their size; None where no page was shown.
    """

    mine: Mapping[str, int] = field(default_factory=dict)
    chosen: Mapping[str, int] = field(default_factory=dict)
    explanations: Mapping[str, str] = field(default_factory=dict)
    confirmed: frozenset[str] = frozenset()
    empties: bool = False
    meant: str | None = None
    seen: Mapping[str, Mapping[str, Decimal]] | None = None

    @classmethod
    def of(cls, posted: Mapping[str, str]) -> "Decisions":
        return cls(
            mine=_whole_numbers(posted, TAKE),
            chosen=_whole_numbers(posted, CHOOSE),
            explanations={
                code: text.replace("\r\n", "\n").strip()
                for code, text in _after(posted, EXPLAIN).items()
            },
            confirmed=frozenset(_after(posted, CONFIRM)),
            empties=bool(posted.get(EMPTY)),
            meant=posted.get(MEANT),
            seen={code: _sizes(text) for code, text in _after(posted, SEEN).items()},
        )

    @property
    def has_unfit_text(self) -> bool:
        """Says whether an explanation is longer than a figure can keep, or has a NUL."""
        texts = self.explanations.values()
        return any(len(text) > LONGEST_EXPLANATION or "\x00" in text for text in texts)

    @property
    def words_alone(self) -> "Decisions":
        """Returns what was typed, without the choices: for a page on which these are others."""
        return Decisions(explanations=self.explanations)

    def have_seen(self, code: str, surprises: Iterable[CellFinding]) -> bool:
        """Says whether the page showed each of these surprises, as large as it is or larger."""
        if self.seen is None:
            return True
        shown = self.seen.get(code, {})
        return all(new.answered or new.size <= shown.get(new.code, -1) for new in surprises)

    def on(self, cell: TypedCell, reading: SchoolFigures) -> TypedCell:
        """Returns the cell as it was decided on."""
        code = cell.indicator.code
        choice = self.chosen.get(code, -1)
        if 0 <= choice < len(cell.claims):
            claim = cell.claims[choice]
            cell = replace(cell, typed=claim.typed, where=claim.where, claims=[])
        if code in self.explanations:
            cell = replace(cell, typed=cell.typed | {"explanation": self.explanations[code]})
        if code in self.confirmed:
            cell = replace(cell, confirm=True)
        stored = reading.figure(cell.indicator)
        if stored and self.mine.get(code) == stored.version:
            cell = replace(cell, version=stored.version)
        return cell


def _after(posted: Mapping[str, str], prefix: str) -> dict[str, str]:
    """Returns the fields that begin with a prefix, by what follows it."""
    names = [name for name in posted if name.startswith(prefix)]
    return {name.removeprefix(prefix): posted[name] for name in names}


def as_seen(surprises: Iterable[CellFinding]) -> str:
    """Returns the surprises as the page sends them back: "change:98.02 parts:20"."""
    return " ".join(f"{code}:{size}" for code, size in sizes(surprises).items())


def _sizes(text: str) -> dict[str, Decimal]:
    """Reads what `as_seen` wrote. What it did not write was not seen."""
    by_code = {}
    for pair in text.split():
        code, _colon, size = pair.rpartition(":")
        try:
            number = Decimal(size)
        except InvalidOperation:
            continue
        if number.is_finite():
            by_code[code] = number
    return by_code


def _whole_numbers(posted: Mapping[str, str], prefix: str) -> dict[str, int]:
    texts = _after(posted, prefix).items()
    return {
        code: int(text)
        for code, text in texts
        if text.isascii() and text.isdigit() and len(text) < 9
    }
