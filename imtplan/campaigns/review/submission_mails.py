"""What people are told of a submission: to whom each mail goes, and its words.

Each is written in the transaction of the act, in its reader's language, once for each person
whatever their roles. Who acts is not told of it.
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.models import User
from imtplan.accounts.roles import Permission
from imtplan.audit.models import Event
from imtplan.campaigns.models import Receipt, Submission
from imtplan.outbox.letters import body_of, whole_address
from imtplan.outbox.services import queue_mail, withdraw_mails
from indicators.models import Figure

SUBMITTED, RETURNED, VALIDATED = "submitted", "returned", "validated"
TAKEN_BACK = "taken-back"

SUBJECTS: dict[str, str | Promise] = {
    SUBMITTED: _("IMT Plan – %(school)s – %(campaign)s: figures submitted"),
    RETURNED: _("IMT Plan – %(school)s – %(campaign)s: figures returned to you"),
    VALIDATED: _("IMT Plan – %(school)s – %(campaign)s: figures validated"),
    TAKEN_BACK: _("IMT Plan – %(school)s – %(campaign)s: figures taken back"),
}
SUBMITTED_AGAIN = _("IMT Plan – %(school)s – %(campaign)s: figures submitted again")

TYPED = [Event.Verb.FIGURES_SAVED, Event.Verb.FIGURES_UNDONE, Event.Verb.SUBMITTED]


# --- To whom ------------------------------------------------------------------------------------


def who_decide(submission: Submission) -> list[User]:
    """Returns those of the directorate-general who may validate or return, and of the institute's
    own figures who validates these."""
    people = User.objects.permitted(Permission.VALIDATE_FIGURES)
    there = User.objects.permitted(Permission.VALIDATE_FIGURES, school=submission.school)
    return list(people | there)


def who_answer(submission: Submission) -> list[User]:
    """Returns who may submit for the school, and who typed or submitted these figures and still
    holds a role there."""
    campaign, school = submission.campaign, submission.school
    acts = Event.objects.filter(school=school, subject=campaign.code, verb__in=TYPED)
    figures = Figure.objects.filter(
        school=school, year=campaign.year, indicator__in=campaign.indicators.all()
    )
    keys = {submission.submitted_by_id, *acts.order_by().values_list("actor", flat=True)}
    keys |= set(figures.order_by().values_list("entered_by", flat=True))
    typists = {key for key in keys if key is not None}
    submitters = set(User.objects.permitted(Permission.SUBMIT_FIGURES, school=school))
    members = User.objects.permitted(Permission.READ_SCHOOL, school=school)
    return sorted(submitters | set(members.filter(pk__in=typists)), key=lambda person: person.pk)


# --- The words ----------------------------------------------------------------------------------


def tell_of_submission(
    submission: Submission, event: Event, *, receipt: Receipt, again: bool
) -> None:
    """Writes to who decides. After a return: `again`, with each remark's answer."""
    remarks = list(submission.remarks.unsettled()) if again else []
    context: dict[str, Any] = {"receipt": receipt, "again": again, "remarks": remarks}
    subject = SUBMITTED_AGAIN if again else SUBJECTS[SUBMITTED]
    _write(
        SUBMITTED,
        submission,
        event,
        to=who_decide(submission),
        page="review",
        subject=subject,
        **context,
    )


def tell_of_taking_back(submission: Submission, event: Event, *, receipt: Receipt | None) -> None:
    """Takes the mails of the submission back where they still wait, and writes to the others."""
    spared = withdraw_mails(key_begins=key_of(SUBMITTED, submission))
    to = [person for person in who_decide(submission) if person.pk not in spared]
    _write(TAKEN_BACK, submission, event, to=to, page="review", receipt=receipt)


def tell_of_return(submission: Submission, event: Event) -> None:
    """Writes to the school what is asked of it, on the whole and cell by cell."""
    is_open = submission.campaign.is_open_for(submission.school)
    remarks = list(submission.remarks.unsettled())
    context: dict[str, Any] = {
        "remarks": remarks,
        "comment": submission.comment,
        "is_open": is_open,
    }
    to = who_answer(submission)
    _write(RETURNED, submission, event, to=to, page="entry", **context)


def tell_of_validation(submission: Submission, event: Event) -> None:
    _write(VALIDATED, submission, event, to=who_answer(submission), page="review")


def _write(
    kind: str,
    submission: Submission,
    event: Event,
    *,
    to: Iterable[User],
    page: str,
    subject: str | Promise = "",
    **context: Any,
) -> None:
    campaign, school = submission.campaign, submission.school
    if campaign.is_demo and not settings.DEMO:  # the schools are real, and so are their people
        return
    known = context | {
        "submission": submission,
        "school": school,
        "event": event,
        "closes_at": campaign.closes_at_for(school),
        "address": whole_address(page, campaign.code, school.code),
    }
    for person in to:
        if person.pk == event.actor_id:
            continue
        with translation.override(person.reading_language):
            words = {"school": str(school), "campaign": str(campaign)}
            inside = {"person": person, "campaign": lower_first(str(campaign))}
            queue_mail(
                key=f"{key_of(kind, submission)}{event.pk}:{person.pk}",
                kind=kind,
                user=person,
                address=person.email,
                subject=str(subject or SUBJECTS[kind]) % words,
                body=body_of(f"mail/{kind}.txt", known | inside),
            )


def key_of(kind: str, submission: Submission) -> str:
    """Returns how the keys of all mails of this kind about a submission begin."""
    return f"{kind}:{submission.pk}:"


def lower_first(text: str) -> str:
    """Writes a name as it stands within a sentence."""
    return text[:1].lower() + text[1:]
