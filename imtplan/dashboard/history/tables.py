"""A snapshot as rows for a spreadsheet."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from imtplan.dashboard.history.snapshot_content import FrozenLine
from imtplan.spreadsheets import Column, ColumnType


def snapshot_rows(content: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yields one row for each element, and one for each indicator and target."""
    yield from content["elements"]
    for indicator in content["indicators"]:
        line = FrozenLine(indicator)
        common = indicator | {"kind": "indicator", "shown": line.shown, "target": None}
        if not indicator["targets"]:
            yield common
        for target in indicator["targets"]:
            yield (
                common
                | {key: value for key, value in target.items() if key not in ("code", "value")}
                | {"target": target["code"]}
            )


def columns_of_snapshot() -> list[Column]:
    def number(field: str, label: str) -> Column:
        return Column(field, label, lambda row: FrozenLine(row).decimal(field), ColumnType.NUMBER)

    def text(field: str, label: str) -> Column:
        return Column(field, label, lambda row: row.get(field) or None)

    def word(key: str, label: str, attribute: str) -> Column:
        return Column(key, label, lambda row: getattr(FrozenLine(row), attribute) or None)

    return [
        text("kind", _("Kind")),
        text("code", _("Code")),
        word("name", _("Name"), "name"),
        word("unit", _("Unit"), "unit"),
        number("shown", _("Value")),
        word("is_estimate", _("Estimate"), "marked"),
        number("reported", _("Schools that reported")),
        number("expected", _("Schools expected")),
        text("target", _("Target code")),
        number("target_value", pgettext("a number", "Target")),
        number("expected_value", _("Expected by the trajectory")),
        number("progress", _("Progress")),
        number("expected_progress", _("Expected progress")),
        number("pace", _("Pace")),
        number("gap", _("Gap")),
        number("forecast", _("Forecast")),
        number("coverage", _("Share of the weight with data")),
        word("status", _("Status"), "verdict_text"),
    ]
