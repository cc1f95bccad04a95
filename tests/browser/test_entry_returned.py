"""The page of figures that were returned: from remark to remark, and the answers beside them."""

from collections.abc import Callable
from typing import Any

import pytest

from imtplan.accounts.models import Membership, School, User
from imtplan.accounts.roles import Role
from imtplan.campaigns.models import Campaign, Remark, Submission
from imtplan.campaigns.review import submission_services as services
from tests.browser.conftest import Grid
from tests.worker import wait_for

ALBI = "imt-mines-albi"
# Below the heading that stays, above the bar.
IN_SIGHT = """id => {
    const { top, bottom } = document.getElementById(id).getBoundingClientRect();
    const heading = document.querySelector(".entry-grid thead th").getBoundingClientRect().bottom;
    const bar = document.querySelector(".entry-bar").getBoundingClientRect().top;
    return top >= heading && bottom <= bar;
}"""

pytestmark = [pytest.mark.browser]


def give_back() -> None:
    """As if Albi had submitted, and three of its figures were asked about."""
    place = {"campaign": Campaign.objects.get(year=2022), "school": School.objects.get(code=ALBI)}
    director = User.objects.get(email=Grid.DIRECTOR)
    decider = User.objects.holding(Role.DIRECTORATE_GENERAL).first()
    Submission.objects.filter(**place).update(
        state="submitted", submitted_at="2022-11-23T09:00Z", submitted_by=director
    )
    asked = {"students": "Avec les apprentis ?", "own-funds": "Bilan ?", "phd-students": "Tous ?"}
    services.return_to_school(**place, by=decider, comment="Trois questions.", remarks=asked)


def test_remarks_are_jumped_to_and_answered(grid: Callable[..., Any]) -> None:
    entry = grid()
    give_back()
    page = entry.person.go(entry.ADDRESS)
    assert page.locator("section.returned li").count() == 3
    page.locator("section.returned a").first.click()
    block = page.locator("[data-remark]").first
    assert page.evaluate("location.hash") == f"#{block.get_attribute('id')}"
    page.wait_for_function(IN_SIGHT, arg=block.get_attribute("id"))

    answer = block.locator("textarea")
    answer.fill("Oui, tous.")
    block.get_by_role("link", name="Remarque suivante").click()
    wait_for(lambda: Remark.objects.filter(answer="Oui, tous.").exists(), "the answer")
    block.locator("[data-answer-status]").get_by_text("réponse enregistrée").wait_for()
    assert page.locator("section.returned li.is-open").count() == 2

    # What could not be sent stands in the field again, and says so.
    second = page.locator("[data-remark]").nth(1)
    page.context.set_offline(True)
    second.locator("textarea").fill("Sans connexion.")
    second.locator("button").click()
    second.locator(".is-late").wait_for()
    page.context.set_offline(False)
    wait_for(lambda: Remark.objects.filter(answer="Sans connexion.").exists(), "the answer")
    assert entry.found_by_axe() == []
    helper = Membership.objects.get(role=Role.CONTRIBUTOR, school__code=ALBI)
    entry.person.go(f"/ecole/{ALBI}/personnes/{helper.pk}/terminer/")
    assert entry.found_by_axe() == []
    page.locator("form.confirm button").click()
    page.locator(".notice-action button").click()
    page.get_by_text("tient de nouveau ce rôle").wait_for()
