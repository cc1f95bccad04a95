"""People, schools, and the roles that people hold in them."""

from typing import Any

import pghistory
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

# Django looks for models here.
from imtplan.accounts.api_token import ApiToken  # noqa: F401
from imtplan.accounts.attempts import Attempt  # noqa: F401
from imtplan.accounts.keeper_triggers import KEEPS_ITS_ACCOUNT, KEEPS_ITS_ROLE
from imtplan.accounts.roles import ROLES, SCHOOL_ROLES, Permission, Role, has_permission
from imtplan.accounts.schools import School, SchoolQuerySet, reporting_in
from imtplan.email_address import AddressField, normal_address

__all__ = ["Membership", "School", "SchoolQuerySet", "User", "reporting_in"]


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        # A line end in a name would begin a line in the mails that passes for ours.
        fields["name"] = " ".join(fields.get("name", "").split())
        user = self.model(email=normal_address(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Makes the first person of a new installation, who is of the plan office."""
        user = self.create_user(email, password, **fields)
        Membership.objects.create(user=user, role=Role.PLAN_OFFICE)
        return user

    def holding(self, role: Role) -> "models.QuerySet[User]":
        """Returns the people who hold this role today, anywhere, and can sign in."""
        held = Membership.objects.in_force().filter(role=role)
        return self.filter(is_active=True, pk__in=held.values("user"))

    def permitted(
        self, permission: Permission, *, school: School | None = None
    ) -> "models.QuerySet[User]":
        """Returns who may do this today by a role in this school; without one, in the institute."""
        roles = [role for role, spec in ROLES.items() if permission in spec.permissions]
        held = Membership.objects.in_force().filter(role__in=roles, school=school)
        return self.filter(is_active=True, pk__in=held.values("user"))

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email=email)


class User(AbstractBaseUser):
    """A person, known by e-mail address. Their memberships alone say what they may do."""

    email = AddressField(_("e-mail address"))
    name = models.CharField(_("name"), max_length=120)
    language = models.CharField(
        _("language"),
        max_length=2,
        blank=True,
        choices=settings.LANGUAGES,
        help_text=_("Empty: the browser's language."),
    )
    # The language of the pages last opened, for mails to a person who has chosen none.
    last_language = models.CharField(max_length=2, default=settings.LANGUAGE_CODE, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    is_demo = models.BooleanField(_("demonstration account"), default=False, editable=False)
    date_joined = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name", "pk"]
        triggers = [KEEPS_ITS_ACCOUNT]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_once",
                violation_error_message=_("Somebody already has this e-mail address."),
            ),
            # The sign-in would never find an address that is stored with a capital.
            models.CheckConstraint(
                name="user_email_normal",
                condition=Q(email=Lower("email")) & ~Q(email__regex=r"\s"),
                violation_error_message=_("An e-mail address has neither capitals nor spaces."),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def natural_key(self) -> tuple[str]:
        return (self.email,)

    @property
    def may_sign_in(self) -> bool:
        """Whether the account opens anything. In production a demonstration account does not."""
        return self.is_active and not (self.is_demo and settings.IN_PRODUCTION)

    @property
    def reading_language(self) -> str:
        """Returns the language of mails to them: their choice, else that of the last pages."""
        return self.language or self.last_language

    @cached_property
    def held_roles(self) -> list["Membership"]:
        """Returns the memberships in force today, read once for each `User` object."""
        return list(self.memberships.in_force().select_related("school"))

    @property
    def is_of_the_institutes_place(self) -> bool:
        """Returns whether a role is held where the institute's own figures are entered."""
        return any(held.school and held.school.is_the_institute for held in self.held_roles)

    @property
    def school_ids(self) -> list[int]:
        return [held.school_id for held in self.held_roles if held.school_id is not None]

    @property
    def is_staff(self) -> bool:
        """Returns, for Django's admin, whether the table of roles lets them edit the plan."""
        return has_permission(self, Permission.EDIT_PLAN)

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Lets the staff look at rows, and no more: pages change them, by the table of roles."""
        return self.is_staff and perm.rpartition(".")[2].startswith("view_")

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff


class MembershipQuerySet(models.QuerySet["Membership"]):
    def in_force(self, *, on: Any = None) -> "MembershipQuerySet":
        """Returns those held on that day. An ended role does not count on the day of its end."""
        day = on or timezone.localdate()
        return self.filter(
            Q(starts_on=None) | Q(starts_on__lte=day),
            Q(ends_on=None) | Q(ends_on__gte=day),
            Q(ended_at=None) | Q(ended_at__date__gt=day),
        ).order_by("pk")

    def permitting(
        self, permission: Permission, *, school: School | None = None
    ) -> "MembershipQuerySet":
        """Returns those that allow this today, by the rule of `has_permission`."""
        roles = [role for role, spec in ROLES.items() if permission in spec.permissions]
        return self.in_force().filter(Q(school=None) | Q(school=school), role__in=roles)

    def keeping(self) -> "MembershipQuerySet":
        """Returns the plan office's roles without a last day, of people who can sign in. The
        institute always keeps one; the database has the same rule (`keeper_triggers`)."""
        lasting = self.in_force().filter(role=Role.PLAN_OFFICE, ends_on=None, ended_at=None)
        return lasting.filter(user__is_active=True)

    def meanwhile(self, starts_on: Any, ends_on: Any) -> "MembershipQuerySet":
        """Returns those in force today or later on a day of these."""
        today = timezone.localdate()
        first = max(starts_on or today, today)
        rows = self.filter(Q(ends_on=None) | Q(ends_on__gte=first), ended_at=None)
        if ends_on is None:
            return rows
        return rows.filter(Q(starts_on=None) | Q(starts_on__lte=ends_on))

    def to_come(self) -> "MembershipQuerySet":
        return self.filter(starts_on__gt=timezone.localdate(), ended_at=None).order_by("pk")

    def past(self) -> "MembershipQuerySet":
        """Returns those that are over, by their last day or ended before it."""
        return self.filter(Q(ends_on__lt=timezone.localdate()) | Q(ended_at__isnull=False))

    def by_rank(self) -> "list[Membership]":
        """Returns them in the order of the roles, the director first; then by name."""
        ranks = list(Role)
        rows = self.select_related("user")
        return sorted(rows, key=lambda held: (ranks.index(held.role), held.user.name, held.pk))


@pghistory.track()
class Membership(models.Model):
    """A role that a person holds, in a school or in the institute, perhaps until a day."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role)
    school = models.ForeignKey(
        School,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("school"),
    )
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    # The moment from which the role no longer counts; a last day still counts as a whole day.
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)
    ended_by = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("ended by"),
    )
    given_by = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("named by"),
    )
    given_at = models.DateTimeField(_("named on"), null=True, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "school"],
                name="membership_once",
                nulls_distinct=False,
                violation_error_message=_("This person already holds this role there."),
            ),
            models.CheckConstraint(
                name="membership_school_as_role_says",
                condition=Q(role__in=SCHOOL_ROLES, school__isnull=False)
                | (~Q(role__in=SCHOOL_ROLES) & Q(school__isnull=True)),
                violation_error_message=_(
                    "A role in a school, or of who enters or validates for the institute, has its "
                    "place; the others have none."
                ),
            ),
            models.CheckConstraint(
                name="membership_days_in_order",
                condition=Q(starts_on=None)
                | Q(ends_on=None)
                | Q(ends_on__gte=models.F("starts_on")),
                violation_error_message=_("The last day of a role comes after its first."),
            ),
            models.CheckConstraint(
                name="membership_substitute_ends",
                condition=~Q(role=Role.SUBSTITUTE) | Q(ends_on__isnull=False),
                violation_error_message=_("A substitute is named until a day."),
            ),
        ]
        triggers = [KEEPS_ITS_ROLE]

    def __str__(self) -> str:
        return f"{self.get_role_display()}, {self.school or 'IMT'}"
