"""Write a content as one text, always the same, and give its fingerprint.

The text is JSON by RFC 8259, in one way only: UTF-8, keys sorted, no spaces, numbers as texts in
plain notation, instants in UTC. The file that people download is this text and nothing more, so
that `sha256sum FILE` gives the number printed beside it, and nobody needs this application to check
it.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any


def instant(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None


def canonical(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
