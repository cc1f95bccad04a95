"""The content of a snapshot: every number of the plan in one year and view, with its words.

The present and any earlier moment (inside `indicators.past.at`) give the same content, so that any
two can be compared line by line.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q

from imtplan import clock
from imtplan.canonical import canonical, instant
from imtplan.numbers import plain
from indicators.formulas.progress import FORMULA_VERSION
from indicators.measures import IS_ESTIMATE, MEANS, PROGRESS, VALUES, names_of
from indicators.models import (
    Indicator,
    InstituteValue,
    Progress,
    ProgressStatus,
    RollUp,
    Snapshot,
    Target,
    View,
)
from indicators.results.elements import roll_ups_judged_at
from indicators.results.storing import as_stored
from objectives.models import StrategicPlan

FORMAT = "imtplan-snapshot-1"

NAMED = ("code", "name_fr", "name_en")
TITLED = ("code", "title_fr", "title_en")
MEANT = ("unit_fr", "unit_en", "decimals", "direction", "aggregation")
ADDED_UP = (
    *names_of(field for field in VALUES if field.in_snapshots),
    *("missing", "carried", "left_out"),
)
PROMISED = ("code", "year", "baseline_year", "is_reference", "perimeter_fr", "perimeter_en")
REACHED = names_of(field for field in PROGRESS if field.in_snapshots)
# The snapshots that are kept do not say whether a mean rests on estimates.
MEAN = names_of(field for field in MEANS if field.in_snapshots and field is not IS_ESTIMATE)


def content_of(
    plan: StrategicPlan, *, year: int, view: str, means: Iterable[RollUp] | None = None
) -> dict[str, Any]:
    """Returns all the numbers of the plan, which only the institute's people may see.

    `means` take the place of the stored means of its elements.
    """
    return {
        "format": FORMAT,
        "formula_version": FORMULA_VERSION,
        "at": instant(clock.now()),
        "plan": _fields(plan, NAMED),
        "year": year,
        "view": str(view),
        "elements": list(_elements(_means(plan, year, view) if means is None else means)),
        "indicators": list(_indicators(plan, year, view)),
    }


def text_of(content: Mapping[str, Any]) -> str:
    return canonical(content)


def _fields(row: object, names: Iterable[str]) -> dict[str, Any]:
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    return plain(value) if isinstance(value, Decimal) else value


def _means(plan: StrategicPlan, year: int, view: str) -> Iterable[RollUp]:
    return RollUp.objects.filter(
        Q(plan=plan) | Q(objective__plan=plan) | Q(lever__plan=plan) | Q(project__plan=plan),
        year=year,
        view=view,
    ).select_related("plan", "objective", "lever", "project")


def _elements(means: Iterable[RollUp]) -> Iterator[dict[str, Any]]:
    """Yields the plan itself, then its objectives, levers and projects, each with its mean."""
    kinds = ("plan", "objective", "lever", "project")
    rows = [
        (order, element, mean)
        for mean in means
        for order, kind in enumerate(kinds)
        if (element := getattr(mean, kind)) is not None
    ]
    rows.sort(key=lambda row: (row[0], getattr(row[1], "rank", 0), row[1].code))
    for order, element, mean in rows:
        names = _fields(element, NAMED if order == 0 else TITLED)
        if order == 0:
            names = {"code": names["code"]} | {
                f"title_{language}": names[f"name_{language}"] for language in ("fr", "en")
            }
        yield {"kind": kinds[order]} | names | _fields(mean, MEAN) | _would_be(mean)


def _indicators(plan: StrategicPlan, year: int, view: str) -> Iterator[dict[str, Any]]:
    totals = {
        total.indicator_id: total for total in InstituteValue.objects.filter(year=year, view=view)
    }
    reached = {
        row.target_id: row
        for row in Progress.objects.filter(target__plan=plan, year=year, view=view)
    }
    targets: dict[int, list[Target]] = {}
    promises = Target.objects.in_use().of_the_institute().filter(plan=plan)
    for target in promises.order_by("-is_reference", "code"):
        targets.setdefault(target.indicator_id, []).append(target)
    followed = Indicator.objects.followed_in_plan(plan, year)
    for indicator in followed.filter(pk__in=totals.keys() | targets.keys()):
        total = totals.get(indicator.pk) or InstituteValue(expected=0, reported=0)
        yield {
            **_fields(indicator, NAMED + MEANT),
            **_fields(total, ADDED_UP),
            "targets": [
                _fields(target, PROMISED) | _reached(reached.get(target.pk), total)
                for target in targets.get(indicator.pk, [])
            ],
        }


def _reached(row: Progress | None, total: InstituteValue) -> dict[str, Any]:
    """Returns the progress toward a target, without a judgement in a year that it is not about."""
    if row is None:
        unknown = total.shown is None
        row = Progress(status=str(ProgressStatus.NO_DATA if unknown else ProgressStatus.NO_TARGET))
    stand_in = {"forecast_from_baseline": True} if row.forecast_from_baseline else {}
    return _fields(row, REACHED) | stand_in | _would_be(row)


def _would_be(row: Progress | RollUp) -> dict[str, Any]:
    """Returns what a pending verdict would be; other verdicts, and older snapshots, have no such
    field."""
    return {"would_be": str(row.would_be)} if row.would_be else {}


# --- Two snapshots compared ---------------------------------------------------------------------


@dataclass(frozen=True)
class SnapshotLine:
    """An element, indicator or target in two contents; None on a side that does not have it."""

    kind: str  # plan, objective, lever, project, indicator or target
    code: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None

    @property
    def latest(self) -> Mapping[str, Any]:
        """Returns the fields after, or those before where it is gone."""
        return self.after or self.before or {}

    @property
    def changed(self) -> list[str]:
        """Returns the names of the fields that differ."""
        before, after = self.before or {}, self.after or {}
        names = [name for name in before | after if name != "targets"]
        return [name for name in names if before.get(name) != after.get(name)]


def compared(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[SnapshotLine]:
    """Returns every line of either content, in the order of the later one."""
    first, second = _lines(before), _lines(after)
    keys = [*second, *(key for key in first if key not in second)]
    return [SnapshotLine(*key, first.get(key), second.get(key)) for key in keys]


# The fields by which a comparison shows that a number was corrected: not names, not words.
CORRECTABLE = {
    *("value", "estimate", "expected", "reported", "target_value"),
    *("progress", "expected_progress", "status", "forecast"),
}


def is_corrected_since(snapshot: Snapshot) -> bool:
    """Says whether a number of the plan in the snapshot differs now, or a line of it is gone.

    What only came since is no correction, nor is what time alone moves: milestones are judged on
    the day of the snapshot.
    """
    plan, year, view = snapshot.plan, snapshot.year, View(snapshot.view)
    means = roll_ups_judged_at(snapshot.taken_at, plan, view, year)
    now = content_of(plan, year=year, view=view, means=[_as_stored(mean) for mean in means])
    return any(
        not line.after or CORRECTABLE & set(line.changed)
        for line in compared(snapshot.parsed_content, now)
        if line.before and _is_of_the_plan(line.before)
    )


def _as_stored(mean: RollUp) -> RollUp:
    for column in RollUp._meta.concrete_fields:
        setattr(mean, column.attname, as_stored(column, getattr(mean, column.attname)))
    return mean


def _is_of_the_plan(line: Mapping[str, Any]) -> bool:
    """Says whether a line is of the plan itself: an older snapshot has every indicator, of whatever
    plan."""
    return line.get("targets") != []


def _lines(content: Mapping[str, Any]) -> dict[tuple[str, str], Mapping[str, Any]]:
    lines = {(element["kind"], element["code"]): element for element in content["elements"]}
    for indicator in content["indicators"]:
        lines["indicator", indicator["code"]] = indicator
        for target in indicator["targets"]:
            names = {name: indicator[name] for name in NAMED + MEANT if name != "code"}
            lines["target", target["code"]] = names | target
    return lines
