"""The page of components shows each class of the sheet of components: none is forgotten."""

import re
from typing import Any

import pytest
from django.conf import settings as base
from django.test import Client
from lxml import html as markup

SHEETS = base.BASE_DIR / "static" / "css"


def classes_of(sheet: str) -> set[str]:
    """Returns the classes that the selectors of a style sheet name."""
    text = (SHEETS / sheet).read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/|\"[^\"]*\"", "", text, flags=re.DOTALL)
    selectors = re.findall(r"([^{}@;]+)\{", text)
    return {name for one in selectors for name in re.findall(r"\.([a-z_][\w-]*)", one)}


@pytest.fixture(params=["fr", "en"])
def page(client: Client, request: Any, settings: Any) -> markup.HtmlElement:
    settings.DEMO = True
    answer = client.get("/charte/", headers={"accept-language": request.param})
    return markup.fromstring(answer.content.decode())


@pytest.mark.django_db
def test_each_class_of_a_component_is_shown(page: markup.HtmlElement) -> None:
    shown = {name for place in page.xpath("//main//@class") for name in place.split()}
    components = classes_of("components.css")

    assert len(components) > 100
    assert components - shown == set()


@pytest.mark.django_db
def test_each_component_stands_under_its_name(page: markup.HtmlElement) -> None:
    """In a heading or the sentence below; a name and a dash before it make a part or a state."""
    said = page.xpath("//main//h3 | //main//h3/following-sibling::p[1]")
    named = re.findall(r"\.([\w-]+\w)", " ".join(place.text_content() for place in said))

    components = classes_of("components.css") - classes_of("theme.css") - {"is-over"}
    assert {
        name
        for name in components
        if not any(name == one or name.startswith(f"{one}-") for one in named)
    } == set()
