"""The worked example of the method, typed into the form and read on the dashboard and in the API.

Students: 13,400 in 2017, 20,000 wanted in 2022, a straight way between them, 15,000 in 2020.
"""

from collections.abc import Callable
from typing import Any

import pytest

from imtplan.accounts.models import School, User
from imtplan.campaigns.models import Submission
from imtplan.campaigns.review.submission_services import handing_in_of
from indicators.models import Target
from tests import factories

# As it stands in the API, to the last digit that is stored.
IN_THE_API = {
    "value": "15000",
    "baseline": "13400",
    "target_value": "20000",
    "expected_value": "17360",
    "progress": "0.2424242424",
    "expected_progress": "0.6",
    "pace": "0.404040404",
    "gap": "-2360",
    "status": "off_track",
    "needed_per_year": "2500",
    "needed_rate": "0.1547005384",
    "achieved_per_year": "533.3333333333",
    "achieved_rate": "0.038314264",
}
# As people read it: in French, then in English.
ON_THE_PAGE = {
    "fr": [
        "15\u202f000",
        "17\u202f360",
        "24,24\u202f%",
        "40,4\u202f%",
        "−2\u202f360",
        "+2\u202f500",
        "+15,47\u202f%",
        "+533,33",
        "+3,83\u202f%",
    ],
    "en": [
        "15,000",
        "17,360",
        "24.24%",
        "40.4%",
        "−2,360",
        "+2,500",
        "+15.47%",
        "+533.33",
        "+3.83%",
    ],
}


@pytest.fixture
def target(albi: School) -> Target:
    target = factories.TargetFactory(
        code="students-plan-2022",
        indicator__code="students",
        indicator__name_fr="Étudiants",
        indicator__name_en="Students",
        indicator__is_headline=True,
    )
    factories.CampaignFactory(plan=target.plan, year=2020, indicators=[target.indicator])
    return target


@pytest.fixture
def validated(
    target: Target,
    alice: User,
    diane: User,
    signed_in: Callable[[User], Any],
    recomputed: Callable[[], Any],
) -> Target:
    """A director types it as French people do, submits; the directorate-general validates."""
    form = "/saisie/2020/imt-mines-albi/"
    signed_in(alice).post(form, {"students-value": "15\u202f000", "review": ""})
    signed_in(alice).post(form + "soumettre/", {"send": ""})
    seen = handing_in_of(Submission.objects.get())
    signed_in(diane).post(form + "decider/", {"validate": "", "seen": seen})
    recomputed()
    return target


def test_in_the_api(validated: Target, diane: User, signed_in: Callable[[User], Any]) -> None:
    answer = signed_in(diane).get("/api/v1/progress/", {"target": validated.code, "year": 2020})
    (row,) = answer.json()["results"]
    assert {name: row[name] for name in IN_THE_API} == IN_THE_API


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("page", ["/tableau-de-bord/", "/indicateurs/students/"])
def test_on_the_pages(
    validated: Target, diane: User, signed_in: Callable[[User], Any], page: str, language: str
) -> None:
    diane.language = language
    diane.save()
    html = signed_in(diane).get(page, {"year": 2020}).content.decode()
    assert [number for number in ON_THE_PAGE[language] if number not in html] == []


def test_a_draft_moves_nothing(
    target: Target,
    alice: User,
    diane: User,
    signed_in: Callable[[User], Any],
    recomputed: Callable[[], Any],
) -> None:
    signed_in(alice).post("/saisie/2020/imt-mines-albi/", {"students-value": "15 000"})
    recomputed()
    html = signed_in(diane).get("/tableau-de-bord/", {"year": 2020}).content.decode()
    assert "24,24" not in html
