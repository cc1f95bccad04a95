"""Each field of a result is declared once, and stands where the declaration says."""

import pytest

from imtplan.spreadsheets import Flavour
from indicators.api.results import ProgressSerializer, RollUpSerializer, ValueSerializer
from indicators.api.results_files import progress_columns, roll_up_columns, value_columns
from indicators.formulas.steps import Measure, StepResult
from indicators.measures import FIELDS, MEANS, PROGRESS, VALUES, names_of
from indicators.models import InstituteValue, Progress, RollUp

DECLARED = [
    (InstituteValue, VALUES, ValueSerializer, value_columns),
    (Progress, PROGRESS, ProgressSerializer, progress_columns),
    (RollUp, MEANS, RollUpSerializer, roll_up_columns),
]
# Kept in the row for the formulas and the checks, or told beside the fields.
NOT_TOLD = {"id", "computed_at", "formula_version", "inputs_hash", "year", "view"}
NOT_TOLD |= {"exact", "exact_progress", "exact_expected", "missing", "carried", "left_out"}


@pytest.mark.parametrize(("model", "fields", "serializer", "columns"), DECLARED)
def test_what_is_stored_is_declared_and_told(model, fields, serializer, columns):
    stored = {field.name for field in model._meta.concrete_fields if not field.is_relation}
    names = names_of(fields)
    assert set(names) == stored - NOT_TOLD
    assert set(names) <= set(serializer.Meta.fields)
    for flavour in Flavour:
        assert set(names) <= {column.key for column in columns(flavour)}


def test_every_step_of_a_formula_has_a_name():
    assert {result.value for result in StepResult} <= FIELDS.keys()


def test_a_field_knows_what_it_is_a_number_of():
    assert FIELDS["pace"].measure is Measure.SHARE
    assert FIELDS["expected"].measure is Measure.COUNT
    assert FIELDS["gap"].measure is Measure.AMOUNT
