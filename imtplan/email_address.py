"""The normal form of e-mail addresses, in which they are stored, compared and searched."""

import unicodedata
from typing import Any

from django.db import models


def normal_address(text: str) -> str:
    """Returns the address without capitals, outer spaces and letters of another width.

    Python, PostgreSQL and mail servers do not ignore the case of every letter in the same way. So
    addresses are stored in this form, and compared as they are.
    """
    return unicodedata.normalize("NFKC", text).strip().lower()


class AddressField(models.EmailField):
    """An e-mail address, which is stored and searched in its normal form."""

    def to_python(self, value: Any) -> Any:
        return _normal(super().to_python(value))

    def get_prep_value(self, value: Any) -> Any:
        return _normal(super().get_prep_value(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Returns the normal form, and sets it on the object too."""
        address = _normal(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, address)
        return address

    def deconstruct(self) -> Any:
        """Describes the field as Django's own, so that migrations need none of our code."""
        name, _path, arguments, options = super().deconstruct()
        return name, "django.db.models.EmailField", arguments, options


def _normal(value: Any) -> Any:
    return normal_address(value) if isinstance(value, str) else value
