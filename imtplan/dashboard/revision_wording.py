"""A revision of a target in words: when, what stood there before, and why."""

from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from imtplan.bilingual import reader_language
from imtplan.dashboard.wording import Wording
from imtplan.numbers import format_number
from indicators.models import Target
from indicators.questions.target_revisions import TargetRevision, TargetTerms


def revision_in_words(revision: TargetRevision, words: Wording) -> str:
    """Returns a sentence: the day, each term that moved with what it was, and the reason."""
    day = date_format(timezone.localdate(revision.at), pgettext("a day", "j F Y"))
    moved = "; ".join(_moved(revision, name, words) for name in revision.moved)
    sentence = _("Revised on %(day)s: %(moved)s.") % {"day": day, "moved": moved}
    if revision.reason:
        sentence += " " + _("Reason: “%(reason)s”") % {"reason": revision.reason}
    return sentence


def _moved(revision: TargetRevision, name: str, words: Wording) -> str:
    if name == "is_reference":
        return _("the reference since then") if revision.after.is_reference else _("no reference")
    before, after = (_term(terms, name, words) for terms in (revision.before, revision.after))
    parts = {"what": _label(name), "before": before, "after": after}
    return _("%(what)s %(before)s until then, %(after)s since") % parts


def _label(name: str) -> str:
    labels = {
        "value": _("target"),
        "growth_percent": _("growth"),
        "year": _("target year"),
        "baseline_value": _("baseline"),
        "baseline_year": _("baseline year"),
        "trajectory": _("trajectory"),
        "stated": _("stated values"),
    }
    return labels[name]


def _term(terms: TargetTerms, name: str, words: Wording) -> str:
    value = getattr(terms, name)
    if name in ("year", "baseline_year"):
        return str(value)
    if name == "trajectory":
        return str(Target.Trajectory(value).label)
    if name == "stated":
        return ", ".join(f"{words.number(number)} ({year})" for year, number in value) or _none()
    if value is None:
        return _from_figures() if name == "baseline_value" else _none()
    return _growth(value) if name == "growth_percent" else words.number(value)


def _growth(value: Decimal) -> str:
    return f"{format_number(value, language=reader_language(), sign=True)}\N{NO-BREAK SPACE}%"


def _from_figures() -> str:
    return _("the figures of the baseline year")


def _none() -> str:
    return pgettext("a term of a target", "none")
