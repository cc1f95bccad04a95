from django.apps import AppConfig
from django.contrib.admin import apps as administration
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "imtplan.audit"
    verbose_name = _("What happened")


class ReadingAdminConfig(administration.AdminConfig):
    """Django's administration, on the site that only reads."""

    default = False
    default_site = "imtplan.audit.admin.ReadingSite"
