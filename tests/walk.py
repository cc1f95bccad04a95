"""Walking the site as a person does: from page to page, by the links."""

from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.test import Client
from django.urls import resolve

# Of pages of one kind, this many: one objective is made like another.
OF_A_KIND = 2
# Made by others: Django's administration, the page of the API's schema.
NOT_OURS = ("/administration/", "/api/")
SPOKEN = {"title", "alt", "aria-label", "placeholder", "data-label"}
SILENT = {"script", "style", "code", "pre", "kbd", "svg"}


class Words(HTMLParser):
    """The texts of a page outside of brackets, and the addresses it leads to. A translation may
    have elements in it: its brackets then open in one text and close in another.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.links: list[str] = []
        self._silent = 0
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag in SILENT:
            self._silent += 1
        if tag == "a" and (href := known.get("href")):
            self.links.append(href)
        self.texts += [outside(text)[0] for name, text in attrs if name in SPOKEN and text]

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self._silent -= 1

    def handle_data(self, data: str) -> None:
        text, self._depth = outside(data, self._depth)
        if not self._silent:
            self.texts.append(text)


def outside(text: str, depth: int = 0) -> tuple[str, int]:
    """What of a text stands outside of all brackets, and how many are open at its end."""
    left = []
    for letter in text:
        depth += (letter == "⟦") - (letter == "⟧")
        left.append(letter if depth == 0 and letter != "⟧" else " ")
    return "".join(left), depth


def read(body: str) -> Words:
    words = Words()
    words.feed(body)
    return words


def pages(client: Client, first: str, *, of_a_kind: int = OF_A_KIND) -> Iterator[tuple[str, str]]:
    """The address and the body of each page that can be reached, a few of each kind."""
    waiting, seen, kinds = [first], {first}, Counter[str]()
    while waiting:
        path = waiting.pop(0)
        if path.startswith(NOT_OURS):
            continue
        kind = resolve(urlsplit(path).path).view_name
        kinds[kind] += 1
        if kinds[kind] > of_a_kind:
            continue
        answer = client.get(path, follow=True)
        assert answer.status_code == 200, f"{path} answers {answer.status_code}"
        if not answer["Content-Type"].startswith("text/html"):
            continue
        body = answer.content.decode()
        yield path, body
        for link in read(body).links:
            address = urlsplit(urljoin(path, link))
            found = address.path + (f"?{address.query}" if address.query else "")
            if not address.netloc and address.scheme in ("", "http") and found not in seen:
                seen.add(found)
                waiting.append(found)
