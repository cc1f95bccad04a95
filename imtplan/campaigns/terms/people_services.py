"""Giving roles and ending them: in a school those of its director and of who helps, in the
institute those of the directorate-general and of the plan office."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.current_rights import afresh, one_change_of_the_institute_at_a_time
from imtplan.accounts.keeper_triggers import KEPT
from imtplan.accounts.models import Membership, School, User
from imtplan.accounts.roles import APART, DELEGABLE, Role, roles_given_by
from imtplan.audit.models import Event
from imtplan.audit.services import record
from imtplan.campaigns.gate import CampaignRefusal
from imtplan.outbox.letters import body_of
from imtplan.outbox.models import Mail
from imtplan.outbox.services import queue_mail, withdraw_mails

KIND, ENDED, RESTORED = "role-given", "role-ended", "role-restored"
UNDO = timedelta(minutes=10)  # how long who ended a role can take that back
# Each naming is a mail to an address of the director's choice.
MOST_HELD, MOST_A_DAY = 30, 20
# Of letters, and what stands between them in a name. Spaces first and last are no part of it.
PERSONS_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f .'’·()-])*")


class DelegationRefused(CampaignRefusal):
    """Why this person cannot be named, or this role not ended; `field` is where to mend it."""

    def __init__(self, message: str | Promise, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


OTHER_ROLE = _("This role is not yours to give or to end here.")
LAST_KEEPER = _(
    "The institute keeps somebody of the plan office, without a last day: name another person for "
    "it first."
)
YOURSELF = _("You cannot name yourself.")
DIRECTOR_ALREADY = _("This person is director of the school already, and may do all of this.")
BOTH_ROLES = _(
    "This person holds the other of the two roles in these days: who enters for the institute does "
    "not validate."
)
SWITCHED_OFF = _("This person's account is switched off: ask the plan office.")
NAME_NEEDED = _("This person has no account yet: write their name.")
END_NEEDED = _("A substitute is named until a day: choose the last one.")
END_PAST = _("This day is over: choose today or later.")
END_FAR = _("A substitute is named for one year at most: choose an earlier day.")
START_PAST = _("The first day is over: choose today or later.")
NOT_ENDED = _("This role is held again, or was not ended: there is nothing to take back.")
NOT_YOURS = _("Only who ended a role can take that back.")
UNDO_OVER = _("More than ten minutes have passed: name this person again.")
NO_NAME = _("Write a person's name alone: letters, spaces, hyphens, apostrophes.")
TOO_MANY_HELD = _(
    "In this school %(number)d people enter or submit already: end a role before you name somebody."
)
TOO_MANY_A_DAY = _(
    "In one day %(number)d people at most are named in a school: go on tomorrow, or ask the plan "
    "office."
)
DAYS_REVERSED = _("The last day of a role comes after its first.")


@transaction.atomic
def name_person(
    *,
    school: School | None,
    email: str,
    name: str,
    role: str,
    ends_on: date | None,
    by: User,
    starts_on: date | None = None,
) -> Membership:
    """Give the role for a time, in a school or in the institute; naming the same person again
    changes the days.

    Who has no account gets one without a password: the mail has a link that signs in.
    """
    _one_at_a_time(school)
    _check_role(role, school, by)
    _check_days(role, starts_on, ends_on)
    if school is not None and role in DELEGABLE:
        _check_number(school)
    user = _person(email, name)
    _check_person(user, school, role, by)
    # Who ends the role at this moment goes first, and the role is then given anew.
    roles = Membership.objects.select_for_update(of=["self"])
    held = roles.filter(user=user, school=school, role=role).first()
    if held is None:
        held = Membership(user=user, school=school, role=role)
    if not _set_days(held, starts_on, ends_on):
        return held
    _check_apart(held)
    held.given_by, held.given_at = by, timezone.now()
    with keepers_kept():
        held.save()
    event = _record(Event.Verb.ROLE_GIVEN, held, by)
    _write_mail(KIND, held, by, event)
    return held


@transaction.atomic
def end_delegation(membership: Membership, *, by: User) -> Membership:
    """From this moment on the role is no longer held. Nothing is deleted; twice changes nothing.

    Whom the role was not yet told of hears neither that it was given nor that it ended.
    """
    held = _locked(membership, by)
    if is_over(held):
        return held
    held.ended_at, held.ended_by = timezone.now(), by
    event = _record(Event.Verb.ROLE_ENDED, held, by)  # first: the role may be the one of `by`
    with keepers_kept():
        held.save(update_fields=["ended_at", "ended_by"])
    if not _is_unsaid(held):
        _write_mail(ENDED, held, by, event)
    return held


@transaction.atomic
def undo_end(membership: Membership, *, by: User) -> Membership:
    """The role is held again as before it was ended: a slip, seen within ten minutes.

    The mail that told of the end is withdrawn where it still waits; else another tells of this, or
    of the role itself where nothing was ever told.
    """
    _one_at_a_time(membership.school)
    held = _locked(membership, by)
    if held.ended_at is None:
        raise DelegationRefused(NOT_ENDED)
    if held.ended_by_id != by.pk:
        raise DelegationRefused(NOT_YOURS)
    if not can_be_undone(held):
        raise DelegationRefused(UNDO_OVER)
    _check_apart(held)
    held.ended_at, held.ended_by = None, None
    held.save(update_fields=["ended_at", "ended_by"])
    event = _record(Event.Verb.ROLE_RESTORED, held, by)
    if _mails_of(held) and not _was_mailed(held):
        _write_mail(KIND, held, by, event)
    elif held.user_id not in withdraw_mails(key_begins=_key(ENDED, held)):
        _write_mail(RESTORED, held, by, event)
    return held


def _is_unsaid(held: Membership) -> bool:
    """Withdraw what still waits to tell of the role. Whether nothing was told of it before."""
    return bool(withdraw_mails(key_begins=_key(KIND, held))) and not _was_mailed(held)


def _key(kind: str, held: Membership) -> str:
    return f"{kind}:{held.pk}:"


def _mails_of(held: Membership) -> QuerySet[Mail]:
    """Returns the mails that tell of the role being given, withdrawn ones too."""
    return Mail.objects.filter(key__startswith=_key(KIND, held)).order_by("pk")


def _was_mailed(held: Membership) -> bool:
    return _mails_of(held).exclude(state=Mail.State.WITHDRAWN).exists()


def can_be_undone(held: Membership) -> bool:
    """Says whether it ended a moment ago, and its last day has not passed since."""
    ended_at, last = held.ended_at, held.ends_on
    recent = ended_at is not None and timezone.now() - ended_at <= UNDO
    return recent and (last is None or last >= timezone.localdate())


def _locked(membership: Membership, by: User) -> Membership:
    held = Membership.objects.select_for_update(of=["self"]).get(pk=membership.pk)
    _check_role(held.role, held.school, by)
    return held


def _one_at_a_time(school: School | None) -> None:
    """Two namings at once would each see nobody named."""
    if school is None:
        one_change_of_the_institute_at_a_time()
    else:
        School.objects.select_for_update(no_key=True).get(pk=school.pk)


@contextmanager
def keepers_kept() -> Iterator[None]:
    """Says in a sentence what the database refuses lest the institute lose its plan office."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        if getattr(diagnosis, "constraint_name", None) == KEPT:
            raise DelegationRefused(LAST_KEEPER) from error
        raise


def is_over(held: Membership) -> bool:
    """Applies the rule of `past` to a role already read."""
    by_its_day = held.ends_on is not None and held.ends_on < timezone.localdate()
    return held.ended_at is not None or by_its_day


# --- The rules ----------------------------------------------------------------------------------


def _check_role(role: str, school: School | None, by: User) -> None:
    """Asks the database inside the lock: the role of `by` may have ended meanwhile."""
    if role not in roles_given_by(afresh(by), school):
        raise DelegationRefused(OTHER_ROLE, "role")


def _check_days(role: str, starts_on: date | None, ends_on: date | None) -> None:
    today = timezone.localdate()
    if starts_on and starts_on < today:
        raise DelegationRefused(START_PAST)
    if ends_on is None:
        if role == Role.SUBSTITUTE:
            raise DelegationRefused(END_NEEDED, "ends_on")
        return
    if ends_on < today:
        raise DelegationRefused(END_PAST, "ends_on")
    if starts_on and ends_on < starts_on:
        raise DelegationRefused(DAYS_REVERSED, "ends_on")
    if role == Role.SUBSTITUTE and ends_on > a_year_after(today):
        raise DelegationRefused(END_FAR, "ends_on")


def a_year_after(day: date) -> date:
    """29 February has no day a year later: the 28th."""
    return day.replace(year=day.year + 1, day=min(day.day, 28) if day.month == 2 else day.day)


def _check_person(user: User, school: School | None, role: str, by: User) -> None:
    if user.pk == by.pk:
        raise DelegationRefused(YOURSELF, "email")
    if not user.is_active:
        raise DelegationRefused(SWITCHED_OFF, "email")
    in_force = user.memberships.in_force().filter(school=school)
    if role in DELEGABLE and in_force.filter(role=Role.DIRECTOR):
        raise DelegationRefused(DIRECTOR_ALREADY, "email")


def _check_apart(held: Membership) -> None:
    """Two roles that are to be of two people are held by one on no day to come either."""
    other = APART.get(Role(held.role))
    meanwhile = held.user.memberships.meanwhile(held.starts_on, held.ends_on)
    if other and meanwhile.filter(school=held.school, role=other).exists():
        raise DelegationRefused(BOTH_ROLES, "email")


def _check_number(school: School) -> None:
    """A director names some colleagues; who names hundreds writes to strangers in our name."""
    day = timezone.now() - timedelta(days=1)
    if school.memberships.in_force().filter(role__in=DELEGABLE).count() >= MOST_HELD:
        raise DelegationRefused(TOO_MANY_HELD % {"number": MOST_HELD})
    named = Event.objects.filter(verb=Event.Verb.ROLE_GIVEN, school=school, at__gt=day)
    if named.count() >= MOST_A_DAY:
        raise DelegationRefused(TOO_MANY_A_DAY % {"number": MOST_A_DAY})


def _person(email: str, name: str) -> User:
    """Returns the person whose address this is, whatever its capitals. Somebody else may make the
    account at the same moment, for another school: then it is theirs."""
    known = User.objects.filter(email=email)
    if user := known.first():
        return user
    name = " ".join(name.split())
    if not name:
        raise DelegationRefused(NAME_NEEDED, "name")
    if not PERSONS_NAME.fullmatch(name):
        raise DelegationRefused(NO_NAME, "name")
    try:
        with transaction.atomic():
            return User.objects.create_user(email, name=name)
    except IntegrityError:
        return known.get()


def _set_days(held: Membership, starts_on: date | None, ends_on: date | None) -> bool:
    """Sets the days, and says whether anything changes. A role in force keeps its first day, one
    taken up again begins today."""
    fresh = held.pk is None or is_over(held)
    start = starts_on or (timezone.localdate() if fresh else held.starts_on)
    if ends_on and start and ends_on < start:
        raise DelegationRefused(DAYS_REVERSED, "ends_on")
    if not fresh and (held.starts_on, held.ends_on) == (start, ends_on):
        return False
    held.starts_on, held.ends_on = start, ends_on
    held.ended_at, held.ended_by = None, None
    return True


# --- What is kept and sent ----------------------------------------------------------------------


def _record(verb: Event.Verb, held: Membership, by: User) -> Event:
    days = {"starts_on": held.starts_on, "ends_on": held.ends_on}
    detail = {name: day.isoformat() if day else None for name, day in days.items()}
    subject = f"{held.user} <{held.user.email}>"
    return record(verb, by=by, school=held.school, subject=subject, role=str(held.role), **detail)


def sign_in_words(user: User) -> dict[str, Any]:
    """Says how one signs in: with a password, from the first page; a newcomer, by a link.

    A newcomer is not greeted by name: somebody else typed it, and it would be a mail to anybody.
    """
    return {
        "site_url": settings.SITE_URL.rstrip("/") + "/",
        "sign_in_link": "" if user.has_usable_password() else Mail.SIGN_IN_LINK,
        "days": settings.PASSWORD_RESET_TIMEOUT // (24 * 3600),
    }


SUBJECTS = {
    KIND: _("IMT Plan – %(school)s: your role is “%(role)s”"),
    ENDED: _("IMT Plan – %(school)s: your role “%(role)s” has ended"),
    RESTORED: _("IMT Plan – %(school)s: you hold your role “%(role)s” again"),
}


def _write_mail(kind: str, held: Membership, by: User, event: Event) -> None:
    user = held.user
    is_new = kind == KIND and not user.has_usable_password()
    with translation.override(user.reading_language):
        words = {"school": str(held.school or "IMT"), "role": Role(held.role).label}
        context = {
            "person": user,
            "held": held,
            "role": Role(held.role),
            "by": by,
            "kind": kind,
            "is_delegated": held.role in DELEGABLE,
        }
        queue_mail(
            key=f"{_key(kind, held)}{event.pk}",
            kind=Mail.INVITATION if is_new else kind,
            user=user,
            address=user.email,
            subject=str(SUBJECTS[kind]) % words,
            body=body_of(
                "mail/named.txt" if kind == KIND else "mail/role.txt", context | sign_in_words(user)
            ),
        )
