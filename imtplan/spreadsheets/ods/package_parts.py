"""The parts of an OpenDocument file around its content, alike in every file of ours."""

import io
import zipfile
from collections.abc import Mapping, Sequence

from imtplan.spreadsheets.ods.markup import VERSION, document, items, tag, written
from imtplan.spreadsheets.ods.xml_names import NAMESPACES
from imtplan.spreadsheets.workbooks import ODS, SheetOut

MASTER = "Landscape"
_FROZEN = "2"


def packed(content: str, sheets: Sequence[SheetOut], properties: Mapping[str, str]) -> bytes:
    """Returns the file. Its type comes first and unpacked, so that programs recognise it."""
    parts = {
        "content.xml": content,
        "styles.xml": _STYLES,
        "settings.xml": _settings(sheets),
        "meta.xml": _meta(properties),
    }
    parts["META-INF/manifest.xml"] = _manifest(list(parts))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(zipfile.ZipInfo("mimetype"), ODS)
        for name, part in parts.items():
            made.writestr(name, part)
    return file.getvalue()


def _manifest(parts: list[str]) -> str:
    entries = [("/", ODS), *[(part, "text/xml") for part in parts]]
    return tag(
        "manifest:manifest",
        {"xmlns:manifest": NAMESPACES["manifest"], "manifest:version": VERSION},
        *[
            tag("manifest:file-entry", {"manifest:full-path": path, "manifest:media-type": kind})
            for path, kind in entries
        ],
    )


def _meta(properties: Mapping[str, str]) -> str:
    title = tag("dc:title", {}, written(properties.get("title", "")))
    author = tag("dc:creator", {}, written(properties.get("author", "")))
    return document("document-meta", tag("office:meta", {}, title, author))


def _settings(sheets: Sequence[SheetOut]) -> str:
    """Returns the settings: the lines and columns that stay in sight, and no grid."""
    tables = tag(
        "config:config-item-map-named",
        {"config:name": "Tables"},
        *[
            tag("config:config-item-map-entry", {"config:name": sheet.name}, _view(sheet))
            for sheet in sheets
        ],
    )
    first = items([("ViewId", "string", "view1"), ("ActiveTable", "string", sheets[0].name)])
    views = tag(
        "config:config-item-map-indexed",
        {"config:name": "Views"},
        tag("config:config-item-map-entry", {}, first, tables),
    )
    named = {"config:name": "ooo:view-settings"}
    return document(
        "document-settings",
        tag("office:settings", {}, tag("config:config-item-set", named, views)),
    )


def _view(sheet: SheetOut) -> str:
    shown = [("ShowGrid", "boolean", "false")]
    if sheet.headings is None:
        return items(shown)
    columns, lines = str(sheet.fixed_columns), str(sheet.headings + 1)
    if sheet.fixed_columns:
        shown += [
            ("HorizontalSplitMode", "short", _FROZEN),
            ("HorizontalSplitPosition", "int", columns),
            ("PositionRight", "int", columns),
        ]
    shown += [
        ("VerticalSplitMode", "short", _FROZEN),
        ("VerticalSplitPosition", "int", lines),
        ("PositionBottom", "int", lines),
        ("ActiveSplitRange", "short", "3" if sheet.fixed_columns else "2"),
    ]
    return items(shown)


# --- The page -----------------------------------------------------------------------------------

_LAYOUT = tag(
    "style:page-layout",
    {"style:name": "A4"},
    tag(
        "style:page-layout-properties",
        {
            "fo:page-width": "29.7cm",
            "fo:page-height": "21cm",
            "style:print-orientation": "landscape",
            "fo:margin": "1.5cm",
            "style:scale-to-X": "1",
        },
    ),
    tag(
        "style:footer-style",
        {},
        tag(
            "style:header-footer-properties",
            {"fo:min-height": "0.8cm", "fo:margin-top": "0.4cm"},
        ),
    ),
)
_PAGES = f"{tag('text:page-number', {}, '1')} / {tag('text:page-count', {}, '1')}"
_FOOTER = tag(
    "style:footer",
    {},
    tag("style:region-left", {}, tag("text:p", {}, tag("text:title"))),
    tag("style:region-center", {}, tag("text:p", {}, tag("text:sheet-name", {}, "?"))),
    tag("style:region-right", {}, tag("text:p", {}, _PAGES)),
)
_STYLES = document(
    "document-styles",
    tag(
        "office:styles",
        {},
        tag("style:style", {"style:name": "Default", "style:family": "table-cell"}),
    ),
    tag("office:automatic-styles", {}, _LAYOUT),
    tag(
        "office:master-styles",
        {},
        tag(
            "style:master-page",
            {"style:name": MASTER, "style:page-layout-name": "A4"},
            _FOOTER,
        ),
    ),
)
