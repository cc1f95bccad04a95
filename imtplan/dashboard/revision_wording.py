"""A revision in words: when a target or what a mean rests on was changed, what stood there before,
and why."""

from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from imtplan.bilingual import reader_language
from imtplan.dashboard.wording import Wording, in_percent
from imtplan.numbers import format_number
from indicators.models import Indicator, Target
from indicators.questions.mean_revisions import MeanRevision
from indicators.questions.target_revisions import TargetRevision, TargetTerms
from objectives.models import StrategicPlan
from projects.models import Milestone


def revision_in_words(revision: TargetRevision, words: Wording) -> str:
    """Returns a sentence: the day, each term that moved with what it was, and the reason."""
    moved = "; ".join(_moved(revision, name, words) for name in revision.moved)
    return _with_day(_("Revised on %(day)s: %(moved)s."), revision, moved)


def mean_revision_in_words(revision: MeanRevision) -> str:
    """Returns a sentence: the day, the weight or threshold with what it was, and the reason."""
    return _with_day(_("Changed on %(day)s: %(moved)s."), revision, _moved_in_mean(revision))


def _with_day(words: str, revision: TargetRevision | MeanRevision, moved: str) -> str:
    day = date_format(timezone.localdate(revision.at), pgettext("a day", "j F Y"))
    sentence = words % {"day": day, "moved": moved}
    if revision.reason:
        sentence += " " + _("Reason: “%(reason)s”") % {"reason": revision.reason}
    return sentence


def _moved_in_mean(revision: MeanRevision) -> str:
    term = revision.term
    if not term.is_weight:
        what = getattr(StrategicPlan._meta.get_field(term.field), "verbose_name", term.field)
        before, after = in_percent(revision.before), in_percent(revision.after)
        return _before_and_after(_("“%(name)s”") % {"name": what}, before, after)
    name = _weighed(term.of)
    if revision.before is None:
        return _("%(name)s counts since then, with weight %(weight)s") % {
            "name": name,
            "weight": _weight(revision.after),
        }
    if revision.after is None:
        return _("%(name)s counted until then, with weight %(weight)s") % {
            "name": name,
            "weight": _weight(revision.before),
        }
    what = _("weight of %(what)s") % {"what": name}
    return _before_and_after(what, _weight(revision.before), _weight(revision.after))


def _weighed(row: Any) -> str:
    """Returns what counts in the mean as readers know it."""
    if row is None:
        return _("something deleted since")
    if isinstance(row, Indicator):
        name = str(row.name)
    elif isinstance(row, Milestone):
        name = str(row.title)
    else:
        name = f"{row.code} {row.title}".strip()
    return _("“%(name)s”") % {"name": name}


def _weight(weight: Decimal | None) -> str:
    return format_number(weight, language=reader_language())


def _before_and_after(what: str, before: str, after: str) -> str:
    parts = {"what": what, "before": before, "after": after}
    return _("%(what)s %(before)s until then, %(after)s since") % parts


def _moved(revision: TargetRevision, name: str, words: Wording) -> str:
    if name == "is_reference":
        return _("the reference since then") if revision.after.is_reference else _("no reference")
    before, after = (_term(terms, name, words) for terms in (revision.before, revision.after))
    return _before_and_after(_label(name), before, after)


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
