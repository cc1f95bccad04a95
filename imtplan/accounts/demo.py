"""The demonstration's logins: one for each role, shown on the sign-in page of `make run`."""

from dataclasses import dataclass

from imtplan.accounts.models import Membership

# Anybody may know it: it opens only the accounts of the demonstration.
DEMO_PASSWORD = "plan-2022-demo"  # noqa: S105


@dataclass(frozen=True)
class DemoLogin:
    role: str
    who: str
    where: str
    email: str
    password: str = DEMO_PASSWORD


def demo_logins() -> list[DemoLogin]:
    """The demonstration accounts that are loaded; none once the demonstration is removed."""
    in_force = Membership.objects.in_force().filter(user__is_demo=True)
    return [
        DemoLogin(
            role=str(one.get_role_display()),
            who=one.user.name,
            where=one.school.name if one.school else "",
            email=one.user.email,
        )
        for one in in_force.select_related("user", "school").order_by("pk")
    ]
