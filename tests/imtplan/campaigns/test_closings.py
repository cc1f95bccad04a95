"""What closes at midnight closes on the evening before: on every page and in every mail."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from imtplan.accounts.models import School, User
from imtplan.campaigns.models import Campaign, Extension
from imtplan.campaigns.review.reminder_mails import write_reminders
from imtplan.campaigns.terms import closings
from indicators.models import Indicator
from tests import factories

MIDNIGHT = datetime(2040, 6, 30, 22, tzinfo=UTC)  # 00:00 of 1 July in Paris
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("closes_at", "french", "english"),
    [
        (MIDNIGHT, "30 juin 2040 à minuit", "30 Jun 2040 at midnight"),
        (MIDNIGHT - MINUTE, "30 juin 2040 à 23:59", "30 Jun 2040 at 23:59"),
        (MIDNIGHT + MINUTE, "1 juillet 2040 à 00:01", "1 Jul 2040 at 00:01"),
    ],
)
def test_midnight_is_the_end_of_a_day(closes_at: datetime, french: str, english: str) -> None:
    for language, text in (("fr", french), ("en", english)):
        with translation.override(language):
            assert closings.day_and_hour(closes_at) == text


def test_what_is_shown_is_read_back() -> None:
    for closes_at in (MIDNIGHT, MIDNIGHT - MINUTE, MIDNIGHT + MINUTE):
        shown = closings.as_typed(closes_at)
        hour = closings.ClosingTimeField().clean(shown["closes_time"])
        assert timezone.make_aware(closings.instant(shown["closes_day"], hour)) == closes_at


@pytest.fixture
def campaign(albi: School, students: Indicator) -> Campaign:
    made = factories.CampaignFactory(year=2022, closes_at=MIDNIGHT, indicators=[students])
    Extension.objects.create(
        campaign=made, school=albi, closes_at=MIDNIGHT + timedelta(days=31), reason="Incendie"
    )
    return made


PAGES = {
    "paul": ("/campagnes/", "/campagnes/2022/", "/campagnes/2022/imt-mines-albi/delai/"),
    "diane": ("/tableau-de-bord/", "/saisies/"),
    "alice": (
        "/accueil/imt-mines-albi/",
        "/saisie/2022/imt-mines-albi/",
        "/saisie/2022/imt-mines-albi/relire/",
        "/saisie/2022/imt-mines-albi/formulaire/",
    ),
}


@pytest.mark.parametrize(("who", "path"), [(who, path) for who in PAGES for path in PAGES[who]])
def test_every_page_says_the_evening(
    campaign: Campaign, request: Any, signed_in: Any, who: str, path: str
) -> None:
    page = signed_in(request.getfixturevalue(who)).get(path).content.decode()
    text = re.sub(r"<[^>]+>", " ", page[page.index("<main") :])
    text = re.sub(r"[\s\u202f\u00a0]+", " ", text)
    assert not re.search(r"\b1(er)? (juil|août)|\b00:00", text)
    if not path.endswith("formulaire/"):
        assert re.search(r"3[01] (juin|juil\.?|juillet) 2040( à |, )minuit", text), text


def test_a_mail_and_its_countdown_say_the_evening(
    campaign: Campaign, alice: User, paul: User
) -> None:
    Extension.objects.all().delete()
    Campaign.objects.update(opens_at=MIDNIGHT - timedelta(days=90))
    with translation.override("fr"):
        written = write_reminders(MIDNIGHT - timedelta(hours=30))
    [mail] = [one for one in written if one.user == alice]
    assert "30 juin 2040 à minuit" in mail.body.replace("\u202f", " ")
    assert "demain" in mail.subject
    assert closings.last_day(MIDNIGHT) == date(2040, 6, 30)
