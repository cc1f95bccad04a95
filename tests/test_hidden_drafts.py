"""A draft of a plan is nowhere for those who may not see it, and whole for those who may.

Every text of the draft carries a word of its own. It is looked for in every page that a link leads
to, in every list and file of the API, and at the addresses that name the draft.
"""

from collections.abc import Callable

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imtplan.accounts.models import School, User
from imtplan.api_urls import LISTS
from indicators.api.results_files import FILES
from indicators.models import Indicator, IndicatorLink, Progress, RollUp, Target
from indicators.recomputing.recompute import recompute_stale
from indicators.services import take_snapshot
from objectives.models import PlanReader, PlanState, StrategicPlan
from projects.models import Serves
from tests import factories
from tests.walk import pages

WORD = "zythum"
CODE = "2023-2027"
DIRECTOR, GENERAL = "directrice.albi@demo.example", "direction.generale@demo.example"
OFFICE = "bureau.plan@demo.example"

ROOMS = [
    "/tableau-de-bord/", "/matrice/", "/projets/", "/ecoles/", "/sensibilite/", "/historique/",
    "/ecoles/imt-mines-albi/", "/indicateurs/students/", "/objectifs/ZYTHUM-O/",
    "/leviers/ZYTHUM-L/", "/projets/ZYTHUM-P/", "/explication/plan/",
    "/explication/objectifs/ZYTHUM-O/", "/explication/leviers/ZYTHUM-L/",
    "/explication/projets/ZYTHUM-P/", "/explication/cibles/zythum-target/",
    "/explication/cibles/zythum-school/",
]  # fmt: skip


@pytest.fixture
def draft(on_the_demonstration: None, db: None) -> StrategicPlan:
    """A draft that has one of everything, with results, beside the demonstration."""
    plan = factories.PlanFactory(
        code=CODE,
        name_fr=f"{WORD} 2023",
        name_en=f"{WORD} 2023",
        baseline_year=2022,
        first_year=2023,
        last_year=2027,
        state=PlanState.DRAFT,
    )
    titles = {"plan": plan, "title_fr": f"{WORD} titre", "title_en": f"{WORD} title"}
    objective = factories.ObjectiveFactory(code="ZYTHUM-O", **titles)
    lever = factories.LeverFactory(code="ZYTHUM-L", **titles)
    albi, students = (
        School.objects.get(code="imt-mines-albi"),
        Indicator.objects.get(code="students"),
    )
    project = factories.ProjectFactory(code="ZYTHUM-P", lead_school=albi, source=WORD, **titles)
    factories.MilestoneFactory(project=project, title_fr=f"{WORD} jalon", due_on="2024-06-30")
    factories.StatusReportFactory(project=project, sentence=f"{WORD} va bien.")
    Serves.objects.create(project=project, objective=objective)
    for end in ({"objective": objective}, {"lever": lever}, {"project": project}):
        IndicatorLink.objects.create(indicator=students, **end)
    aim = {
        "plan": plan,
        "indicator": students,
        "baseline_year": 2022,
        "year": 2027,
        "source": f"{WORD} source",
        "perimeter_fr": f"{WORD} périmètre",
    }
    factories.TargetFactory(code="zythum-target", value=20000, baseline_value=15000, **aim)
    factories.TargetFactory(
        code="zythum-school",
        school=albi,
        is_reference=False,
        value=2000,
        baseline_value=1400,
        **aim,
    )
    recompute_stale()
    office = User.objects.get(email=OFFICE)
    take_snapshot(plan=plan, year=2023, view="validated", title=WORD, comment=WORD, by=office)
    return plan


@pytest.fixture
def as_(draft: StrategicPlan) -> Callable[[str], Client]:
    def sign_in(email: str) -> Client:
        client = Client(headers={"accept-language": "fr"})
        client.force_login(User.objects.get(email=email))
        return client

    return sign_in


def text_of(answer: HttpResponse) -> str:
    content = answer.getvalue() if answer.streaming else answer.content
    return content.decode(errors="replace")


def lists() -> list[str]:
    return [reverse(f"api-{name}-list") + "?page_size=500" for name in LISTS] + [
        *(reverse(f"api-{name}") for name in FILES if name.endswith(("csv", "json", "jsonld"))),
        reverse("figures-csv"),
    ]


@pytest.mark.parametrize("email", [DIRECTOR, GENERAL])
def test_no_page_and_no_list_names_a_draft(email: str, as_: Callable[[str], Client]) -> None:
    client = as_(email)
    seen = dict(pages(client, "/"))
    for path in lists():
        answer = client.get(path)
        assert answer.status_code in (200, 403), path
        seen[path] = text_of(answer)
    assert [path for path, body in seen.items() if WORD in body.lower() or CODE in body] == []


@pytest.mark.parametrize("email", [DIRECTOR, GENERAL])
def test_an_address_that_names_a_draft_leads_nowhere(
    email: str, draft: StrategicPlan, as_: Callable[[str], Client]
) -> None:
    client = as_(email)
    rows = [
        f"/arretes/{draft.snapshots.get().pk}/",
        f"/api/v1/plans/{CODE}/",
        *(
            f"/api/v1/{name}/{row.pk}/"
            for name, model in (("progress", Progress), ("roll-ups", RollUp))
            for row in model.objects.all()
            if draft
            in (getattr(row, "plan", None), getattr(getattr(row, "target", None), "plan", None))
        ),
        *(f"/api/v1/targets/{target.code}/" for target in Target.objects.filter(plan=draft)),
    ]
    rooms = [f"{room}?plan={CODE}" for room in ROOMS]
    past = f"/tableau-de-bord/?plan={CODE}&as_of={timezone.now().isoformat().replace('+', '%2B')}"
    table = f"/fichiers/elements/objective/ZYTHUM-O/indicateurs.csv?plan={CODE}"
    for path in [*rooms, *rows, past, table, f"/plan/plans/{CODE}/"]:
        assert client.get(path).status_code in (403, 404), path
    asked_for = {"kind": "dashboard", "plan": CODE, "ask": ""}
    assert client.post("/fichiers/demander/", asked_for).status_code in (403, 404)
    for name in ("objectives", "targets", "progress", "indicators", "roll-ups"):
        answer = client.get(f"/api/v1/{name}/?plan={CODE}")
        assert answer.status_code in (400, 403), name
        assert WORD not in text_of(answer)


# Read only beneath a row of another model, or never of a draft.
BENEATH = {"TrajectoryPoint", "PlanReader", "Campaign"}


def test_no_model_forgets_to_hide_the_rows_of_a_draft(draft: StrategicPlan) -> None:
    general = User.objects.get(email=GENERAL)
    ways = {"plan": draft, "project__plan": draft, "objective__plan": draft, "target__plan": draft}
    looked_at = set()
    for model in apps.get_models():
        names = {field.name for field in model._meta.fields if field.many_to_one}
        own = [way for way in ways if way.partition("__")[0] in names]
        if not own or model.__name__ in BENEATH or model.__name__.endswith("Event"):
            continue
        for way in own:
            rows = model._default_manager.filter(**{way: draft})
            seen = model._default_manager.visible_to(general).filter(**{way: draft})
            if rows.exists():
                looked_at.add(model.__name__)
            assert not seen.exists(), (model, way)
    assert looked_at == {
        "Objective", "Lever", "FlagshipProject", "Milestone", "StatusReport", "Serves",
        "IndicatorLink", "FollowedIndicator", "Target", "Progress", "RollUp", "Snapshot",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["objective", "lever", "project"])
def test_a_code_that_a_draft_uses_too_gives_no_row_of_the_draft(
    name: str, draft: StrategicPlan, as_: Callable[[str], Client]
) -> None:
    element = {
        "objective": factories.ObjectiveFactory,
        "lever": factories.LeverFactory,
        "project": factories.ProjectFactory,
    }[name]
    seen = element(plan=StrategicPlan.objects.current(), code="SAME")
    hidden = element(plan=draft, code="SAME")
    factories.IndicatorFactory(code="linked-to-seen")
    for indicator, end in (("students", hidden), ("linked-to-seen", seen)):
        row = Indicator.objects.get(code=indicator)
        IndicatorLink.objects.create(indicator=row, **{name: end})
    both = {"linked-to-seen", "students"}
    for email, expected in ((GENERAL, {"linked-to-seen"}), (OFFICE, both)):
        answer = as_(email).get(f"/api/v1/indicators/?{name}=SAME")
        assert {row["code"] for row in answer.json()["results"]} == expected
    if name == "objective":
        for path in ("figures", "progress"):
            answer = as_(GENERAL).get(f"/api/v1/{path}/?objective=SAME&indicator=students")
            assert answer.json()["results"] == [], path


def test_only_the_plan_office_freezes_a_draft(
    draft: StrategicPlan, as_: Callable[[str], Client]
) -> None:
    general = User.objects.get(email=GENERAL)
    PlanReader.objects.create(plan=draft, user=general)
    address, named = f"/arretes/nouveau/?plan={CODE}", {"title": "Séance", "comment": ""}
    assert as_(GENERAL).post(address, named).status_code == 403
    assert "/arretes/nouveau/" not in text_of(as_(GENERAL).get(f"/historique/?plan={CODE}"))
    with pytest.raises(PermissionDenied):
        take_snapshot(plan=draft, year=2023, view="validated", by=general, **named)
    assert draft.snapshots.count() == 1
    assert "/arretes/nouveau/" in text_of(as_(OFFICE).get(f"/historique/?plan={CODE}"))
    assert as_(OFFICE).post(address, named).status_code == 302


@pytest.mark.parametrize("is_invited", [False, True])
def test_the_plan_office_and_whom_it_invites_see_the_draft(
    is_invited: bool, draft: StrategicPlan, as_: Callable[[str], Client]
) -> None:
    if is_invited:
        PlanReader.objects.create(plan=draft, user=User.objects.get(email=GENERAL))
    client = as_(GENERAL if is_invited else OFFICE)
    for room in ROOMS:
        answer = client.get(f"{room}?plan={CODE}")
        assert answer.status_code == 200, room
        assert "Projet de plan" in text_of(answer), room
    assert WORD in text_of(client.get(f"/tableau-de-bord/?plan={CODE}"))
    assert WORD in text_of(client.get("/api/v1/plans/"))
    # It moves nobody's first page.
    assert "<h1>Plan stratégique 2018-2022</h1>" in text_of(client.get("/tableau-de-bord/"))
