"""The made plan in the database: rows made with the factories, from the data of `made_plan`."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from imtplan.accounts.models import School, User
from imtplan.accounts.roles import Role
from indicators.models import Figure, Indicator, TrajectoryPoint
from projects.models import Serves
from tests import factories
from tests.golden import made_plan as made

ARCHIVED_AT = datetime(2021, 2, 1, tzinfo=UTC)
# Each entered on a day of its own, by a person or, of Beta and the institute, by a program.
ENTERED_AT = datetime(2021, 10, 4, 8, 30, tzinfo=UTC)

WORDS = {
    "?": {"state": Figure.State.NOT_ENTERED},
    "!": {"state": Figure.State.NOT_AVAILABLE, "reason": "Le registre a brûlé."},
    "x": {"state": Figure.State.NOT_APPLICABLE},
}
STATUSES = {"s": Figure.Status.SUBMITTED, "d": Figure.Status.DRAFT}


def build() -> User:
    """Make every row; returns a reader of the directorate-general."""
    plan = factories.PlanFactory(**made.PLAN)
    schools = {row["code"]: _school(row) for row in made.SCHOOLS}
    alice = factories.person("Alice", Role.DIRECTOR, schools["alpha"])
    indicators = {}
    for rank, row in enumerate(made.INDICATORS):
        indicators[row["code"]] = indicator = _indicator(row, rank)
        _figures(indicator, row["figures"], schools, alice)
        for number, target in enumerate(row["targets"]):
            _target(target, plan, indicator, schools, is_reference=number == 0)
    elements = {code: _element(kind, code, of, plan) for kind, code, of, _links in made.ELEMENTS}
    for kind, code, _of, links in made.ELEMENTS:
        for name, weight in links.items():
            link = {kind: elements[code], "weight": Decimal(weight)}
            factories.LinkFactory(indicator=indicators[name], **link)
    _around(elements)
    _campaign(plan, list(indicators.values()), schools)
    return factories.person("Diane", Role.DIRECTORATE_GENERAL)


def _school(row: dict[str, Any]) -> School:
    into = row.get("merged_into")
    return factories.SchoolFactory(
        **row | ({"merged_into": School.objects.get(code=into)} if into else {})
    )


def _indicator(row: dict[str, Any], rank: int) -> Indicator:
    name = row["code"].replace("-", " ")
    named = {"name_fr": f"Indicateur {name}", "name_en": f"Indicator {name}", "rank": rank}
    fields = {key: value for key, value in row.items() if key not in ("figures", "targets")}
    archived = {"archived_at": ARCHIVED_AT} if fields.pop("archived", False) else {}
    return factories.IndicatorFactory(defined=True, **named | archived | fields)


def _figures(
    indicator: Indicator, lines: dict[str, str], schools: dict[str, School], alice: User
) -> None:
    for code, line in lines.items():
        of = {"indicator": indicator, "school": schools.get(code) or factories.InstituteFactory()}
        if code == "alpha":
            of["entered_by"] = alice
        else:
            of |= {"origin": Figure.Origin.API, "source": "Entrepôt de données"}
        for year, word in zip(made.YEARS, line.split(), strict=True):
            if word != ".":
                at = ENTERED_AT.replace(year=year)
                factories.FigureFactory(**of, year=year, entered_at=at, **_cell(word))


def _cell(word: str) -> dict[str, Any]:
    """What a word of `made_plan` says: a state and a reason, or numbers and a status."""
    if word in WORDS:
        return {"value": None} | WORDS[word]
    status = STATUSES.get(word[-1], Figure.Status.VALIDATED)
    parts = [Decimal(part) for part in word.rstrip("sd").split("/")]
    names = ["value"] if len(parts) == 1 else ["numerator", "denominator"]
    return {"value": None, "status": status} | dict(zip(names, parts, strict=True))


def _target(
    row: dict[str, Any],
    plan: Any,
    indicator: Indicator,
    schools: dict[str, School],
    *,
    is_reference: bool,
) -> None:
    school = schools.get(row.get("school", ""))
    fields = {"value": None, "baseline_value": None, "year": 2021, "is_reference": is_reference}
    fields |= {key: value for key, value in row.items() if key not in ("points", "school")}
    target = factories.TargetFactory(plan=plan, indicator=indicator, school=school, **fields)
    for year, value in row.get("points", {}).items():
        TrajectoryPoint.objects.create(target=target, year=year, value=Decimal(value))


def _element(kind: str, code: str, of: dict[str, Any], plan: Any) -> Any:
    makers = {
        "objective": factories.ObjectiveFactory,
        "lever": factories.LeverFactory,
        "project": factories.ProjectFactory,
    }
    archived = {"archived_at": ARCHIVED_AT} if of.get("archived") else {}
    fields = {key: value for key, value in of.items() if key != "archived"} | archived
    titles = {"title_fr": f"Élément {code}", "title_en": f"Element {code}"}
    return makers[kind](plan=plan, code=code, **titles | fields)


def _around(elements: dict[str, Any]) -> None:
    """Milestones, what projects serve, and what their leaders declare."""
    for number, (project, due_on, done_on, weight) in enumerate(made.MILESTONES):
        fields = {"due_on": due_on, "done_on": done_on, "weight": Decimal(weight)}
        titles = {"title_fr": f"Jalon {number}", "title_en": f"Milestone {number}"}
        factories.MilestoneFactory(project=elements[project], **titles, **fields)
    kinds = {code: kind for kind, code, _of, _links in made.ELEMENTS}
    for project, code, weight in made.SERVES:
        served = {kinds[code]: elements[code], "weight": Decimal(weight)}
        Serves.objects.create(project=elements[project], **served)
    for project, day, status in made.DECLARED:
        factories.StatusReportFactory(project=elements[project], reported_on=day, status=status)


def _campaign(plan: Any, indicators: list[Indicator], schools: dict[str, School]) -> None:
    dates = {"opens_at": ENTERED_AT.replace(month=9), "closes_at": ENTERED_AT.replace(month=12)}
    campaign = factories.CampaignFactory(plan=plan, year=2021, indicators=indicators, **dates)
    for school in schools.values():
        factories.SubmissionFactory(campaign=campaign, school=school)
