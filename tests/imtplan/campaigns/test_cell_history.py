"""A cell's history: every version, who, when and how; and an old one made the new one."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from imtplan.accounts.models import School, User
from imtplan.campaigns.entry.checking.cells import EnteredCell
from imtplan.campaigns.entry.checking.checks import SURPRISES
from imtplan.campaigns.entry.pages.cell_history import Moment, MomentKind, history_of
from imtplan.campaigns.entry.saving import SaveOutcome, save_figures
from imtplan.campaigns.models import Campaign
from imtplan.campaigns.review.submission_services import return_to_school, submit, validate
from indicators.models import Figure, Indicator
from tests import factories

State = Figure.State
HOSTILE = "<b onclick=x>=1+1</b> \u202eabc 😀\nœ"


@pytest.fixture
def students(db: None) -> Indicator:
    return factories.IndicatorFactory(
        code="students", name_fr="Étudiants", name_en="Students", year_kind="academic"
    )


@pytest.fixture
def campaign(students: Indicator) -> Campaign:
    return factories.CampaignFactory(indicators=[students])


@pytest.fixture
def save(place: dict[str, Any], students: Indicator, bob: User) -> Any:
    """Bob saves the cell; each save knows the version before."""

    def save_cell(
        value: object = None, *, by: User = bob, origin: str = "form", **cell: Any
    ) -> SaveOutcome:
        stored = Figure.objects.filter(indicator=students, year=2022).first()
        given = {"value": Decimal(str(value))} if value is not None else {}
        return save_figures(
            **place,
            cells=[
                EnteredCell(
                    indicator=cell.pop("indicator", students),
                    version=stored.version if stored else None,
                    **given,
                    **cell,
                )
            ],
            by=by,
            origin=Figure.Origin(origin),
        )

    return save_cell


@pytest.fixture
def moments(place: dict[str, Any], students: Indicator) -> Callable[[], list[Moment]]:
    return lambda: history_of(**place, indicator=students).moments


# --- What it tells ------------------------------------------------------------------------------


def test_a_cell_never_entered_has_no_history(moments: Callable[[], list[Moment]]) -> None:
    assert moments() == []


def test_each_version_says_what_who_when_and_how(
    save: Any, alice: User, moments: Callable[[], list[Moment]]
) -> None:
    save(120)
    save(Decimal(1300), by=alice, origin="paste")
    newer, older = moments()
    assert (older.kind, older.who, str(older.way), older.version) == (
        MomentKind.ENTERED,
        "Bob",
        "formulaire",
        1,
    )
    assert [(one.before, one.after) for one in older.changes] == [("", "120 étudiants")]
    assert (newer.kind, newer.who, newer.version) == (MomentKind.CHANGED, "Alice", 2)
    assert [(one.before, one.after) for one in newer.changes] == [
        ("120 étudiants", "1\u202f300 étudiants")
    ]
    assert newer.at >= older.at


@pytest.mark.parametrize("origin", ["form", "paste", "import", "api"])
def test_every_way_of_entry_is_named(
    origin: str, save: Any, moments: Callable[[], list[Moment]]
) -> None:
    save(120, origin=origin)
    assert moments()[0].way == Figure.Origin(origin).label


def test_the_four_states_of_a_cell_differ(save: Any, moments: Callable[[], list[Moment]]) -> None:
    save(0)
    save(state=State.NOT_AVAILABLE, reason="Bilan en mars")
    save(state=State.NOT_APPLICABLE)
    save(state=State.NOT_ENTERED)
    figures = [moment.changes[0].after for moment in reversed(moments())]
    assert figures[0] == "0 étudiants"
    assert len(set(figures)) == 4
    named = [(one.label, one.before, one.after) for one in moments()[2].changes[1:]]
    assert named == [("Motif", "", "Bilan en mars")]


def test_the_parts_of_a_ratio_are_told(
    save: Any, place: dict[str, Any], campaign: Campaign
) -> None:
    ratio = factories.IndicatorFactory(code="foreign", ratio=True)
    campaign.indicators.add(ratio)
    save(indicator=ratio, numerator=Decimal(300), denominator=Decimal(1200))
    (moment,) = history_of(**place, indicator=ratio).moments
    said = {str(one.label): one.after for one in moment.changes}
    assert said["Étudiants étrangers"] == "300"
    assert said["Étudiants"] == "1\u202f200"
    assert moment.figure == "25,0 étudiants"


def test_an_explanation_alone_is_no_new_value(
    save: Any, moments: Callable[[], list[Moment]]
) -> None:
    save(120)
    save(120, explanation="Nouvelle formation")
    newest = moments()[0]
    assert newest.kind == MomentKind.EXPLAINED
    assert newest.changes[0].is_same
    assert (newest.changes[1].before, newest.changes[1].after) == ("", "Nouvelle formation")


def test_a_confirmed_surprise_is_told(
    save: Any, albi: School, students: Indicator, moments: Callable[[], list[Moment]]
) -> None:
    factories.FigureFactory(indicator=students, school=albi, year=2021, value=Decimal(60))
    students.refresh_from_db()
    save(120, confirm=True)
    assert moments()[0].changes[-1].after == str(SURPRISES["change"])


def test_a_step_of_the_submission_is_no_new_value(
    save: Any,
    place: dict[str, Any],
    alice: User,
    diane: User,
    moments: Callable[[], list[Moment]],
) -> None:
    save(120)
    submit(**place, by=alice)
    validate(**place, by=diane)
    validated, submitted, entered = moments()
    assert [one.kind for one in (entered, submitted, validated)] == [
        MomentKind.ENTERED,
        MomentKind.SUBMITTED,
        MomentKind.VALIDATED,
    ]
    assert (submitted.changes, submitted.version, submitted.restorable) == ((), None, False)


@pytest.mark.django_db(transaction=True)
def test_the_whole_life_in_its_order(
    save: Any,
    place: dict[str, Any],
    alice: User,
    diane: User,
    moments: Callable[[], list[Moment]],
) -> None:
    """Each in a transaction of its own, as in life."""
    save(120)
    submit(**place, by=alice)
    return_to_school(**place, by=diane, comment="Voir", remarks={"students": "Et les doctorants ?"})
    save(130, by=alice)
    submit(**place, by=alice)
    validate(**place, by=diane)
    told = [(one.kind, one.who, one.comment) for one in reversed(moments())]
    assert told == [
        (MomentKind.ENTERED, "Bob", ""),
        (MomentKind.SUBMITTED, "Alice", ""),
        (MomentKind.RETURNED, "Diane", "Voir"),
        (MomentKind.REMARK, "Diane", "Et les doctorants ?"),
        (MomentKind.CHANGED, "Alice", ""),
        (MomentKind.SUBMITTED, "Alice", ""),
        (MomentKind.VALIDATED, "Diane", ""),
    ]


def test_a_figure_that_was_removed_and_came_back(
    save: Any, students: Indicator, moments: Callable[[], list[Moment]]
) -> None:
    save(120)
    Figure.objects.get(indicator=students).delete()
    assert moments()[0].kind == MomentKind.REMOVED
    save(130)
    assert [one.kind for one in moments()] == [
        MomentKind.ENTERED,
        MomentKind.REMOVED,
        MomentKind.ENTERED,
    ]
    assert not any(one.restorable for one in moments())


def test_who_has_left_keeps_the_name_of_the_time(
    save: Any, bob: User, moments: Callable[[], list[Moment]]
) -> None:
    save(120)
    bob.delete()
    (moment,) = moments()
    assert moment.who == "Bob"


def test_another_school_year_and_indicator_are_not_told(
    save: Any,
    albi: School,
    ales: School,
    students: Indicator,
    moments: Callable[[], list[Moment]],
) -> None:
    factories.FigureFactory(indicator=students, school=ales, year=2022)
    factories.FigureFactory(indicator=students, school=albi, year=2021)
    factories.FigureFactory(school=albi, year=2022)
    save(120)
    assert len(moments()) == 1


# --- The page -----------------------------------------------------------------------------------


ADDRESS = "/saisie/2022/imt-mines-albi/historique/students/"


def test_the_page_tells_each_version(
    save: Any, alice: User, signed_in: Callable[[User], Client]
) -> None:
    save(120)
    save(state=State.NOT_AVAILABLE, reason=HOSTILE, by=alice)
    response = signed_in(alice).get(ADDRESS)
    page = response.content.decode()
    assert reverse("history", args=[2022, "imt-mines-albi", "students"]) == ADDRESS
    assert "120 étudiants" in page
    assert "Alice" in page
    assert "2022-2023" in page
    assert "<b onclick" not in page
    assert "&lt;b onclick=x&gt;=1+1&lt;/b&gt; \ufffdabc 😀\nœ" in page
    assert f"{reverse('entry', args=[2022, 'imt-mines-albi'])}#students" in page


def test_the_page_in_english(save: Any, alice: User, bob: User) -> None:
    save(1200)
    client = Client(headers={"accept-language": "en"})
    client.force_login(bob)
    with translation.override("en"):
        page = client.get(ADDRESS).content.decode()
    assert "1,200 students" in page
    assert "History of a figure" in page


def test_the_page_of_a_cell_never_entered(
    campaign: Campaign, alice: User, signed_in: Callable[[User], Client]
) -> None:
    response = signed_in(alice).get(ADDRESS)
    assert response.status_code == 200
    assert "empty-title" in response.content.decode()


def test_another_school_sees_no_page(
    save: Any, charlie: User, diane: User, signed_in: Callable[[User], Client]
) -> None:
    save(120)
    assert signed_in(charlie).get(ADDRESS).status_code == 404
    assert signed_in(charlie).post(ADDRESS, {"version": 1, "seen": 1}).status_code == 404
    assert signed_in(diane).get(ADDRESS).status_code == 200
    assert signed_in(diane).get(ADDRESS.replace("students", "none")).status_code == 404
    assert signed_in(diane).get(ADDRESS.replace("2022", "2019")).status_code == 404


def test_as_many_queries_for_thirty_versions_as_for_two(
    save: Any,
    alice: User,
    bob: User,
    signed_in: Callable[[User], Client],
    django_assert_max_num_queries: Any,
) -> None:
    for number in range(30):
        save(100 + number, by=(alice, bob)[number % 2])
    client = signed_in(alice)
    with django_assert_max_num_queries(12):
        assert len(client.get(ADDRESS).context["history"].moments) == 30


# --- Restoring ----------------------------------------------------------------------------------


def restore(client: Client, version: object, seen: object) -> list[str]:
    """The kinds of the messages."""
    response = client.post(ADDRESS, {"version": version, "seen": seen}, follow=True)
    assert response.redirect_chain == [(ADDRESS, 302)]
    return [message.level_tag for message in response.context["messages"]]


def stored(students: Indicator) -> Figure:
    return Figure.objects.get(indicator=students, year=2022)


def test_an_old_value_becomes_the_new_version(
    save: Any,
    alice: User,
    students: Indicator,
    signed_in: Callable[[User], Client],
    moments: Callable[[], list[Moment]],
) -> None:
    save(120, explanation="Sûr")
    save(130)
    assert restore(signed_in(alice), version=1, seen=2) == ["success"]
    figure = stored(students)
    assert (figure.value, figure.explanation, figure.version) == (120, "Sûr", 3)
    assert figure.entered_by == alice
    assert [one.kind for one in moments()] == [
        MomentKind.RESTORED,
        MomentKind.CHANGED,
        MomentKind.ENTERED,
    ]
    assert [one.restorable for one in moments()] == [False, True, False]
    assert moments()[0].like == 1


def test_what_differs_only_by_a_confirmation_is_not_offered(
    save: Any,
    albi: School,
    students: Indicator,
    moments: Callable[[], list[Moment]],
) -> None:
    factories.FigureFactory(indicator=students, school=albi, year=2021, value=Decimal(60))
    students.refresh_from_db()
    save(120)
    save(120, confirm=True)
    assert [one.kind for one in moments()] == [MomentKind.EXPLAINED, MomentKind.ENTERED]
    assert not any(one.restorable for one in moments())


def test_nothing_is_restored_over_what_was_not_seen(
    save: Any, alice: User, students: Indicator, signed_in: Callable[[User], Client]
) -> None:
    save(120)
    save(130)
    save(140)
    assert restore(signed_in(alice), version=1, seen=2) == ["error"]
    assert stored(students).value == 140


@pytest.mark.parametrize("version", ["", "0", "-1", "7", "x", "1e3", "²", "9" * 30])
def test_a_version_that_is_none_changes_nothing(
    version: str, save: Any, alice: User, students: Indicator, signed_in: Callable[[User], Client]
) -> None:
    save(120)
    assert restore(signed_in(alice), version=version, seen=1) == ["error"]
    assert stored(students).version == 1


def test_a_reader_restores_nothing(
    save: Any, diane: User, students: Indicator, signed_in: Callable[[User], Client]
) -> None:
    save(120)
    save(130)
    client = signed_in(diane)
    assert client.post(ADDRESS, {"version": 1, "seen": 2}).status_code == 403
    assert 'name="version"' not in client.get(ADDRESS).content.decode()
    assert stored(students).value == 130


def test_a_submitted_figure_is_not_restored(
    save: Any,
    place: dict[str, Any],
    alice: User,
    students: Indicator,
    signed_in: Callable[[User], Client],
) -> None:
    save(120)
    save(130)
    submit(**place, by=alice)
    client = signed_in(alice)
    assert 'name="version"' not in client.get(ADDRESS).content.decode()
    assert restore(client, version=1, seen=2) == ["error"]
    assert stored(students).value == 130


def test_the_form_carries_a_token(save: Any, alice: User) -> None:
    save(120)
    save(130)
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert "csrfmiddlewaretoken" in client.get(ADDRESS).content.decode()
    assert client.post(ADDRESS, {"version": 1, "seen": 2}).status_code == 403
