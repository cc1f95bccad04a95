"""Small OpenDocument files by hand, as their XML would stand in them."""

import io
import zipfile

from imtplan.spreadsheets.ods.xml_names import NAMESPACES

MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
SPACES = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())


def content(sheets: str, styles: str = "") -> str:
    return (
        f"<office:document-content {SPACES}>"
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{sheets}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )


def zipped(parts: dict[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, part in {"mimetype": MIMETYPE, **parts}.items():
            made.writestr(name, part)
    return file.getvalue()


def ods(rows: str, *, styles: str = "", **parts: str | bytes) -> bytes:
    """A file of one sheet with these columns and rows."""
    sheet = f'<table:table table:name="Feuille1">{rows}</table:table>'
    return zipped({"content.xml": content(sheet, styles), **parts})


def row(*cells: str) -> str:
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def number(value: str, displayed: str | None = None, more: str = "", kind: str = "float") -> str:
    shown = "" if displayed is None else f"<text:p>{displayed}</text:p>"
    return (
        f'<table:table-cell office:value-type="{kind}" office:value="{value}" {more}>'
        f"{shown}</table:table-cell>"
    )


def text(inside: str, more: str = "") -> str:
    """A cell with one paragraph."""
    return (
        f'<table:table-cell office:value-type="string" {more}>'
        f"<text:p>{inside}</text:p></table:table-cell>"
    )
