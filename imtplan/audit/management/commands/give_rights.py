from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from imtplan.audit.database_rights import RoleRefused, give_rights


class Command(BaseCommand):
    help = (
        "Give the role of DATABASE_URL its rights: to read and write rows, and nothing else. To be "
        "run with DATABASE_OWNER_URL after each `migrate`; makes the role where it is missing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.OWNER_IS_APART:
            self.stdout.write("DATABASE_OWNER_URL is not set: one role owns the tables and runs.")
            return
        role = settings.SITE_DATABASE["USER"]
        try:
            give_rights(role, settings.SITE_DATABASE["PASSWORD"])
        except RoleRefused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"The role {role} may read and write rows, and nothing else.")
