"""The pages around sending: the question before it, taking back, the returned page, its answers."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from imtplan.accounts.models import School, User
from imtplan.campaigns.models import Campaign, Receipt, Remark, Submission
from imtplan.campaigns.review import submission_services as services
from indicators.models import Figure, Indicator
from tests import factories

ENTRY = "/saisie/2022/imt-mines-albi/"
REVIEW, SEND, BACK = ENTRY + "relire/", ENTRY + "soumettre/", ENTRY + "reprendre/"
SignIn = Callable[[User], Client]


@pytest.fixture
def staff(campaign: Campaign) -> Indicator:
    indicator = factories.IndicatorFactory(code="staff", name_fr="Personnels", rank=9)
    campaign.indicators.add(indicator)
    return indicator


@pytest.fixture
def filled(save: Any, staff: Indicator) -> None:
    save("100")
    save("40", indicator=staff)


@pytest.fixture
def submitted(filled: None, place: dict[str, Any], alice: User) -> Submission:
    return services.submit(**place, by=alice)


@pytest.fixture
def returned(submitted: Submission, place: dict[str, Any], diane: User) -> Submission:
    """With a remark on each of the two figures."""
    remarks = {"students": "Avec les <apprentis> ?", "staff": "Au 31 décembre ?"}
    return services.return_to_school(**place, by=diane, comment="Deux points.", remarks=remarks)


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


# --- The question before sending ----------------------------------------------------------------


def test_sending_asks_with_what_goes_to_whom_and_what_follows(
    filled: None, signed_in: SignIn, alice: User, diane: User
) -> None:
    page = signed_in(alice)
    assert f'href="{SEND}"' in text(page, REVIEW)
    html = text(page, SEND)
    assert "Vous soumettez 2 valeurs pour validation" in html
    assert "Diane" in html
    assert not Receipt.objects.exists()
    assert page.post(SEND, {"send": ""})["Location"] == REVIEW
    assert Submission.objects.get().state == "submitted"


def test_sending_again_asks_about_remarks_without_an_answer_and_goes_all_the_same(
    returned: Submission, signed_in: SignIn, alice: User
) -> None:
    page = signed_in(alice)
    html = text(page, SEND)
    assert "2 remarques sont sans réponse" in html
    assert f'href="{ENTRY}#remark-students"' in html
    assert "Avec les &lt;apprentis&gt; ?" in html
    page.post(SEND, {"send": ""})
    assert Submission.objects.get().state == "submitted"


def test_what_is_not_ready_is_not_asked_about(
    campaign: Campaign, signed_in: SignIn, alice: User
) -> None:
    assert signed_in(alice).get(SEND)["Location"] == REVIEW


@pytest.mark.parametrize("address", [SEND, BACK])
@pytest.mark.parametrize("method", ["get", "post"])
def test_who_may_not_submit_neither_sends_nor_takes_back(
    filled: None,
    signed_in: SignIn,
    bob: User,
    charlie: User,
    diane: User,
    address: str,
    method: str,
) -> None:
    for user, status in ((bob, 403), (diane, 403), (charlie, 404)):
        assert getattr(signed_in(user), method)(address).status_code == status


# --- Taking back --------------------------------------------------------------------------------


def test_a_director_takes_back_what_nobody_has_looked_at(
    submitted: Submission, signed_in: SignIn, alice: User
) -> None:
    page = signed_in(alice)
    assert f'href="{BACK}"' in text(page, REVIEW)
    assert "Reprendre la saisie" in text(page, BACK)
    assert page.post(BACK, {"take-back": ""})["Location"] == ENTRY
    assert Submission.objects.get().state == "draft"
    assert "Saisie reprise" in text(page, "/recu/2022-imt-mines-albi-1/")


def test_from_the_first_look_on_the_director_sees_since_when_and_cannot(
    submitted: Submission, signed_in: SignIn, alice: User, diane: User
) -> None:
    page = signed_in(alice)
    text(signed_in(diane), REVIEW)
    html = text(page, REVIEW)
    assert "En cours de lecture depuis le" in html
    assert "Diane" in html
    assert f'href="{BACK}"' not in html
    assert page.get(BACK)["Location"] == REVIEW
    answer = page.post(BACK, {"take-back": ""}, follow=True)
    assert "ne peut plus être reprise" in answer.content.decode()
    assert Submission.objects.get().state == "submitted"


def test_only_who_decides_looks(
    submitted: Submission, signed_in: SignIn, alice: User, bob: User, paul: User, diane: User
) -> None:
    for user in (alice, bob, paul):
        text(signed_in(user), REVIEW)
    signed_in(diane).head(REVIEW)
    signed_in(diane).get(REVIEW, headers={"sec-purpose": "prefetch"})
    assert Submission.objects.get().looked_at is None


def test_a_school_that_took_back_first_leaves_nothing_to_decide(
    submitted: Submission, place: dict[str, Any], signed_in: SignIn, alice: User, diane: User
) -> None:
    services.take_back(**place, by=alice)
    desk = signed_in(diane)
    assert "decision" not in text(desk, REVIEW)
    assert "a repris la saisie soumise" in text(desk, REVIEW)
    assert desk.post(ENTRY + "decider/", {"validate": ""}).status_code == 422
    assert Submission.objects.get().state == "draft"


# --- The returned page --------------------------------------------------------------------------


def test_the_returned_page_says_at_its_top_what_by_whom_and_when(
    returned: Submission, signed_in: SignIn, alice: User
) -> None:
    html = text(signed_in(alice), ENTRY)
    top = html[: html.index('id="grid"')]
    for words in ("Renvoyée le", "Diane", "Deux points.", "2 valeurs sont commentées"):
        assert words in top
    assert top.index('href="#remark-students"') < top.index('href="#remark-staff"')


def test_from_remark_to_remark(returned: Submission, signed_in: SignIn, alice: User) -> None:
    html = text(signed_in(alice), ENTRY)
    first = html[html.index('id="remark-students"') : html.index('id="remark-staff"')]
    last = html[html.index('id="remark-staff"') :]
    assert 'href="#remark-staff"' in first
    assert 'href="#remark-students"' in last
    assert 'href="#returned"' in last


def test_without_javascript_one_button_keeps_answers_and_figures(
    returned: Submission, signed_in: SignIn, bob: User, students: Indicator
) -> None:
    """A contributor answers too."""
    remark = Remark.objects.get(indicator=students)
    typed = {
        "students-value": "120",
        "students-version": "1",
        "staff-value": "40",
        "staff-version": "1",
        f"answer-{remark.pk}": "Oui,\r\ntous.",
        f"seen-{remark.pk}": "",
        "answer": "students",
    }
    page = signed_in(bob)
    answer = page.post(ENTRY, typed)
    assert answer["Location"] == ENTRY + "#remark-students"
    remark.refresh_from_db()
    assert (remark.answer, remark.answered_by) == ("Oui,\ntous.", bob)
    assert Figure.objects.get(indicator=students, year=2022).value == 120
    html = text(page, ENTRY)
    assert "1 réponse enregistrée." in html
    assert "Rien n’avait changé" not in html


def test_a_conflict_keeps_what_was_typed_on_the_page(
    returned: Submission, signed_in: SignIn, alice: User, bob: User, students: Indicator
) -> None:
    remark = Remark.objects.get(indicator=students)
    typed = {f"answer-{remark.pk}": "D’Alice", f"seen-{remark.pk}": ""}
    signed_in(bob).post(ENTRY, {f"answer-{remark.pk}": "De Bob", f"seen-{remark.pk}": ""})
    answer = signed_in(alice).post(ENTRY, typed)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert ">D’Alice</textarea>" in html
    assert "De Bob" in html
    remark.refresh_from_db()
    assert remark.answer == "De Bob"


def test_the_script_keeps_an_answer_and_is_told_each_refusal(
    returned: Submission, place: dict[str, Any], signed_in: SignIn, alice: User, diane: User
) -> None:
    remark = Remark.objects.first()
    address = f"{ENTRY}remarque/{remark.pk}/"
    page = signed_in(alice)
    said = page.post(address, {"answer": "Oui.", "seen": ""}).json()
    assert (said["outcome"], said["state"]) == ("saved", "answered")
    for unseen in ({"seen": ""}, {}):
        refused = page.post(address, {"answer": "Non."} | unseen).json()
        assert refused["outcome"] == "conflict"
    other = page.post(address, {"answer": "A"}, headers={"x-person": str(diane.pk)})
    assert other.json()["outcome"] == "other_person"
    assert Client().post(address, {"answer": "A"}).status_code == 401
    services.submit(**place, by=alice)
    assert page.post(address, {"answer": "Trop tard."}).json()["outcome"] == "refused"


def test_another_schools_remark_is_not_answered(
    returned: Submission, signed_in: SignIn, charlie: User, diane: User, ales: School
) -> None:
    pk = Remark.objects.first().pk
    assert signed_in(charlie).post(f"{ENTRY}remarque/{pk}/", {"answer": "A"}).status_code == 404
    assert signed_in(diane).post(f"{ENTRY}remarque/{pk}/", {"answer": "A"}).status_code == 403
    elsewhere = f"/saisie/2022/imt-mines-ales/remarque/{pk}/"
    assert signed_in(charlie).post(elsewhere, {"answer": "A"}).status_code == 404


def test_who_decides_reads_the_answer_beside_the_figure(
    returned: Submission, place: dict[str, Any], signed_in: SignIn, alice: User, diane: User
) -> None:
    page = signed_in(alice)
    remark = Remark.objects.get(indicator__code="students")
    page.post(f"{ENTRY}remarque/{remark.pk}/", {"answer": "Oui, <tous>."})
    page.post(SEND, {"send": ""})
    html = text(signed_in(diane), REVIEW)
    row = html[html.index('id="students"') : html.index('id="staff"')]
    assert "Oui, &lt;tous&gt;." in row
    assert "Avec réponse" in row
    assert "Sans réponse" in html[html.index('id="staff"') :]


def test_who_decides_settles_one_remark_on_the_page(
    returned: Submission, signed_in: SignIn, alice: User, paul: User, diane: User
) -> None:
    remark = Remark.objects.first()
    address = f"{ENTRY}remarque/{remark.pk}/regler/"
    desk = signed_in(diane)
    assert text(desk, REVIEW).count("/regler/") == 2
    assert "/regler/" not in text(signed_in(alice), REVIEW)
    for other in (alice, paul):
        assert signed_in(other).post(address, {"settle": "", "seen": ""}).status_code == 403
    html = desk.post(address, {"settle": "", "seen": ""}, follow=True).content.decode()
    assert "La remarque est réglée" in html
    assert html.count("/regler/") == 1
