from typing import Any

from django.core.management.base import BaseCommand

from imtplan.accounts.demo_logins import demo_logins


class Command(BaseCommand):
    help = "Print the logins of the demonstration: role, school, e-mail address, password."

    def handle(self, *args: Any, **options: Any) -> None:
        for login in demo_logins():
            who = f"{login.role}, {login.where}" if login.where else login.role
            self.stdout.write(f"{who}\t{login.email}\t{login.password}")
