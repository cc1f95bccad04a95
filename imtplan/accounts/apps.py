from django.apps import AppConfig
from django.contrib.admin import apps as administration
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "imtplan.accounts"
    verbose_name = _("People and schools")


class ReadingAdminConfig(administration.AdminConfig):
    """Django's administration, on the site that only reads."""

    default = False
    default_site = "imtplan.accounts.reading_site.ReadingSite"
