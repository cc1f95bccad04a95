"""Finds the stored row that a line of a workbook speaks of, or begins a new one.

A workbook that was made of another plan may be given as the beginning of a new one. Its codes and
numbers then speak of rows of that plan, which stay as they are: the line begins a row of the new
plan, or is left out (`LineLeftOut`) where its time is over before the new plan begins.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from imtplan.accounts.models import School
from imtplan.planning.workbook.link_loading import MODELS, PUT_ASIDE, why_none
from imtplan.planning.workbook.reading import CellRefused, WorkbookLine
from indicators.models import FollowedIndicator, Indicator, SeriesBreak, Target
from objectives.models import StrategicPlan
from projects.models import FlagshipProject, Milestone


class LineLeftOut(Exception):
    """A line is left out, for the reason in `message`, which the preview shows."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name, self.message = name, message


class RowFinder:
    """Finds rows of `plan`. `made_of` is the code of the plan that the workbook was made of; in
    `refused` are the sheet and the code of each refused line."""

    def __init__(
        self, plan: StrategicPlan | None, made_of: str, refused: set[tuple[str, str]]
    ) -> None:
        self.plan: Any = plan
        self.made_of, self.refused = made_of, refused
        self.named: dict[tuple[str, str], Any] = {}  # by column and code
        self.milestones: set[int] = set()  # those that a line spoke of

    @property
    def is_copy(self) -> bool:
        """Returns whether the workbook was made of another plan than the one it is loaded into."""
        return bool(self.plan and self.made_of and self.made_of != self.plan.code)

    def row_of(self, line: WorkbookLine) -> Any:
        """Returns the stored row of a line, or a new one."""
        row = FINDERS.get(line.sheet.slug, RowFinder.by_code)(self, line)
        if getattr(row, "archived_at", None):
            raise CellRefused("code", PUT_ASIDE)
        return row

    def of_code(self, name: str, code: str) -> Any:
        """Returns the row that a cell names by its code; `CellRefused` if there is none in use."""
        if (name, code) not in self.named:
            self.named[name, code] = self._find_of_code(name, code)
        return self.named[name, code]

    def former(self, line: WorkbookLine, code: str) -> Any:
        """Returns what an element goes on from: of the plan before, put aside there or not."""
        form: Any = line.sheet.form
        before = self.plan.supersedes
        if before is None:
            raise CellRefused("continues", _("This plan follows no other."))
        row = form._meta.model._default_manager.filter(plan=before, code=code).first()
        if row is None:
            text = _("The plan %(plan)s has nothing with this code.") % {"plan": before.code}
            raise CellRefused("continues", text)
        return row

    def _find_of_code(self, name: str, code: str) -> Any:
        model, slug = NAMED[name]
        rows = model._default_manager.filter(code=code)
        if model is School:
            rows = rows.without_the_institute()
        if hasattr(model, "plan"):
            rows = rows.filter(plan=self.plan)
        row = rows.first()
        if row is None:
            raise CellRefused(name, why_none(code, [slug], self.refused))
        if getattr(row, "archived_at", None):
            raise CellRefused(name, PUT_ASIDE)
        return row

    def by_code(self, line: WorkbookLine) -> Any:
        form: Any = line.sheet.form
        model, parents = form._meta.model, {form.parent: self.plan} if form.parent else {}
        code = _code_in(line)
        return model._default_manager.filter(**parents, code=code).first() or model(**parents)

    def plan_of(self, line: WorkbookLine) -> StrategicPlan:
        code = line.text("code")
        if self.plan and code != self.plan.code:
            words = {"plan": self.plan.code}
            raise CellRefused("code", _("This page is for the plan %(plan)s.") % words)
        plan: StrategicPlan = self.by_code(line)
        return plan

    def measured(self, line: WorkbookLine) -> Indicator:
        """Returns the indicator that a line speaks of."""
        indicator: Indicator = self.of_code("indicator", _code_in(line, "indicator"))
        return indicator

    def break_of(self, line: WorkbookLine) -> SeriesBreak:
        """Finds a break by its indicator and its year: another year is another break."""
        indicator, year = self.measured(line), line.text("year")
        there = SeriesBreak.objects.in_use().select_related("indicator")
        same = there.filter(indicator=indicator, year=int(year) if len(year) == 4 else 0)
        return same.first() or SeriesBreak(indicator=indicator)

    def followed_of(self, line: WorkbookLine) -> FollowedIndicator:
        indicator = self.measured(line)
        rows = FollowedIndicator.objects.select_related("plan", "indicator")
        stored = rows.filter(plan=self.plan, indicator=indicator).first()
        return stored or FollowedIndicator(plan=self.plan, indicator=indicator)

    # --- Milestones -----------------------------------------------------------------------------

    def milestone_of(self, line: WorkbookLine) -> Milestone:
        """Finds a milestone by its number; without one, by its project and its French title."""
        code, number = line.text("project"), line.text("number")
        if not code:
            raise CellRefused("project", _("Write the code of the project."))
        project = self.of_code("project", code)
        numbered = self._numbered(number)
        if numbered is None and number:
            raise _unknown_number()
        if numbered is None or self._is_of_the_source(numbered.project.plan):
            if numbered:
                self._leave_out_before(line, "due_on", line.text("due_on")[:4])
            return self._titled(line, project)
        if numbered.project != project:
            raise _unknown_number()
        self.milestones.add(numbered.pk)
        return numbered

    @staticmethod
    def _numbered(number: str) -> Milestone | None:
        rows = Milestone.objects.select_related("project__plan")
        return rows.filter(pk=int(number)).first() if number and len(number) < 10 else None

    def _titled(self, line: WorkbookLine, project: FlagshipProject) -> Milestone:
        """Finds a milestone by its title, of several the one due on the day of the line; one that
        a line spoke of already is another's."""
        rows = Milestone.objects.filter(project=project, title_fr=line.text("title_fr"))
        free = list(rows.exclude(pk__in=self.milestones).order_by("due_on", "pk"))
        due = _day(line.text("due_on"))
        milestone = next((row for row in free if row.due_on == due), next(iter(free), None))
        if milestone is None:
            return Milestone(project=project)
        self.milestones.add(milestone.pk)
        return milestone

    # --- Targets --------------------------------------------------------------------------------

    def target_of(self, line: WorkbookLine) -> Target:
        """Finds a target by its code. A stored one keeps its indicator and its school."""
        code = _code_in(line)
        target = _target(code)
        if target and self._is_of_the_source(target.plan):
            self._leave_out_before(line, "year", line.text("year"))
            code = self._own_code(target)
            target = _target(code)
        if target is None:
            return self._new_target(line, code)
        if target.plan != self.plan:
            raise CellRefused("code", _other_plans_code(target))
        for name in ("indicator", "school"):
            known = getattr(target, name)
            code_in_cell = line.text(name) or (known.code if name == "indicator" else "")
            if name in line.columns and code_in_cell != (known.code if known else ""):
                raise CellRefused(
                    name, _("A target keeps its indicator and its school: make a new one.")
                )
        return target

    def _new_target(self, line: WorkbookLine, code: str) -> Target:
        new = Target(plan=self.plan, code=code)
        if school := line.text("school"):
            new.school = self.of_code("school", school)
        return new

    def _own_code(self, target: Target) -> str:
        """Returns the code in this plan of a target that another plan has: with the plan's code."""
        code = f"{target.code.removesuffix(f'-{self.made_of}')}-{self.plan.code}"
        if len(code) > (Target._meta.get_field("code").max_length or 0):
            raise CellRefused("code", _other_plans_code(target))
        return code

    # --- A workbook made of another plan --------------------------------------------------------

    def _is_of_the_source(self, plan: StrategicPlan) -> bool:
        return self.is_copy and plan.code == self.made_of

    def _leave_out_before(self, line: WorkbookLine, name: str, year: str) -> None:
        """Leave out what the other plan promised for a year before this plan begins."""
        if year.isdecimal() and int(year) < self.plan.first_year:
            text = _(
                "It is of the plan %(other)s and for %(year)s, before this plan begins. To promise "
                "it here, write its new year."
            )
            raise LineLeftOut(name, text % {"other": self.made_of, "year": year})


def _code_in(line: WorkbookLine, name: str = "code") -> str:
    """Returns the code that tells what a line speaks of; `CellRefused` where none is written."""
    code = line.text(name)
    if not code:
        raise CellRefused(name, _("Write a code: it tells what the line speaks of."))
    return code


def _target(code: str) -> Target | None:
    return Target.objects.select_related("plan", "indicator", "school").filter(code=code).first()


def _day(iso: str) -> date | None:
    return date.fromisoformat(iso) if iso else None


def _unknown_number() -> CellRefused:
    text = _("No milestone of this project has this number: empty the cell for a new milestone.")
    return CellRefused("number", text)


def _other_plans_code(target: Target) -> str:
    text = _("This code is of a target of the plan %(plan)s: write a new one.")
    return text % {"plan": target.plan.code}


FINDERS: dict[str, Callable[[RowFinder, WorkbookLine], Any]] = {
    "plans": RowFinder.plan_of,
    "jalons": RowFinder.milestone_of,
    "suivis": RowFinder.followed_of,
    "ruptures": RowFinder.break_of,
    "cibles": RowFinder.target_of,
}
# The model whose codes a column holds, and the sheet that may add a row of it.
NAMED: dict[str, tuple[Any, str]] = {
    "supersedes": (StrategicPlan, "plans"),
    "part_of": MODELS["indicator"],
    "indicator": MODELS["indicator"],
    "project": MODELS["project"],
    "school": (School, ""),
    "lead_school": (School, ""),
}
