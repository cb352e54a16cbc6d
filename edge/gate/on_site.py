"""How many persons are on site now (在园人数), counted from today's passages at every gate that this agent knows of.

Laws: an event counts once, from the own journal or from signed admissions; a passage that did not happen counts nothing; the
count restarts at zero each local day, because some exits are not seen. Where gates are cut off, it lags; staff correct central's
own figure.
"""

from collections.abc import Iterable
from datetime import date, tzinfo

from protocol import cbor
from protocol.directions import Direction
from protocol.feed.segments import rows_of
from protocol.instants import local_day
from protocol.journal.events import Intent, OutcomeResult
from protocol.journal.history import AdmissionEvent, EventKey

_THROUGH = frozenset({OutcomeResult.PASSED, OutcomeResult.FORCED})


class OnSite:
    """A running count for one day. Events may come in any order and more than once."""

    def __init__(self) -> None:
        self._begin(None)

    def count(self) -> int:
        """Return the persons inside; never below zero."""
        return max(0, self._total)

    def begin_day(self, day: date) -> None:
        """Count for this local day; a new one begins at zero."""
        if day != self._day:
            self._begin(day)

    def note_segments(self, segments: Iterable[bytes], zone: tzinfo) -> None:
        """Add the events of these segments of the signed admissions; a segment that was added before is skipped."""
        for segment in segments:
            if segment not in self._segments:
                self._segments.add(segment)
                self.note((AdmissionEvent.from_value(cbor.decode(value)) for _, value in rows_of(segment)), zone)

    def note(self, events: Iterable[AdmissionEvent], zone: tzinfo) -> None:
        """Add these events."""
        for event in events:
            if event.key in self._noted:
                continue
            self._noted.add(event.key)
            if isinstance(event.event, Intent):
                self._note_intent(event.key, event.event, zone)
                continue
            of = (event.agent, event.journal_id, event.event.of)
            before = self._effect(of)
            (self._passed if event.event.result in _THROUGH else self._annulled).add(of)
            self._total += self._effect(of) - before

    def _note_intent(self, key: EventKey, intent: Intent, zone: tzinfo) -> None:
        if local_day(intent.scanned_at, zone) != self._day or intent.resumes is not None:
            return
        self._persons[key] = intent.persons if intent.direction is Direction.ENTRY else -intent.persons
        self._total += self._effect(key)

    def _effect(self, key: EventKey) -> int:
        """Return the persons that one passage adds: 0 where it was annulled and no late pass followed."""
        if key in self._annulled and key not in self._passed:
            return 0
        return self._persons.get(key, 0)

    def _begin(self, day: date | None) -> None:
        self._day = day
        self._segments: set[bytes] = set()
        self._noted: set[EventKey] = set()
        self._persons: dict[EventKey, int] = {}
        self._annulled: set[EventKey] = set()
        self._passed: set[EventKey] = set()
        self._total = 0
