"""The state of the plan, said in two sentences: will it be met, and what holds it back."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from imtplan.dashboard.followed_targets import FollowedTarget
from imtplan.dashboard.forecast_wording import chances
from imtplan.dashboard.queries import ElementState
from imtplan.dashboard.scope import Scope
from imtplan.dashboard.wording import in_percent
from indicators.models import ProgressStatus, VerdictInWords

# From here on the odds are for it.
EVEN_ODDS = Decimal("0.5")


def outlook_of_the_plan(followed_targets: Sequence[FollowedTarget]) -> str:
    """Returns which of the headline targets will be met at this pace, and how sure that is.

    Of those with odds alone: a target without is not one that will not be met. Empty in a target's
    own year, and while too few figures are known for odds to be stated.
    """
    odds = [(_odds(followed), followed) for followed in followed_targets]
    known = [(probability, followed) for probability, followed in odds if probability is not None]
    if not known:
        return ""
    met = [pair for pair in known if pair[0] >= EVEN_ODDS]
    is_part = len(known) < len(followed_targets)
    if len(known) == 1 and not met:
        text = _the_one_not_met(known[0], is_part)
    elif not met:
        text = _none_met(known, is_part)
    else:
        text = _some_met(met, len(known), is_part)
    return " ".join(
        part for part in (text, _without_odds(len(followed_targets) - len(known))) if part
    )


def _odds(followed: FollowedTarget) -> Decimal | None:
    return followed.now.progress.probability if followed.now.progress else None


def _with_odds(total: int, is_part: bool) -> str:
    # Translators: it follows "none of" or a number.
    if is_part:
        return ngettext(
            "the %(total)s headline target with a forecast",
            "the %(total)s headline targets with a forecast",
            total,
        ) % {"total": total}
    return _of_all(total)


def _of_all(total: int) -> str:
    # Translators: it follows "none of" or a number.
    return ngettext("the %(total)s headline target", "the %(total)s headline targets", total) % {
        "total": total
    }


def _some_met(met: list[tuple[Decimal, FollowedTarget]], total: int, is_part: bool) -> str:
    text = ngettext(
        "At this pace, %(met)s of %(targets)s will be met: %(which)s.",
        "At this pace, %(met)s of %(targets)s will be met: %(which)s.",
        len(met),
    )
    which = _(", ").join(_sure(*pair) for pair in sorted(met, key=lambda pair: -pair[0]))
    return text % {"met": len(met), "targets": _with_odds(total, is_part), "which": which}


def _none_met(known: list[tuple[Decimal, FollowedTarget]], is_part: bool) -> str:
    text = _("At this pace, none of %(targets)s will be met; the likeliest is %(which)s.")
    likeliest = max(known, key=lambda pair: pair[0])
    return text % {"targets": _with_odds(len(known), is_part), "which": _sure(*likeliest)}


def _the_one_not_met(pair: tuple[Decimal, FollowedTarget], is_part: bool) -> str:
    if is_part:
        text = _("At this pace, the headline target with a forecast will not be met: %(which)s.")
    else:
        text = _("At this pace, the headline target will not be met: %(which)s.")
    return text % {"which": _sure(*pair)}


def _without_odds(without: int) -> str:
    if not without:
        return ""
    return ngettext(
        "There is no forecast for %(count)s other.",
        "There is no forecast for %(count)s others.",
        without,
    ) % {"count": without}


def _sure(probability: Decimal, followed: FollowedTarget) -> str:
    return _("“%(name)s” in %(year)s (%(chances)s)") % {
        "name": followed.indicator.name,
        "year": followed.target.year,
        "chances": chances(probability),
    }


def state_of_the_plan(
    year: int, followed_targets: Sequence[FollowedTarget], objectives: Sequence[ElementState]
) -> str:
    """Says how many headline targets are on their path, which is last, and the objectives."""
    if not followed_targets:
        return ""
    clauses = [*_headlines(followed_targets), _furthest(followed_targets), _objectives(objectives)]
    text = _("; ").join(clause for clause in clauses if clause)
    return _("In %(year)s, %(state)s.") % {"year": year, "state": text}


def _headlines(followed_targets: Sequence[FollowedTarget]) -> Iterator[str]:
    """Says how many of the judged are where they should be, and what the others wait for."""
    judged = [followed for followed in followed_targets if followed.status.is_judged]
    pending = [
        followed for followed in followed_targets if followed.status == ProgressStatus.PENDING
    ]
    if not judged and not pending:
        yield _("no headline target can be assessed: figures are missing")
        return
    if judged:
        yield _on_their_path(judged, is_part=len(judged) < len(followed_targets))
        yield _unlikely(judged)
    if pending:
        yield _not_counted(pending)
    without = len(followed_targets) - len(judged) - len(pending)
    if without:
        yield ngettext(
            "%(count)s headline target cannot be assessed",
            "%(count)s headline targets cannot be assessed",
            without,
        ) % {"count": without}


def _on_their_path(judged: Sequence[FollowedTarget], *, is_part: bool) -> str:
    good = [followed for followed in judged if followed.status.is_good]
    is_close = any(followed.verdict.is_close for followed in good)
    if len(judged) == 1:
        return _the_one(bool(good), is_close, is_part)
    total = len(judged)
    targets = _assessed(total) if is_part else _of_all(total)
    if not good:
        text = _("none of %(targets)s is on its path")
    elif is_close:
        text = ngettext(
            "%(good)s of %(targets)s is on its path or close to it",
            "%(good)s of %(targets)s are on their path or close to it",
            len(good),
        )
    else:
        text = ngettext(
            "%(good)s of %(targets)s is on its path",
            "%(good)s of %(targets)s are on their path",
            len(good),
        )
    return text % {"good": len(good), "targets": targets}


def _assessed(total: int) -> str:
    # Translators: it follows "none of" or a number.
    return ngettext(
        "the %(total)s headline target that can be assessed",
        "the %(total)s headline targets that can be assessed",
        total,
    ) % {"total": total}


def _the_one(is_good: bool, is_close: bool, is_part: bool) -> str:
    target = (
        _("the one headline target that can be assessed") if is_part else _("the headline target")
    )
    if not is_good:
        text = _("%(target)s is not on its path")
    elif is_close:
        text = _("%(target)s is close to its path")
    else:
        text = _("%(target)s is on its path")
    return text % {"target": target}


def _unlikely(judged: Sequence[FollowedTarget]) -> str:
    """Returns those on their path, or close to it, that are unlikely to arrive."""
    unlikely = [followed for followed in judged if followed.is_unlikely]
    if not unlikely:
        return ""
    which = _(", ").join(_sure(_odds(followed) or Decimal(0), followed) for followed in unlikely)
    return _("unlikely to arrive: %(which)s") % {"which": which}


def _not_counted(pending: Sequence[FollowedTarget]) -> str:
    """Returns what the verdicts would be, on the figures that are in."""
    met = sum(followed.verdict.would_be == ProgressStatus.ACHIEVED for followed in pending)
    missed = len(pending) - met
    would_be = [
        ngettext("%(count)s would be achieved", "%(count)s would be achieved", met) % {"count": met}
        if met
        else "",
        ngettext("%(count)s would be missed", "%(count)s would be missed", missed)
        % {"count": missed}
        if missed
        else "",
    ]
    text = ngettext(
        "%(count)s headline target is not counted in full yet: %(would_be)s (%(schools)s)",
        "%(count)s headline targets are not counted in full yet: %(would_be)s (%(schools)s)",
        len(pending),
    )
    return text % {
        "count": len(pending),
        "would_be": _(", ").join(part for part in would_be if part),
        "schools": _schools([followed.verdict for followed in pending]),
    }


def _schools(verdicts: Sequence[VerdictInWords]) -> str:
    """Says of how many schools the figures are: the fewest first, where they differ."""
    fewest = min(verdicts, key=lambda verdict: verdict.reported or 0)
    most = max(verdicts, key=lambda verdict: verdict.reported or 0)
    if fewest.reported == most.reported:
        return fewest.counted
    return _("%(fewest)s to %(most)s schools of %(expected)s") % {
        "fewest": fewest.reported,
        "most": most.reported,
        "expected": most.expected,
    }


def _furthest(followed_targets: Sequence[FollowedTarget]) -> str:
    """Returns which one holds the plan back most, if any does."""
    late = [followed for followed in followed_targets if followed.status.is_behind]
    if not late:
        return ""
    worst = min(late, key=_lateness)
    pace = worst.now.progress.pace if worst.now.progress else None
    if pace is None:
        return ""
    return _("the furthest behind is “%(name)s”, at %(pace)s of the expected pace") % {
        "name": worst.indicator.name,
        "pace": in_percent(pace),
    }


def _behind(behind: int, total: int) -> str:
    if behind == total:
        return ngettext("the objective is behind", "all %(total)s objectives are behind", total)
    return ngettext(
        "%(count)s of the %(total)s objectives is behind",
        "%(count)s of the %(total)s objectives are behind",
        behind,
    )


def _objectives(objectives: Sequence[ElementState]) -> str:
    behind = sum(element.status.is_behind for element in objectives)
    pending = sum(element.status == ProgressStatus.PENDING for element in objectives)
    total = len(objectives)
    without = total - pending - sum(element.status.is_judged for element in objectives)
    clauses = []
    if behind:
        clauses.append(_behind(behind, total) % {"count": behind, "total": total})
    if pending:
        text = ngettext(
            "%(count)s objective waits for figures",
            "%(count)s objectives wait for figures",
            pending,
        )
        clauses.append(text % {"count": pending})
    if without:
        text = ngettext(
            "%(count)s objective lacks data",
            "%(count)s objectives lack data",
            without,
        )
        clauses.append(text % {"count": without})
    return _(", ").join(clauses)


def basis_of(scope: Scope, followed_targets: Sequence[FollowedTarget]) -> str:
    """Says how many schools the year's figures come from; nothing where none are expected."""
    years = [followed.now for followed in followed_targets if followed.now.expected_schools]
    if not years:
        return ""
    counts = sorted({year.reported or 0 for year in years})
    expected = max(year.expected_schools or 0 for year in years)
    known = {"fewest": counts[0], "most": counts[-1], "expected": expected, "year": scope.year}
    if len(counts) > 1:
        text = _("%(fewest)s to %(most)s schools of %(expected)s, figures of %(year)s, %(view)s")
    else:
        text = ngettext(
            "%(most)s school of %(expected)s, figures of %(year)s, %(view)s",
            "%(most)s schools of %(expected)s, figures of %(year)s, %(view)s",
            counts[-1],
        )
    view = (
        pgettext("figures", "not all validated yet")
        if scope.is_provisional
        else pgettext("figures", "validated")
    )
    return text % (known | {"view": view})


def _lateness(followed: FollowedTarget) -> tuple[bool, Decimal]:
    """Sorts what is furthest behind its path first, and what has no pace last."""
    pace = followed.now.progress.pace if followed.now.progress else None
    return (pace is None, pace or Decimal(0))
