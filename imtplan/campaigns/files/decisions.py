"""What a person decides in the preview of a paste or a file, before it is applied."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from imtplan.campaigns.files.cells import TypedCell
from imtplan.campaigns.reading import Reading

LONGEST_EXPLANATION = 2000
TAKE, CHOOSE, EXPLAIN, CONFIRM, EMPTY = "take-", "choose-", "explain-", "confirm-", "empty"
MEANT = "meant"


@dataclass(frozen=True)
class Decisions:
    """By the indicator's code. Without any: theirs is kept, nothing emptied, nothing chosen.

    `mine`: the version that one's own figure replaces, of those that changed meanwhile. `chosen`:
    which of several claims. `meant`: the reading of the whole block that was shown, where there
    are several.
    """

    mine: Mapping[str, int] = field(default_factory=dict)
    chosen: Mapping[str, int] = field(default_factory=dict)
    explanations: Mapping[str, str] = field(default_factory=dict)
    confirmed: frozenset[str] = frozenset()
    empties: bool = False
    meant: str | None = None

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
        )

    @property
    def has_long_text(self) -> bool:
        """Whether an explanation is longer than a figure can keep."""
        return any(len(text) > LONGEST_EXPLANATION for text in self.explanations.values())

    def on(self, cell: TypedCell, reading: Reading) -> TypedCell:
        """The cell as it was decided on."""
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
    """The fields that begin with a prefix, by what follows it."""
    names = [name for name in posted if name.startswith(prefix)]
    return {name.removeprefix(prefix): posted[name] for name in names}


def _whole_numbers(posted: Mapping[str, str], prefix: str) -> dict[str, int]:
    texts = _after(posted, prefix).items()
    return {
        code: int(text)
        for code, text in texts
        if text.isascii() and text.isdigit() and len(text) < 9
    }
