"""The job that sends mails, for beat. It may run twice at once without harm."""

from celery import shared_task

from imtplan.outbox.sending import send_waiting


@shared_task(name="imtplan.outbox.tasks.send_mails")
def send_mails() -> None:
    send_waiting()
