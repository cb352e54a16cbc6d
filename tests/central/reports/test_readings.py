"""In which ways a text that a visitor shows is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.reports.rules.readings import ReadAs, readings
from central.sales.rules.activation import CODE_BYTES, code_of, hash_of
from protocol.holders import Document, DocumentType
from protocol.identifiers import TicketId
from protocol.tickets.codec import encode_body, encode_text
from protocol.tickets.short_number import number_of
from tests.builders.fixed_claims import SINGLE

TICKET = TicketId(0x0123_4567_89AB_CDEF)
QR = encode_text(encode_body(SINGLE), bytes(64))
PHONE, CARD = "13800000009", "99010119900307004X"
WRONG = CARD[:-1] + "1"
CODE = code_of(bytes(range(CODE_BYTES)))


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        (QR, {ReadAs.TICKET_CODE: SINGLE.ticket_id}),
        (f" {QR.lower()} \n", {ReadAs.TICKET_CODE: SINGLE.ticket_id}),
        ("0123456789ABCDEF", {ReadAs.TICKET_ID: TICKET, ReadAs.PAYMENT_NUMBER: "0123456789ABCDEF"}),
        ("17", {ReadAs.ORDER: 17}),
        ("1 7", {ReadAs.ORDER: 17}),
        ("0", {}),
        ("9" * 30, {ReadAs.PAYMENT_NUMBER: "9" * 30}),
        (PHONE, {ReadAs.PHONE: PHONE, ReadAs.ORDER: int(PHONE), ReadAs.PAYMENT_NUMBER: PHONE}),
        (f"+86 {PHONE}", {ReadAs.PHONE: f"+86{PHONE}"}),
        (CARD, {ReadAs.DOCUMENT: Document(DocumentType.RESIDENT_ID, "CN", CARD), ReadAs.PAYMENT_NUMBER: CARD}),
        (
            CARD[:-1] + "1",
            {ReadAs.PHONE: CARD[:-1] + "1", ReadAs.ORDER: int(CARD[:-1] + "1"), ReadAs.PAYMENT_NUMBER: CARD[:-1] + "1"},
        ),
        ("P453e44993f2c53d9", {ReadAs.PAYMENT_NUMBER: "P453e44993f2c53d9"}),
        (CODE.lower(), {ReadAs.ACTIVATION_CODE: hash_of(CODE), ReadAs.PAYMENT_NUMBER: CODE.lower()}),
        ("张三", {}),
        ("'; drop table", {}),
        ("", {}),
    ],
)
def test_a_text_is_read_in_every_way_that_it_can_mean(text: str, ways: dict[ReadAs, object]) -> None:
    assert {one.read_as: one.value for one in readings(text)} == ways


def test_a_short_number_may_also_be_an_order() -> None:
    number = number_of(TICKET)
    assert {one.read_as for one in readings(number)} == {ReadAs.SHORT_NUMBER, ReadAs.ORDER, ReadAs.PAYMENT_NUMBER, ReadAs.PHONE}
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert ReadAs.SHORT_NUMBER not in {one.read_as for one in readings(wrong)}


@given(st.text(max_size=80))
def test_no_text_is_a_fault_and_each_way_is_named_once(text: str) -> None:
    ways = [one.read_as for one in readings(text)]
    assert len(set(ways)) == len(ways)
