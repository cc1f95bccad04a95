"""The plan office's pages of a campaign, and what its tests send and read there."""

from typing import Any

from django.test import Client

LIST, NEW, EDIT = "/campagnes/", "/campagnes/nouvelle/", "/campagnes/2022/"
MORE = "/campagnes/2022/imt-mines-albi/delai/"


def change(page: Client, typed: dict[str, Any], **how: Any) -> Any:
    """As the page sends it: with the mark of the terms that it shows."""
    return page.post(EDIT, typed | {"seen": page.get(EDIT).context["seen"], "store": ""}, **how)


def text(response: Any) -> str:
    return response.content.decode()
