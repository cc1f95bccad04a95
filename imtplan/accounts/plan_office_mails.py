"""Write mails to the plan office about the application itself."""

from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import Promise

from imtplan.accounts.models import User
from imtplan.accounts.roles import Role
from imtplan.outbox.letters import whole_address
from imtplan.outbox.services import queue_mail


def tell_plan_office(
    *, kind: str, key: str, subject: Promise, template: str, context: Mapping[str, Any], page: str
) -> None:
    """Write a mail to each of its people, in their language, in the caller's transaction. `page` is
    the name of the page that says more; the template has its `address`."""
    address = whole_address(page)
    for person in User.objects.holding(Role.PLAN_OFFICE):
        with translation.override(person.reading_language):
            known = {**context, "person": person, "address": address}
            queue_mail(
                key=f"{kind}:{key}:{person.pk}",
                kind=kind,
                user=person,
                address=person.email,
                subject=str(subject),
                body=render_to_string(template, known).strip() + "\n",
            )
