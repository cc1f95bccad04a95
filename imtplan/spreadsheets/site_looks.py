"""The look of the site in workbooks, in the words of XlsxWriter."""

from typing import Any

INK, SOFT, LINE, ACCENT = "#16233A", "#55607A", "#C9C6BB", "#1D4ED8"
BASE = {"font_name": "Calibri", "font_size": 11, "font_color": INK, "valign": "vcenter"}
FRAMED = BASE | {"border": 1, "border_color": LINE}
SHUT = FRAMED | {"font_color": SOFT, "text_wrap": True}
OPEN = FRAMED | {"bg_color": "#FFF8DC", "locked": False}
SHARED: dict[str, dict[str, Any]] = {
    "title": BASE | {"bold": True, "font_size": 16},
    "lead": BASE | {"font_color": SOFT},
    "step": BASE | {"text_wrap": True, "valign": "top"},
    "heading": FRAMED | {"bold": True, "bg_color": INK, "font_color": "#FFFFFF", "text_wrap": True},
    "shut": SHUT,
}
