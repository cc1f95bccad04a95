"""The fields of the entry page that a walker types in, and a tab that shows them."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from playwright.sync_api import Page

from imtplan.numbers import NumberError, parse_number

CODES = ("students", "own-funds", "phd-students")
NOTE = "students-explanation"
FIELDS = (*(f"{code}-value" for code in CODES), NOTE)

# What every row of a tab shows at one instant.
ROWS = """() => Object.fromEntries([...document.querySelectorAll("[data-row]")].map((row) => [
  row.dataset.row, {
    value: row.querySelector("[data-part=value]")?.value ?? "",
    explanation: row.querySelector("[data-part=explanation]").value,
    state: row.dataset.state ?? "",
    version: row.querySelector("[name$=-version]").value,
    inConflict: !row.querySelector("[data-conflict]").hidden,
  }]))"""
PASTE = """text => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  const options = { clipboardData, bubbles: true, cancelable: true };
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", options));
}"""


def number(text: str) -> Decimal | None:
    """What the text comes to; None where it is no number, or nothing."""
    try:
        return parse_number(text, language="fr")
    except NumberError:
        return None


@dataclass
class Tab:
    """A tab, and what was typed in it and is not known to be stored."""

    page: Page
    unsaved: dict[str, str] = field(default_factory=dict)  # field → text
    # What stood there when the page came, or was last stored: whoever types that changes nothing.
    stored: dict[str, str] = field(default_factory=dict)

    def begin(self) -> None:
        self.stored = {name: self.text(name) for name in FIELDS}

    def text(self, name: str) -> str:
        """What stands in the field."""
        return self.page.input_value(f"[name={name}]")

    def rows(self) -> dict[str, dict[str, Any]]:
        return self.page.evaluate(ROWS)

    def dialog_is_open(self) -> bool:
        return self.page.locator("dialog[open]").count() > 0


def code_of(name: str) -> str:
    return name.rpartition("-")[0]


def part_of(name: str) -> str:
    return name.rpartition("-")[2]


def meaning(name: str, text: str) -> Decimal | str | None:
    """What the database holds where this text is stored in the field; what cannot be stored is
    the text itself."""
    if name == NOTE:
        return text.strip()
    value = number(text)
    return value if value is not None else text.strip() or None


def same(one: str, other: str) -> bool:
    """Two texts say the same number, or are the same text."""
    value = number(one)
    return one.strip() == other.strip() or (value is not None and value == number(other))
