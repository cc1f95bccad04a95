"""The table of roles and permissions, which a page prints and a test holds.

A role is held in one school, where the institute enters its own figures, or in the institute. A
role in the institute counts for every school; a role in a school counts for that school alone.
"""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Permission(models.TextChoices):
    READ_SCHOOL = "read_school", _("read a school's figures")
    ENTER_FIGURES = "enter_figures", _("enter a school's figures")
    SUBMIT_FIGURES = "submit_figures", _("submit a school's figures")
    READ_INSTITUTE = "read_institute", _("read the institute's dashboard")
    VALIDATE_FIGURES = (
        "validate_figures",
        _("validate or return what a school submitted"),
    )
    TAKE_SNAPSHOT = "take_snapshot", _("freeze the dashboard for a meeting")
    EDIT_PLAN = "edit_plan", _("edit the plan, its targets and its campaigns")
    DELEGATE = "delegate", _("name contributors and a substitute")
    MANAGE_PEOPLE = "manage_people", _("give and take roles")


class Role(models.TextChoices):
    DIRECTOR = "director", _("School director")
    SUBSTITUTE = "substitute", _("Substitute of the director")
    CONTRIBUTOR = "contributor", _("Contributor")
    INSTITUTE_REPORTER = "institute_reporter", _("Enters for the institute")
    INSTITUTE_VALIDATOR = "institute_validator", _("Validates for the institute")
    DIRECTORATE_GENERAL = "directorate_general", _("Directorate-general")
    PLAN_OFFICE = "plan_office", _("Plan office")

    @property
    def spec(self) -> "RoleSpec":
        return ROLES[self]


@dataclass(frozen=True)
class RoleSpec:
    description: str | Promise
    in_a_school: bool
    permissions: frozenset[Permission]
    # Held where the institute's own figures are collected, as others are in a school.
    at_the_institutes_row: bool = False

    def is_held_in(self, school: Any) -> bool:
        """Whether it is a role of this place; None: of the institute as a whole."""
        if school is None or not self.in_a_school:
            return self.in_a_school == (school is not None)
        return self.at_the_institutes_row == bool(school.is_the_institute)


ROLES = {
    Role.DIRECTOR: RoleSpec(
        _("Enters and submits the figures of one school, and names who helps."),
        in_a_school=True,
        permissions=frozenset(
            {
                Permission.READ_SCHOOL,
                Permission.ENTER_FIGURES,
                Permission.SUBMIT_FIGURES,
                Permission.DELEGATE,
            }
        ),
    ),
    Role.SUBSTITUTE: RoleSpec(
        _("Enters and submits the figures of one school in the director's place, until a day."),
        in_a_school=True,
        permissions=frozenset(
            {
                Permission.READ_SCHOOL,
                Permission.ENTER_FIGURES,
                Permission.SUBMIT_FIGURES,
            }
        ),
    ),
    Role.CONTRIBUTOR: RoleSpec(
        _("Enters the figures of one school, and leaves submitting to the director."),
        in_a_school=True,
        permissions=frozenset({Permission.READ_SCHOOL, Permission.ENTER_FIGURES}),
    ),
    Role.INSTITUTE_REPORTER: RoleSpec(
        _("Enters and submits the figures that only the institute reports. Another validates."),
        in_a_school=True,
        at_the_institutes_row=True,
        permissions=frozenset(
            {
                Permission.READ_SCHOOL,
                Permission.ENTER_FIGURES,
                Permission.SUBMIT_FIGURES,
            }
        ),
    ),
    Role.INSTITUTE_VALIDATOR: RoleSpec(
        _("Validates or returns the figures that only the institute reports."),
        in_a_school=True,
        at_the_institutes_row=True,
        permissions=frozenset({Permission.READ_SCHOOL, Permission.VALIDATE_FIGURES}),
    ),
    Role.DIRECTORATE_GENERAL: RoleSpec(
        _("Reads everything, validates or returns what schools submit."),
        in_a_school=False,
        permissions=frozenset(
            {
                Permission.READ_SCHOOL,
                Permission.READ_INSTITUTE,
                Permission.VALIDATE_FIGURES,
                Permission.TAKE_SNAPSHOT,
            }
        ),
    ),
    Role.PLAN_OFFICE: RoleSpec(
        _("Keeps the plan, its targets, its campaigns and the accounts."),
        in_a_school=False,
        permissions=frozenset(
            {
                Permission.READ_SCHOOL,
                Permission.READ_INSTITUTE,
                Permission.TAKE_SNAPSHOT,
                Permission.EDIT_PLAN,
                Permission.DELEGATE,
                Permission.MANAGE_PEOPLE,
            }
        ),
    ),
}

SCHOOL_ROLES = [role for role, spec in ROLES.items() if spec.in_a_school]

# Of these two, nobody holds both.
APART = {
    Role.INSTITUTE_REPORTER: Role.INSTITUTE_VALIDATOR,
    Role.INSTITUTE_VALIDATOR: Role.INSTITUTE_REPORTER,
}

# A director may give these roles; only the plan office may give the others.
DELEGABLE = (Role.CONTRIBUTOR, Role.SUBSTITUTE)


def roles_given_by(user: Any, school: Any) -> tuple[Role, ...]:
    """Returns the roles that `user` may give and end in `school`; None: in the institute."""
    if has_permission(user, Permission.MANAGE_PEOPLE):
        return tuple(role for role in Role if role.spec.is_held_in(school))
    is_director = school is not None and has_permission(user, Permission.DELEGATE, school=school)
    return DELEGABLE if is_director else ()


def has_permission(user: Any, permission: Permission, *, school: Any = None) -> bool:
    """Whether `user` may do this for `school`; without a school, for the institute as a whole. A
    director may do nothing for the institute as a whole."""
    if not (user.is_authenticated and user.is_active):
        return False
    return any(
        permission in Role(held.role).spec.permissions
        for held in user.held_roles
        if held.school_id is None or (school is not None and held.school_id == school.pk)
    )


def demand(request: HttpRequest, permission: Permission, school: Any = None) -> None:
    """Raise `PermissionDenied`, which is answered 403, unless the person may do this."""
    if not has_permission(request.user, permission, school=school):
        raise PermissionDenied


def may_somewhere(user: Any, permission: Permission) -> bool:
    """Whether `user` may do this in the institute, or in one school at least."""
    memberships = user.held_roles if user.is_authenticated and user.is_active else []
    return any(permission in Role(membership.role).spec.permissions for membership in memberships)
