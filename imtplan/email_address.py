"""One form for e-mail addresses: as they are stored, compared and looked for."""

import unicodedata
from typing import Any

from django.db import models


def normal_address(text: str) -> str:
    """Returns the address without capitals, outer spaces and letters of another width.

    Not every way of comparing without case agrees on every letter: so nothing is compared without
    case, and everything is stored in this form.
    """
    return unicodedata.normalize("NFKC", text).strip().lower()


class AddressField(models.EmailField):
    """An e-mail address in its normal form, whoever writes it and however it is looked for."""

    def to_python(self, value: Any) -> Any:
        return _normal(super().to_python(value))

    def get_prep_value(self, value: Any) -> Any:
        return _normal(super().get_prep_value(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """The object in hand has the stored form, too."""
        address = _normal(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, address)
        return address

    def deconstruct(self) -> Any:
        """In the database it is a plain address: migrations need none of our code."""
        name, _path, arguments, options = super().deconstruct()
        return name, "django.db.models.EmailField", arguments, options


def _normal(value: Any) -> Any:
    return normal_address(value) if isinstance(value, str) else value
