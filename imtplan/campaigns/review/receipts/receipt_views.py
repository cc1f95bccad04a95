"""The receipt of a submission: a page with a lasting address, its PDF, and its JSON."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from imtplan import paper
from imtplan.audit.models import Event
from imtplan.campaigns.models import Campaign, Receipt
from imtplan.campaigns.review.receipts.receipt_content import (
    differences,
    lines_of,
    steps_since,
    taking_back,
)
from imtplan.web.file_responses import pdf_response, private_file


def _receipt(request: HttpRequest, number: str) -> Receipt:
    """Returns the receipt; 404 for that of a school that this person may not see."""
    receipts = Receipt.objects.visible_to(request.user)
    related = receipts.select_related("submission__campaign", "submission__school")
    return get_object_or_404(related, number=number)


def _document(receipt: Receipt) -> dict[str, Any]:
    """Returns what is on the page and on the paper: the receipt as it was that day, and whether
    what it is of was taken back since."""
    content = json.loads(receipt.content)
    taken_back = taking_back(receipt)
    return {
        "receipt": receipt,
        "content": content,
        "campaign_label": _label_of(content["campaign"]),
        "closes_at": parse_datetime(content["campaign"]["closes_at"]),
        "lines": lines_of(receipt),
        "taking_back": taken_back,
        "json_name": _file_name(receipt, taken_back, "json"),
        "digest": [receipt.sha256[start : start + 8] for start in range(0, 64, 8)],
    }


def _label_of(campaign: dict[str, Any]) -> str:
    """Returns how the campaign was called on that day, as `Campaign.label` has it."""
    return Campaign(year=campaign["year"], name=campaign.get("name", "")).label


@require_safe
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """Shows the receipt, and beside it what has happened since."""
    receipt = _receipt(request, number)
    siblings = list(receipt.submission.receipts.order_by("at", "pk"))
    context = _document(receipt) | {
        "siblings": siblings,
        "latest": siblings[-1],
        "steps": steps_since(receipt, siblings),
        "differences": differences(receipt),
        "has_pdf": paper.is_available(),
    }
    return render(request, "campaigns/receipt.html", context)


@require_safe
def receipt_json(request: HttpRequest, number: str) -> HttpResponse:
    """Sends the very bytes that were hashed: `sha256sum` of the file gives the number printed. They
    can say nothing of what came after: that it was taken back is said by the name of the file."""
    receipt = _receipt(request, number)
    name = _file_name(receipt, taking_back(receipt), "json")
    content = receipt.content.encode()
    return private_file(content, name=name, content_type="application/json")


@require_safe
def receipt_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """Sends the receipt on paper. Without a PDF, back to the page, which prints as well."""
    receipt = _receipt(request, number)
    html = render_to_string("campaigns/receipt_pdf.html", _document(receipt))
    name = _file_name(receipt, taking_back(receipt), "pdf")
    return pdf_response(request, html, name=name, page=reverse("receipt", args=[number]))


def _file_name(receipt: Receipt, taken_back: Event | None, ending: str) -> str:
    return f"recu-{receipt.number}{'-repris' if taken_back else ''}.{ending}"
