"""The content of a snapshot, or of any moment, in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from imtplan.bilingual import reader_language
from imtplan.dashboard.wording import Wording, in_percent
from imtplan.percentages import in_points
from indicators.models import ProgressStatus, ValueNature, VerdictInWords
from indicators.questions.snapshots import SnapshotLine

KINDS = {
    "plan": gettext_lazy("Plan"),
    "objective": gettext_lazy("Objective"),
    "lever": gettext_lazy("Lever"),
    "project": gettext_lazy("Flagship project"),
    "indicator": gettext_lazy("Indicator"),
    "target": gettext_lazy("Target"),
}


@dataclass(frozen=True)
class FrozenLine:
    """One line of the content, and how its numbers are written."""

    line: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Returns it in the reader's language, else in French. A project may have none yet."""
        for key in (
            f"name_{reader_language()}",
            f"title_{reader_language()}",
            "name_fr",
            "title_fr",
        ):
            if self.line.get(key):
                return self.line[key]
        return _("Title not published")

    @property
    def perimeter(self) -> str:
        return (
            self.line.get(f"perimeter_{reader_language()}") or self.line.get("perimeter_fr") or ""
        )

    @cached_property
    def words(self) -> Wording:
        unit = self.line.get(f"unit_{reader_language()}") or self.line.get("unit_fr") or ""
        return Wording(reader_language(), unit, self.line.get("decimals", 0))

    @property
    def unit(self) -> str:
        return self.words.unit

    def decimal(self, field: str) -> Decimal | None:
        value = self.line.get(field)
        return None if value is None else Decimal(value)

    @property
    def shown(self) -> Decimal | None:
        """Returns what the schools add up to: the value where it is final, else the estimate."""
        final = self.decimal("value")
        return self.decimal("estimate") if final is None else final

    @property
    def is_estimate(self) -> bool:
        return self.line.get("value") is None and self.line.get("estimate") is not None

    @property
    def marked(self) -> str:
        return _("yes") if self.is_estimate else ""

    @property
    def value(self) -> str:
        text = self.words.with_unit(self.shown)
        parts = {"value": text, "nature": self._nature}
        return _("≈ %(value)s (%(nature)s)") % parts if self.is_estimate else text

    @property
    def _nature(self) -> str:
        view = self.line.get("view")
        return str(ValueNature.of(view, is_estimate=True).label) if view else _("estimate")

    @property
    def coverage(self) -> str:
        if not self.line.get("expected"):
            return ""
        return _("%(reported)s of %(expected)s") % self.line

    @property
    def status(self) -> ProgressStatus | None:
        return ProgressStatus(self.line["status"]) if self.line.get("status") else None

    @property
    def verdict(self) -> VerdictInWords | None:
        """A snapshot of an earlier version has no word of what a verdict would be."""
        if not self.status:
            return None
        return VerdictInWords(
            self.status,
            self.line.get("would_be") or "",
            self.decimal("pace"),
            self.line.get("reported"),
            self.line.get("expected"),
        )

    @property
    def verdict_text(self) -> str:
        return self.verdict.text if self.verdict else ""

    def percent(self, field: str) -> str:
        return in_percent(self.decimal(field), decimals=2)

    @property
    def progress(self) -> str:
        return self.percent("progress")

    @property
    def expected_progress(self) -> str:
        return self.percent("expected_progress")

    @property
    def target(self) -> str:
        return self.words.with_unit(self.decimal("target_value"))

    @property
    def gap(self) -> str:
        return self.words.with_unit(self.decimal("gap"), sign=True)

    @property
    def forecast(self) -> str:
        return self.words.with_unit(self.decimal("forecast"))

    @property
    def weight_known(self) -> str:
        return self.percent("coverage")


@dataclass(frozen=True)
class SnapshotContent:
    """A whole content, as the pages walk through it."""

    content: Mapping[str, Any]

    @property
    def plan(self) -> FrozenLine:
        return FrozenLine(self.content["plan"])

    @property
    def whole(self) -> FrozenLine | None:
        return next(iter(self.of("plan")), None)

    @property
    def groups(self) -> list[tuple[Any, list[FrozenLine]]]:
        """Returns objectives, levers and projects, each kind with its heading."""
        headings = {
            "objective": gettext_lazy("Objectives"),
            "lever": gettext_lazy("Levers"),
            "project": gettext_lazy("Flagship projects"),
        }
        return [(heading, lines) for kind, heading in headings.items() if (lines := self.of(kind))]

    def of(self, kind: str) -> list[FrozenLine]:
        return [
            FrozenLine(element) for element in self.content["elements"] if element["kind"] == kind
        ]

    @property
    def indicators(self) -> Iterator[tuple[FrozenLine, list[FrozenLine]]]:
        """Yields each indicator with the targets it is held against, written in its own unit."""
        for indicator in self.content["indicators"]:
            of_view = indicator | {"view": self.content["view"]}
            yield (
                FrozenLine(of_view),
                [FrozenLine(indicator | target) for target in indicator["targets"]],
            )


# --- Two of them --------------------------------------------------------------------------------

# What is compared of each kind: the field, its name, how it is written.
ELEMENT = (
    ("progress", gettext_lazy("Progress")),
    ("expected_progress", gettext_lazy("Expected progress")),
    ("verdict", gettext_lazy("Status")),
    ("weight_known", gettext_lazy("Share of the weight with data")),
)
COMPARED = {
    "plan": ELEMENT,
    "objective": ELEMENT,
    "lever": ELEMENT,
    "project": ELEMENT,
    "indicator": (
        ("value", gettext_lazy("Value")),
        ("coverage", gettext_lazy("Schools that reported")),
    ),
    "target": (
        ("target", pgettext_lazy("a number", "Target")),
        ("progress", gettext_lazy("Progress")),
        ("expected_progress", gettext_lazy("Expected progress")),
        ("verdict", gettext_lazy("Status")),
        ("forecast", gettext_lazy("Forecast")),
    ),
}
# Which number stands behind a text, to say by how much it moved; shares move by points.
NUMBERS = {"value": "shown", "target": "target_value", "forecast": "forecast"}
SHARES = ("progress", "expected_progress")


@dataclass(frozen=True)
class ComparedField:
    """One field of one line, before and after. An empty text: unknown, or not there."""

    name: Any
    before: str
    after: str
    change: str

    @property
    def moved(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True)
class ComparedLine:
    line: SnapshotLine

    @property
    def kind(self) -> Any:
        return KINDS[self.line.kind]

    @property
    def code(self) -> str:
        return self.line.code

    @property
    def name(self) -> str:
        return FrozenLine(self.line.latest).name

    @property
    def renamed_from(self) -> str:
        """Returns the name before, where it is another."""
        if self.line.before is None or self.line.after is None:
            return ""
        before = FrozenLine(self.line.before).name
        return "" if before == self.name else before

    @property
    def presence(self) -> str:
        """Returns “new”, “gone”, or nothing."""
        if self.line.before is None:
            return _("new")
        return _("gone") if self.line.after is None else ""

    @cached_property
    def cells(self) -> list[ComparedField]:
        sides = FrozenLine(self.line.before or {}), FrozenLine(self.line.after or {})
        return [
            ComparedField(label, *(getattr(side, field) for side in sides), _change(field, *sides))
            for field, label in COMPARED[self.line.kind]
        ]

    @property
    def moved(self) -> list[ComparedField]:
        return [cell for cell in self.cells if cell.moved]

    @property
    def differs(self) -> bool:
        return bool(self.moved or self.presence or self.renamed_from)


def _change(field: str, before: FrozenLine, after: FrozenLine) -> str:
    """Says by how much a number moved; nothing where it was not, or is not, a number."""
    if field in SHARES:
        old, new = before.decimal(field), after.decimal(field)
        if old is None or new is None or old == new:
            return ""
        return in_points((new - old) * 100)
    if field not in NUMBERS:
        return ""
    if field == "value":
        old, new = before.shown, after.shown
    else:
        old, new = before.decimal(NUMBERS[field]), after.decimal(NUMBERS[field])
    if old is None or new is None or old == new:
        return ""
    return after.words.with_unit(new - old, sign=True)
