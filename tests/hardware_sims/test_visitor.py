"""A visitor at an arm, in memory: watches, shows a code, walks, and removes all its listeners."""

from collections.abc import Callable

import pytest

from hardware_sims.timers import VirtualTimers
from hardware_sims.turnstile import Direction, Motion, Movement, Turnstile
from hardware_sims.visitor import visit
from tests.builders.contacts import Contacts


class Eye:
    """Remembers the codes before it and frees the arm at the first one, as a gate does."""

    def __init__(self, contacts: Contacts, timers: VirtualTimers, relay: int | None) -> None:
        self.contacts, self.timers, self.relay = contacts, timers, relay
        self.held: list[bytes | None] = []

    def show(self, code: bytes) -> None:
        self.held.append(code)
        if self.relay is not None:
            self.contacts.relay(self.relay, True)
            self.timers.advance(0.2)

    def clear(self) -> None:
        self.held.append(None)


class Bench:
    def __init__(self, relay: int | None) -> None:
        timers, contacts = VirtualTimers(), Contacts()
        self.arm = Turnstile(contacts, timers)
        self.eye = Eye(contacts, timers, relay)


@pytest.mark.parametrize("pushes", [True, False])
async def test_a_visitor_who_is_let_in_walks_or_stays(pushes: bool) -> None:  # noqa: FBT001 - a table's column
    bench = Bench(relay=0)
    went = await visit(bench.eye, bench.arm, b"PF1", pushes=pushes)
    assert (went.released, went.passed) == (True, pushes)
    assert bench.arm.passages(Direction.ENTRY) == pushes
    assert bench.eye.held == [b"PF1", None]


@pytest.mark.parametrize("relay", [None, 1])
async def test_a_visitor_who_is_not_let_in_this_way_gives_up(relay: int | None) -> None:
    bench = Bench(relay)
    went = await visit(bench.eye, bench.arm, b"PF1", Direction.ENTRY, patience_s=0.001)
    assert (went.released, went.passed) == (False, False)
    assert bench.eye.held == [b"PF1", None]
    assert Motion.BLOCKED not in [movement.motion for movement in bench.arm.history], "no visitor pushed"


class ArmThatCounts(Turnstile):
    """Counts its listeners."""

    listening = 0

    def listen(self, listener: Callable[[Movement], None]) -> None:
        super().listen(listener)
        self.listening += 1

    def unlisten(self, listener: Callable[[Movement], None]) -> None:
        super().unlisten(listener)
        self.listening -= 1


@pytest.mark.parametrize("relay", [None, 0])
async def test_a_visitor_leaves_no_listener_behind(relay: int | None) -> None:
    contacts, timers = Contacts(), VirtualTimers()
    arm = ArmThatCounts(contacts, timers)
    await visit(Eye(contacts, timers, relay), arm, b"PF1", patience_s=0.001)
    assert arm.listening == 0
