"""Entering figures from a program: the same doors, checks and refusals as the page."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from imtplan.accounts.models import School, User
from imtplan.accounts.services import make_token
from imtplan.campaigns.models import Campaign
from indicators.models import Figure, Indicator
from tests import factories

ENTRY = "/api/v1/entries/2022/imt-mines-albi/"
CELL = f"{ENTRY}students/"


@pytest.fixture
def put(campaign: Campaign, alice: User, signed_in: Any) -> Any:
    client = signed_in(alice)

    def send(address: str = CELL, **body: Any) -> Any:
        return client.put(address, json.dumps(body), content_type="application/json")

    return send


@pytest.mark.parametrize("number", ["1234.5", 1234.5])
def test_a_number_is_stored_as_sent(put: Any, students: Indicator, number: Any) -> None:
    Indicator.objects.update(decimals=1)
    answer = put(value=number, version=None)
    said = answer.json()
    assert (answer.status_code, said["outcome"], said["version"], said["value"]) == (
        200,
        "saved",
        1,
        "1234.5",
    )
    figure = Figure.objects.get()
    assert (figure.value, figure.origin) == (Decimal("1234.5"), "api")


@pytest.mark.parametrize(
    "number", ["21,800", "1,234", "1,5", " 7 ", "+5", "1 142", "1e5", "\uff11\uff12", "007", "5 M€"]
)
def test_a_text_that_people_write_is_no_programs_number(put: Any, number: str) -> None:
    Indicator.objects.update(decimals=2)
    answer = put(value=number, version=None)
    assert answer.status_code == 400
    assert "1234.5" in answer.json()["value"][0]
    assert not Figure.objects.exists()


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("1142.1", "1142.100000"),
        ("100000000000000.123456", "100000000000000.123456"),  # a float has 17 digits
        ("1e2", "100.000000"),
        ("-0.0", "0.000000"),
    ],
)
def test_a_number_of_json_is_read_to_its_last_digit(
    campaign: Campaign, alice: User, signed_in: Any, sent: str, stored: str
) -> None:
    Indicator.objects.update(decimals=6)
    body = f'{{"value": {sent}, "version": null}}'
    answer = signed_in(alice).put(CELL, body, content_type="application/json")
    assert answer.status_code == 200, answer.content
    assert str(Figure.objects.get().value) == stored


@pytest.mark.parametrize(
    "body",
    [
        '{"value": 1, "value": 2, "version": null}',
        '{"value": 1e99999999999999999999, "version": null}',
        '{"value": NaN, "version": null}',
        '{"value": 0.30000000000000004, "version": null}',
        '{"value": 1, "version": "\uff11"}',
        '{"value": 1, "version": "1_0"}',
        '{"value": 1, "version": null',
        f'{{"value": {"1" * 5000}, "version": null}}',
        '{"\\ud800": 1, "version": null}',
        '{"state": "\\uDFFF", "version": null}',
    ],
)
def test_json_that_can_be_misread_is_refused(
    campaign: Campaign, alice: User, signed_in: Any, body: str
) -> None:
    answer = signed_in(alice).put(CELL, body, content_type="application/json")
    assert answer.status_code == 400, answer.content
    assert answer.json()
    assert not Figure.objects.exists()


@pytest.mark.parametrize(
    "query", ["dry_run=true", "as_of=2021-03-03", "value=5", "format=json&format=json"]
)
def test_an_address_that_asks_what_is_not_understood_writes_nothing(put: Any, query: str) -> None:
    answer = put(f"{CELL}?{query}", value="1142", version=None)
    assert answer.status_code == 400
    assert query.partition("=")[0] in str(answer.json())
    assert not Figure.objects.exists()


@pytest.mark.parametrize(
    "header",
    [{"If-Match": '"3"'}, {"Content-Range": "bytes 0-1/2"}, {"Idempotency-Key": "k" * 101}],
)
def test_a_header_that_is_not_understood_writes_nothing(
    campaign: Campaign, alice: User, signed_in: Any, header: dict[str, str]
) -> None:
    body = json.dumps({"value": "1", "version": None})
    answer = signed_in(alice).put(CELL, body, content_type="application/json", headers=header)
    assert answer.status_code == 400
    assert next(iter(header)) in str(answer.json())
    assert not Figure.objects.exists()


def test_two_keys_that_begin_alike_are_two(campaign: Campaign, alice: User, signed_in: Any) -> None:
    """A key was cut to a hundred characters: the second request got the first one's answer."""
    client = signed_in(alice)
    for number, (end, status) in enumerate([("a", 400), ("b", 400)], start=1):
        answer = client.put(
            CELL,
            json.dumps({"value": str(number), "version": None}),
            content_type="application/json",
            headers={"Idempotency-Key": "k" * 100 + end},
        )
        assert answer.status_code == status


@pytest.mark.parametrize(
    "number", ["1 234,5x", "1e5", 1e30, True, [], {}, "1.2345678", "", "NaN", float("inf")]
)
def test_what_is_no_number_is_refused_with_its_field(put: Any, number: Any) -> None:
    answer = put(value=number, version=None)
    assert answer.status_code == 400
    assert not Figure.objects.exists()


def test_a_word_has_its_reason(put: Any) -> None:
    answer = put(state="not_available", version=None)
    assert (answer.status_code, answer.json()["findings"][0]["part"]) == (422, "reason")
    assert put(state="not_available", reason="Registre brûlé.", version=None).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"value": "1"},
        {"value": "1", "version": 0},
        {"value": "1", "version": None, "vlaue": "2"},
        {"value": "1", "version": None, "state": "not_applicable"},
        {"value": None, "version": None, "state": "unheard_of"},
        {"reason": "a\x00b", "state": "not_available", "version": None},
        {"reason": "\ud800", "state": "not_available", "version": None},
        [],
        "text",
        None,
    ],
)
def test_what_is_not_understood_is_refused(
    campaign: Campaign, alice: User, signed_in: Any, body: Any
) -> None:
    answer = signed_in(alice).put(CELL, json.dumps(body), content_type="application/json")
    assert answer.status_code == 400, answer.content
    assert not Figure.objects.exists()


def test_json_nested_deep_is_refused(campaign: Campaign, alice: User, signed_in: Any) -> None:
    deep = "[" * 100_000 + "]" * 100_000
    answer = signed_in(alice).put(CELL, deep, content_type="application/json")
    assert answer.status_code == 400


@pytest.mark.parametrize("part", ["reason", "explanation"])
def test_a_long_text_is_refused_with_its_length(put: Any, part: str) -> None:
    answer = put(state="not_available", version=None, **({"reason": "Brûlé"} | {part: "a" * 2503}))
    assert answer.status_code == 400
    assert "2\u202f503" in answer.json()[part][0]
    assert not Figure.objects.exists()


def test_lines_of_a_text_are_kept(put: Any) -> None:
    put(value="1", version=None, explanation=" Une ligne.\r\nDeux lignes.\n")
    assert Figure.objects.get().explanation == "Une ligne.\nDeux lignes."


def test_a_text_is_a_text(put: Any) -> None:
    assert put(value="1", version=None, explanation=5).status_code == 400


def test_a_plain_figure_has_no_parts(put: Any) -> None:
    answer = put(numerator="1", denominator="2", version=None)
    assert (answer.status_code, answer.json()["outcome"]) == (422, "refused")


def test_a_ratio_is_stored_in_its_parts(put: Any, campaign: Campaign) -> None:
    campaign.indicators.add(factories.IndicatorFactory(code="foreign", ratio=True))
    said = put(f"{ENTRY}foreign/", numerator=40, denominator="200", version=None).json()
    assert (said["numerator"], said["denominator"], said["value"]) == ("40", "200", None)


def test_an_old_version_is_409_with_what_stands_there(put: Any) -> None:
    put(value="100", version=None)
    put(value="200", version=1)
    answer = put(value="150", version=1)
    said = answer.json()
    assert (answer.status_code, said["outcome"]) == (409, "conflict")
    assert (said["value"], said["version"]) == ("200", 2)
    assert Figure.objects.get().value == 200


def test_the_checks_speak_here_too(put: Any, students: Indicator, albi: School) -> None:
    factories.FigureFactory(indicator=students, school=albi, year=2021, value=Decimal(100))
    assert put(value="-3", version=None).status_code == 422
    said = put(value="300", version=None).json()
    assert [one["code"] for one in said["findings"]] == ["change"]
    said = put(value="300", version=1, explanation="Fusion.").json()
    assert said["findings"][0]["answered"]
    said = put(value="290", version=2).json()
    assert said["explanation"] == "Fusion."


def test_a_school_is_read_whole(
    campaign: Campaign, albi: School, alice: User, signed_in: Any, students: Indicator
) -> None:
    said = signed_in(alice).get(ENTRY).json()
    assert (said["total"], said["filled"], said["is_open"]) == (1, 0, True)
    [cell] = said["cells"]
    assert (cell["indicator"], cell["state"], cell["value"], cell["version"]) == (
        "students",
        "not_entered",
        None,
        None,
    )


def test_another_school_is_404_and_a_reader_403(
    campaign: Campaign, albi: School, charlie: User, diane: User, signed_in: Any
) -> None:
    body = {"value": "1", "version": None}
    for person, status in ((charlie, 404), (diane, 403)):
        client: Client = signed_in(person)
        answer = client.put(CELL, json.dumps(body), content_type="application/json")
        assert answer.status_code == status
    assert signed_in(charlie).get(ENTRY).status_code == 404
    assert signed_in(diane).get(ENTRY).status_code == 200


def test_an_unknown_indicator_is_404(put: Any) -> None:
    assert put(f"{ENTRY}unheard-of/", value="1", version=None).status_code == 404


@pytest.mark.parametrize(("may_enter", "status"), [(True, 200), (False, 403)])
def test_a_token_writes_only_if_it_was_made_to(
    campaign: Campaign, alice: User, may_enter: bool, status: int
) -> None:
    _token, key = make_token(by=alice, name="SI", may_enter=may_enter)
    answer = Client().put(
        CELL,
        json.dumps({"value": "1", "version": None}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )
    assert answer.status_code == status
    assert Figure.objects.exists() is may_enter
