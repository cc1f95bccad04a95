"""The plan office's page of mails: those that were sent, that failed, and that can be retried."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from imtplan.accounts.roles import Permission, demand
from imtplan.buttons import demand_button
from imtplan.outbox.models import Mail
from imtplan.outbox.services import retry_mail

ON_A_PAGE = 50


@dataclass(frozen=True)
class MailFilter:
    """A state by which the page can be narrowed, or all states, with the number of mails."""

    value: str
    label: str | Promise
    count: int
    current: bool


@never_cache
@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """Shows every mail, the latest first, or those in one state."""
    demand(request, Permission.EDIT_PLAN)
    state = request.GET.get("state", "")
    if state and state not in Mail.State.values:
        raise Http404
    shown = Mail.objects.filter(state=state) if state else Mail.objects.all()
    page = Paginator(shown, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "state": state, "choices": _choices(state), "demo": settings.DEMO}
    return render(request, "accounts/mails.html", context)


def _choices(current: str) -> list[MailFilter]:
    counts = dict(Mail.objects.order_by().values_list("state").annotate(Count("pk")))
    every = MailFilter("", gettext_lazy("all"), sum(counts.values()), current == "")
    states = [
        MailFilter(state.value, state.label, counts.get(state, 0), current == state)
        for state in Mail.State
        if counts.get(state) or current == state
    ]
    return [every, *states]


@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Has a mail sent again; a message says so if it was sent meanwhile."""
    demand(request, Permission.EDIT_PLAN)
    mail = get_object_or_404(Mail, pk=pk)
    demand_button(request, "again")
    words: dict[str, Any] = {"address": mail.address}
    if retry_mail(mail.pk):
        messages.success(request, _("The mail to %(address)s is sent within a minute.") % words)
    else:
        messages.info(request, _("The mail to %(address)s does not wait to be sent again.") % words)
    return redirect("mails")
