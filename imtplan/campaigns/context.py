"""What every page says of the data it stands on."""

from typing import Any

from django.http import HttpRequest

from imtplan.campaigns.models import Campaign


def demonstration(request: HttpRequest) -> dict[str, Any]:
    """Says whether demonstration data is loaded: every page then says so."""
    return {"demonstration": Campaign.objects.filter(is_demo=True).exists()}
