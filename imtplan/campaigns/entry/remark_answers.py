"""What becomes of a remark beside a figure: the school answers it, who decides settles it."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.models import School, User
from imtplan.audit.models import Event
from imtplan.audit.services import record
from imtplan.campaigns.gate import CampaignRefusal, TransitionRefused, locked
from imtplan.campaigns.models import Campaign, Remark
from imtplan.campaigns.typed_text import LONGEST_EXPLANATION, too_long
from imtplan.spreadsheets.tables import one_kind_of_line_ends

SETTLED = _("This remark is settled: the answer was not stored.")
ANSWERED_SINCE = _("This remark was answered after you opened the page: read the answer.")


class AnswerConflict(CampaignRefusal):
    """Somebody else answered since the page was opened; `remark` is what is stored."""

    def __init__(self, remark: Remark) -> None:
        words = {
            "who": remark.answered_by or remark.submission.school,
            "at": date_format(timezone.localtime(remark.answered_at), "DATETIME_FORMAT"),
            "answer": remark.answer,
        }
        sentence = gettext(
            "%(who)s answered this remark on %(at)s, after you opened the page: “%(answer)s”. "
            "Keep your answer again to put it in its place."
        )
        super().__init__(sentence % words)
        self.remark = remark


@transaction.atomic
def answer_remark(remark: Remark, *, text: str, by: User, seen: str | None = None) -> Remark:
    """Keep what the school answers beside a figure that was returned. An empty text is no answer.

    Saying the same again changes nothing. What is too long is refused whole. `seen` is the version
    of the answer that the page showed: somebody else's, given since, is not replaced unseen. None
    where there is no page.
    """
    answer = as_kept(text)
    if sentence := too_long(answer, LONGEST_EXPLANATION):
        raise CampaignRefusal(sentence)
    submission = remark.submission
    locked(submission.campaign, submission.school, act=Event.Verb.REMARK_ANSWERED, by=by)
    kept = submission.remarks.unsettled().filter(pk=remark.pk).first()
    if kept is None:
        raise TransitionRefused(SETTLED)
    if kept.answer == answer:
        return kept
    if seen is not None and kept.answer and seen != kept.answer_version:
        raise AnswerConflict(kept)
    kept.answer = answer
    kept.answered_at, kept.answered_by = (timezone.now(), by) if answer else (None, None)
    kept.state = Remark.State.ANSWERED if answer else Remark.State.OPEN
    kept.save()
    detail: dict[str, Any] = {"indicator": kept.indicator.code, "answer": answer}
    record(
        Event.Verb.REMARK_ANSWERED,
        by=by,
        school=submission.school,
        subject=submission.campaign.code,
        **detail,
    )
    return kept


@transaction.atomic
def settle_remark(remark: Remark, *, by: User, seen: str | None = None) -> Remark:
    """Ask no more about one figure, while the school has its figures back. Twice changes nothing.

    `seen`: the version of the answer that the page showed, as `answer_remark` has it: an answer
    that was given since is read first.
    """
    submission = remark.submission
    locked(submission.campaign, submission.school, act=Event.Verb.REMARK_SETTLED, by=by)
    kept = submission.remarks.select_related("indicator").get(pk=remark.pk)
    if kept.state == Remark.State.SETTLED:
        return kept
    if seen is not None and kept.answer and seen != kept.answer_version:
        raise CampaignRefusal(ANSWERED_SINCE)
    kept.state = Remark.State.SETTLED
    kept.save(update_fields=["state"])
    record(
        Event.Verb.REMARK_SETTLED,
        by=by,
        school=submission.school,
        subject=submission.campaign.code,
        indicator=kept.indicator.code,
    )
    return kept


def answer_typed(
    *, campaign: Campaign, school: School, typed: Mapping[str, Any], by: User
) -> list[Remark]:
    """Keep the answers of a whole posted page. Returns those that say something new."""
    if not any(name.startswith("answer-") for name in typed):
        return []
    remarks = Remark.objects.filter(submission__campaign=campaign, submission__school=school)
    return [
        answer_remark(remark, text=text, by=by, seen=typed.get(f"seen-{remark.pk}", ""))
        for remark in remarks.unsettled()
        if (text := typed.get(f"answer-{remark.pk}")) is not None and as_kept(text) != remark.answer
    ]


def as_kept(text: str) -> str:
    """Lines end as browsers show them; a NUL has no place in the database."""
    return one_kind_of_line_ends(text).replace("\x00", "").strip()
