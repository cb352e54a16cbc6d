"""Following an honest feed, and seeing a dishonest one refused."""

import pytest

from protocol.feed.faults import Kind, Role, UntrustedFeed
from protocol.feed.segments import ticket_row
from protocol.feed.trust import (
    TrustState,
    believe_admissions,
    believe_keyring,
    believe_manifest,
    believe_timestamp,
)
from protocol.identifiers import TicketId
from protocol.instants import plus
from tests.builders.feed import (
    FeedSimulator,
    entry,
)


def event(sequence: int) -> tuple[bytes, bytes]:
    return ticket_row(TicketId(sequence), entry(sequence, sequence))


def follow(feed: FeedSimulator, state: TrustState, *, late_s: int = 0) -> TrustState:
    """Accept all that an honest central serves now."""
    for keyring, envelope in feed.keyrings:
        if (keyring.epoch, keyring.version) > state.root.edition:
            state = believe_keyring(state, envelope)
    state, timestamp = believe_timestamp(state, feed.timestamps[-1], plus(feed.now, seconds=late_s), 0)
    state, _ = believe_manifest(state, timestamp, feed.manifests[-1])
    state, _ = believe_admissions(state, timestamp, feed.admission_heads[-1])
    return state


class Refused:
    """Expect that the block is refused as this kind of attack on this role."""

    def __init__(self, kind: Kind, role: Role) -> None:
        self.kind, self.role = kind, role

    def __enter__(self) -> None:
        self.context = pytest.raises(UntrustedFeed)
        self.caught = self.context.__enter__()

    def __exit__(self, *raised: object) -> bool:
        swallowed = self.context.__exit__(*raised)  # type: ignore[arg-type]  # handed through as it came
        assert (self.caught.value.kind, self.caught.value.role) == (self.kind, self.role), str(self.caught.value)
        return swallowed
