"""Tickets and credentials in a bucket: one layout, one order, found by bisection."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import InputError
from protocol.feed import rows
from protocol.feed.records import (
    CREDENTIAL_BYTES,
    TICKET_BYTES,
    TICKET_KEY_BYTES,
    CredentialEntry,
    CredentialKind,
    credential_key,
    credential_row,
    decode_credentials,
    decode_tickets,
    encode_credentials,
    encode_tickets,
    find_record,
    find_tickets,
    records_by_prefix,
    ticket_key,
    ticket_row,
)
from protocol.identifiers import U64_MAX, SiteId, TicketId, TicketTypeId
from protocol.instants import Minute
from protocol.tickets.claims import TicketFlags
from protocol.tickets.record import TicketRecord, TicketState

GOLDEN = TicketRecord(
    ticket_id=TicketId(0x0102030405060708),
    issuing_site=SiteId(0x1112),
    ticket_type=TicketTypeId(0x2122),
    issued_at=Minute(0x31323334),
    valid_from=Minute(0x41424344),
    valid_until=Minute(0x51525354),
    flags=TicketFlags.GROUP | TicketFlags.REAL_NAME,
    generation=0x61,
    state=TicketState.BLOCKED,
    state_since=Minute(0x71727374),
    persons=0x8182,
    slot_start=Minute(0x91929394),
    slot_minutes=0xA1A2,
)
GOLDEN_ROW = bytes.fromhex("0102030405060708 1112 2122 31323334 41424344 51525354 03 61 02 71727374 8182 91929394 a1a2")

minutes = st.integers(0, 2**32 - 1).map(Minute)
u16 = st.integers(0, 2**16 - 1)
ticket_ids = st.one_of(st.integers(1, 40), st.integers(1, U64_MAX)).map(TicketId)
records = st.builds(
    TicketRecord,
    ticket_id=ticket_ids,
    issuing_site=u16.map(SiteId),
    ticket_type=u16.map(TicketTypeId),
    issued_at=minutes,
    valid_from=minutes,
    valid_until=minutes,
    flags=st.integers(0, 15).map(TicketFlags),
    generation=st.integers(0, 255),
    state=st.sampled_from(TicketState),
    state_since=minutes,
    persons=u16,
    slot_start=minutes,
    slot_minutes=u16,
)
keys = st.one_of(st.binary(min_size=16, max_size=16), st.sampled_from([bytes(16), bytes(15) + b"\x01", b"\xff" * 16]))
entries = st.builds(CredentialEntry, keys, st.sampled_from(CredentialKind), ticket_ids)


def test_a_ticket_row_has_its_golden_bytes() -> None:
    assert ticket_row(GOLDEN) == GOLDEN_ROW
    assert len(GOLDEN_ROW) == TICKET_BYTES == 39


def test_a_table_is_its_rows_transposed() -> None:
    one, two = replace(GOLDEN, ticket_id=TicketId(1)), replace(GOLDEN, ticket_id=TicketId(2), persons=1)
    table = encode_tickets([two, one])
    assert [bytes(pair) for pair in zip(ticket_row(one), ticket_row(two), strict=True)] == [
        table[place : place + 2] for place in range(0, len(table), 2)
    ]


def test_a_credential_row_has_its_golden_bytes() -> None:
    entry = CredentialEntry(bytes(range(16)), CredentialKind.NFC, TicketId(0x0A0B))
    assert credential_row(entry).hex() == "000102030405060708090a0b0c0d0e0f" + "02" + "0000000000000a0b"
    assert len(credential_row(entry)) == CREDENTIAL_BYTES == 25


@given(st.lists(records, max_size=30), ticket_ids)
def test_every_ticket_is_found_and_no_other(held: list[TicketRecord], stranger: TicketId) -> None:
    by_id = {record.ticket_id: record for record in held}
    table = encode_tickets(held)
    assert decode_tickets(table) == tuple(by_id[ticket_id] for ticket_id in sorted(by_id))
    for ticket_id in (*by_id, stranger):
        assert find_record(table, ticket_id) == by_id.get(ticket_id)


@given(st.lists(records, max_size=30), st.integers(0, 2**32 - 1))
def test_tickets_are_found_by_how_their_ids_begin(held: list[TicketRecord], stranger: int) -> None:
    by_id = {record.ticket_id: record for record in held}
    table = encode_tickets(held)
    for top in {stranger, *(ticket_id >> 32 for ticket_id in by_id)}:
        expected = tuple(by_id[ticket_id] for ticket_id in sorted(by_id) if ticket_id >> 32 == top)
        assert records_by_prefix(table, top.to_bytes(4, "big")) == expected


@given(st.lists(entries, max_size=30), keys)
def test_every_credential_leads_to_its_tickets_and_no_others(held: list[CredentialEntry], stranger: bytes) -> None:
    table = encode_credentials(held)
    assert sorted(decode_credentials(table), key=credential_row) == sorted(set(held), key=credential_row)
    for key in {stranger, *(entry.key for entry in held)}:
        for kind in CredentialKind:
            expected = sorted({entry.ticket_id for entry in held if (entry.key, entry.kind) == (key, kind)})
            assert find_tickets(table, kind, key) == tuple(expected)


@given(st.lists(records, max_size=20), st.lists(records, max_size=10), st.lists(ticket_ids, max_size=10))
def test_a_changed_table_is_the_table_of_the_changed_records(
    old: list[TicketRecord], upserts: list[TicketRecord], removals: list[TicketId]
) -> None:
    changes: dict[bytes, bytes | None] = {ticket_key(ticket_id): None for ticket_id in removals}
    changes |= {ticket_key(record.ticket_id): ticket_row(record) for record in upserts}
    expected = {record.ticket_id: record for record in old if record.ticket_id not in removals}
    expected |= {record.ticket_id: record for record in upserts}
    table = rows.changed(encode_tickets(old), TICKET_BYTES, TICKET_KEY_BYTES, changes)
    assert table == encode_tickets(expected.values())


@pytest.mark.parametrize(
    "table",
    [
        GOLDEN_ROW[:-1],
        rows.transpose([GOLDEN_ROW, GOLDEN_ROW], TICKET_BYTES),
        rows.transpose([GOLDEN_ROW, bytes(8) + GOLDEN_ROW[8:]], TICKET_BYTES),
        GOLDEN_ROW[:26] + b"\x09" + GOLDEN_ROW[27:],
    ],
    ids=["cut short", "a ticket twice", "not in order", "a status that is not known"],
)
def test_a_malformed_table_is_refused(table: bytes) -> None:
    with pytest.raises(InputError):
        decode_tickets(table)


def test_a_credential_of_a_kind_that_is_not_known_is_refused() -> None:
    with pytest.raises(InputError, match="kind 99"):
        decode_credentials(bytes(16) + b"\x63" + bytes(8))


@pytest.mark.law(9)
def test_a_shown_credential_is_kept_as_a_hash_of_its_kind_and_never_an_id_card() -> None:
    assert credential_key(CredentialKind.NFC, b"04A1B2") != credential_key(CredentialKind.OTA_CODE, b"04A1B2")
    assert len(credential_key(CredentialKind.NFC, b"04A1B2")) == 16
    with pytest.raises(AssertionError):
        credential_key(CredentialKind.ID_CARD, b"990101194912310028")
