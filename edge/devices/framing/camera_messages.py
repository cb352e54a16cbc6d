"""The messages from the camera's process to the agent: frames of `kind u8 | length u32 big-endian | body` on a pipe.

Laws: an unknown kind or length ends the reading (InputError); nothing is guessed.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum

from edge.devices.framing.code_lines import MAX_CODE_BYTES
from protocol.errors import InputError

_HEAD = struct.Struct(">BI")
HEADER_BYTES = _HEAD.size


class Kind(IntEnum):
    """The kinds of messages."""

    SEEING = 1  # frames arrive; repeated while they do
    CODE = 2  # the payload of one code in the latest frame
    FAULT = 3  # why the process ends, UTF-8


@dataclass(frozen=True, slots=True)
class Header:
    """A message's kind, and how many bytes of body follow."""

    kind: Kind
    length: int


def encode(kind: Kind, body: bytes = b"") -> bytes:
    """Return a message."""
    assert len(body) <= MAX_CODE_BYTES, "the caller passes on no longer code"
    return _HEAD.pack(kind, len(body)) + body


def decode_header(data: bytes) -> Header:
    """Read the header of exactly `HEADER_BYTES`; raise InputError if it is malformed."""
    kind, length = _HEAD.unpack(data)
    if kind not in Kind.__members__.values() or length > MAX_CODE_BYTES:
        raise InputError(f"a camera message of kind {kind} and {length} bytes; both sides must be of one version")
    return Header(Kind(kind), length)
