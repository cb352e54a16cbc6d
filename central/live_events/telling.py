"""What a change tells live streams: one row, written with the change.

Laws: an event is written in the transaction of its change, so that it is told if and only if the change is kept; it holds numbers
and states, and nothing of a visitor.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from central.live_events.kinds import LiveKind
from central.store.tables.live import LiveEventRow
from central.store.unit_of_work import Work
from protocol.identifiers import SiteId, TicketId
from protocol.instants import Instant


@dataclass(frozen=True, slots=True)
class Change:
    """A change. `order_id`, or the order of `ticket_id`, bounds who hears it; `user_id`: that person alone hears it.

    `data` holds the fields that `central.live.views` shows of the kind.
    """

    kind: LiveKind
    data: Mapping[str, object]
    site_id: SiteId | None = None
    order_id: int | None = None
    ticket_id: TicketId | None = None
    user_id: int | None = None


def tell(work: Work, now: Instant, *changes: Change) -> None:
    """Let these changes be told when the transaction commits."""
    tell_all(work, now, changes)


def tell_all(work: Work, now: Instant, changes: Iterable[Change]) -> None:
    """Let many changes be told when the transaction commits."""
    rows = [_row(one, now) for one in changes]
    if rows:
        work.insert(LiveEventRow, rows)


def _row(one: Change, now: Instant) -> dict[str, object]:
    return {
        "kind": one.kind.value,
        "told_at": now,
        "site_id": one.site_id,
        "order_id": one.order_id,
        "ticket_id": one.ticket_id or None,
        "user_id": one.user_id,
        "data": json.dumps(one.data, separators=(",", ":")),
    }
