"""A plan that people change at random, each change a transaction of its own; played by a seed."""

import random
from collections.abc import Sequence
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone

from imtplan.accounts.models import School
from indicators.models import (
    Figure,
    FigureEvent,
    FollowedIndicator,
    Indicator,
    IndicatorLink,
    Target,
)
from objectives.models import Objective
from projects.models import Milestone
from tests import factories

YEARS = range(2017, 2023)


class History:
    """Two indicators with targets and objectives, a project, and figures as edits make them."""

    def __init__(self, chance: random.Random, schools: Sequence[School]) -> None:
        self.chance, self.schools = chance, schools
        for number in range(2):
            target = factories.TargetFactory(value=2000 + number, is_reference=True)
            objective = factories.ObjectiveFactory(plan=target.plan)
            factories.LinkFactory(indicator=target.indicator, objective=objective)
        self.indicators = list(Indicator.objects.order_by("pk"))
        factories.MilestoneFactory(
            project=factories.ProjectFactory(plan=target.plan), due_on="2020-06-30"
        )

    def edit(self) -> None:
        edits = [self.enter, self.enter, self.enter, self.clear, self.remove, self.promise]
        edits += [self.weigh, self.rename, self.finish, self.archive, self.close]
        self.chance.choice(edits)()

    def enter(self) -> None:
        """A figure in any status, new or over an older one."""
        Figure.objects.update_or_create(
            indicator=self.chance.choice(self.indicators),
            school=self.chance.choice(self.schools),
            year=self.chance.choice(YEARS),
            defaults={
                "state": "number",
                "value": Decimal(self.chance.randint(0, 9000)) / 4,
                "status": self.chance.choice(["draft", "submitted", "validated", "validated"]),
                "origin": "form",
            },
        )

    def clear(self) -> None:
        figure = self.chance.choice([*Figure.objects.order_by("pk"), None])
        state = self.chance.choice(["not_entered", "not_applicable"])
        if figure:
            Figure.objects.filter(pk=figure.pk).update(state=state, value=None)

    def remove(self) -> None:
        figure = self.chance.choice([*Figure.objects.order_by("pk"), None])
        if figure:
            figure.delete()

    def promise(self) -> None:
        target = self.chance.choice(list(Target.objects.order_by("pk")))
        Target.objects.filter(pk=target.pk).update(
            value=self.chance.randint(500, 5000),
            baseline_value=self.chance.choice([None, 0, 700]),
            trajectory=self.chance.choice(["linear", "compound"]),
        )

    def weigh(self) -> None:
        link = self.chance.choice(list(IndicatorLink.objects.order_by("pk")))
        IndicatorLink.objects.filter(pk=link.pk).update(weight=self.chance.randint(0, 5))

    def rename(self) -> None:
        objective = self.chance.choice(list(Objective.objects.order_by("pk")))
        Objective.objects.filter(pk=objective.pk).update(title_fr=f"Axe {self.chance.random()}")

    def finish(self) -> None:
        Milestone.objects.update(done_on=self.chance.choice([None, "2020-05-04", "2021-05-04"]))

    def archive(self) -> None:
        archived_at = self.chance.choice([None, timezone.now()])
        last_year = self.chance.choice([None, 2019]) if archived_at else None
        Objective.objects.filter(pk=Objective.objects.order_by("pk")[0].pk).update(
            archived_at=archived_at, last_year=last_year
        )
        FollowedIndicator.objects.filter(rank=0).update(
            archived_at=last_year and archived_at, last_year=last_year
        )

    def close(self) -> None:
        School.objects.filter(pk=self.schools[-1].pk).update(
            last_year=self.chance.choice([None, 2019, 2021])
        )


def grow_versions(to: int) -> None:
    """As many versions of figures as that: each figure was saved over and over in the year before.

    They are written past the triggers, under numbers below zero: the figures stay as they are.
    """
    table = FigureEvent._meta.db_table
    names = [field.column for field in FigureEvent._meta.concrete_fields]
    columns = ", ".join(set(names) - {"pgh_id", "pgh_created_at", "pgh_label"})
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(f"SELECT count(*), least(min(pgh_id), 0) FROM {table}")  # noqa: S608
        versions, lowest = cursor.fetchone()
        figures = Figure.objects.count()
        cursor.execute(
            f"""
            INSERT INTO {table} (pgh_id, pgh_created_at, pgh_label, {columns})
            SELECT %(lowest)s - n, now() - n * interval '1 year' / %(missing)s, 'update', {columns}
            FROM (
                SELECT row_number() OVER (ORDER BY round, pgh_obj_id) AS n, version.*
                FROM generate_series(0, %(missing)s / %(figures)s) AS round
                CROSS JOIN {table} AS version WHERE pgh_label = 'insert'
            ) AS version
            WHERE n <= %(missing)s
            """,  # noqa: S608
            {"lowest": lowest, "missing": to - versions, "figures": figures},
        )
    with connection.cursor() as cursor:  # as the database does by itself in a site that runs
        cursor.execute(f"ANALYZE {table}")


def versions_read() -> int:
    """Rows of the figures' versions that this transaction has read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables "
            "WHERE relname = 'indicators_figureevent'"
        )
        return cursor.fetchone()[0]
