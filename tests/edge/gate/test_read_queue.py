"""The queue of codes before a busy lane: one showing is answered once, and a visitor who may be gone is not served."""

from edge.gate.read_queue import FRESH_MS, Read, Waiting
from protocol.directions import Direction

IN, OUT = Direction.ENTRY, Direction.EXIT


def read(payload: bytes, at_ms: int = 0, direction: Direction = IN) -> Read:
    return Read(direction, payload, at_ms)


def taken(waiting: Waiting, now_ms: int = 0) -> list[bytes]:
    found = []
    while (one := waiting.take(now_ms)) is not None:
        found.append(one.payload)
    return found


def test_a_code_that_waits_is_not_queued_again() -> None:
    waiting = Waiting()
    for payload in (b"A", b"A", b"B", b"A"):
        waiting.put(read(payload))
    assert taken(waiting) == [b"A", b"B"]


def test_the_code_that_is_served_is_not_queued_until_the_lane_is_free() -> None:
    waiting = Waiting()
    waiting.put(read(b"A"))
    assert waiting.take(0) is not None
    waiting.put(read(b"A"))
    assert not waiting
    waiting.served()
    waiting.put(read(b"A"))
    assert taken(waiting) == [b"A"]


def test_the_same_code_from_the_other_side_is_another_showing() -> None:
    waiting = Waiting()
    waiting.put(read(b"A"))
    waiting.put(read(b"A", direction=OUT))
    assert taken(waiting) == [b"A", b"A"]


def test_the_oldest_makes_room() -> None:
    waiting = Waiting()
    for payload in (b"A", b"B", b"C"):
        waiting.put(read(payload))
    assert taken(waiting) == [b"B", b"C"]


def test_what_waited_too_long_is_dropped() -> None:
    waiting = Waiting()
    waiting.put(read(b"A", 0))
    waiting.put(read(b"B", 1))
    assert taken(waiting, FRESH_MS + 1) == [b"B"]
