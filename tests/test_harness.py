"""The harness sees what it is there to see."""

import socket
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.template import Context, Engine, engines
from django.template.base import Template

from imtplan.accounts.models import School, User
from indicators.past import at
from tests import factories
from tests.harness import OURS, NetworkRefused, UndefinedVariable, is_here
from tests.unordered import Unordered

IN_A_TEMPLATE = {
    "{{ nobody }}": "`nobody` is undefined",
    "{{ user.nobody }}": "`user.nobody` is undefined",
    "{{ nobody|default:'—' }}": "`nobody` is undefined",
    "{% with name=nobody %}{{ name }}{% endwith %}": "`nobody` is undefined",
    "{% for name in user.nobody %}{{ name }}{% endfor %}": "`user.nobody` is undefined",
}


def written(text: str, place: str) -> str:
    """What a template of this text, which stands at this place, shows."""
    template = Template(text, engine=engines["django"].engine)
    for node in template.nodelist.get_nodes_by_type(object):  # type: ignore[arg-type]
        node.origin.name = place
    return template.render(Context({"user": User(name="Alice")}))


@pytest.mark.parametrize("text", IN_A_TEMPLATE)
def test_an_undefined_variable_fails_in_a_template_of_ours(text: str) -> None:
    with pytest.raises(UndefinedVariable, match=IN_A_TEMPLATE[text]):
        written(text, f"{OURS}accounts/made_up.html")


def test_it_is_nothing_in_a_condition_and_in_a_librarys_template() -> None:
    assert written("{% if nobody %}!{% endif %}", f"{OURS}accounts/made_up.html") == ""
    assert written("<{{ nobody }}>", "/elsewhere/admin/made_up.html") == "<>"
    loop = "<{% for name in nobody %}{{ name }}{% endfor %}>"
    assert written(loop, "/elsewhere/admin/made_up.html") == "<>"
    assert Engine().string_if_invalid == ""


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1"])
def test_no_socket_leads_further_than_this_machine(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as out, pytest.raises(NetworkRefused, match=host):
        out.connect((host, 443))


def test_no_name_is_looked_up_elsewhere() -> None:
    with pytest.raises(NetworkRefused, match=r"plan\.example\.org"):
        socket.create_connection(("plan.example.org", 443))
    assert all(map(is_here, ["127.0.0.1", "127.8.8.8", "::1", "localhost", b"localhost", None]))


@pytest.fixture
def schools(db: None) -> list[School]:
    return factories.SchoolFactory.create_batch(30)


def orders(rows: Any) -> list[list[str]]:
    return [[school.code for school in rows.all()] for _time in range(3)]


def test_what_has_no_order_comes_in_any(schools: list[School]) -> None:
    first, *others = orders(School.objects.carrying_the_plan().order_by())
    assert any(other != first for other in others)
    assert sorted(first) == sorted(school.code for school in schools)
    streamed = [[one.code for one in School.objects.order_by().iterator()] for _time in range(3)]
    assert streamed[0] != streamed[1] or streamed[1] != streamed[2]


def test_what_has_an_order_keeps_it(schools: list[School]) -> None:
    first, *others = orders(School.objects.carrying_the_plan().order_by("code"))
    assert all(other == first == sorted(first) for other in others)


def test_the_first_of_any_order_is_refused(schools: list[School]) -> None:
    with pytest.raises(Unordered):
        list(School.objects.order_by()[:3])
    assert School.objects.order_by().get(code=schools[0].code) == schools[0]
    some = School.objects.carrying_the_plan()
    assert some.order_by().first() == schools[0]


def test_an_emptied_database_knows_the_institute_at_every_moment(transactional_db: None) -> None:
    """As a migrated one does: whichever test comes next finds it in the past too."""
    call_command("flush", interactive=False, verbosity=0)
    with at(datetime(2000, 1, 1, tzinfo=UTC)):
        assert [school.code for school in School.objects.all()] == [School.THE_INSTITUTE]
