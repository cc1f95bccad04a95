"""The beat's jobs of the collection. Each may run twice, or twice at once, without harm."""

from celery import shared_task

from imtplan.campaigns.entry.idempotency import forget_old_answers
from imtplan.campaigns.review.reminder_mails import write_reminders


@shared_task(name="imtplan.campaigns.tasks.remind")
def remind() -> None:
    write_reminders()


@shared_task(name="imtplan.campaigns.tasks.forget")
def forget() -> None:
    forget_old_answers()
