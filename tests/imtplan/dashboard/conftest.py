"""The worked example, ready to be looked at: 15,000 students in 2020, on the way to 20,000."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse

from imtplan.accounts.models import School
from indicators.models import RecomputeRun, Target
from tests import factories

Recompute = Callable[[], RecomputeRun | None]


@pytest.fixture
def students(albi: School, recomputed: Recompute) -> Target:
    """In the dashboard's default year, 2020, the institute is one school."""
    target = factories.students_of_the_plan(albi)
    recomputed()
    return target


@pytest.fixture
def read() -> Callable[[Any], str]:
    """The words of a page as a person reads them: no tags, no runs of spaces."""

    def words(response: HttpResponse) -> str:
        assert response.status_code == 200
        body = response.content.decode()
        body = re.sub(r"(?s)<(script|head)\b.*?</\1>", " ", body)
        return re.sub(r"[ \n]+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))

    return words
