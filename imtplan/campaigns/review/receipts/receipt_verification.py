"""A file that claims to be a receipt, held against the receipts of this site and today's figures.

Anybody may have written the file: deep, huge, or of any shape. The answer is sentences.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from imtplan.campaigns.models import Receipt
from imtplan.campaigns.review.receipts.receipt_content import (
    ReceiptDifference,
    differences,
    taking_back,
)
from imtplan.canonical import canonical, sha256_of

# A receipt of a hundred indicators is some 60 KB.
LONGEST_FILE = 5_000_000
NUMBER = re.compile(r"[-a-zA-Z0-9_]{1,80}")


@dataclass(frozen=True)
class ReceiptVerdict:
    """What a file is worth, in sentences. `is_known`: it is, or says it is, a receipt of ours."""

    sentences: list[str]
    is_known: bool = True
    is_same: bool = False


def verify(data: bytes) -> ReceiptVerdict:
    """Says whether the file is a receipt of this site, and whether today's figures still say it."""
    if len(data) > LONGEST_FILE:
        message = f"The file is longer than {LONGEST_FILE:,} bytes: no receipt is."
        return ReceiptVerdict([message], is_known=False)
    receipts = Receipt.objects.select_related("submission__campaign", "submission__school")
    receipt = receipts.filter(sha256=sha256_of(data)).first()
    if receipt and receipt.content.encode() == data:
        lines, is_same = [f"The file is, byte for byte, {_named(receipt)}."], True
    else:
        claim = _claim(data)
        if isinstance(claim, str):
            return ReceiptVerdict([claim, _of_the_file(data)], is_known=False)
        receipt = receipts.filter(number=claim["number"]).first()
        if receipt is None:
            missing = f"This site has no receipt {quoted(claim['number'])}."
            return ReceiptVerdict([missing, _of_the_file(data)], is_known=False)
        lines, is_same = [*_altered(receipt, claim), _of_the_file(data)], False
    stored, agrees = _against_today(receipt)
    return ReceiptVerdict([*lines, *stored], is_same=is_same and agrees)


def _claim(data: bytes) -> dict[str, Any] | str:
    """Returns the JSON object of a file that names a number, or a sentence on what it is not."""
    try:
        claim = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return "The file is not a receipt: it cannot be read as JSON in UTF-8."
    number = claim.get("number") if isinstance(claim, dict) else None
    if not (isinstance(number, str) and NUMBER.fullmatch(number)):
        return "The file is not a receipt: it is JSON, but has no receipt number."
    return claim


def _named(receipt: Receipt) -> str:
    at = receipt.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return (
        f"receipt {receipt.number}: {receipt.submission.school}, campaign "
        f"{receipt.submission.campaign.code}, handed in by {quoted(receipt.by_name)} on {at}"
    )


def _of_the_file(data: bytes) -> str:
    return f"The SHA-256 of the file is {sha256_of(data)}."


def _altered(receipt: Receipt, claim: dict[str, Any]) -> Iterator[str]:
    yield f"The file is not, byte for byte, {_named(receipt)}."
    yield f"The SHA-256 of that receipt is {receipt.sha256}."
    ours = json.loads(receipt.content)
    if claim == ours:
        yield "It says the same, written otherwise: spaces, line ends or the order of the keys."
        return
    for name in sorted(ours.keys() - {"figures"}):
        if claim.get(name) != ours[name]:
            yield _change(name, ours[name], claim.get(name), "the file says")
    yield from _altered_figures(ours["figures"], claim.get("figures"))
    if extra := sorted(claim.keys() - ours.keys()):
        more = f" and {len(extra) - 10} more" if len(extra) > 10 else ""
        yield f"The file has what the receipt has not: {', '.join(map(quoted, extra[:10]))}{more}."


def _altered_figures(ours: list[dict[str, Any]], theirs: Any) -> Iterator[str]:
    if not isinstance(theirs, list) or not all(isinstance(figure, dict) for figure in theirs):
        yield "Its figures cannot be read."
        return
    if [figure.get("code") for figure in theirs] != [figure["code"] for figure in ours]:
        yield "It does not have the same indicators in the same order."
        return
    for our, their in zip(ours, theirs, strict=True):
        for name in sorted(our.keys() | their.keys()):
            if our.get(name) != their.get(name):
                label = f"{our['code']}, {quoted(name)}"
                yield _change(label, our.get(name), their.get(name), "the file says")


def _against_today(receipt: Receipt) -> tuple[list[str], bool]:
    if sha256_of(receipt.content.encode()) != receipt.sha256:
        return ["The stored receipt is damaged: its content no longer has its SHA-256."], False
    lines = ["The stored receipt still has its SHA-256."]
    if event := taking_back(receipt):
        at = event.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
        lines.append(f"The school took back what it is of on {at}, by {quoted(event.actor_name)}.")
    if changes := differences(receipt):
        lines.append(f"Figures that say something else today: {len(changes)}.")
        return lines + [line for change in changes for line in _changed_since(change)], False
    return [*lines, "The figures stored today say the same."], True


def _changed_since(change: ReceiptDifference) -> Iterator[str]:
    since = "; the figure is gone"
    if change.today:
        at = change.today.entered_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
        by = quoted(str(change.today.entered_by or "unknown"))
        since = f" since {at}, by {by} ({change.today.origin})"
    for name in change.changed:
        label = f"{change.code}, {name}"
        yield _change(label, change.before.get(name), change.after[name], "today") + since + "."


def _change(label: str, before: Any, after: Any, word: str) -> str:
    return f"  {label}: {_short(before)} in the receipt, {word} {_short(after)}"


def _short(value: Any) -> str:
    if value is None or value in ("", {}):
        return "nothing"
    if isinstance(value, list) or (isinstance(value, dict) and any(map(_is_deep, value.values()))):
        return "something else"
    return quoted(value if isinstance(value, str) else canonical(value))


def _is_deep(value: Any) -> bool:
    return isinstance(value, dict | list)


def quoted(text: str, longest: int = 80) -> str:
    """Returns a text of others for a terminal: nothing in it moves the cursor or turns lines."""
    shown = "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in text[:longest]
    )
    return f"“{shown}{'…' if len(text) > longest else ''}”"
