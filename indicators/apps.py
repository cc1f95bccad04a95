from typing import Any

from django.apps import AppConfig
from django.apps import apps as present
from django.db.models.signals import post_migrate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from indicators.formulas.progress import FORMULA_VERSION

RESULTS = ("indicators.InstituteValue", "indicators.Progress", "indicators.RollUp")


def mark_new_version(*, apps: Any = present, using: str, **_options: Any) -> None:
    """Write a stale mark for everything where another version of the formulas stored a result.

    It follows `migrate`, also one that goes back to a time without such results: `apps` are the
    models as the database has them then.
    """
    models = {model._meta.label: model for model in apps.get_models()}
    if "indicators.StaleMark" not in models:
        return
    marks = models["indicators.StaleMark"].objects.using(using)
    if marks.filter(indicator=None, only_roll_ups=False).exists():
        return
    results = [models[label].objects.using(using) for label in RESULTS if label in models]
    if any(rows.exclude(formula_version=FORMULA_VERSION).exists() for rows in results):
        marks.create(reason="new version", marked_at=timezone.now())


class IndicatorsConfig(AppConfig):
    name = "indicators"
    verbose_name = _("Indicators")

    def ready(self) -> None:
        post_migrate.connect(mark_new_version, sender=self)
