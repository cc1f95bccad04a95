"""Mails on submission, return and validation: to whom, in which language, with what was said."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from imtplan.accounts.models import Membership, School, User
from imtplan.accounts.roles import Role
from imtplan.campaigns.gate import CampaignRefusal
from imtplan.campaigns.models import Campaign
from imtplan.campaigns.review import submission_services as services
from imtplan.outbox.models import Mail
from tests import factories

PAGE = "http://localhost:8000/saisie/2022/imt-mines-albi/"


@pytest.fixture(autouse=True)
def _site(settings: Any) -> None:
    settings.SITE_URL = "http://localhost:8000/"


def latest(kind: str) -> dict[str, Mail]:
    """Those of this kind by the first name in their address."""
    mails = Mail.objects.filter(kind=kind)
    return {mail.address.partition("@")[0]: mail for mail in mails.order_by("pk")}


@pytest.fixture
def submitted(save: Any, place: dict[str, Any], alice: User, diane: User) -> Callable[[], None]:
    def submit() -> None:
        save("100", version=None)
        services.submit(**place, by=alice)

    return submit


@pytest.fixture
def returned(submitted: Any, place: dict[str, Any], diane: User) -> Callable[..., None]:
    def give_back(comment: str = "", **remarks: str) -> None:
        submitted()
        services.return_to_school(**place, by=diane, comment=comment, remarks=remarks)

    return give_back


# --- Submission ---------------------------------------------------------------------------------


def test_a_submission_is_told_to_the_directorate_general_alone(
    submitted: Any, alice: User, bob: User, charlie: User, diane: User, paul: User
) -> None:
    submitted()
    assert set(latest("submitted")) == {"diane"}
    assert Mail.objects.count() == 1
    mail = latest("submitted")["diane"]
    assert mail.subject == "IMT Plan – IMT Mines Albi – Campagne 2022 : valeurs soumises"
    for text in (
        "Bonjour Diane,",
        "Alice",
        "Valeurs\u202f: 1.",
        "2022-imt-mines-albi-1",
        PAGE + "relire/",
    ):
        assert text in mail.body
    assert "de nouveau" not in mail.subject + mail.body


def test_a_submission_after_a_return_says_so_with_each_remark(
    returned: Any, save: Any, place: dict[str, Any], alice: User, diane: User
) -> None:
    returned("Voyez les apprentis.", students="Comptez-les.")
    save("120", version=1)
    services.submit(**place, by=alice)
    mails = list(Mail.objects.filter(kind="submitted").order_by("pk"))
    assert len(mails) == 2
    assert "de nouveau" in mails[1].subject
    for text in ("Diane", "\n> Comptez-les.\n", "Indicateur"):
        assert text in mails[1].body


def test_a_submission_that_is_refused_writes_nothing(
    place: dict[str, Any], alice: User, diane: User
) -> None:
    with pytest.raises(CampaignRefusal):
        services.submit(**place, by=alice)
    assert not Mail.objects.exists()


# --- Return and validation ----------------------------------------------------------------------


def test_a_return_is_told_to_who_submits_and_who_typed(
    returned: Any, bob: User, charlie: User, albi: School, paul: User
) -> None:
    """Bob may type, and typed nothing."""
    sarah = factories.person("Sarah", Role.DIRECTOR, albi)
    returned("Voyez <b>.\nEt ceci.", students="Comptez les apprentis.")
    assert set(latest("returned")) == {"alice", "sarah"}
    mail = latest("returned")["sarah"]
    assert mail.user == sarah
    assert mail.subject == "IMT Plan – IMT Mines Albi – Campagne 2022 : valeurs renvoyées"
    assert "\n> Voyez <b>.\n> Et ceci.\n" in mail.body
    assert "\n> Comptez les apprentis.\n" in mail.body
    assert "Indicateur" in mail.body
    assert "\n" + PAGE + "\n" in mail.body
    assert "UNDEFINED" not in mail.body


def test_whoever_typed_a_figure_hears_of_it_though_somebody_else_submitted(
    returned: Any, campaign: Campaign, albi: School, bob: User
) -> None:
    from_bob = campaign.indicators.get()
    services.record(
        services.Event.Verb.FIGURES_SAVED,
        by=bob,
        school=albi,
        subject="2022",
        figures={from_bob.code: 1},
    )
    returned("À revoir.")
    assert set(latest("returned")) == {"alice", "bob"}


@pytest.mark.parametrize("gone", ["role", "account"])
def test_whose_role_or_account_ended_is_not_written_to(
    returned: Any, albi: School, bob: User, gone: str
) -> None:
    services.record(services.Event.Verb.FIGURES_SAVED, by=bob, school=albi, subject="2022")
    if gone == "role":
        Membership.objects.filter(user=bob).update(ended_at=timezone.now())
    else:
        User.objects.filter(pk=bob.pk).update(is_active=False)
    returned("À revoir.")
    assert set(latest("returned")) == {"alice"}


def test_a_role_in_another_school_is_no_reason_to_write(
    returned: Any, albi: School, charlie: User
) -> None:
    services.record(services.Event.Verb.FIGURES_SAVED, by=charlie, school=albi, subject="2022")
    returned("À revoir.")
    assert set(latest("returned")) == {"alice"}


def test_two_roles_get_one_mail_and_who_acts_none(
    submitted: Any, place: dict[str, Any], albi: School, alice: User, diane: User
) -> None:
    factories.MembershipFactory(
        user=alice, role=Role.SUBSTITUTE, school=albi, ends_on=timezone.localdate()
    )
    factories.MembershipFactory(user=diane, role=Role.DIRECTOR, school=albi)
    submitted()
    services.validate(**place, by=diane)
    assert set(latest("validated")) == {"alice"}
    assert Mail.objects.filter(kind="validated").count() == 1


def test_a_validation_says_by_whom_and_leads_to_the_figures(
    submitted: Any, place: dict[str, Any], diane: User
) -> None:
    submitted()
    services.validate(**place, by=diane)
    mail = latest("validated")["alice"]
    assert mail.subject == "IMT Plan – IMT Mines Albi – Campagne 2022 : valeurs validées"
    for text in ("Bonjour Alice,", "Diane", PAGE + "relire/"):
        assert text in mail.body


def test_each_reads_in_the_language_of_their_own(
    returned: Any, alice: User, diane: User, albi: School
) -> None:
    User.objects.filter(pk__in=[alice.pk, diane.pk]).update(last_language="en")
    factories.person("Sarah", Role.DIRECTOR, albi)
    returned(students="Comptez les apprentis.")
    english, french = latest("returned")["alice"], latest("returned")["sarah"]
    assert (english.language, french.language) == ("en", "fr")
    assert english.subject == "IMT Plan – IMT Mines Albi – Campaign 2022: figures returned to you"
    assert "Indicator" in english.body
    assert "\n> Comptez les apprentis.\n" in english.body
    assert latest("submitted")["diane"].language == "en"


def test_a_mail_falls_with_its_act(
    submitted: Any, place: dict[str, Any], diane: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    submitted()

    def fail(*args: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(services.transaction, "on_commit", fail)
    with pytest.raises(RuntimeError):
        services.validate(**place, by=diane)
    assert not Mail.objects.filter(kind="validated").exists()


def test_a_demonstrations_campaign_writes_to_nobody_on_a_real_site(
    submitted: Any, campaign: Campaign, settings: Any
) -> None:
    Campaign.objects.update(is_demo=True)
    submitted()
    assert not Mail.objects.exists()
