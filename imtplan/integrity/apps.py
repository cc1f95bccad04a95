from django.apps import AppConfig


class IntegrityConfig(AppConfig):
    name = "imtplan.integrity"
    label = "integrity"
