"""Frames of the security module as published, and the text of four kinds of cards of persons who do not exist."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.devices.framing import sam
from edge.devices.framing.id_card import name_on, read_card
from edge.devices.framing.sam import Reply, ReplyDecoder
from hardware_sims.id_cards import CardKind, IdCard, invented_number
from protocol.holders import DocumentType

PREAMBLE = "AA AA AA 96 69 "
NUMBER = invented_number(1)


@pytest.mark.parametrize(
    ("made", "frame"),
    [
        (sam.RESET, "00 03 10 FF EC"),
        (sam.STATUS, "00 03 11 FF ED"),
        (sam.FIND, "00 03 20 01 22"),
        (sam.SELECT, "00 03 20 02 21"),
        (sam.READ, "00 03 30 01 32"),
    ],
)
def test_requests(made: bytes, frame: str) -> None:
    assert made.hex(" ").upper() == PREAMBLE + frame


@pytest.mark.parametrize(
    ("frame", "status", "data"),
    [
        ("00 04 00 00 90 94", 0x90, b""),
        ("00 08 00 00 9F 00 00 00 00 97", 0x9F, bytes(4)),
        ("00 04 00 00 80 84", 0x80, b""),
        ("00 0C 00 00 90 00 00 00 00 00 00 00 00 9C", 0x90, bytes(8)),
        ("00 04 00 00 81 85", 0x81, b""),
        ("00 04 00 00 41 45", 0x41, b""),
    ],
)
def test_replies(frame: str, status: int, data: bytes) -> None:
    stream = bytes.fromhex(PREAMBLE + frame)
    assert ReplyDecoder().feed(stream) == Reply(status, data)
    bytewise = ReplyDecoder()
    assert [reply for byte in b"\xaa\x96" + stream if (reply := bytewise.feed(bytes([byte])))] == [Reply(status, data)]


def test_a_reply_may_hold_the_head_of_a_frame_and_a_wrong_checksum_repeats_the_search() -> None:
    inner = bytes.fromhex(PREAMBLE + "00 04 00 00 80 84")
    body = (4 + len(inner)).to_bytes(2, "big") + bytes([0, 0, 0x90]) + inner
    checksum = 0
    for byte in body:
        checksum ^= byte
    assert ReplyDecoder().feed(sam.HEAD + body + bytes([checksum])) == Reply(0x90, inner)
    assert ReplyDecoder().feed(sam.HEAD + body + bytes([checksum ^ 1])) == Reply(0x80, b"")


@given(st.binary(max_size=200))
def test_any_bytes_before_a_reply_are_passed_over_or_taken_for_one_that_is_whole(junk: bytes) -> None:
    decoder = ReplyDecoder()
    decoder.feed(junk)
    assert "data" not in repr(Reply(0x90, b"data"))


def reply_of(card: IdCard) -> bytes:
    return (256).to_bytes(2, "big") + (1024).to_bytes(2, "big") + card.text() + bytes(1024)


@pytest.mark.parametrize(
    ("card", "kind", "born", "region"),
    [
        (IdCard(NUMBER), DocumentType.RESIDENT_ID, date(1950, 1, 1), "990101"),
        (IdCard(NUMBER, until="20400101", name="测试二号"), DocumentType.RESIDENT_ID, date(1950, 1, 1), "990101"),
        (IdCard(NUMBER, born="19501301"), DocumentType.RESIDENT_ID, None, "990101"),
        (IdCard(NUMBER, raw_name=b"\x00\xd8A\x00"), DocumentType.RESIDENT_ID, date(1950, 1, 1), "990101"),
        (
            IdCard(invented_number(2, region="819901"), CardKind.HK_MACAU_TAIWAN),
            DocumentType.HK_MACAU_TAIWAN_RESIDENT,
            date(1950, 1, 1),
            "819901",
        ),
        (IdCard(invented_number(3), CardKind.FOREIGN_2023), DocumentType.FOREIGN_RESIDENT, date(1950, 1, 1), ""),
        (IdCard("ZZZ990101010001", CardKind.FOREIGN_OLD), DocumentType.FOREIGN_RESIDENT, date(1950, 1, 1), ""),
    ],
)
def test_cards_of_every_kind_are_read(card: IdCard, kind: DocumentType, born: date | None, region: str) -> None:
    read = read_card(reply_of(card))
    assert read is not None
    assert (read.document.kind, read.document.country, read.document.number) == (kind, "CN", card.number)
    assert (read.born, read.region) == (born, region)
    assert card.number not in repr(read)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        reply_of(IdCard(NUMBER))[:200],
        (100).to_bytes(2, "big") + reply_of(IdCard(NUMBER))[2:],
        reply_of(IdCard(NUMBER[:-1] + ("1" if NUMBER[-1] != "1" else "2"))),
        reply_of(IdCard("", CardKind.FOREIGN_OLD)),
        reply_of(IdCard("证" * 15, CardKind.FOREIGN_OLD)),
        reply_of(IdCard(NUMBER))[: 4 + 248] + "Q".encode("utf-16-le") + reply_of(IdCard(NUMBER))[4 + 250 :],
    ],
)
def test_a_card_that_names_no_person_is_none(data: bytes) -> None:
    assert read_card(data) is None


@pytest.mark.parametrize(
    ("card", "name"),
    [
        (IdCard(NUMBER), "测试一号"),
        (IdCard(NUMBER, name=""), ""),
        (IdCard(NUMBER, raw_name=b"\x00\xd8A\x00"), ""),
        (IdCard(NUMBER, name="测\n试"), ""),
        (IdCard(invented_number(2), CardKind.HK_MACAU_TAIWAN), "测试一号"),
        (IdCard("ZZZ990101010001", CardKind.FOREIGN_OLD), "TEST PERSON ONE"),
        (IdCard(invented_number(3), CardKind.FOREIGN_2023), "测试一号"),
        (IdCard(invented_number(3), CardKind.FOREIGN_2023, name="", foreign_name="TEST PERSON ONE"), "TEST PERSON ONE"),
    ],
)
def test_the_name_is_read_where_each_kind_has_it(card: IdCard, name: str) -> None:
    assert read_card(reply_of(card)) is not None
    assert name_on(reply_of(card)) == name
