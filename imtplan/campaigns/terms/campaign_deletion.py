"""Deleting a campaign in which nobody has typed anything."""

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.models import User
from imtplan.audit.models import Event
from imtplan.audit.services import record
from imtplan.campaigns.gate import CampaignRefusal, campaign_there
from imtplan.campaigns.models import Campaign, KeptInput, Proposal
from imtplan.campaigns.terms.campaign_overlaps import wait_for_other_terms
from imtplan.campaigns.terms.campaign_services import Terms, has_begun
from imtplan.outbox.services import withdraw_mails

TYPED = _("Something was typed in this campaign: it stays. Close it instead.")


def obstacle_to_deleting(campaign: Campaign) -> str | Promise:
    """Returns why the campaign stays, in a sentence; nothing where nobody has typed anything."""
    kept = KeptInput.objects.filter(campaign=campaign).exists()
    proposed = Proposal.objects.waiting().filter(campaign=campaign).exists()
    return TYPED if has_begun(campaign) or kept or proposed else ""


@transaction.atomic
def delete_campaign(*, campaign: Campaign, by: User) -> None:
    """Delete a campaign in which nothing was typed. Its reminders that still wait are withdrawn;
    its versions and events stay. Raises `CampaignRefusal`."""
    wait_for_other_terms()
    stored = campaign_there(Campaign.objects.select_for_update(), campaign)
    if obstacle := obstacle_to_deleting(stored):
        raise CampaignRefusal(obstacle)
    withdraw_mails(key_begins=f"reminder:{stored.pk}:")
    terms = Terms.of(stored).as_text()
    record(Event.Verb.CAMPAIGN_CHANGED, by=by, subject=stored.code, act="deleted", terms=terms)
    stored.delete()
