"""A model whose check constraints are asked of the database in one query, not in one each."""

from collections.abc import Collection, Sequence

from django.db import models, router
from django.db.models import BaseConstraint, BooleanField, CheckConstraint, Q
from django.db.models.functions import Coalesce


class CheckedAtOnce(models.Model):
    """Validates as any model does; where all checks hold, which is nearly always, by one query.

    A form of ten constraints asks ten queries otherwise, each in a savepoint of its own, and a
    workbook of a thousand lines ten thousand.
    """

    _checks_hold = False

    class Meta:
        abstract = True

    def get_constraints(self) -> list[tuple[type[models.Model], Sequence[BaseConstraint]]]:
        """Returns what is to be validated one by one: no checks once they are known to hold."""
        constraints = super().get_constraints()
        if not self._checks_hold:
            return constraints
        return [
            (model, [row for row in rows if not isinstance(row, CheckConstraint)])
            for model, rows in constraints
        ]

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        self._checks_hold = self._all_checks_hold(set(exclude or ()))
        try:
            super().validate_constraints(exclude=exclude)
        finally:
            self._checks_hold = False

    def _all_checks_hold(self, exclude: set[str]) -> bool:
        """Returns whether every check that reads no excluded field holds, or is unknown, as for
        the database."""
        checks = Q()
        for constraint in self._meta.constraints:
            if not isinstance(constraint, CheckConstraint):
                continue
            condition = Q(constraint.condition)
            if not condition.referenced_base_fields & exclude:
                checks &= Q(Coalesce(condition, True, output_field=BooleanField()))
        against = self._get_field_expression_map(  # type: ignore[attr-defined]
            meta=self._meta, exclude=exclude
        )
        return not checks or checks.check(
            against, using=router.db_for_write(type(self), instance=self)
        )
