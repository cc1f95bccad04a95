"""A changed cell says what it would move, before it is saved, and is right about it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from imtplan.accounts.models import Membership, School, User
from imtplan.accounts.roles import Role
from imtplan.campaigns.entry.checking.cells import EnteredCell
from imtplan.campaigns.entry.saving import save_figures
from imtplan.campaigns.models import Campaign
from imtplan.campaigns.review.submission_services import submit, validate
from indicators.models import Figure, Progress, Target
from indicators.recomputing.recompute import recompute_stale

pytestmark = [pytest.mark.browser]

PHONE = {"width": 360, "height": 740}


def moves(entry: Any, code: str) -> Any:
    return entry.page.locator(f"#{code} [data-moves]")


def told(entry: Any, code: str) -> list[str]:
    """The sentences below a row, once they are there."""
    moves(entry, code).locator("span").first.wait_for()
    return moves(entry, code).locator("span").all_inner_texts()


def hand_in_and_validate(school: School, by: User) -> None:
    """Every other cell says that there is no figure, so that the submission may go out."""
    campaign = Campaign.objects.get(year=2022)
    entered = Figure.objects.filter(school=school, year=2022).values("indicator")
    missing = campaign.indicators.exclude(pk__in=entered)
    words = {"state": Figure.State.NOT_AVAILABLE, "reason": "Bilan en mars"}
    save_figures(
        campaign=campaign,
        school=school,
        cells=[EnteredCell(indicator=indicator, **words) for indicator in missing],
        by=by,
        origin=Figure.Origin.FORM,
    )
    submit(campaign=campaign, school=school, by=by)
    general = Membership.objects.filter(role=Role.DIRECTORATE_GENERAL)
    directorate = general.exclude(user=by).get().user
    validate(campaign=campaign, school=school, by=directorate)


def test_what_is_told_is_what_is_stored_after_validation(grid: Callable[..., Any]) -> None:
    """Somebody who directs Albi and reads the institute too sees the numbers themselves."""
    director = User.objects.get(email="directrice.albi@demo.example")
    Membership.objects.create(user=director, role=Role.DIRECTORATE_GENERAL)
    entry = grid(locale="en-GB")
    entry.field("students").fill("1180")
    sentence = next(one for one in told(entry, "students") if one.startswith("institute"))
    albi, year = School.objects.get(code="imt-mines-albi"), 2022
    entry.wait("students")
    figure = Figure.objects.get(indicator__code="students", school=albi, year=year)
    assert (figure.value, figure.status) == (1180, "draft")
    hand_in_and_validate(albi, director)
    recompute_stale()
    target = Target.objects.get(indicator__code="students", is_reference=True)
    row = Progress.objects.get(target=target, year=year, view="validated")
    assert f" {row.value:,.0f} (" in sentence
    assert f"{(row.progress or 0) * 100:.1f}% of the way" in sentence


def test_a_director_sees_it_typed_before_it_is_saved(grid: Callable[..., Any]) -> None:
    entry = grid(locale="en-GB")
    entry.page.route("**/valeur/**", lambda route: route.abort())
    entry.field("students").fill("1180")
    assert told(entry, "students")[0].endswith("points of progress, against your figure of 2021")
    assert entry.numbers("students") == [Decimal(1142)]
    assert "plan" not in " ".join(told(entry, "students"))
    entry.field("students").fill("12,5,3")
    moves(entry, "students").locator("span").first.wait_for(state="detached")
    assert moves(entry, "students").inner_text() == ""


def test_only_the_last_answer_is_shown(grid: Callable[..., Any]) -> None:
    """The answer to the first number is held back until the second one's is on the page."""
    entry = grid(locale="en-GB")
    held = []

    def hold_the_first(route: Any) -> None:
        if "students-value=1180" in (route.request.post_data or ""):
            held.append(route)
        else:
            route.continue_()

    entry.page.route("**/effet/**", hold_the_first)
    entry.field("students").fill("1180")
    wait_for_one(entry, held)
    entry.field("students").fill("900")
    later = told(entry, "students")
    assert later[0].startswith("institute: −")
    held[0].continue_()
    entry.page.wait_for_timeout(300)
    assert told(entry, "students") == later


def wait_for_one(entry: Any, held: list[Any]) -> None:
    """The page asks for an effect a moment after the last key."""
    for _attempt in range(100):
        if held:
            break
        entry.page.wait_for_timeout(50)
    assert len(held) == 1


def test_what_is_pressed_stays_under_the_pointer(grid: Callable[..., Any]) -> None:
    """An answer that comes between the pointer's down and up waits: the click would be lost."""
    entry = grid(locale="en-GB", reduced_motion="reduce")
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route)

    entry.page.route("**/effet/**", hold)
    entry.type("own-funds", "43,6")
    entry.page.locator("#own-funds.asks").wait_for()
    tick = entry.field("own-funds", "confirm")
    tick.scroll_into_view_if_needed()
    box = tick.bounding_box()
    entry.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    wait_for_one(entry, held)
    entry.page.mouse.down()
    with entry.page.expect_response("**/effet/**"):
        held[-1].continue_()
    entry.page.wait_for_timeout(300)
    assert tick.bounding_box() == box
    entry.page.mouse.up()
    told(entry, "own-funds")
    assert tick.is_checked()


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark"}, {"viewport": PHONE}])
def test_axe_finds_nothing_with_effects_shown(
    grid: Callable[..., Any], options: dict[str, object]
) -> None:
    entry = grid(bypass_csp=True, **options)
    entry.field("students").fill("1180")
    told(entry, "students")
    entry.wait("students")
    assert entry.found_by_axe() == []
    entry.person.go(entry.ADDRESS + "relire/")
    entry.page.locator("details.effect summary").click()
    assert entry.found_by_axe() == []
    width = entry.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert width <= 0


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark"}, {"viewport": PHONE}])
def test_axe_finds_nothing_on_the_sensitivity_page(
    grid: Callable[..., Any], options: dict[str, object]
) -> None:
    entry = grid("direction.generale@demo.example", bypass_csp=True, **options)
    entry.person.go("/sensibilite/?year=2021")
    entry.page.fill("[name='o.O1']", "3")
    entry.page.click(".foot-bar .btn-primary")
    entry.page.wait_for_url("**/sensibilite/?year=2021&o.O1=3")
    assert entry.found_by_axe() == []
    width = entry.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert width <= 0
