"""The same results without storing them."""

from typing import Any

import pytest
from django.db import transaction

from imtplan.accounts.models import School
from imtplan.integrity.results import differences
from indicators.computing import bare_statements, into_temporary_tables
from indicators.database import ask
from indicators.forecast import student_cdf, student_quantile
from indicators.models import InstituteValue, Progress, RollUp
from indicators.statements.storing import columns_of
from tests import factories

TABLES = {
    "computed_values": InstituteValue,
    "computed_progress": Progress,
    "computed_roll_ups": RollUp,
}


@pytest.fixture
def plan_with_figures(albi: School) -> None:
    target = factories.students_of_the_plan(albi)
    objective = factories.ObjectiveFactory(plan=target.plan)
    factories.LinkFactory(indicator=target.indicator, objective=objective)
    own = factories.TargetFactory(school=albi, is_reference=False, baseline_value=None)
    raised = factories.TargetFactory(indicator__accumulation="cumulative")
    for year in range(2017, 2021):
        for indicator in (own.indicator, raised.indicator):
            factories.FigureFactory(indicator=indicator, school=albi, year=year, value=year)


def test_temporary_tables_hold_what_would_be_stored(
    plan_with_figures: None, recomputed: Any
) -> None:
    with transaction.atomic():
        into_temporary_tables()
        assert not InstituteValue.objects.exists()
        computed = {table: ask(f"SELECT count(*) FROM {table}")[0][0] for table in TABLES}  # noqa: S608
        recomputed()
        assert differences() == []
        for table, model in TABLES.items():
            columns = ", ".join(columns_of(model))
            differing = ask(
                f"SELECT {columns} FROM {table} "  # noqa: S608
                f"EXCEPT SELECT {columns} FROM {model._meta.db_table}"
            )
            assert differing == []
            assert computed[table] == model.objects.count() > 0


def test_each_select_runs_on_its_own(plan_with_figures: None, recomputed: Any) -> None:
    recomputed()
    counted = [len(ask(statement, given)) for statement, given in bare_statements()]
    assert sum(counted) == sum(model.objects.count() for model in TABLES.values())


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 7, 18, 107])
@pytest.mark.parametrize("t", ["-40", "-1.5", "0", "0.000001", "0.7", "3", "1e9", "1e25"])
def test_students_distribution_is_that_of_the_formulas(db: None, freedom: int, t: str) -> None:
    found = ask(f"SELECT imt_student_cdf({t}, {freedom})")[0][0]
    assert abs(found - student_cdf(type(found)(t), freedom)) < type(found)("1e-25")


def test_its_quantiles_are_those_of_the_formulas(db: None) -> None:
    for freedom in range(1, 111):
        found = ask(f"SELECT imt_student_quantile({freedom})")[0][0]
        right = student_quantile(type(found)("0.9"), freedom)
        assert abs(found - right) < type(found)("1e-23")
