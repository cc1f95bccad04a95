"""Keeping people's accounts: their name and address, and whether they can sign in."""

from collections.abc import Sequence

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.current_rights import one_change_of_the_institute_at_a_time
from imtplan.accounts.models import User
from imtplan.audit.models import Event
from imtplan.audit.services import record
from imtplan.campaigns.terms.people_services import (
    NO_NAME,
    PERSONS_NAME,
    DelegationRefused,
    keepers_kept,
)
from imtplan.email_address import normal_address
from imtplan.outbox.letters import body_of
from imtplan.outbox.services import queue_mail

ADDRESS_TAKEN = _("Somebody else already has this e-mail address.")
CHANGED = "account-changed"


@transaction.atomic
def change_person(person: User, *, name: str, email: str, by: User) -> User:
    """Gives somebody another name or address. Both addresses are told, and by whom."""
    held = User.objects.select_for_update().get(pk=person.pk)
    before = {"name": held.name, "email": held.email}
    after = {"name": " ".join(name.split()), "email": normal_address(email)}
    changed = {key: [before[key], after[key]] for key in after if before[key] != after[key]}
    if not changed:
        return held
    if "name" in changed and not PERSONS_NAME.fullmatch(after["name"]):
        raise DelegationRefused(NO_NAME, "name")
    if User.objects.exclude(pk=held.pk).filter(email=after["email"]).exists():
        raise DelegationRefused(ADDRESS_TAKEN, "email")
    held.name, held.email = after["name"], after["email"]
    held.save(update_fields=["name", "email"])
    event = _record(held, by, **changed)
    if "email" in changed:
        # The library keeps addresses of its own, by which one could still sign in.
        EmailAddress.objects.filter(user=held).delete()
        for address in changed["email"]:
            _tell(held, address, before["email"], event, by)
    return held


@transaction.atomic
def switch_account(person: User, *, is_active: bool, by: User) -> User:
    """Let somebody sign in no longer, or again. Their roles stay as they are."""
    one_change_of_the_institute_at_a_time()
    held = User.objects.select_for_update().get(pk=person.pk)
    if held.is_active == is_active:
        return held
    held.is_active = is_active
    _record(held, by, is_active=[not is_active, is_active])  # first: it may be the account of `by`
    with keepers_kept():
        held.save(update_fields=["is_active"])
    return held


def _record(held: User, by: User, **changed: Sequence[object]) -> Event:
    subject = f"{held} <{held.email}>"
    return record(Event.Verb.PERSON_CHANGED, by=by, subject=subject, changed=changed)


def _tell(person: User, address: str, before: str, event: Event, by: User) -> None:
    with translation.override(person.reading_language):
        site = settings.SITE_URL.rstrip("/") + "/"
        words = {"person": person, "by": by, "before": before, "site_url": site}
        at = timezone.localtime(event.at)
        queue_mail(
            key=f"{CHANGED}:{event.pk}:{address}",
            kind=CHANGED,
            user=person,
            address=address,
            subject=gettext("IMT Plan: your e-mail address was changed"),
            body=body_of("mail/address.txt", words | {"at": at}),
        )
