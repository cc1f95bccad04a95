"""The demonstration's logins: one for each role, shown on the sign-in page of `make run`."""

from dataclasses import dataclass

from imtplan.accounts.models import Membership

# It is no secret: it opens only the accounts of the demonstration.
DEMO_PASSWORD = "plan-2022-demo"  # noqa: S105


@dataclass(frozen=True)
class DemoLogin:
    role: str
    who: str
    where: str
    email: str
    password: str = DEMO_PASSWORD


def demo_logins() -> list[DemoLogin]:
    """Returns the logins of the loaded demonstration; none once it is removed."""
    in_force = Membership.objects.in_force().filter(user__is_demo=True)
    return [
        DemoLogin(
            role=str(membership.get_role_display()),
            who=membership.user.name,
            where=membership.school.name if membership.school else "",
            email=membership.user.email,
        )
        for membership in in_force.select_related("user", "school").order_by("pk")
    ]
