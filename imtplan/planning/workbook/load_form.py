"""The form that takes a workbook: one change of the plan, shown before it is stored."""

from collections.abc import Iterable, Sequence
from secrets import token_hex
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imtplan.accounts.models import User
from imtplan.planning.forms import ActForm, FormDifference
from imtplan.planning.workbook.load_progress import LoadProgress
from imtplan.planning.workbook.load_report import LinesRefused, LoadReport
from imtplan.planning.workbook.loading import Loader
from imtplan.planning.workbook.reading import PlanWorkbook, book_of
from imtplan.planning.workbook.writing import state_of
from imtplan.spreadsheets.books import BookFormat
from imtplan.spreadsheets.reading import read_tables
from imtplan.spreadsheets.tables import MAX_BYTES, CellType, SheetCell, Table, TableRow, Unreadable
from objectives.models import StrategicPlan

# Between the preview and the confirmation the browser keeps what was read, under our signature.
SALT = "imtplan.planning.workbook"
ONE_DAY = 24 * 60 * 60
# Together with the rest of the form it must stay below `DATA_UPLOAD_MAX_MEMORY_SIZE`.
MAX_KEPT = 2_000_000


class LoadForm(ActForm, forms.Form):
    """Takes a file, or `content`: the tables read from it, which the preview sends back.

    `plan` is the plan of the page, None on the page of new plans. `store` makes the `report`.
    """

    use_required_attribute = False
    file = forms.FileField(
        label=gettext_lazy("The workbook of the plan"),
        help_text=gettext_lazy(
            "An Excel (.xlsx) or OpenDocument (.ods) workbook, of 2 MB at most."
        ),
        required=False,
        widget=forms.FileInput(attrs={"accept": BookFormat.accepted()}),
        error_messages={"empty": gettext_lazy("This file is empty.")},
    )
    content = forms.CharField(required=False, widget=forms.HiddenInput)
    progress = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, plan: StrategicPlan | None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.plan = plan
        self.book = PlanWorkbook()
        self.report: LoadReport | None = None
        # Under which the page that sends this form asks how far it is: another for each page.
        self.token = token_hex(16)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "file" in self.errors:
            return data
        try:
            self.tables = self._tables(data)
            for table in self.tables:
                table.demand_whole()
            self.book = book_of(self.tables)
            self._refuse_another_plan(self.book)
        except Unreadable as refusal:
            self.add_error("file", str(refusal.message))
        return data

    def _tables(self, data: dict[str, Any]) -> list[Table]:
        if file := data.get("file"):
            # One byte over the limit is enough for the reader to refuse the file.
            return read_tables(file.read(MAX_BYTES + 1))
        if not data.get("content"):
            raise Unreadable(_("Choose a file."))
        try:
            kept = signing.loads(data["content"], salt=SALT, max_age=ONE_DAY)
        except signing.BadSignature:
            raise Unreadable(_("What was read of your file is too old: choose it again.")) from None
        return [_unpacked(table) for table in kept]

    def _refuse_another_plan(self, book: PlanWorkbook) -> None:
        made_for = book.marks.get("plan", "")
        if self.plan and made_for and made_for != self.plan.code:
            words = {"other": made_for, "plan": self.plan.code}
            raise Unreadable(
                _("This is the workbook of the plan %(other)s: this page is for %(plan)s.") % words
            )
        if self.plan is None and "plans" not in book.lines:
            raise Unreadable(_("The sheet of the plan itself is missing: its code and its years."))

    # --- As an act ------------------------------------------------------------------------------

    @property
    def acted_on(self) -> StrategicPlan | None:
        """Returns the plan of the page; on the page of plans, once loaded, that of the workbook."""
        return self.plan or (self.report.plan if self.report else None)

    @property
    def mark(self) -> str:
        """Returns the mark of the report, which is what the preview shows."""
        return self.report.mark if self.report else ""

    def is_overtaken(self, seen: str) -> bool:
        """Returns False: `mark` is compared on confirming, once the report is made."""
        return False

    def differences(self) -> list[FormDifference]:
        return []

    @property
    def is_change(self) -> bool:
        return bool(self.report and self.report.changes)

    @property
    def sent(self) -> Iterable[tuple[str, str]]:
        yield "content", self._kept
        yield "progress", self.token

    @property
    def _kept(self) -> str:
        packed = [_packed(table) for table in self.tables]
        return signing.dumps(packed, salt=SALT, compress=True)

    def store(self, *, by: User, reason: str) -> StrategicPlan | None:
        """Load every line; `LinesRefused` if one is refused. Call it on a valid form."""
        state = state_of(self.plan) if self.plan else ""
        progress = LoadProgress(self.cleaned_data["progress"], self.book.size)
        self.report = Loader(self.book, self.plan, by=by, reason=reason, progress=progress).run()
        if state and self.book.marks.get("state", state) != state and self.report.changes:
            self.report.remarks.insert(0, self._made_before())
        if self.report.refusals:
            raise LinesRefused
        if len(self._kept) > MAX_KEPT:
            raise ValidationError(_("This file holds too much text for a plan."))
        return self.report.plan

    def _made_before(self) -> str:
        return _(
            "The plan has changed since this workbook was made, on %(day)s: look whether it sets"
            " something back."
        ) % {"day": self.book.marks.get("made", "?")}


# --- The tables, as the browser keeps them ------------------------------------------------------


def _packed(table: Table) -> list[Any]:
    rows = [
        [row.line, [[place, cell.kind.value, cell.text, cell.is_formula] for place, cell in row]]
        for row in table.rows
    ]
    return [table.name, table.is_hidden, rows]


def _unpacked(kept: Sequence[Any]) -> Table:
    name, is_hidden, rows = kept
    return Table([_row(line, cells) for line, cells in rows], name, is_hidden)


def _row(line: int, cells: Sequence[Any]) -> TableRow:
    return TableRow(
        line,
        {
            place: SheetCell(CellType(kind), text, is_formula=is_formula)
            for place, kind, text, is_formula in cells
        },
    )
