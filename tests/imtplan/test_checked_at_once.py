"""All check constraints of a model are asked in one query, and each names what it refuses."""

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.test.utils import CaptureQueriesContext

from imtplan.accounts.models import User
from indicators.models import Indicator
from indicators.services_plan import store_indicator
from tests import factories

pytestmark = pytest.mark.django_db
Queries = Callable[..., CaptureQueriesContext]


def test_what_holds_costs_one_query(django_assert_num_queries: Queries) -> None:
    indicator = factories.IndicatorFactory()
    with django_assert_num_queries(3):  # in its savepoint
        indicator.validate_constraints()


def test_each_that_does_not_hold_is_named() -> None:
    indicator = factories.IndicatorFactory.build(
        minimum=9, maximum=1, tolerance=-1, aggregation="ratio", numerator_fr=""
    )
    with pytest.raises(ValidationError) as refused:
        indicator.validate_constraints()
    assert len(refused.value.messages) == 3


def test_a_check_of_a_field_that_is_left_out_is_not_asked() -> None:
    indicator = factories.IndicatorFactory.build(minimum=9, maximum=1)
    indicator.validate_constraints(exclude={"maximum"})
    with pytest.raises(ValidationError):
        indicator.validate_constraints(exclude={"tolerance"})


def test_what_only_the_database_refuses_is_told_in_a_sentence(paul: User) -> None:
    """A service asks no constraint before it stores: the database is asked once, by storing."""
    indicator = factories.IndicatorFactory(minimum=0, maximum=100)
    with pytest.raises(ValidationError, match="possible"):
        store_indicator(indicator=indicator, by=paul, reason="Essai.", maximum=-1)
    assert Indicator.objects.get().maximum == 100
