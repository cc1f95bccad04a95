"""One form of an e-mail address, wherever it comes from: who is stored can sign in."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client

from imtplan.accounts.models import User
from imtplan.email_address import normal_address
from imtplan.outbox.models import Mail
from tests import factories

PASSWORD = "une-bonne-phrase-22"


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("director@example.org", "director@example.org"),
        (" Director@Example.ORG\n", "director@example.org"),
        ("DIRECTEUR.ÉCOLE@example.org", "directeur.école@example.org"),
        ("directeur.e\u0301cole@example.org", "directeur.école@example.org"),
        ("\u212aim@example.org", "kim@example.org"),  # the sign of kelvin
        ("di\u017fk@example.org", "disk@example.org"),  # a long s
        ("ｄirector＠example.org", "director@example.org"),
    ],
)
def test_one_address_has_one_form(written: str, stored: str) -> None:
    assert normal_address(written) == stored
    assert normal_address(stored) == stored


def signs_in(email: str) -> bool:
    form = {"login": email, "password": PASSWORD}
    return Client().post("/compte/login/", form).status_code == 302


def with_password(user: User) -> User:
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.mark.parametrize("typed", ["Director@Example.org", "director@example.org"])
def test_who_is_stored_with_capitals_signs_in(db: None, typed: str) -> None:
    """As the administration, a fixture or a shell does it: without `create_user`."""
    user = with_password(User(email="Director@EXAMPLE.org", name="D"))
    assert user.email == "director@example.org"
    assert signs_in(typed)


def test_every_way_of_writing_and_looking_for_it_uses_that_form(db: None) -> None:
    made = User.objects.bulk_create([User(email="First@Example.org", name="F")])
    second = factories.UserFactory()
    User.objects.filter(pk=second.pk).update(email="SECOND@example.org")
    second.refresh_from_db()
    assert (made[0].email, second.email) == ("first@example.org", "second@example.org")
    assert User.objects.get(email="FIRST@example.org") == made[0]
    assert User.objects.get_by_natural_key("Second@example.org") == second
    mail = Mail.objects.create(address=" First@Example.org", key="k", kind="t")
    assert mail.address == "first@example.org"


def test_a_form_keeps_the_normal_form(db: None) -> None:
    user = User(email="Director@Example.org", name="D", password="!")
    user.full_clean()
    assert user.email == "director@example.org"
    user.save()
    with pytest.raises(ValidationError, match="déjà"):
        User(email="DIRECTOR@example.org", name="E", password="!").full_clean()


@pytest.mark.parametrize("address", ["Director@example.org", "a b@example.org"])
def test_the_database_refuses_another_form(db: None, address: str) -> None:
    user = factories.UserFactory()
    with (
        pytest.raises(IntegrityError, match="user_email_normal"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE accounts_user SET email = %s WHERE id = %s", [address, user.pk])
