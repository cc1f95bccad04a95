"""The decision: about what was looked at, and nothing typed is lost."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from imtplan.accounts.models import School, User
from imtplan.campaigns.models import Campaign, Remark, Submission
from imtplan.campaigns.review import submission_services as services
from tests import factories
from tests.imtplan.campaigns.review.submission import DECIDE, SEND, read

# --- The decision -------------------------------------------------------------------------------


def seen(submission: Submission) -> str:
    return submission.submitted_at.isoformat()


def decide(desk: Client, act: str, **typed: str) -> Any:
    """As the page sends it: with the handing-in that it shows."""
    shown = {"seen": seen(Submission.objects.get(school__code="imt-mines-albi"))}
    fields = {name.replace("_", "-"): text for name, text in typed.items()}
    return desk.post(DECIDE, {act: ""} | shown | fields)


def test_validating(desk: Client, submitted: Submission) -> None:
    html = read(desk)
    assert "Tout valider" in html
    assert f'value="{seen(submitted)}"' in html
    desk.post(DECIDE, {"validate": "", "seen": seen(submitted)})
    submitted.refresh_from_db()
    assert submitted.state == "validated"


def test_a_comment_on_a_figure_is_enough_to_return(
    desk: Client, page: Client, submitted: Submission, diane: User
) -> None:
    decide(desk, "return", remark_students=" Hors apprentis\u00a0? <i>😀 ")
    submitted.refresh_from_db()
    remark = Remark.objects.get()
    assert submitted.state == "returned"
    assert (remark.indicator.code, remark.text) == ("students", "Hors apprentis\u00a0? <i>😀")
    assert remark.by == diane
    assert "Hors apprentis\u00a0? &lt;i&gt;😀" in read(page)


def test_a_general_comment_is_enough_to_return(
    desk: Client, page: Client, submitted: Submission
) -> None:
    decide(desk, "return", comment="À revoir en entier")
    submitted.refresh_from_db()
    assert (submitted.state, submitted.comment) == ("returned", "À revoir en entier")
    assert "À revoir en entier" in read(page)


@pytest.mark.parametrize("comment", ["", "   \n"])
def test_returning_without_a_word_is_refused(
    desk: Client, submitted: Submission, comment: str
) -> None:
    response = decide(desk, "return", comment=comment)
    assert response.status_code == 422
    assert "Dites ce qui est à revoir" in response.content.decode()
    submitted.refresh_from_db()
    assert submitted.state == "submitted"


def test_comments_typed_are_never_dropped_by_validating(
    desk: Client, submitted: Submission
) -> None:
    response = decide(desk, "validate", remark_share="Vérifier", comment="Bien")
    html = response.content.decode()
    assert response.status_code == 422
    assert "Vous avez écrit des commentaires" in html
    assert "Vérifier</textarea>" in html
    assert "Bien</textarea>" in html
    submitted.refresh_from_db()
    assert submitted.state == "submitted"


@pytest.mark.parametrize("text", ["a\u0000b", "x" * 2001])
def test_a_comment_that_cannot_be_stored_is_refused_with_a_sentence(
    desk: Client, submitted: Submission, text: str
) -> None:
    response = decide(desk, "return", remark_students=text, comment="Voir")
    assert response.status_code == 422
    assert "errorlist" in response.content.decode()
    assert not Remark.objects.exists()


def test_a_decision_is_about_the_figures_that_were_looked_at(
    desk: Client, submitted: Submission, albi: School, alice: User, diane: User
) -> None:
    looked_at = seen(submitted)
    place = {"campaign": submitted.campaign, "school": albi}
    services.return_to_school(**place, by=diane, comment="Revoir", remarks={})
    services.submit(**place, by=alice)
    response = desk.post(DECIDE, {"validate": "", "seen": looked_at})
    assert response.status_code == 422
    assert "ont été soumises de nouveau" in response.content.decode()
    submitted.refresh_from_db()
    assert submitted.state == "submitted"


def test_the_page_that_asks_to_look_again_shows_what_is_decided_next(
    desk: Client, submitted: Submission, albi: School, alice: User, diane: User
) -> None:
    looked_at = seen(submitted)
    place = {"campaign": submitted.campaign, "school": albi}
    services.return_to_school(**place, by=diane, comment="Revoir", remarks={})
    services.submit(**place, by=alice)
    typed = {"return": "", "seen": looked_at, "comment": "Voir les apprentis"}
    html = desk.post(DECIDE, typed).content.decode()
    submitted.refresh_from_db()
    assert "Voir les apprentis</textarea>" in html
    assert f'name="seen" value="{seen(submitted)}"' in html


@pytest.mark.parametrize("act", ["validate", "return"])
def test_a_decision_that_names_no_handing_in_is_refused(
    desk: Client, submitted: Submission, act: str
) -> None:
    for typed in ({}, {"seen": ""}):
        comment = {"comment": "Revoir"} if act == "return" else {}
        assert desk.post(DECIDE, {act: ""} | typed | comment).status_code == 422
    submitted.refresh_from_db()
    assert submitted.state == "submitted"


def test_a_handing_in_between_the_look_and_the_lock_is_not_decided_on(
    submitted: Submission, albi: School, alice: User, diane: User
) -> None:
    """The service compares under its lock: whoever submits first is seen by who decides."""
    place = {"campaign": submitted.campaign, "school": albi}
    looked_at = seen(submitted)
    services.return_to_school(**place, by=diane, comment="Revoir", seen=looked_at)
    services.submit(**place, by=alice)
    for decision, words in ((services.validate, {}), (services.return_to_school, {"comment": "x"})):
        with pytest.raises(services.SubmittedAgain):
            decision(**place, by=diane, seen=looked_at, **words)
    submitted.refresh_from_db()
    assert submitted.state == "submitted"


def test_deciding_what_is_not_submitted_is_refused(desk: Client, filled: Campaign) -> None:
    response = desk.post(DECIDE, {"validate": ""}, follow=True)
    assert "notice-error" in response.content.decode()


def test_comments_that_come_too_late_are_given_back(
    desk: Client, submitted: Submission, albi: School, diane: User
) -> None:
    """A colleague returned the figures while these comments were being typed."""
    place = {"campaign": submitted.campaign, "school": albi}
    services.return_to_school(**place, by=diane, comment="Revoir", remarks={})
    response = decide(desk, "return", comment="Long", remark_share="Vérifier")
    html = response.content.decode()
    assert response.status_code == 422
    for text in ("Commentaire d’ensemble", "Long", "Part d’étudiants étrangers", "Vérifier"):
        assert text in html
    assert not Remark.objects.exists()


def test_only_the_directorate_general_decides(
    page: Client, paul: User, signed_in: Any, submitted: Submission
) -> None:
    assert page.post(DECIDE, {"validate": ""}).status_code == 403
    assert signed_in(paul).post(DECIDE, {"validate": ""}).status_code == 403
    assert "Tout valider" not in read(signed_in(paul))


def test_validated_figures_can_still_be_returned(desk: Client, submitted: Submission) -> None:
    decide(desk, "validate")
    assert "Tout valider" not in read(desk)
    decide(desk, "return", comment="Une erreur")
    submitted.refresh_from_db()
    assert submitted.state == "returned"


def test_an_earlier_remark_stays_to_be_read(
    page: Client, desk: Client, submitted: Submission
) -> None:
    decide(desk, "return", remark_students="Hors apprentis ?")
    page.post(SEND, {"send": ""})
    html = read(desk)
    assert "Hors apprentis ?" in html
    assert "Sans réponse" in html


def test_the_next_to_decide_is_the_oldest_that_waits(
    desk: Client, submitted: Submission, ales: School
) -> None:
    older = factories.SubmissionFactory(
        campaign=submitted.campaign,
        school=ales,
        state="submitted",
        submitted_at=submitted.submitted_at - timedelta(days=1),
    )
    assert "Précédente\u202f: IMT Mines Alès" in read(desk)
    decide(desk, "validate")
    assert "À décider ensuite\u202f: IMT Mines Alès" in read(desk)
    older.delete()
    assert "0 attend" in read(desk)
