"""The names of OpenDocument's XML, with the standard's prefixes: `table:table-cell`."""

from functools import lru_cache

from imtplan.spreadsheets.package import damaged

_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
NAMESPACES = {
    "office": f"{_OASIS}office:1.0",
    "style": f"{_OASIS}style:1.0",
    "text": f"{_OASIS}text:1.0",
    "table": f"{_OASIS}table:1.0",
    "draw": f"{_OASIS}drawing:1.0",
    "fo": f"{_OASIS}xsl-fo-compatible:1.0",
    "number": f"{_OASIS}datastyle:1.0",
    "svg": f"{_OASIS}svg-compatible:1.0",
    "config": f"{_OASIS}config:1.0",
    "manifest": f"{_OASIS}manifest:1.0",
    "meta": f"{_OASIS}meta:1.0",
    "of": f"{_OASIS}of:1.2",  # the language of conditions
    "ooo": "http://openoffice.org/2004/office",  # in which settings are named
    "dc": "http://purl.org/dc/elements/1.1/",
    "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
    "loext": "urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0",
}
_PREFIXES = {namespace: prefix for prefix, namespace in NAMESPACES.items()}
# No program has a sheet of as many lines.
_MAX_REPEATS = 10**8


@lru_cache(maxsize=512)
def short(name: str) -> str:
    """Returns a name with the standard's prefix of its namespace; an unknown one has ""."""
    namespace, _space, local = name.rpartition(" ")
    return f"{_PREFIXES.get(namespace, '')}:{local}"


def shortened(attributes: dict[str, str]) -> dict[str, str]:
    return {short(name): value for name, value in attributes.items()}


def repeats(text: str | None) -> int:
    """Returns the number of repetitions in an attribute, 1 without it; `Unreadable` if damaged."""
    if text is None:
        return 1
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise damaged()
    return min(max(int(text), 1), _MAX_REPEATS)
