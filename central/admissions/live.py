"""What admissions and their conflicts tell live streams.

Laws: a release and its outcome that arrive together are one event; conflicts that are computed again are told only where they
differ.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping

from central.admissions.events import NewEvent, Scanned
from central.live_events.kinds import ConflictChange, LiveKind
from central.live_events.telling import Change, tell_all
from central.store.unit_of_work import Work
from protocol.admission.passages import PassageState
from protocol.identifiers import SiteId, TicketId
from protocol.instants import Instant
from protocol.journal.events import Intent, Outcome, OutcomeResult

_THROUGH = frozenset({OutcomeResult.PASSED, OutcomeResult.FORCED})
_Key = tuple[int, int]
_Row = Mapping[str, Any] | RowMapping
_Rows = Sequence[Mapping[str, Any]] | Sequence[RowMapping]


def tell_admissions(work: Work, told: Iterable[tuple[NewEvent, Scanned]], now: Instant) -> None:
    """Tell the releases of new events, each as its last event here leaves it."""
    found: dict[_Key, Change] = {}
    for one, subject in told:
        key, said = _said(one, subject)
        earlier = found.get(key)
        data = said if earlier is None else {**earlier.data, "state": said["state"]}
        found[key] = Change(LiveKind.ADMISSION, data, site_id=one.event.site, ticket_id=subject.ticket_id)
    tell_all(work, now, found.values())


def _said(one: NewEvent, subject: Scanned) -> tuple[_Key, dict[str, object]]:
    event = one.event.event
    sequence = event.of if isinstance(event, Outcome) else one.event.sequence
    said: dict[str, object] = {
        "journal_number": one.journal_number,
        "sequence": sequence,
        "agent": one.event.agent,
        "check_point": one.event.check_point,
        "direction": event.direction.value if isinstance(event, Intent) else None,
        "persons": event.persons if isinstance(event, Intent) else None,
        "scanned_at": subject.scanned_at,
        "state": _state(event).value,
    }
    return (one.journal_number, sequence), said


def _state(event: Intent | Outcome) -> PassageState:
    if isinstance(event, Intent):
        return PassageState.PENDING
    return PassageState.PASSED if event.result in _THROUGH else PassageState.NOT_PASSED


def tell_conflicts(work: Work, before: _Rows, after: _Rows, now: Instant) -> None:
    """Tell which conflicts are new, and which are none any more."""
    old, new = ({_key(row): row for row in rows} for rows in (before, after))
    gone = [_of_row(old[key], ConflictChange.GONE) for key in old if key not in new]
    tell_all(work, now, [*gone, *(_of_row(new[key], ConflictChange.FOUND) for key in new if key not in old)])


def conflict_change(site_id: SiteId, which: _Key, ticket_id: TicketId, change: ConflictChange) -> Change:
    """Return what live streams hear of a conflict: (the journal's number, the sequence)."""
    said = {"journal_number": which[0], "sequence": which[1], "change": change.value}
    return Change(LiveKind.CONFLICT, said, site_id=site_id, ticket_id=ticket_id)


def _key(row: _Row) -> _Key:
    return row["journal_number"], row["sequence"]


def _of_row(row: _Row, change: ConflictChange) -> Change:
    return conflict_change(SiteId(row["site_id"]), _key(row), TicketId(row["ticket_id"]), change)
