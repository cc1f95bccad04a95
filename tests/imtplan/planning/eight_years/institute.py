"""An institute that begins empty, worked by its people over pages alone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from imtplan.accounts.models import School, User
from imtplan.accounts.roles import Role
from imtplan.campaigns.models import Campaign
from indicators.models import Indicator, IndicatorLink, Target
from indicators.recomputing.recompute import recompute_stale
from objectives.models import Objective, StrategicPlan
from tests import factories

SOURCE = "Procès-verbal du conseil, pour l’essai."
SignIn = Callable[[User], Client]


class Institute:
    """The plan office, the directorate-general, and a director for each school that is added."""

    def __init__(self, office: Any, reader: Client, signed_in: SignIn) -> None:
        self.office, self.reader, self.signed_in = office, reader, signed_in
        self.people: dict[str, Client] = {}

    # --- The plan office ---

    def add(self, kind: str, place: str = "", **typed: Any) -> None:
        self.office.do(f"/plan/ajouter/{kind}/{place}", **typed)

    def plan(self, code: str, years: tuple[int, int], **typed: Any) -> None:
        first, last = years
        name = f"Plan {code}"
        self.add(
            "plans",
            code=code,
            name_fr=name,
            name_en=name,
            baseline_year=str(first - 1),
            first_year=str(first),
            last_year=str(last),
            **typed,
        )

    def publish(self, code: str) -> None:
        page = self.office.client.post(
            f"/plan/plans/{code}/vie/publier/", {"confirm": "1", "reason": "Vote du conseil."}
        )
        assert page.status_code == 302

    def school(self, code: str, name: str) -> None:
        self.add("ecoles", code=code, name=name)
        director = factories.person(f"D {code}", Role.DIRECTOR, School.objects.get(code=code))
        self.people[code] = self.signed_in(director)

    def indicator(self, plan: str, code: str, **typed: Any) -> None:
        given = {"unit_fr": "personnes", "unit_en": "people", "theme": "training"}
        given |= {"aggregation": "sum", "name_fr": code.capitalize(), "name_en": code.capitalize()}
        self.add("indicateurs", f"?plan={plan}", code=code, **given | typed)

    def target(self, plan: str, code: str, year: int, **typed: Any) -> None:
        self.add(
            "cibles",
            f"?plan={plan}&indicateur={code}",
            code=f"{code}-{year}",
            year=str(year),
            source=SOURCE,
            sureness="high",
            is_reference="on",
            **typed,
        )

    def objective(self, plan: str, code: str, *indicators: str) -> None:
        """Adds an objective, or weighs its indicators anew: each counts the same."""
        weights = {f"indicator_{Indicator.objects.get(code=name).pk}": "1" for name in indicators}
        there = Objective.objects.filter(plan__code=plan, code=code).first()
        if there:
            self.office.do(f"/plan/modifier/objectifs/{there.pk}/", **weights)
        else:
            self.add(
                "objectifs", f"?plan={plan}", code=code, title_fr=code, title_en=code, **weights
            )
        linked = IndicatorLink.objects.filter(objective__plan__code=plan, objective__code=code)
        assert {*indicators} <= set(linked.values_list("indicator__code", flat=True))

    def edit(self, kind: str, row: Any, **typed: Any) -> None:
        self.office.do(f"/plan/modifier/{kind}/{row.pk}/", "Décision du conseil.", **typed)

    def revise(self, target: str, value: str) -> None:
        self.edit("cibles", Target.objects.get(code=target), value=value)

    # --- The yearly collection ---

    def campaign(
        self, year: int, plan: str, *indicators: str, schools: tuple[str, ...] = ()
    ) -> None:
        keys = Indicator.objects.filter(code__in=indicators).values_list("pk", flat=True)
        places = School.objects.filter(code__in=schools).values_list("pk", flat=True)
        typed = {
            "plan": str(StrategicPlan.objects.get(code=plan).pk),
            "year": str(year),
            **_open_until(days=30),
            "entered_by": "school",
            "asked_of": "chosen" if schools else "every",
            "schools": [str(key) for key in places],
            "indicators": [str(key) for key in keys],
            "store": "",
        }
        answer = self.office.client.post("/campagnes/nouvelle/", typed)
        assert answer.status_code == 302, answer.context["form"].errors
        assert Campaign.objects.filter(year=year).exists()

    def move_closing(self, year: int, *, days: int) -> None:
        """Closes a campaign (days below zero), or opens a closed one again."""
        page = f"/campagnes/{year}/"
        context = self.office.client.get(page).context
        form = context["form"]
        typed = {name: form[name].value() for name in form.fields}
        ticked = {name: sorted(form.ticked(name)) for name in ("schools", "indicators")}
        sent = typed | ticked | _open_until(days=days)
        sent |= {"opens_time": "08:00", "seen": context["seen"], "store": "", "confirm": "1"}
        answer = self.office.client.post(page, sent)
        assert answer.status_code == 302, answer.context["form"].errors

    def give_time(self, year: int, school: str) -> None:
        closing = _open_until(days=20)
        del closing["opens_day"], closing["opens_time"]
        sent = closing | {"reason": "À corriger.", "give": ""}
        answer = self.office.client.post(f"/campagnes/{year}/{school}/delai/", sent)
        assert answer.status_code == 302, answer.context["form"].errors

    def type(self, year: int, school: str, **figures: str) -> None:
        """Types figures into the page of a school that has none of them yet."""
        page = f"/saisie/{year}/{school}/"
        form = {f"{code}-value": text for code, text in figures.items()}
        answer = self.people[school].post(page, form)
        assert answer.status_code == 302, answer.content.decode()[:2000]

    def correct(self, year: int, school: str, code: str, number: str) -> None:
        """Writes another figure by the API, as a school's own program does."""
        client, place = self.people[school], f"/api/v1/entries/{year}/{school}/"
        cells = {cell["indicator"]: cell for cell in client.get(place).json()["cells"]}
        sent = {"value": number, "version": cells[code]["version"]}
        answer = client.put(f"{place}{code}/", sent, content_type="application/json")
        assert answer.json()["outcome"] == "saved", answer.json()

    def submit(self, year: int, school: str) -> None:
        answer = self.people[school].post(f"/saisie/{year}/{school}/soumettre/", {"send": ""})
        assert answer.status_code == 302

    def decide(self, year: int, school: str, *, by: str = "") -> None:
        client = self.people[by] if by else self.reader
        answer = self._answer_of(client, year, school, validate="", comment="")
        assert answer.status_code == 302, answer.context["form"].errors

    def send_back(self, year: int, school: str, *, comment: str) -> Any:
        sent = {"return": "", "comment": comment}
        return self._answer_of(self.reader, year, school, **sent)

    def _answer_of(self, client: Client, year: int, school: str, **decision: str) -> Any:
        page = f"/saisie/{year}/{school}/"
        form = client.get(f"{page}relire/").context["form"]
        return client.post(f"{page}decider/", decision | {"seen": form.initial["seen"]})

    def hand_in(self, year: int, school: str, **figures: str) -> None:
        self.type(year, school, **figures)
        self.submit(year, school)
        self.decide(year, school)

    # --- The directorate-general's screen ---

    def read(self, path: str, **where: Any) -> list[dict[str, Any]]:
        answer = self.reader.get(f"/api/v1/{path}/", where)
        assert answer.status_code == 200, answer.content
        rows: list[dict[str, Any]] = answer.json()["results"]
        return rows

    def settle(self) -> None:
        recompute_stale()


def _open_until(*, days: int) -> dict[str, str]:
    """The days of a campaign that opened long ago, as its form has them."""
    today = timezone.localdate()
    return {
        "opens_day": (today - timedelta(days=60)).isoformat(),
        "opens_time": "08:00",
        "closes_day": (today + timedelta(days=days)).isoformat(),
        "closes_time": "18:00",
    }
