"""Write XML as text. Every text is escaped in the function that writes it."""

import re
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from imtplan.spreadsheets.ods.xml_names import NAMESPACES

VERSION = "1.3"
_SPACES = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
# XML cannot hold these; the control characters are removed before.
_IMPOSSIBLE = re.compile("[\ufffe\uffff\ud800-\udfff]")
_BLANKS = re.compile(r"\t|(?:(?<=^)|(?<= )) +")


_IN_QUOTES = {'"': "&quot;", "\n": "&#10;"}


def tag(name: str, attributes: dict[str, str] | None = None, *inside: str) -> str:
    """Returns an element; `inside` is XML already."""
    written = "".join(
        f' {key}="{escape(_possible(value), _IN_QUOTES)}"'
        for key, value in (attributes or {}).items()
    )
    content = "".join(inside)
    return f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>"


def document(root: str, *inside: str) -> str:
    """Returns a part of the file, with every namespace in its root."""
    content = "".join(inside)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<office:{root} {_SPACES}'
        f' office:version="{VERSION}">{content}</office:{root}>'
    )


def written(text: str) -> str:
    return escape(_possible(text))


def paragraphs(text: str) -> str:
    """Returns a paragraph for each line. Blanks in a row are elements, or readers merge them."""
    return "".join(
        tag("text:p", {}, *_blanks_apart(line)) or "<text:p/>" for line in text.split("\n")
    )


def _blanks_apart(line: str) -> Iterator[str]:
    end = 0
    for blanks in _BLANKS.finditer(line):
        yield written(line[end : blanks.start()])
        is_tab = blanks[0] == "\t"
        yield "<text:tab/>" if is_tab else tag("text:s", {"text:c": str(len(blanks[0]))})
        end = blanks.end()
    yield written(line[end:])


def items(pairs: Iterable[tuple[str, str, str]]) -> str:
    """Returns settings, of pairs of a name, a type and a value."""
    return "".join(
        tag("config:config-item", {"config:name": name, "config:type": type_}, written(value))
        for name, type_, value in pairs
    )


def _possible(text: str) -> str:
    return _IMPOSSIBLE.sub("", text)
