"""How far a workbook is loaded: said to the page that waits, and to nobody else."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from imtplan.accounts.models import School, User
from imtplan.planning.workbook import load_progress
from indicators.models import Target
from tests import factories
from tests.imtplan.planning.workbooks import with_lines

PLAN = "2018-2022"
TOKEN = "0123456789abcdef" * 2
ADDRESS = "/plan/classeur/avancement/{}/"


@pytest.fixture(autouse=True)
def each_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every line is told of, not a few a second."""
    monkeypatch.setattr(load_progress, "EVERY", 0)


@pytest.fixture
def target(albi: School) -> Target:
    return factories.students_of_the_plan(albi)


@pytest.fixture
def here(target: Target, desk: Callable[..., Any]) -> Any:
    return desk(PLAN)


def given(here: Any, token: str) -> Any:
    data = with_lines(here.download(), {"objectifs": [{"code": "O2", "title_fr": "Deux"}]})
    return here.give(data, progress=token)


def test_the_lines_are_counted(here: Any, target: Target) -> None:
    assert here.client.get(ADDRESS.format(TOKEN)).json() == {}
    answer = given(here, TOKEN)
    book = answer.context["form"].book
    counts = here.client.get(ADDRESS.format(TOKEN)).json()
    assert counts == {"done": book.size, "total": book.size}


def test_each_page_asks_under_a_token_of_its_own(here: Any, target: Target) -> None:
    page = here.client.get(here.url)
    first = page.context["form"].token
    assert f'name="progress" value="{first}"' in page.content.decode()
    assert ADDRESS.format(first) in page.content.decode()
    preview = given(here, first)
    second = dict(preview.context["form"].sent)["progress"]
    assert second != first
    assert ADDRESS.format(second) in preview.content.decode()


def test_a_token_that_is_none_counts_for_nobody(here: Any, target: Target) -> None:
    assert given(here, "wrong").status_code == 200
    assert here.client.get(ADDRESS.format("wrong")).json() == {}


def test_without_the_queue_it_is_loaded_all_the_same(
    here: Any, target: Target, settings: Any
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert given(here, TOKEN).status_code == 200
    assert here.client.get(ADDRESS.format(TOKEN)).json() == {}


def test_it_is_the_plan_offices(alice: User, signed_in: Any) -> None:
    client: Client = signed_in(alice)
    assert client.get(ADDRESS.format(TOKEN)).status_code == 403
