"""IMT Plan, by which Institut Mines-Télécom follows its strategic plan."""

from imtplan.celery import app as celery_app

__all__ = ["celery_app"]
