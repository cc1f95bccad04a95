"""What readers saw of a plan and when it changed: the versions of its rows, while it was public.

The versions that the database keeps say what was written, drafts included. Readers see none of what
is written while a plan is a draft; it is seen, as one change, when the plan is published again.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from objectives.models import PlanState

# The key under which the state of the plan itself is written.
STATE = "state"
Picture = Mapping[Hashable, Any]


@dataclass(frozen=True)
class PublicWrite:
    """A thing as one version has it; `value` None: it is there no more."""

    at: datetime
    key: Hashable
    value: Any


@dataclass(frozen=True)
class PublicChange:
    """What readers saw until a moment, and from then on; `end` is the moment of the next write."""

    at: datetime
    end: datetime | None
    before: Picture
    after: Picture


def changes_seen(writes: Iterable[PublicWrite]) -> Iterator[PublicChange]:
    """Yields each change of the picture, in order of time. What was there when the plan was first
    published is none. The writes of one moment are one transaction, of which anybody ever saw the
    last state; those of one row come in the order of its versions."""
    in_order = sorted(writes, key=lambda write: write.at)  # stable
    moments = [(at, list(group)) for at, group in groupby(in_order, lambda write: write.at)]
    ends = [at for at, _group in moments[1:]] + [None]
    now: dict[Hashable, Any] = {}
    seen: Picture | None = None
    for (at, group), end in zip(moments, ends, strict=True):
        now |= {write.key: write.value for write in group}
        if now.get(STATE, PlanState.DRAFT) == PlanState.DRAFT:
            continue
        picture = {key: now[key] for key in now if key != STATE and now[key] is not None}
        if seen is not None and picture != seen:
            yield PublicChange(at, end, seen, picture)
        seen = picture
