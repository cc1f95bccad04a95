"""The sheets of a plan's workbook, and their columns, made from the forms of the pages.

The writer and the reader share this declaration, so what one writes the other reads.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.models import School
from imtplan.planning.forms import PlanForm
from imtplan.planning.forms_elements import (
    LeverForm,
    MilestoneForm,
    ObjectiveForm,
    ProjectForm,
    StrategicPlanForm,
)
from imtplan.planning.forms_measures import (
    FollowedForm,
    IndicatorForm,
    SeriesBreakForm,
)
from imtplan.planning.targets.forms_targets import TargetForm
from imtplan.spreadsheets.cell_words import bare, in_each_language
from indicators.models import FollowedIndicator, Indicator, IndicatorLink, SeriesBreak, Target
from levers.models import Lever
from objectives.models import Objective, StrategicPlan
from projects.models import FlagshipProject, Milestone, Serves

FORMAT = "1"
# The hidden sheet that holds the plan's code, the language, and a fingerprint of what was stored.
MARKER = "imtplan-plan"
# The sheets that only help to fill in the others.
GUIDE, LISTS = _("How to fill it in"), _("Words and codes")
POINT = "point_"


class ColumnFormat(Enum):
    """The ways in which the cells of a column are written and read."""

    TEXT = auto()
    NUMBER = auto()
    WHOLE = auto()  # a year, a rank: no decimals, no groups
    DAY = auto()
    YES = auto()
    WORD = auto()  # one of the column's choices
    CODE = auto()  # the code of another row
    BESIDE = auto()  # shown to help, never read back


@dataclass(frozen=True)
class PlanColumn:
    name: str  # the field of the form
    label: str | Promise
    format: ColumnFormat = ColumnFormat.TEXT
    hint: str | Promise = ""
    words: Any = None  # the choices of `WORD`
    width: float = 16

    @property
    def heading(self) -> str:
        label = str(self.label)
        return label[:1].upper() + label[1:]

    @property
    def known_as(self) -> set[str]:
        return {bare(self.name), *in_each_language(self.label)}


@dataclass(frozen=True)
class PlanSheet:
    """A sheet. Its `form` stores a line; the sheet of the links has none."""

    slug: str
    title: str | Promise
    form: type[PlanForm] | None
    columns: Sequence[PlanColumn]
    key: Sequence[str] = ("code",)

    @property
    def known_as(self) -> set[str]:
        return {self.slug, *in_each_language(self.title)}

    def columns_for(self, years: Iterable[int]) -> list[PlanColumn]:
        """Returns the columns; on the sheet of targets, with one for the value of each year."""
        return [*self.columns, *(point(year) for year in years if self.slug == "cibles")]


def point(year: int) -> PlanColumn:
    label = format_lazy(_("Expected in {year}"), year=year)
    return PlanColumn(f"{POINT}{year}", label, ColumnFormat.NUMBER)


# --- Columns out of fields ----------------------------------------------------------------------

_FORMAT_OF_FIELD: list[tuple[Any, ColumnFormat]] = [
    (models.DecimalField, ColumnFormat.NUMBER),
    (models.IntegerField, ColumnFormat.WHOLE),
    (models.DateField, ColumnFormat.DAY),
    (models.BooleanField, ColumnFormat.YES),
    (models.ForeignKey, ColumnFormat.CODE),
]
_WIDTHS = {
    ColumnFormat.TEXT: 34.0,
    ColumnFormat.WORD: 26.0,
    ColumnFormat.CODE: 20.0,
    ColumnFormat.DAY: 13.0,
    ColumnFormat.YES: 11.0,
}


def _column(model: type[models.Model], name: str, label: str | Promise = "") -> PlanColumn:
    field: Any = model._meta.get_field(name)
    format_ = next(
        (format_ for kind, format_ in _FORMAT_OF_FIELD if isinstance(field, kind)),
        ColumnFormat.TEXT,
    )
    if field.choices:
        format_ = ColumnFormat.WORD
    return PlanColumn(
        name,
        label or field.verbose_name,
        format_,
        field.help_text,
        field.choices,
        15 if name == "code" else _WIDTHS.get(format_, 14),
    )


def _columns(form: type[PlanForm], **labels: str | Promise) -> list[PlanColumn]:
    meta = form._meta
    return [_column(meta.model, name, labels.get(name, "")) for name in meta.fields or ()]


# --- The sheets ---------------------------------------------------------------------------------


class Counts(models.TextChoices):
    INDICATOR = "indicator", _("indicator")
    PROJECT = "project", _("flagship project")


class CountsIn(models.TextChoices):
    OBJECTIVE = "objective", _("objective")
    LEVER = "lever", _("lever")
    PROJECT = "project", _("flagship project")


_KIND = _("Only needed where two things have the same code.")
_NUMBER = _("Leave it empty for a new milestone.")
_SHOWN = _("Shown to help you read: not read back.")
_TARGET_SCHOOL = _("The code of a school. Empty: the institute.")

_of_an_indicator = [
    PlanColumn("indicator", Indicator._meta.verbose_name, ColumnFormat.CODE, width=26),
    PlanColumn("name", _("its name"), ColumnFormat.BESIDE, _SHOWN, width=40),
]
_of_followed = [
    *_of_an_indicator,
    *(column for column in _columns(FollowedForm) if column.name != "indicator"),
]
_of_targets = _columns(TargetForm, indicator=Indicator._meta.verbose_name)
_of_targets.insert(
    2, PlanColumn("school", School._meta.verbose_name, ColumnFormat.CODE, _TARGET_SCHOOL, width=20)
)

SHEETS = [
    PlanSheet("plans", _("Plan"), StrategicPlanForm, _columns(StrategicPlanForm)),
    PlanSheet("objectifs", _("Objectives"), ObjectiveForm, _columns(ObjectiveForm)),
    PlanSheet("leviers", _("Levers"), LeverForm, _columns(LeverForm)),
    PlanSheet("projets", _("Projects"), ProjectForm, _columns(ProjectForm)),
    PlanSheet(
        "jalons",
        _("Milestones"),
        MilestoneForm,
        [
            PlanColumn("number", _("milestone number"), ColumnFormat.WHOLE, _NUMBER, width=10),
            PlanColumn("project", FlagshipProject._meta.verbose_name, ColumnFormat.CODE, width=18),
            *_columns(MilestoneForm),
        ],
        key=("project", "title_fr"),
    ),
    PlanSheet("indicateurs", _("Indicators"), IndicatorForm, _columns(IndicatorForm)),
    PlanSheet("suivis", _("Followed"), FollowedForm, _of_followed, key=("indicator",)),
    PlanSheet(
        "liens",
        _("Links"),
        None,
        [
            PlanColumn("kind", _("what counts"), ColumnFormat.WORD, _KIND, Counts.choices, 18),
            PlanColumn("code", _("its code"), ColumnFormat.CODE, width=26),
            PlanColumn("name", _("its name"), ColumnFormat.BESIDE, _SHOWN, width=40),
            PlanColumn(
                "in_kind", _("in what it counts"), ColumnFormat.WORD, _KIND, CountsIn.choices, 18
            ),
            PlanColumn("element", _("code of the element"), ColumnFormat.CODE, width=16),
            PlanColumn("title", _("title of the element"), ColumnFormat.BESIDE, _SHOWN, width=46),
            PlanColumn("weight", _("weight"), ColumnFormat.NUMBER, width=10),
            PlanColumn("inferred", _("to confirm"), ColumnFormat.BESIDE, _SHOWN, width=12),
        ],
        key=("code", "element"),
    ),
    PlanSheet("cibles", _("Targets"), TargetForm, _of_targets),
    PlanSheet(
        "ruptures",
        _("Breaks"),
        SeriesBreakForm,
        [*_of_an_indicator, *_columns(SeriesBreakForm)],
        key=("indicator", "year"),
    ),
]


# --- The rows of a plan -------------------------------------------------------------------------


@dataclass(frozen=True)
class LinkRow:
    """A link as its sheet shows it."""

    kind: str
    code: str
    name: str
    in_kind: str
    element: str
    title: str
    weight: Any
    inferred: bool


def rows_of(sheet: PlanSheet, plan: StrategicPlan) -> Iterable[Any]:
    """Returns the plan's rows in use for a sheet, in the order of the pages."""
    return _ROWS[sheet.slug](plan)


def _milestones(plan: StrategicPlan) -> "models.QuerySet[Milestone]":
    used = Milestone.objects.filter(project__plan=plan, project__archived_at=None)
    return used.select_related("project").order_by("project__rank", "due_on", "pk")


def targets_of(plan: StrategicPlan) -> "models.QuerySet[Target]":
    followed = Indicator.objects.in_use_in(plan).order_by().values("pk")
    targets = Target.objects.in_use().filter(plan=plan, indicator__in=followed)
    return targets.select_related("indicator", "school").prefetch_related("points")


def _breaks(plan: StrategicPlan) -> "models.QuerySet[SeriesBreak]":
    followed = Indicator.objects.in_use_in(plan).order_by().values("pk")
    used = SeriesBreak.objects.in_use().filter(indicator__in=followed)
    return used.select_related("indicator").order_by("indicator__code", "year")


def _links(plan: StrategicPlan) -> Iterable[LinkRow]:
    links = IndicatorLink.objects.in_use_in(plan)
    for link in links.select_related("indicator", "objective", "lever", "project"):
        yield from _link(link, link.indicator, Counts.INDICATOR)
    serves = Serves.objects.in_use_in(plan)
    for link in serves.select_related("project", "objective", "lever"):
        yield from _link(link, link.project, Counts.PROJECT)


def _link(link: Any, counts: Any, kind: str) -> Iterable[LinkRow]:
    sides = [side for side in CountsIn.values if side != kind]
    side, element = next(
        (side, end) for side in sides if (end := getattr(link, side, None)) is not None
    )
    if element.archived_at is None:
        yield LinkRow(
            kind,
            counts.code,
            counts.name if kind == Counts.INDICATOR else counts.title,
            side,
            element.code,
            element.title,
            link.weight,
            link.inferred,
        )


_ROWS: dict[str, Callable[[StrategicPlan], Iterable[Any]]] = {
    "plans": lambda plan: [plan],
    "objectifs": lambda plan: Objective.objects.of(plan).select_related("continues"),
    "leviers": lambda plan: Lever.objects.of(plan).select_related("continues"),
    "projets": lambda plan: FlagshipProject.objects.of(plan).select_related("continues"),
    "jalons": _milestones,
    "indicateurs": lambda plan: Indicator.objects.in_use_in(plan).select_related("part_of"),
    "suivis": FollowedIndicator.objects.in_use_in,
    "cibles": targets_of,
    "liens": _links,
    "ruptures": _breaks,
}


def years_of(plan: StrategicPlan | None) -> list[int]:
    """Returns the years of the plan, and others for which one of its targets states a value."""
    if plan is None:
        return []
    stated = targets_of(plan).exclude(points=None).values_list("points__year", flat=True)
    return sorted({*range(plan.first_year, plan.last_year + 1), *stated})
