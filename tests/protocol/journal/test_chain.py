"""Proving a batch: batches that continue the chain, and each fault that stops it."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import InputError
from protocol.identifiers import AgentId, BootId, CheckPointId, JournalId, Sequence
from protocol.instants import Instant
from protocol.journal.chain import (
    HEAD_EVERY_ENTRIES,
    HEAD_EVERY_MS,
    BrokenLink,
    Fork,
    Gap,
    JournalHead,
    Proved,
    SignedHead,
    Unreadable,
    WrongChain,
    empty_head,
    head_due,
    head_of,
    head_verifies,
    sign_head,
    verify_batch,
)
from protocol.journal.codec import decode_entry, encode_entry
from protocol.journal.events import Alarm, Entry, LostRange

JOURNAL = JournalId(b"j" * 16)
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = PRIVATE.public_key().public_bytes_raw()
AGENT = AgentId(7)


def chain(length: int, journal_id: JournalId = JOURNAL, word: str = "a") -> list[bytes]:
    head, items = empty_head(journal_id), []
    for number in range(length):
        data = encode_entry(
            Entry(
                journal_id=journal_id,
                sequence=Sequence(head.sequence + 1),
                previous_hash=head.hash,
                boot_id=BootId(bytes(8)),
                check_point=CheckPointId(3),
                wall_at=Instant(number),
                monotonic_ms=number,
                uncertainty_ms=0,
                event=Alarm(word, ""),
                hash=b"",
            )
        )
        items.append(data)
        head = head_of(decode_entry(data))
    return items


ITEMS = chain(8)
HEADS = [empty_head(JOURNAL), *(head_of(decode_entry(item)) for item in ITEMS)]
KNOWN = [(head.sequence, head.hash) for head in HEADS[1:]]


def edited(item: bytes) -> bytes:
    return encode_entry(replace(decode_entry(item), event=Alarm("edited", "")))


def lost(first: int, last: int) -> LostRange:
    return LostRange(Sequence(first), Sequence(last), "unreadable")


@pytest.mark.law(5)
@pytest.mark.parametrize(
    ("stored", "items", "expected"),
    [
        (0, ITEMS, (8, 8, 0)),
        (3, ITEMS[3:], (5, 8, 0)),
        (3, ITEMS, (5, 8, 0)),
        (8, ITEMS, (0, 8, 0)),
        (8, ITEMS[:4], (0, 8, 0)),
        (3, [], (0, 3, 0)),
        (3, [lost(4, 5), *ITEMS[5:]], (3, 8, 1)),
        (0, [lost(1, 5), *ITEMS[5:]], (3, 8, 1)),
        (3, [*ITEMS[:3], lost(4, 4), *ITEMS[4:]], (4, 8, 1)),
        (6, [ITEMS[3], lost(5, 7), ITEMS[7]], (1, 8, 1)),
    ],
)
def test_a_batch_carries_the_chain_on(stored: int, items: list[bytes | LostRange], expected: tuple[int, int, int]) -> None:
    answer = verify_batch(HEADS[stored], items, KNOWN[:stored])
    assert isinstance(answer, Proved), answer
    assert (len(answer.entries), answer.head.sequence, len(answer.lost)) == expected
    assert answer.head == HEADS[expected[1]]
    last = items[-1] if items else None
    assert answer.last == (head_of(decode_entry(last)) if isinstance(last, bytes) else HEADS[stored])


@pytest.mark.law(5)
@pytest.mark.parametrize(
    ("stored", "items", "expected"),
    [
        (0, ITEMS[1:], Gap(Sequence(1))),
        (3, ITEMS[5:], Gap(Sequence(4))),
        (3, [lost(5, 6)], Gap(Sequence(4))),
        (3, [ITEMS[3], lost(6, 6)], Gap(Sequence(5))),
        (0, [*ITEMS[:3], *ITEMS[4:]], BrokenLink(Sequence(5))),  # deleted
        (0, [*ITEMS[:3], edited(ITEMS[3]), *ITEMS[4:]], BrokenLink(Sequence(5))),  # edited
        (0, [*ITEMS[:3], ITEMS[4], ITEMS[3], *ITEMS[5:]], BrokenLink(Sequence(5))),  # swapped
        (0, [*ITEMS[:3], ITEMS[2], *ITEMS[3:]], BrokenLink(Sequence(3))),  # inserted
        (3, [edited(ITEMS[2]), *ITEMS[3:]], Fork(Sequence(3))),
        (3, [edited(ITEMS[2])], Fork(Sequence(3))),
        (3, [edited(ITEMS[1])], Fork(Sequence(2))),
        (3, chain(8, word="b")[3:], Fork(Sequence(3))),
        (8, chain(5, word="b"), Fork(Sequence(1))),
        (0, chain(2, JournalId(b"k" * 16)), WrongChain(Sequence(1))),
    ],
)
def test_each_way_of_not_going_on_is_told_apart(stored: int, items: list[bytes | LostRange], expected: object) -> None:
    assert verify_batch(HEADS[stored], items, KNOWN[:stored]) == expected


def test_entries_that_came_before_must_still_be_linked_among_themselves() -> None:
    assert verify_batch(HEADS[8], [ITEMS[0], edited(ITEMS[1]), ITEMS[2]]) == BrokenLink(Sequence(3))


def test_what_is_no_entry_is_named_by_its_place() -> None:
    answer = verify_batch(HEADS[0], [ITEMS[0], b"\x00"])
    assert isinstance(answer, Unreadable)
    assert answer.place == 1


@given(st.integers(0, 7), st.integers(0, 200), st.integers(1, 255))
def test_no_changed_byte_in_the_middle_is_proved(place: int, byte: int, difference: int) -> None:
    changed = bytearray(ITEMS[place])
    changed[byte % len(changed)] ^= difference
    answer = verify_batch(HEADS[0], [*ITEMS[:place], bytes(changed), *ITEMS[place + 1 :]])
    assert not isinstance(answer, Proved) or answer.last != HEADS[8]  # the signed head detects an edit of the last entry


@given(st.lists(st.integers(1, 7), max_size=6))
def test_batches_of_any_size_with_repeats_end_at_the_same_head(cuts: list[int]) -> None:
    stored = HEADS[0]
    for cut in [*cuts, 8]:
        start = min(cut, stored.sequence)
        answer = verify_batch(stored, ITEMS[start : max(cut, start)], KNOWN[: stored.sequence])
        assert isinstance(answer, Proved)
        stored = answer.head
    assert stored == HEADS[8]


@pytest.mark.parametrize(
    ("entries", "ms", "due"),
    [
        (0, 10 * HEAD_EVERY_MS, False),
        (1, HEAD_EVERY_MS - 1, False),
        (1, HEAD_EVERY_MS, True),
        (HEAD_EVERY_ENTRIES - 1, 0, False),
        (HEAD_EVERY_ENTRIES, 0, True),
    ],
)
def test_when_a_head_is_due(entries: int, ms: int, due: bool) -> None:  # noqa: FBT001  a table's column
    assert head_due(entries, ms) is due


def test_a_signed_head_is_of_one_agent_one_journal_one_place() -> None:
    signed = sign_head(PRIVATE, AGENT, HEADS[3])
    assert SignedHead.from_value(signed.to_value()) == signed
    assert head_verifies(PUBLIC, AGENT, signed)
    assert not head_verifies(PUBLIC, AgentId(8), signed)
    assert not head_verifies(PUBLIC, AGENT, replace(signed, head=HEADS[4]))
    assert not head_verifies(
        PUBLIC, AGENT, replace(signed, head=JournalHead(JournalId(b"k" * 16), HEADS[3].sequence, HEADS[3].hash))
    )


def test_an_empty_journal_has_a_head_too() -> None:
    signed = sign_head(PRIVATE, AGENT, HEADS[0])
    assert SignedHead.from_value(signed.to_value()) == signed
    assert head_verifies(PUBLIC, AGENT, signed)


@pytest.mark.parametrize(
    "value",
    [
        [JOURNAL, -1, bytes(32), bytes(64)],
        [JOURNAL, 0, HEADS[1].hash, bytes(64)],
        [JOURNAL, 1, bytes(32), bytes(64)],
        [JOURNAL, 1, HEADS[1].hash[:31], bytes(64)],
        [JOURNAL, 1, HEADS[1].hash, bytes(63)],
    ],
    ids=["negative", "empty with a hash", "an entry without a hash", "short hash", "short signature"],
)
def test_a_malformed_signed_head_is_refused(value: list[object]) -> None:
    with pytest.raises(InputError):
        SignedHead.from_value(value)
