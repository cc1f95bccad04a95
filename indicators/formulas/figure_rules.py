"""What the plan office may demand of a figure: each kind of rule, as arithmetic of plain numbers.

Each function returns by how much the rule is missed, above zero; zero where it is kept. `miss` is
asked with the numbers that there are: where one that a rule needs is missing, nothing is missed,
because a missing number is not zero.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

KEPT = Decimal(0)
# The last digits of a division are not the figure's: 693 × 100 / 700 comes to 98.99…99, not to 99.
DECIMALS_JUDGED = 12


def below_lowest(number: Decimal, limit: Decimal) -> Decimal:
    """Returns by how much a number is below the lowest that is allowed."""
    return max(limit - number, KEPT)


def above_highest(number: Decimal, limit: Decimal) -> Decimal:
    """Returns by how much a number is above the highest that is allowed."""
    return max(number - limit, KEPT)


def changed_in_percent(number: Decimal, last: Decimal, limit: Decimal) -> Decimal:
    """Returns by how many per cent of last year's number the change, up or down, is over the limit.

    From zero no change has a percentage: it is kept.
    """
    return max(abs(number - last) / abs(last) * 100 - limit, KEPT) if last else KEPT


def changed_in_amount(number: Decimal, last: Decimal, limit: Decimal) -> Decimal:
    """Returns by how much the change from last year, up or down, is over the limit."""
    return max(abs(number - last) - limit, KEPT)


def off_path_in_percent(number: Decimal, path: Decimal, limit: Decimal) -> Decimal:
    """Returns by how many per cent of what its target's path expects a number is off that path, up
    or down, over the limit.

    Where the path expects zero no distance has a percentage: it is kept.
    """
    return changed_in_percent(number, path, limit)


def off_path_in_amount(number: Decimal, path: Decimal, limit: Decimal) -> Decimal:
    """Returns by how much a number is off its target's path, up or down, over the limit."""
    return changed_in_amount(number, path, limit)


def too_many_decimals(number: Decimal, limit: Decimal) -> Decimal:
    """Returns how many decimals a number has over those that are allowed; 2.50 has one."""
    exponent = number.normalize().as_tuple().exponent
    return max(Decimal(-int(exponent)) - limit, KEPT)


def over_other(number: Decimal, other: Decimal, tolerance: Decimal) -> Decimal:
    """Returns by how much A is over B, beyond the tolerance."""
    return max(number - other - tolerance, KEPT)


def off_sum(number: Decimal, other: Decimal, third: Decimal, tolerance: Decimal) -> Decimal:
    """Returns by how much A differs from B + C, beyond the tolerance."""
    return max(abs(number - other - third) - tolerance, KEPT)


def off_product(number: Decimal, other: Decimal, third: Decimal, tolerance: Decimal) -> Decimal:
    """Returns by how much A differs from B × C, beyond the tolerance."""
    return max(abs(number - other * third) - tolerance, KEPT)


@dataclass(frozen=True)
class RuleArithmetic:
    """The function of a kind, and the names of the numbers that it takes, in their order."""

    missed: Callable[..., Decimal]
    takes: tuple[str, ...]


# Every kind of rule there is.
KINDS: Mapping[str, RuleArithmetic] = {
    "lowest": RuleArithmetic(below_lowest, ("number", "limit")),
    "highest": RuleArithmetic(above_highest, ("number", "limit")),
    "change_percent": RuleArithmetic(changed_in_percent, ("number", "last", "limit")),
    "change_amount": RuleArithmetic(changed_in_amount, ("number", "last", "limit")),
    "path_percent": RuleArithmetic(off_path_in_percent, ("number", "path", "limit")),
    "path_amount": RuleArithmetic(off_path_in_amount, ("number", "path", "limit")),
    "decimals": RuleArithmetic(too_many_decimals, ("number", "limit")),
    "at_most": RuleArithmetic(over_other, ("number", "other", "tolerance")),
    "sum": RuleArithmetic(off_sum, ("number", "other", "third", "tolerance")),
    "product": RuleArithmetic(off_product, ("number", "other", "third", "tolerance")),
}


def miss(kind: str, numbers: Mapping[str, Decimal | None]) -> Decimal:
    """Returns by how much a rule of this kind is missed; zero where it is kept, or where a number
    that it takes is missing."""
    arithmetic = KINDS[kind]
    taken = [numbers.get(name) for name in arithmetic.takes]
    return KEPT if None in taken else _judged(arithmetic.missed(*taken))


def _judged(missed: Decimal) -> Decimal:
    """Returns a miss without what only the last digits of a division make of it."""
    return missed if missed >= 1 else round(missed, DECIMALS_JUDGED)
