"""Write looks, which are in the words of XlsxWriter, as the styles of OpenDocument."""

import re
from collections.abc import Mapping
from typing import Any

from imtplan.spreadsheets.ods.markup import tag

_NUMBER = re.compile(r"#,##0(?:\.(0+))?")
_ALIGNED = {"vcenter": "middle", "top": "top"}
_DAYS = "dd/mm/yyyy"
_THIN, _THICK = "0.75pt", "1.5pt"


def cell_styles(looks: Mapping[str, Mapping[str, Any]]) -> str:
    """Returns the styles of the cells, each named by `style_name`."""
    formats = {str(look["num_format"]) for look in looks.values() if "num_format" in look}
    numbers = "".join(_data_style(code) for code in sorted(formats))
    return numbers + "".join(_cell_style(name, look) for name, look in looks.items())


def style_name(look: str) -> str:
    """Returns the XML name of a look, which may be called "open 2" for instance."""
    return "ce_" + "".join(letter if letter.isalnum() else "_" for letter in look)


def decimals_of(look: Mapping[str, Any]) -> int | None:
    """Returns how many decimals a number is shown with; None: with all that it has."""
    number = _NUMBER.fullmatch(str(look.get("num_format", "")))
    return len(number[1] or "") if number else None


def shows_days(look: Mapping[str, Any]) -> bool:
    """Whether a number with this look is a day, counted as in XLSX."""
    return look.get("num_format") == _DAYS


def _cell_style(name: str, look: Mapping[str, Any]) -> str:
    attributes = {
        "style:name": style_name(name),
        "style:family": "table-cell",
        "style:parent-style-name": "Default",
    }
    if look.get("num_format", "General") != "General":
        attributes["style:data-style-name"] = _data_name(str(look["num_format"]))
    return tag(
        "style:style",
        attributes,
        tag("style:table-cell-properties", _cell(look)),
        tag("style:text-properties", _text(look)),
    )


def _cell(look: Mapping[str, Any]) -> dict[str, str]:
    # Cells are locked by default, which has an effect on a locked sheet alone.
    attributes = {"style:cell-protect": "protected" if look.get("locked", True) else "none"}
    if color := look.get("bg_color"):
        attributes["fo:background-color"] = color
    if look.get("text_wrap"):
        attributes["fo:wrap-option"] = "wrap"
    if aligned := _ALIGNED.get(look.get("valign", "")):
        attributes["style:vertical-align"] = aligned
    if look.get("border"):
        attributes["fo:border"] = f"{_THIN} solid {look.get('border_color', '#000000')}"
    if look.get("bottom"):
        attributes["fo:border-bottom"] = f"{_THICK} solid {look.get('bottom_color', '#000000')}"
    return attributes


def _text(look: Mapping[str, Any]) -> dict[str, str]:
    attributes = {}
    if font := look.get("font_name"):
        attributes["fo:font-family"] = font
    if size := look.get("font_size"):
        attributes["fo:font-size"] = f"{size}pt"
    if color := look.get("font_color"):
        attributes["fo:color"] = color
    if look.get("bold"):
        attributes["fo:font-weight"] = "bold"
    return attributes


def _data_name(code: str) -> str:
    return "N_" + "".join(letter if letter.isalnum() else f"{ord(letter):02x}" for letter in code)


def _data_style(code: str) -> str:
    """Returns the style for a number format; `ValueError` for one that is not known here."""
    name = {"style:name": _data_name(code)}
    if code == "General":
        return ""
    if code == "@":
        return tag("number:text-style", name, tag("number:text-content"))
    if code == _DAYS:
        return tag("number:date-style", name, _DAY)
    number = _NUMBER.fullmatch(code)
    if number is None:
        raise ValueError(f"no OpenDocument style is known for the format {code!r}")
    digits = {
        "number:decimal-places": str(len(number[1] or "")),
        "number:min-decimal-places": str(len(number[1] or "")),
        "number:min-integer-digits": "1",
        "number:grouping": "true",
    }
    return tag("number:number-style", name, tag("number:number", digits))


_SLASH = tag("number:text", {}, "/")
_LONG = {"number:style": "long"}
_DAY = _SLASH.join(
    [tag("number:day", _LONG), tag("number:month", _LONG), tag("number:year", _LONG)]
)
