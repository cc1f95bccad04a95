"""A campaign of three indicators that a school fills in, hands in and gets back, for tests."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from imtplan.accounts.models import School, User
from imtplan.audit.models import Event
from imtplan.audit.services import record
from imtplan.campaigns.models import Campaign, Receipt, Submission
from imtplan.campaigns.review.receipts.receipt_content import make_receipt
from indicators.models import Figure, Indicator
from tests import factories

HOSTILE = "<img src=x onerror=alert(1)> =1+1 \u202eabc 😀 \u000b « d’été »\r\n\tœ"
AT = datetime(2022, 11, 23, 9, 41, 12, 345678, tzinfo=UTC)


def three_asked() -> Campaign:
    """A number of an academic year, a ratio, and a number that nobody knows yet."""
    make = factories.IndicatorFactory
    return factories.CampaignFactory(
        indicators=[
            make(
                code="students",
                name_fr="Étudiants",
                name_en="Students",
                rank=1,
                year_kind="academic",
            ),
            make(code="foreign", name_fr="Part", ratio=True, rank=2),
            make(code="contracts", name_fr="Contrats", rank=3),
        ]
    )


def enter(indicator: Indicator, school: School, by: User, **said: Any) -> Figure:
    given: dict[str, Any] = {"value": None, "status": "draft", "entered_by": by, "entered_at": AT}
    return factories.FigureFactory(indicator=indicator, school=school, year=2022, **given | said)


def fill(campaign: Campaign, school: School, by: User) -> list[Figure]:
    students, foreign, contracts = campaign.indicators.all()
    value, explained = Decimal("1234.500000"), {"explanation": HOSTILE}
    ratio = {"numerator": Decimal(300), "denominator": Decimal(1200)}
    unknown = {"state": "not_available", "reason": "Bilan en mars", "origin": "import"}
    return [
        enter(students, school, by, value=value, confirmed={"change": "34.5"}, **explained),
        enter(foreign, school, by, **ratio),
        enter(contracts, school, by, **unknown),
    ]


def hand_in(campaign: Campaign, school: School, by: User, at: datetime = AT) -> Receipt:
    """As `services.submit` does, without its other duties."""
    submission, _new = Submission.objects.update_or_create(
        campaign=campaign,
        school=school,
        defaults={"state": "submitted", "submitted_at": at, "submitted_by": by},
    )
    return make_receipt(submission=submission, by=by)


def give_back(submission: Submission, by: User) -> Submission:
    submission.state, submission.comment = "returned", "À revoir"
    submission.decided_at, submission.decided_by = timezone.now(), by
    submission.save()
    said = {"by": by, "school": submission.school, "comment": "À revoir"}
    record(Event.Verb.RETURNED, subject="2022", **said)
    return submission
