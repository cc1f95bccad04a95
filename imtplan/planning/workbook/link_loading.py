"""Loads the lines of the links: what counts in which element, and its weight."""

from collections.abc import Callable, Collection
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imtplan.accounts.models import User
from imtplan.bilingual import reader_language
from imtplan.numbers import format_number, parse_number
from imtplan.planning.forms import FormDifference
from imtplan.planning.workbook.load_report import LineReport, LoadOutcome
from imtplan.planning.workbook.reading import CellRefused, WorkbookLine
from imtplan.planning.workbook.sheets import Counts, CountsIn
from indicators.models import Indicator, IndicatorLink
from indicators.services_plan import weigh_indicators
from levers.models import Lever
from objectives.models import Objective, StrategicPlan
from projects.models import FlagshipProject, Serves
from projects.services import weigh_projects

PUT_ASIDE = gettext_lazy("This was put aside: bring it back in its page first.")
MODELS: dict[str, tuple[Any, str]] = {
    "indicator": (Indicator, "indicateurs"),
    "objective": (Objective, "objectifs"),
    "lever": (Lever, "leviers"),
    "project": (FlagshipProject, "projets"),
}


def why_none(code: str, sheets: list[str], refused: Collection[tuple[str, str]]) -> str:
    """Returns why no row has a code: perhaps the line that would add it was itself refused."""
    if any((sheet, code) in refused for sheet in sheets):
        return _("The line of this code is not right: correct it first.")
    return _("Nothing has this code.")


class LinkLoader:
    """Stores links. `refused` holds the sheet and code of each refused line.

    `sums` keeps the sum of the weights in each changed element, as it was before the first change.
    """

    def __init__(self, plan: StrategicPlan, refused: Collection[tuple[str, str]]) -> None:
        self.plan, self.refused = plan, refused
        self.sums: dict[Any, Decimal] = {}
        # By kind and code: this sheet comes after those that add elements, and adds none itself.
        self.rows: dict[tuple[str, str], Any] = {}

    def load(self, line: WorkbookLine, *, by: User, reason: str) -> LineReport:
        counts, element, weight = self._read(line)
        old = _weight_of(counts, element)
        name = f"{counts.code} → {element.code}"
        if weight == old:
            return LineReport(line, name, LoadOutcome.SAME, [])
        if element not in self.sums:
            self.sums[element] = _sum(element)
        weigh = weigh_indicators if isinstance(counts, Indicator) else weigh_projects
        weigh(element=element, weights={counts: weight}, by=by, reason=reason)
        difference = FormDifference(line.columns["weight"].heading, _shown(old), _shown(weight))
        return LineReport(
            line, name, LoadOutcome.NEW if old is None else LoadOutcome.CHANGED, [difference]
        )

    def _read(self, line: WorkbookLine) -> list[Any]:
        """Returns what counts, its element and the weight; refuses every wrong cell at once."""
        readers: list[Callable[[], Any]] = [
            lambda: self._named(line, "kind", "code", Counts.values),
            lambda: self._named(line, "in_kind", "element", CountsIn.values),
            lambda: self._weight(line),
        ]
        values, wrong = [], {}
        for read in readers:
            try:
                values.append(read())
            except CellRefused as left:
                wrong[left.name] = left.message
        if wrong:
            raise ValidationError(wrong)
        return values

    def sums_now(self) -> list[FormDifference]:
        """Returns the sum of the weights in each changed element, before and after."""
        return [
            FormDifference(str(element), _shown(before), _shown(_sum(element)))
            for element, before in self.sums.items()
        ]

    def _named(self, line: WorkbookLine, kind_column: str, column: str, kinds: list[str]) -> Any:
        code, kind = line.text(column), line.text(kind_column)
        if not code:
            raise CellRefused(column, _("Write a code."))
        possible = [kind] if kind else kinds
        rows = [row for possible_kind in possible if (row := self._row_of(possible_kind, code))]
        if not rows:
            raise CellRefused(
                column,
                why_none(
                    code, [MODELS[possible_kind][1] for possible_kind in possible], self.refused
                ),
            )
        if len(rows) > 1:
            raise CellRefused(kind_column, _("Two things have this code: say here which one."))
        if rows[0].archived_at:
            raise CellRefused(column, PUT_ASIDE)
        return self._fitting(line, column, rows[0])

    def _row_of(self, kind: str, code: str) -> Any:
        if (kind, code) not in self.rows:
            model, _sheet = MODELS[kind]
            rows = model._default_manager.filter(code=code)
            if model is not Indicator:
                rows = rows.filter(plan=self.plan).select_related("plan")
            self.rows[kind, code] = rows.first()
        return self.rows[kind, code]

    @staticmethod
    def _fitting(line: WorkbookLine, column: str, row: Any) -> Any:
        if column == "element" and isinstance(row, FlagshipProject):
            is_project = line.text("kind") == Counts.PROJECT
            if is_project or not Indicator.objects.filter(code=line.text("code")).exists():
                raise CellRefused(column, _("A project counts in an objective or a lever."))
        return row

    @staticmethod
    def _weight(line: WorkbookLine) -> Decimal:
        text = line.text("weight")
        if not text:
            raise CellRefused(
                "weight", _("Write a weight. A link is ended in the page of its element.")
            )
        weight = parse_number(text, language=reader_language())
        if not 0 <= weight < 100_000:
            raise CellRefused("weight", _("A weight is zero or more, and below 100,000."))
        return weight


def _side(element: Any) -> str:
    return str(element._meta.model_name).replace("flagshipproject", "project")


def _weight_of(counts: Any, element: Any) -> Decimal | None:
    links = IndicatorLink if isinstance(counts, Indicator) else Serves
    ends = {_side(counts): counts, _side(element): element}
    return links._default_manager.filter(**ends).values_list("weight", flat=True).first()


def _sum(element: Any) -> Decimal:
    links = [element.indicator_links.in_use_in(element.plan)]
    if not isinstance(element, FlagshipProject):
        links.append(element.served_by.filter(project__archived_at=None))
    sums = [sum_.aggregate(sum=Sum("weight"))["sum"] for sum_ in links]
    return sum((sum_ for sum_ in sums if sum_ is not None), Decimal(0))


def _shown(weight: Decimal | None) -> str:
    return format_number(weight, language=reader_language())
