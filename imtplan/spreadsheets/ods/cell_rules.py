"""Write the rules of cells as the validations of OpenDocument."""

from decimal import Decimal

from imtplan.spreadsheets.ods.markup import paragraphs, tag
from imtplan.spreadsheets.tables import letters
from imtplan.spreadsheets.workbooks import MAX_DIGITS, CellRule


class Rules:
    """The rules of a file. A rule that many cells have is written once."""

    def __init__(self) -> None:
        self._names = dict[str, str]()
        self._written = list[str]()

    def name_of(self, rule: CellRule, sheet: str, line: int, column: int) -> str:
        """Returns the name by which a cell calls its rule."""
        key = repr(rule)
        if key not in self._names:
            self._names[key] = name = f"rule{len(self._names) + 1}"
            base = f"{quoted(sheet)}.{letters(column)}{line + 1}"
            self._written.append(_validation(rule, name, base))
        return self._names[key]

    def written(self) -> str:
        return tag("table:content-validations", {}, *self._written) if self._written else ""


def quoted(sheet: str) -> str:
    """Returns a sheet's name as an address writes it."""
    return "'" + sheet.replace("'", "''") + "'"


def _validation(rule: CellRule, name: str, base: str) -> str:
    attributes = {
        "table:name": name,
        "table:allow-empty-cell": "true",
        "table:base-cell-address": base,
    }
    if condition := _condition(rule):
        attributes["table:condition"] = f"of:{condition}"
    if rule.choices or rule.choices_at:
        attributes["table:display-list"] = "unsorted"
    return tag("table:content-validation", attributes, *_messages(rule))


def _messages(rule: CellRule) -> list[str]:
    written = []
    if rule.hint:
        shown = {"table:display": "true", "table:title": rule.hint_title}
        written.append(tag("table:help-message", shown, paragraphs(rule.hint)))
    warning = {"table:display": "true", "table:message-type": "warning"}
    text = paragraphs(rule.warning) if rule.warning else ""
    written.append(tag("table:error-message", warning, text))
    return written


def _condition(rule: CellRule) -> str:
    if rule.choices_at:
        return f"cell-content-is-in-list([{_address(rule.choices_at)}])"
    if rule.choices:
        listed = ";".join('"' + choice.replace('"', '""') + '"' for choice in rule.choices)
        return f"cell-content-is-in-list({listed})"
    lowest, highest = rule.lowest, rule.highest
    if lowest is None and highest is None and rule.whole:
        lowest, highest = Decimal(-(10**MAX_DIGITS)), Decimal(10**MAX_DIGITS)
    kind = f"cell-content-is-{'whole' if rule.whole else 'decimal'}-number()"
    if lowest is not None and highest is not None:
        return f"{kind} and cell-content-is-between({lowest:f},{highest:f})"
    if lowest is not None:
        return f"{kind} and cell-content()>={lowest:f}"
    return f"{kind} and cell-content()<={highest:f}" if highest is not None else ""


def _address(cells: str) -> str:
    """Returns the address of cells in OpenDocument's notation, from "'Lists'!$A$2:$A$5"."""
    sheet, _mark, block = cells.rpartition("!")
    first, _colon, last = block.partition(":")
    return f"${sheet}.{first}:.{last}"
