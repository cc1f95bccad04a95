"""The first hour of a plan office: a plan by hand from nothing to its first campaign, counted.

Each link that is followed must stand on the page one is on, as in a browser; each link and each
button is a click, and each field that a person fills is counted.
"""

from html import escape
from typing import Any

from django.test import Client

from imtplan.accounts.models import School
from imtplan.campaigns.models import Campaign
from indicators.models import Indicator, IndicatorLink, Target
from objectives.models import Objective, PlanState, StrategicPlan
from projects.models import FlagshipProject, Milestone
from tests.imtplan.planning.conftest import filled

CODE = "2023-2027"
MOST_CLICKS, MOST_FIELDS = 60, 200
OBJECTIVES = ["Former davantage d’ingénieurs", "Chercher pour les transitions", "S’ouvrir au monde"]
LEVERS = ["Ressources", "Campus"]
PROJECTS = ["Campus sobre", "Institut en ligne", "École d’été", "Fondation"]
INDICATORS = ["Élèves-ingénieurs", "Doctorants", "Contrats", "Mobilité", "Brevets", "Apprentis"]
SOURCE = "Contrat d’objectifs, conseil du 12 décembre 2022."


class Hand:
    """A person at a browser, whose clicks and filled fields are counted."""

    def __init__(self, client: Client, start: str) -> None:
        self.client, self.clicks, self.fields = client, 0, 0
        self._show(client.get(start))

    def _show(self, answer: Any) -> None:
        self.page, self.url = answer, answer.request["PATH_INFO"]
        if query := answer.request["QUERY_STRING"]:
            self.url += f"?{query}"

    def click(self, address: str) -> None:
        assert f'href="{escape(address)}"' in self.page.content.decode(), (self.url, address)
        self.clicks += 1
        self._show(self.client.get(address))

    def press(self, button: str, /, **typed: str) -> None:
        """Fill in these fields of the page's form and press a button; "": the one without name."""
        assert not button or f'name="{button}"' in self.page.content.decode(), (self.url, button)
        self.clicks += 1
        self.fields += len(typed)
        preview = self.page.context.get("preview")
        data = typed if preview or "form" not in self.page.context else self._form(typed)
        if preview:
            form = self.page.context["form"]
            data = {**dict(form.sent), "seen": form.mark, "announced": preview.digest, **typed}
        answer = self.client.post(self.url, {**data, button: "1"}, follow=True)
        form = answer.context.get("form")
        assert form is None or not form.errors, (self.url, form.errors)
        self._show(answer)

    def _form(self, typed: dict[str, str]) -> dict[str, Any]:
        form = self.page.context["form"]
        if hasattr(form, "mark"):
            return filled(form, **typed)
        shown = {bound.html_name: bound.value() for bound in form}
        return {name: value for name, value in shown.items() if value not in (None, "")} | typed

    def add(self, address: str, *rows: dict[str, str]) -> None:
        """Add one thing after the other, and be back where the link was."""
        self.click(address)
        for row in rows[:-1]:
            self.press("another", **row)
        self.press("store", **rows[-1])


def _in_both(name: str, text: str) -> dict[str, str]:
    return {f"{name}_fr": text, f"{name}_en": f"{text} (en)"}


def test_a_plan_by_hand_takes_few_clicks_and_fields(
    office: Any, albi: School, ales: School
) -> None:
    hand = Hand(office.client, "/plan/")
    years = {"baseline_year": "2022", "first_year": "2023", "last_year": "2027"}
    hand.add("/plan/ajouter/plans/", {"code": CODE, **_in_both("name", "Plan 2023-2027"), **years})
    plan = f"/plan/plans/{CODE}/"
    assert hand.url == plan

    hand.add(f"/plan/ajouter/objectifs/?plan={CODE}", *[_in_both("title", x) for x in OBJECTIVES])
    levers = [{**_in_both("title", x), "kind_fr": "structurel"} for x in LEVERS]
    hand.add(f"/plan/ajouter/leviers/?plan={CODE}", *levers)
    objectives = list(Objective.objects.order_by("code"))
    serves = {f"objective_{objectives[0].pk}": "1"}
    projects = [{**_in_both("title", x), **serves} for x in PROJECTS]
    hand.add(f"/plan/ajouter/projets/?plan={CODE}", *projects)
    _add_milestones(hand, plan)

    hand.add(f"/plan/ajouter/indicateurs/?plan={CODE}", *_indicators(objectives))
    target = {
        "value": "11 600",
        "baseline_value": "9 653",
        "baseline_source": SOURCE,
        "source": SOURCE,
        "sureness": "high",
    }
    hand.add(f"/plan/ajouter/cibles/?plan={CODE}", *[target] * len(INDICATORS))
    _share_out(hand, Indicator.objects.get(code="doctorants"), albi, ales)
    assert hand.url == plan
    hand.click(f"{plan}vie/publier/")
    hand.press("confirm")
    hand.click(f"/campagnes/nouvelle/?plan={CODE}")
    hand.press("store", opens_day="2023-10-01", closes_day="2023-11-30")

    assert StrategicPlan.objects.get().state == PlanState.PUBLISHED
    assert [row.code for row in objectives] == ["O1", "O2", "O3"]
    assert IndicatorLink.objects.count() == len(INDICATORS)
    assert Target.objects.filter(is_reference=True).count() == len(INDICATORS)
    assert Target.objects.exclude(school=None).count() == 2
    assert Milestone.objects.count() == 2 * len(PROJECTS)
    assert Campaign.objects.get().indicators.count() == len(INDICATORS)
    assert hand.clicks <= MOST_CLICKS, hand.clicks
    assert hand.fields <= MOST_FIELDS, hand.fields


def _add_milestones(hand: Hand, plan: str) -> None:
    """Add two to each project; its own page leads back to the plan."""
    for project in FlagshipProject.objects.order_by("code"):
        page = f"/plan/modifier/projets/{project.pk}/"
        hand.click(page)
        rows = [
            {**_in_both("title", f"Étape {number}"), "due_on": f"202{number}-12-31"}
            for number in (4, 6)
        ]
        hand.add(f"/plan/ajouter/jalons/?projet={project.pk}", *rows)
        assert hand.url == page
        hand.click(plan)


def _indicators(objectives: list[Objective]) -> list[dict[str, str]]:
    return [
        {
            **_in_both("name", name),
            **_in_both("unit", "unités"),
            "definition_fr": f"{name} au 15 janvier.",
            "theme": "training",
            "aggregation": "sum",
            "counts_in": f"objective-{objectives[number % len(objectives)].pk}",
        }
        for number, name in enumerate(INDICATORS)
    ]


def _share_out(hand: Hand, indicator: Indicator, *schools: School) -> None:
    hand.click(f"/plan/plans/{CODE}/ecoles/{indicator.code}/")
    values = {f"school_{school.pk}": "500" for school in schools}
    hand.press("", **values, source=SOURCE, sureness="high")
    hand.press("confirm")
