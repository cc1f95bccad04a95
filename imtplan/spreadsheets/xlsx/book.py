"""The main part of an XLSX workbook: its sheets, their parts, and the styles of its cells."""

import posixpath
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from imtplan.spreadsheets.package import MAX_ENTRIES, Package, local, too_many_sheets
from imtplan.spreadsheets.tables import Unreadable
from imtplan.spreadsheets.workbooks import FIRST_DAY
from imtplan.spreadsheets.xlsx.attribute_values import YES
from imtplan.spreadsheets.xlsx.styles import CellStyle, StyleReader

Attributes = dict[str, str]


@dataclass(frozen=True)
class SheetPart:
    name: str
    is_hidden: bool
    part: str


@dataclass
class XlsxBook:
    """The sheets in their order, with the texts, the styles and the first day that cells need."""

    sheets: list[SheetPart] = field(default_factory=list)
    texts: str = ""  # the part of the texts that cells name by number
    styles: list[CellStyle] = field(default_factory=list)
    first_day: date = FIRST_DAY  # the day from which dates are counted
    is_computed: bool = True  # False: the file asks to be computed on opening, its values are old

    @classmethod
    def of(cls, package: Package) -> "XlsxBook":
        """Reads the book; `Unreadable` if the zip is no workbook."""
        book = cls()
        part = _main_part(package)
        parts = _relations(package, part)
        named = dict(parts.values())
        by_id = {key: target for key, (_kind, target) in parts.items()}

        def element(name: str, attributes: Attributes) -> None:
            local_names = {local(key): value for key, value in attributes.items()}
            book._take(local(name), local_names, by_id, package)

        package.parse(part, start=element)
        book.texts = named.get("sharedStrings", "xl/sharedStrings.xml")
        book.styles = StyleReader(package, named.get("styles", "xl/styles.xml")).styles
        # A sheet of charts has another root element, and no cells: it reads as an empty table.
        return book

    def _take(
        self, element: str, attributes: Attributes, parts: dict[str, str], package: Package
    ) -> None:
        match element:
            case "workbookPr" if attributes.get("date1904") in YES:
                self.first_day = date(1904, 1, 1)
            case "calcPr" if attributes.get("fullCalcOnLoad") in YES:
                self.is_computed = False
            case "sheet" if part := parts.get(attributes.get("id", "")):
                hidden = attributes.get("state", "visible") != "visible"
                if len(self.sheets) >= MAX_ENTRIES:  # no more than there can be parts
                    raise too_many_sheets()
                self.sheets.append(
                    SheetPart(package.kept(attributes.get("name", "")), hidden, part)
                )


def _main_part(package: Package) -> str:
    """Returns the name of the workbook's part, which programs need not call by its usual name."""
    usual = "xl/workbook.xml"
    if "_rels/.rels" in package:
        relations = _relations(package, "")
        usual = dict(relations.values()).get("officeDocument", usual)
    # A text document or slides have such a part too, under other names.
    if not usual.startswith("xl/") or usual not in package:
        raise Unreadable(_("This is not a workbook. Save it as .xlsx or .ods, or as CSV."))
    return usual


def _relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Returns the relations of a part: by key, the kind and the name of the other part."""
    folder, name = posixpath.split(part)
    relations: dict[str, tuple[str, str]] = {}

    def relation(element: str, attributes: Attributes) -> None:
        if local(element) == "Relationship":
            target = attributes.get("Target", "").replace("\\", "/")
            path = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            kind = attributes.get("Type", "").rpartition("/")[2]
            relations[attributes.get("Id", "")] = kind, path

    package.parse(posixpath.join(folder, "_rels", f"{name}.rels"), start=relation)
    return relations
