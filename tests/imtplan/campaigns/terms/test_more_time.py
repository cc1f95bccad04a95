"""More time for one school: typed, refused, given."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from imtplan.campaigns.models import Campaign, Extension
from tests.imtplan.campaigns.terms.campaign import MORE, text

# --- More time for one school -------------------------------------------------------------------


def test_the_page_gives_shows_and_withdraws(page: Client, campaign: Campaign) -> None:
    day = timezone.localdate(campaign.closes_at) + timedelta(days=7)
    given = {
        "closes_day": day.isoformat(),
        "closes_time": "12:00",
        "reason": "Incendie\u00e9",
        "give": "",
    }
    html = text(page.post(MORE, given, follow=True))
    assert "Incendie\u00e9" in html
    extension = Extension.objects.get()
    assert timezone.localtime(extension.closes_at).isoformat().startswith(f"{day}T12:00")
    assert "Incendie\u00e9" in text(page.get(MORE))
    page.post(MORE, {"withdraw": ""})
    assert not Extension.objects.exists()


def test_the_page_keeps_what_was_typed_when_refused(page: Client, campaign: Campaign) -> None:
    typed = {"closes_day": "2020-01-01", "closes_time": "12:00", "reason": "Incendie", "give": ""}
    response = page.post(MORE, typed)
    assert response.status_code == 422
    assert "Incendie" in text(response)
    assert 'value="2020-01-01"' in text(response)
    assert "après la fermeture de la campagne" in text(response)
