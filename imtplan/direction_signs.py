"""Replace the signs that would show a text otherwise than it was typed.

A sign that turns the direction of writing (U+202A to U+202E, U+2066 to U+2069) shows "exe.png"
for what is "gnp.exe". Each is shown as "�", the sign of what cannot be shown, wherever a text is
read; what is stored, and what stands in a field to be edited, stays as it was typed. Arabic and
Hebrew need none of these signs: their letters turn by themselves.
"""

import re

TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
INSTEAD = "\ufffd"

# Matches, in the bytes of a page: fields, which stay; the signs; the same signs in JSON.
_IN_A_PAGE = re.compile(
    rb"(<textarea\b.*?</textarea>|<input\b[^>]*>)"
    rb"|\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]"
    rb"|\\u20(?:2[aAbBcCdDeE]|6[6-9])",
    re.DOTALL,
)


def straight(text: str) -> str:
    """Returns the text with each sign that turns its direction replaced by "�"."""
    return TURNS.sub(INSTEAD, text)


def straight_page(body: bytes) -> bytes:
    """Returns a page in UTF-8 with the same done, except in its fields."""
    return _IN_A_PAGE.sub(lambda match: match[1] or INSTEAD.encode(), body)
