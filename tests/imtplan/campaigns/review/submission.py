"""The pages of a submission, and what its tests say and read there."""

from typing import Any

from django.test import Client

from imtplan.accounts.models import School
from indicators.models import Figure, Indicator
from tests import factories

ENTRY = "/saisie/2022/imt-mines-albi/"
REVIEW, DECIDE, SEND = ENTRY + "relire/", ENTRY + "decider/", ENTRY + "soumettre/"
SUBMIT = "Soumettre pour validation"


def say(indicator: Indicator, school: School, year: int = 2022, **fields: Any) -> Figure:
    fields = {"status": "draft" if year == 2022 else "validated", **fields}
    return factories.FigureFactory(indicator=indicator, school=school, year=year, **fields)


def read(client: Client, address: str = REVIEW, **asked: str) -> str:
    response = client.get(address, asked)
    assert response.status_code == 200
    return response.content.decode()
