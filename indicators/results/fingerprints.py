"""Fingerprints: the inputs of a result in 32 characters."""

from decimal import Decimal
from hashlib import md5
from typing import Any


def fingerprint(*inputs: Any) -> str:
    """Returns a text that differs where the inputs of a result do; numbers are to be `plain`."""
    return md5(repr(inputs).encode(), usedforsecurity=False).hexdigest()


def plain(value: Any) -> Any:
    """Returns a number without the zeros that only fill its column, anything else as it is."""
    return value.normalize() if isinstance(value, Decimal) else value
