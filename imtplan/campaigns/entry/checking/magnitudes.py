"""A number ten, a hundred, a thousand or a million times another: a slip in the unit or the mark.

Nobody's own funds grow a thousandfold in a year; euros are typed where M€ are asked. The sentence
names the likely slip and what the number would then be, and wants words in answer.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from imtplan.bilingual import reader_language
from imtplan.numbers import format_number
from imtplan.units import EUROS, MONEY, SHARE, CellUnit

POWERS = (1, 2, 3, 6)
# How far from the power itself: 14 for 2 is a growth of seven, 19 for 2 is a lost mark.
NEAR = Decimal("1.5")
# A school's number is not ten times what the whole institute has or aims at.
BEYOND_THE_WHOLE = 10

WORDS_WANTED = _("If it is right, say why in a few words: a tick is not enough.")


@dataclass(frozen=True)
class ReferenceNumber:
    """What a number is held against, and where that comes from, in words."""

    number: Decimal
    where: str | Promise


def power_between(number: Decimal, reference: Decimal) -> int | None:
    """Returns by which power of ten a number is near another: 3 where it is about a thousand times
    it, -3 where it is a thousandth; None where it is near none."""
    if not reference or number / reference <= 0:
        return None
    ratio = number / reference
    powers = (sign * power for power in POWERS for sign in (1, -1))
    near = (power for power in powers if 1 / NEAR <= ratio.scaleb(-power) <= NEAR)
    return next(near, None)


def is_beyond(number: Decimal, reference: Decimal, limit: Decimal | None) -> bool:
    """Says whether the step between the two, seen from either, is over the limit, a ratio.

    An indicator that never asks about a change is asked about thousands all the same.
    """
    if limit is None:
        return max(number / reference, reference / number) > 500
    return abs(number - reference) / min(abs(number), abs(reference)) > limit


def sentence(number: Decimal, reference: ReferenceNumber, power: int, unit: CellUnit) -> Promise:
    """Says what is far, from what, by how much, and the likely slip."""
    text = (
        _("{now} is about {times} times {last} ({where}).")
        if power > 0
        else _("{now} is about {times} times less than {last} ({where}).")
    )
    comparison = format_lazy(
        text,
        now=_with_unit(number, unit.name),
        last=_with_unit(reference.number, unit.name),
        times=_shown(Decimal(10) ** abs(power)),
        where=reference.where,
    )
    return format_lazy("{} {} {}", comparison, _slip(number, power, unit), WORDS_WANTED)


def beyond_the_whole(number: Decimal, whole: Decimal, unit: CellUnit) -> Promise:
    """Returns the sentence for a school's number that the whole institute is far below."""
    text = _("{now} is far more than the {whole} of the whole institute.")
    now, total = _with_unit(number, unit.name), _with_unit(whole, unit.name)
    guess = next((power for power in (3, 6) if number.scaleb(-power) <= whole), 0)
    slip = _slip(number, guess, unit) if guess else _("Is the unit right?")
    return format_lazy("{} {} {}", format_lazy(text, now=now, whole=total), slip, WORDS_WANTED)


def _slip(number: Decimal, power: int, unit: CellUnit) -> Promise:
    meant = _shown(number.scaleb(-power))
    words = {"typed": _shown(number), "meant": meant, "unit": unit.name}
    own = unit.unit
    if own and own.dimension == MONEY:
        factor = own.factor.scaleb(-power)
        for other in EUROS:
            if other.factor == factor:
                text = _("In {other} instead of {unit}? {typed} {other} is {meant} {unit}.")
                return format_lazy(text, other=other.name, **words)
    if own and own.dimension == SHARE and power == -2:
        return format_lazy(_("A part of one? {typed} is {meant} %."), **words)
    return format_lazy(_("Is a decimal mark or a zero wrong? Near would be {meant}."), **words)


def _with_unit(number: Decimal, unit: str) -> str:
    return f"{_shown(number)} {unit}".strip()


def _shown(number: Decimal) -> str:
    return format_number(number, language=reader_language())
