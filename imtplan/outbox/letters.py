"""Write the text of a mail, and make its HTML from it, so that both say the same.

A text is paragraphs with an empty line between them. A line that begins with "> " is a quotation of
somebody, one that begins with "- " an item of a list, and one that is an address is a link. If the
line before a link ends with a colon, it is its label.
"""

from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

QUOTE, ITEM, LINK, WORDS = "quote", "item", "link", "words"
MARKS = {QUOTE: "> ", ITEM: "- "}


@dataclass
class LetterBlock:
    """Lines of one kind; a link has its address, and its label as the lines."""

    kind: str
    lines: list[str] = field(default_factory=list)
    address: str = ""
    label: str = ""
    is_heading: bool = False  # of the quotation or the list that follows


def body_of(template: str, context: dict[str, Any]) -> str:
    """Returns the text with one empty line at most between two paragraphs."""
    lines = [line.rstrip() for line in render_to_string(template, context).strip().splitlines()]
    kept = [line for line, before in zip(lines, ["", *lines], strict=False) if line or before]
    return "\n".join(kept) + "\n"


def whole_address(page: str, *parts: Any, **named: Any) -> str:
    """Returns the address of a page with the site's name, as a mail has to write it."""
    return str(settings.SITE_URL).rstrip("/") + reverse(page, args=parts, kwargs=named)


def html_of(text: str, *, subject: str, language: str) -> str:
    """Returns the whole document. What people typed is escaped, and none of it becomes a link."""
    context = {"blocks": blocks_of(text), "subject": subject, "language": language}
    return render_to_string("mail/letter.html", context)


def blocks_of(text: str) -> list[LetterBlock]:
    """Returns the text's blocks in order."""
    blocks: list[LetterBlock] = []
    before = ""
    for kind, lines in groupby(text.strip().splitlines(), key=_kind):
        if kind in MARKS and before == WORDS:
            blocks[-1].is_heading = True
        before = kind
        if kind == LINK:
            blocks += [_link(address, blocks) for address in lines]
        elif kind:
            start = len(MARKS.get(kind, ""))
            blocks.append(LetterBlock(kind, [line[start:] for line in lines]))
    return [block for block in blocks if block.lines or block.address]


def _kind(line: str) -> str:
    """Returns the kind of a line; "" for an empty one, which separates two paragraphs."""
    for kind, mark in MARKS.items():
        if line.startswith(mark) or line == mark.strip():
            return kind
    if line.startswith(("https://", "http://")) and " " not in line:
        return LINK
    return WORDS if line.strip() else ""


def _link(address: str, before: list[LetterBlock]) -> LetterBlock:
    """Returns the link; moves its label, if there is one, out of the block before it."""
    label = ""
    if before and before[-1].kind == WORDS and before[-1].lines[-1].rstrip().endswith(":"):
        label = before[-1].lines.pop().rstrip(": \u202f\xa0")
    return LetterBlock(LINK, address=address, label=label)
