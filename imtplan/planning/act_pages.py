"""Follow a form to the stored change: show first what it would move, store it once confirmed. A new
row that moves no number that readers see is stored at once."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from imtplan.audit.plan_edits import ReasonNeeded, wait_for_other_changes
from imtplan.planning.forms import ActForm, FormDifference
from imtplan.planning.moved_results import MovedGroup, moved_groups, moves_digest, seen_by_readers
from indicators.questions.rehearsal import ResultMove, rehearse
from indicators.tasks import poke

# A rehearsal needs a reason where the act will ask for one; it stays nowhere.
REHEARSED = "…"


@dataclass(frozen=True)
class ActPage:
    """The page of a form: `back` is the address of the page before it, `done` the message after
    (empty: that the row is added), and `again`, on a page that adds, the address of the same form
    for another."""

    template: str
    title: str
    back: str
    done: str
    extra: dict[str, Any]
    again: str = ""


@dataclass(frozen=True)
class ActPreview:
    """The fields a change differs in, the results it moves, whether it needs a reason, and what is
    asked about it."""

    differences: list[FormDifference]
    moves: list[ResultMove]
    asks_reason: bool
    questions: list[str]

    @property
    def groups(self) -> list[MovedGroup]:
        return moved_groups(self.moves)

    @property
    def digest(self) -> str:
        return moves_digest(self.moves)

    @property
    def count(self) -> int:
        return len(self.moves)


class ActAttempt:
    """A change that is made so as to see what it moves, and that stays only where it may: what was
    looked at is what is stored."""

    preview: ActPreview
    problem = ""  # why what was confirmed is not stored as it was announced
    stored: Any = None
    is_kept = False

    def __init__(self, request: HttpRequest, form: ActForm) -> None:
        self.request, self.form = request, form
        self.reason = request.POST.get("reason", "")
        # Of the state before; of a workbook, only its report has a mark, once it was loaded.
        self.mark, self.differences = form.mark, form.differences()
        self.questions = form.questions

    def run(self) -> None:
        """Make the change, and take it back unless it may stay. `ValidationError` where the change
        itself is refused."""
        # A reason that was typed is shown again to whoever comes back to it.
        is_typed = bool(self.reason.strip())
        try:
            rehearse(partial(self._make, self.reason), keep=partial(self._judge, is_typed))
        except ReasonNeeded:
            # Without a reason nothing that needs one is kept.
            rehearse(partial(self._make, REHEARSED), keep=partial(self._judge, True))

    def _make(self, reason: str) -> None:
        self.stored = self.form.store(by=self.request.user, reason=reason)

    def _judge(self, asks_reason: bool, moves: list[ResultMove]) -> bool:
        seen = seen_by_readers(moves, acted_on=self.form.acted_on)
        must_say_why = bool(seen) or asks_reason
        self.preview = ActPreview(self.differences, moves, must_say_why, self.questions)
        self.problem = _problem(self.request, self.preview, self.mark or self.form.mark)
        self.is_kept = not self.problem and _may_store(self.request, self.preview)
        return self.is_kept


@transaction.atomic
def follow(
    request: HttpRequest,
    make: Callable[[Any], ActForm],
    page: ActPage,
    *,
    after: Callable[[Any], str],
) -> HttpResponse:
    """Show the form, or what it would move, or store it and go on to `after(stored)`."""
    if request.method != "POST":
        return _form_page(request, make(None), page)
    wait_for_other_changes()
    form = make(request.POST)
    if not form.is_valid() or "back" in request.POST:
        return _form_page(request, form, page)
    if form.is_overtaken(request.POST.get("seen", "")):
        return _form_page(request, form, page, overtaken=True)
    attempt = ActAttempt(request, form)
    try:
        attempt.run()
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
        return _form_page(request, form, page)
    if not attempt.is_kept:
        return _preview_page(request, form, page, attempt.preview, attempt.problem)
    transaction.on_commit(poke)
    is_change = bool(attempt.differences) or form.is_change
    _say_done(request, page, attempt.stored, is_change=is_change)
    return redirect(page.again if _asks_another(request, page) else after(attempt.stored))


def _may_store(request: HttpRequest, preview: ActPreview) -> bool:
    """Returns whether it is confirmed; or, of something new, whether there is nothing to look at
    first: no number that readers see moves, no reason and nothing else is asked."""
    is_direct = "store" in request.POST or "another" in request.POST
    is_clear = not preview.asks_reason and not preview.questions
    return "confirm" in request.POST or (is_direct and is_clear)


def _asks_another(request: HttpRequest, page: ActPage) -> bool:
    """Returns whether the form for another is to follow: by its own button, or by the confirmation
    that carries it on from the preview."""
    is_asked = "another" in request.POST or request.POST.get("confirm") == "another"
    return bool(page.again) and is_asked


def _say_done(request: HttpRequest, page: ActPage, stored: Any, *, is_change: bool) -> None:
    """Say that the change is stored, or that there was nothing to store."""
    if is_change:
        messages.success(request, page.done or _("Added: %(what)s.") % {"what": stored})
    else:
        messages.info(request, _("Nothing had changed."))


def _problem(request: HttpRequest, preview: ActPreview, mark: str) -> str:
    """Returns why a confirmed change is not stored as it was announced; "": it is. `mark`: of the
    state before, or of a workbook's report, which is known only after it was loaded."""
    if "confirm" not in request.POST:
        return ""
    if request.POST.get("seen") != mark:
        return _("Somebody changed the plan since you looked. This is what your change does now.")
    if request.POST.get("announced") != preview.digest:
        return _("The numbers changed since you looked. This is what the change does now.")
    if preview.asks_reason and not request.POST.get("reason", "").strip():
        return _("Say why: whoever reads the history will want to know.")
    return ""


def _form_page(
    request: HttpRequest, form: ActForm, page: ActPage, *, overtaken: bool = False
) -> HttpResponse:
    context = {
        "form": form,
        "page": page,
        "overtaken": form.differences() if overtaken else None,
        "reason": request.POST.get("reason", ""),
        **page.extra,
    }
    wrong = overtaken or (form.is_bound and bool(form.errors))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return render(request, page.template, context, status=status)


def _preview_page(
    request: HttpRequest, form: ActForm, page: ActPage, preview: ActPreview, problem: str
) -> HttpResponse:
    context = {
        "form": form,
        "page": page,
        "preview": preview,
        "problem": problem,
        "reason": request.POST.get("reason", ""),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    return render(request, "planning/preview.html", context, status=status)
