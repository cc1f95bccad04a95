"""Loads a workbook into the plan, line by line, through the forms and services of the pages.

Everything happens inside the caller's transaction. After a refused line the others are still
tried, so that every refusal is shown at once; then nothing is stored (`LinesRefused`).
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.db.models import BooleanField
from django.utils.translation import gettext as _

from imtplan.accounts.models import User
from imtplan.audit.plan_edits import ReasonNeeded
from imtplan.bilingual import reader_language
from imtplan.campaigns.entry.checking.number_sentences import unit_of
from imtplan.planning.forms import FormDifference, PlanForm
from imtplan.planning.forms_measures import IndicatorForm
from imtplan.planning.plan_fields import NO_UNIT, PERCENT, SHARES
from imtplan.planning.workbook.link_loading import LinkLoader
from imtplan.planning.workbook.load_progress import LoadProgress
from imtplan.planning.workbook.load_report import LineReport, LoadOutcome, LoadReport
from imtplan.planning.workbook.reading import CellRefused, PlanWorkbook, Refusal, WorkbookLine
from imtplan.planning.workbook.row_finding import LineLeftOut, RowFinder
from imtplan.planning.workbook.sheets import POINT, ColumnFormat
from imtplan.units import CellUnit
from indicators.models import FollowedIndicator, Indicator, SeriesBreak, Target
from objectives.models import StrategicPlan
from projects.models import Milestone

# A sheet comes after those whose codes it names.
ORDER = (
    "plans",
    "indicateurs",
    "suivis",
    "objectifs",
    "leviers",
    "projets",
    "jalons",
    "liens",
    "cibles",
    "ruptures",
)


class Loader:
    """Loads one workbook into `plan`; None: into the plan that the workbook itself names."""

    def __init__(
        self,
        book: PlanWorkbook,
        plan: StrategicPlan | None,
        *,
        by: User,
        reason: str,
        progress: LoadProgress,
    ) -> None:
        self.book, self.by, self.reason, self.progress = book, by, reason, progress
        self.refused: set[tuple[str, str]] = set()  # sheet and code of refused lines
        self.rows = RowFinder(plan, book.marks.get("plan", ""), self.refused)
        self.report = LoadReport(refusals=list(book.refusals), remarks=list(book.remarks))
        self.seen: dict[tuple[str, ...], int] = {}
        self.links: LinkLoader | None = None
        self.units: dict[str, CellUnit] = {}  # by indicator, once its own sheet is read

    def run(self) -> LoadReport:
        """Store every line that is right; return what each line does, or why it is refused."""
        for slug in ORDER:
            if slug in self.book.lines and (self.plan or slug == "plans"):
                self._sheet(slug)
        if self.plan is None:
            self.report.remarks.append(_("The other sheets wait until the plan itself is right."))
        self.report.plan = self.plan
        self.report.sums = self.links.sums_now() if self.links else []
        return self.report

    @property
    def plan(self) -> Any:
        """Returns the plan that is loaded into; None as long as its own line is not stored."""
        return self.rows.plan

    def _sheet(self, slug: str) -> None:
        load = self._links() if slug == "liens" else self._element
        self.report.lines[slug] = []
        for line in _parts_last(self.book.lines[slug]):
            self.progress.count()
            try:
                self._refuse_twice(line)
                with transaction.atomic():
                    self.report.lines[slug].append(load(line))
            except ReasonNeeded:
                raise
            except LineLeftOut as left_out:
                self._forget(line)
                self.report.lines[slug].append(_left_out(line, left_out))
            except CellRefused as left:
                self._refuse(line, [line.refused(left.name, left.message)])
            except ValidationError as error:
                self._refuse(line, _refusals(line, error))
        self.report.lines[slug].sort(key=lambda report: report.line.number)

    def _links(self) -> Callable[[WorkbookLine], LineReport]:
        self.links = links = LinkLoader(self.plan, self.refused)
        return lambda line: links.load(line, by=self.by, reason=self.reason)

    def _refuse(self, line: WorkbookLine, refusals: Iterable[Refusal]) -> None:
        self.report.refusals.extend(refusals)
        self.refused.add((line.sheet.slug, line.raw("code")))

    def _refuse_twice(self, line: WorkbookLine) -> None:
        slug = line.sheet.slug
        if slug == "plans" and len(self.book.lines[slug]) > 1:
            raise CellRefused("code", _("A workbook is of one plan: keep one line."))
        for key, column in _unique_keys(line):
            first = self.seen.setdefault(key, line.number)
            if first != line.number:
                message = _("Line %(line)d of this sheet says this already.") % {"line": first}
                raise CellRefused(column, message)

    def _forget(self, line: WorkbookLine) -> None:
        """Let a later line say what a line says that is left out."""
        for key, _column in _unique_keys(line):
            self.seen.pop(key, None)

    # --- Elements -------------------------------------------------------------------------------

    def _element(self, line: WorkbookLine) -> LineReport:
        form_class: Any = line.sheet.form
        instance = self.rows.row_of(line)
        is_new = instance.pk is None
        form = form_class(self._data(line, form_class, instance), instance=instance)
        self._refuse_other_years(line, form)
        if not form.is_valid():
            raise ValidationError(form.errors.as_data())
        differences = self._differences(form, line) if is_new else form.differences()
        if isinstance(form, IndicatorForm):
            form.plan = self.plan
            differences += self._begun(instance)
        if not is_new and not differences:
            self._go_on_with(instance)
            return LineReport(line, _name(instance), LoadOutcome.SAME, [])
        self._remark_questions(form)
        stored = form.store(by=self.by, reason=self.reason)
        self._go_on_with(stored)
        outcome = LoadOutcome.NEW if is_new else LoadOutcome.CHANGED
        return LineReport(line, _name(stored), outcome, differences)

    def _go_on_with(self, row: Any) -> None:
        if isinstance(row, StrategicPlan):
            self.rows.plan = row
            self._remark_source(row)
        elif isinstance(row, Milestone):
            self.rows.milestones.add(row.pk)

    def _remark_questions(self, form: PlanForm) -> None:
        """Ask once what the page of an element asks, however many lines it concerns."""
        new = [question for question in form.questions if question not in self.report.remarks]
        self.report.remarks.extend(new)

    def _remark_source(self, plan: StrategicPlan) -> None:
        """Say that the workbook was made of another plan than the one it is loaded into, and where
        that one is not the plan that this one follows."""
        if not self.rows.is_copy:
            return
        words = {"other": self.rows.made_of, "plan": plan.code}
        self.report.remarks.append(
            _(
                "This workbook was made of the plan %(other)s: its elements and targets stay as "
                "they are; indicators and breaks are common to both."
            )
            % words
        )
        followed = plan.supersedes
        if followed is None:
            self.report.remarks.append(
                _("%(plan)s follows no plan: write %(other)s where it says which one.") % words
            )
        elif followed.code != self.rows.made_of:
            words["followed"] = followed.code
            self.report.remarks.append(
                _("%(plan)s follows %(followed)s and not %(other)s: is that meant?") % words
            )

    def _begun(self, indicator: Indicator) -> list[FormDifference]:
        """Returns that the plan follows an indicator of its workbook from now on; nothing where it
        does already. A new one says so by being new."""
        if indicator.pk is None or indicator.followed_in.filter(plan=self.plan).exists():
            return []
        return [FormDifference(_("followed in this plan"), _("no"), _("yes"))]

    def _differences(self, form: PlanForm, line: WorkbookLine) -> list[FormDifference]:
        texts = {name: form.in_words(name, form.cleaned_data[name]) for name in form.fields}
        return _other_code(form, line) + [
            FormDifference(line.columns[name].heading, "", texts[name])
            for name in line.columns
            if name != "code" and texts.get(name) and line.raw(name)
        ]

    def _data(
        self, line: WorkbookLine, form_class: type[PlanForm], instance: Any
    ) -> dict[str, str]:
        """Returns the data that the element's page would send, after the line is typed into it."""
        data = _as_shown(form_class(instance=instance))
        wrong: dict[str, str] = {}
        for name in line.columns:
            if name not in form_class.base_fields and not name.startswith(POINT):
                continue
            try:
                text = self._typed(line, name)
            except CellRefused as left:
                wrong[name] = left.message
                continue
            if text:
                data[name] = text
            elif not _has_usual_value(form_class, name):
                data.pop(name, None)
        if instance.pk is None and getattr(instance, "code", ""):
            data["code"] = instance.code
        if wrong:
            raise ValidationError(wrong)
        return data

    def _typed(self, line: WorkbookLine, name: str) -> str:
        text = _share(line, name) if name in SHARES else self._text(line, name)
        if text and name == "continues":
            return str(self.rows.former(line, text).pk)
        if text and line.columns[name].format is ColumnFormat.CODE:
            return str(self.rows.of_code(name, text).pk)
        return text

    def _text(self, line: WorkbookLine, name: str) -> str:
        return line.text(name, unit=self._unit(line, name))

    def _unit(self, line: WorkbookLine, name: str) -> CellUnit:
        """Returns the unit in which the form counts a column's numbers: that of the indicator."""
        if line.columns[name].format is not ColumnFormat.NUMBER:
            return NO_UNIT
        if name in ("growth_percent", "change_limit"):
            return PERCENT
        if line.sheet.slug in ("cibles", "ruptures"):
            return self._unit_of(line.raw("indicator") or self._indicator_of(line.raw("code")))
        if line.sheet.slug == "indicateurs":
            units = line.raw("unit_fr"), line.raw("unit_en")
            return CellUnit(units[0 if reader_language() == "fr" else 1], units)
        return NO_UNIT

    def _unit_of(self, code: str) -> CellUnit:
        if code not in self.units:
            indicator = Indicator.objects.filter(code=code).first()
            self.units[code] = unit_of(indicator) if indicator else NO_UNIT
        return self.units[code]

    def _indicator_of(self, target: str) -> str:
        targets = Target.objects.filter(plan=self.plan, code=target)
        return targets.values_list("indicator__code", flat=True).first() or ""

    def _refuse_other_years(self, line: WorkbookLine, form: PlanForm) -> None:
        for name in line.columns:
            if name.startswith(POINT) and name not in form.fields and line.raw(name):
                raise CellRefused(name, _("This year is not of the plan."))


def _share(line: WorkbookLine, name: str) -> str:
    """Returns a share as its form reads it: 0.9, or 90 % as a text or in a cell of percents."""
    try:
        return line.text(name)
    except CellRefused:
        with suppress(CellRefused):
            return f"{line.text(name, unit=PERCENT)} %"
        raise


def _left_out(line: WorkbookLine, left_out: LineLeftOut) -> LineReport:
    name = line.raw("code") or " · ".join(line.raw(column) for column in line.sheet.key)
    field = FormDifference(line.columns[left_out.name].heading, "", line.raw(left_out.name))
    return LineReport(line, name, LoadOutcome.LEFT_OUT, [field], left_out.message)


def _other_code(form: PlanForm, line: WorkbookLine) -> list[FormDifference]:
    """Returns that a new row has another code than its line, which is of another plan."""
    code = str(form.cleaned_data.get("code", ""))
    if not code or code == line.raw("code"):
        return []
    return [FormDifference(line.columns["code"].heading, line.raw("code"), code)]


def _name(row: Any) -> str:
    if isinstance(row, SeriesBreak):
        return f"{row.indicator.code} · {row}"
    named = row.indicator if isinstance(row, Target | FollowedIndicator) else row
    return f"{row.code} · {named}" if isinstance(named, Indicator) else str(row)


def _has_usual_value(form: type[PlanForm], name: str) -> bool:
    """Whether an empty cell keeps the stored value, or gives a new row the field's default. Any
    other empty cell empties the field. So a file loaded twice does the same both times."""
    if name.startswith(POINT):
        return False
    field = form._meta.model._meta.get_field(name)
    return field.has_default() and not field.blank and not isinstance(field, BooleanField)


def _as_shown(form: PlanForm) -> dict[str, str]:
    """Returns every field of the form as the page would send it back untouched."""
    data = {}
    for bound in form:
        value = bound.value()
        if value is not None and value is not False and value != "":
            data[bound.html_name] = "on" if value is True else str(bound.field.prepare_value(value))
    return data


# The column to blame where two lines of a sheet share its key.
_BLAMED = {"suivis": "indicator", "ruptures": "year", "liens": "code"}
# Of the links, with the kinds, which may be left out where the codes say them.
_KEY_OF_LINKS = ("kind", "code", "in_kind", "element")


def _unique_keys(line: WorkbookLine) -> Iterable[tuple[tuple[str, ...], str]]:
    """Returns the keys that no two lines of a sheet may share, each with the column to blame."""
    slug = line.sheet.slug
    if slug in _BLAMED:
        names = _KEY_OF_LINKS if slug == "liens" else line.sheet.key
        yield (slug, *(line.raw(name) for name in names)), _BLAMED[slug]
    elif slug == "jalons":
        yield (slug, line.raw("project"), line.raw("title_fr"), line.raw("due_on")), "title_fr"
        if number := line.raw("number"):
            yield (slug, "number", number), "number"
    elif code := line.raw("code"):
        yield (slug, code), "code"
    if slug == "cibles" and line.raw("is_reference"):
        with suppress(CellRefused):
            if line.text("is_reference"):
                yield (slug, "reference", line.raw("indicator")), "is_reference"


def _parts_last(lines: list[WorkbookLine]) -> list[WorkbookLine]:
    """Sorts the lines so that an indicator's part comes after the whole."""
    wholes = {line.raw("code"): line.raw("part_of") for line in lines if "part_of" in line.places}

    def depth(line: WorkbookLine) -> int:
        above, code = set(), line.raw("part_of")
        while code in wholes and code not in above:
            above.add(code)
            code = wholes[code]
        return len(above)

    return sorted(lines, key=depth)


def _refusals(line: WorkbookLine, error: ValidationError) -> list[Refusal]:
    """Returns each message of a form or a model as a refusal of its cell."""
    if not hasattr(error, "error_dict"):
        return [line.refused("", str(message)) for message in error.messages]
    messages_of: Mapping[str, Any] = error.message_dict
    return [
        line.refused("" if name == NON_FIELD_ERRORS else name, str(message))
        for name, messages in messages_of.items()
        for message in messages
    ]
