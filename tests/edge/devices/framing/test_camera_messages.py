"""The messages of the camera's process."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.devices.framing.camera_messages import HEADER_BYTES, Header, Kind, decode_header, encode
from protocol.errors import InputError


def test_a_message_is_its_kind_its_length_and_its_body() -> None:
    assert encode(Kind.CODE, b"PF1") == bytes.fromhex("02 00000003 504631")
    assert encode(Kind.SEEING) == bytes.fromhex("01 00000000")


@given(st.sampled_from(Kind), st.binary(max_size=4_096))
def test_a_head_read_is_the_head_written(kind: Kind, body: bytes) -> None:
    assert decode_header(encode(kind, body)[:HEADER_BYTES]) == Header(kind, len(body))


@pytest.mark.parametrize("head", ["00 00000000", "04 00000000", "02 00001001", "02 FFFFFFFF", "46 61696C65"])
def test_anything_else_ends_the_conversation(head: str) -> None:
    with pytest.raises(InputError):
        decode_header(bytes.fromhex(head))
