"""Eve, who has an account and no role in Albi, and how Alice names her."""

from collections.abc import Callable
from typing import Any

import pytest

from imtplan.accounts.models import Membership, School, User
from imtplan.accounts.roles import Role
from imtplan.campaigns.terms.people_services import name_person
from tests import factories


@pytest.fixture
def eve(db: None) -> User:
    """Has an account, and no role in Albi."""
    return factories.UserFactory(name="Ève", email="eve@example.org")


@pytest.fixture
def name(albi: School, alice: User) -> Callable[..., Membership]:
    """Alice names Eve as a contributor without an end, unless the test says otherwise."""

    def call(**changes: Any) -> Membership:
        words: dict[str, Any] = {
            "school": albi,
            "email": "eve@example.org",
            "name": "Ève",
            "role": Role.CONTRIBUTOR,
            "ends_on": None,
            "by": alice,
        }
        return name_person(**words | changes)

    return call
