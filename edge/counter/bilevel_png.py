"""Reads the PNG that central draws of a ticket: one bit a dot, grey, not interlaced, no filter. Pure.

Laws: dots come out as they are; nothing but that kind of PNG is read, and no more bytes than its head promises are unpacked.
"""

import struct
import zlib
from base64 import b64decode

from edge.devices.ports import MAX_RASTER_HEIGHT, MAX_RASTER_WIDTH, Raster
from protocol.errors import InputError

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEAD_BYTES = 13
_ONE_BIT_GREY = (1, 0, 0, 0, 0)  # bits, colour, compression, filter, interlace
_CHUNK_BYTES = 12  # length, kind and checksum
_BYTE_BITS = 8
_MAX_CHUNKS = 4_096


def raster_of(text: str) -> Raster:
    """Return the dots of a PNG in Base64; raise InputError where it is no such PNG."""
    try:
        data = b64decode(text, validate=True)
        if not data.startswith(_SIGNATURE):
            raise InputError("the dots are no PNG")
        return _raster(_chunks(data[len(_SIGNATURE) :]))
    except (ValueError, struct.error, zlib.error) as error:
        raise InputError(f"the dots are a damaged PNG ({type(error).__name__})") from None


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    found: list[tuple[bytes, bytes]] = []
    while data and len(found) < _MAX_CHUNKS:
        length, kind = struct.unpack_from(">I4s", data)
        body, checksum = data[8 : 8 + length], data[8 + length : _CHUNK_BYTES + length]
        if checksum != struct.pack(">I", zlib.crc32(kind + body)):
            raise InputError("the dots are a damaged PNG (checksum)")
        found.append((kind, body))
        data = data[_CHUNK_BYTES + length :]
    return found


def _raster(chunks: list[tuple[bytes, bytes]]) -> Raster:
    if not chunks or chunks[0][0] != b"IHDR" or len(chunks[0][1]) != _HEAD_BYTES:
        raise InputError("the dots are a PNG without a head")
    width, height, *kind = struct.unpack(">IIBBBBB", chunks[0][1])
    if tuple(kind) != _ONE_BIT_GREY:
        raise InputError("the dots are a PNG of another kind than one bit a dot, grey, not interlaced")
    if not (0 < width <= MAX_RASTER_WIDTH and 0 < height <= MAX_RASTER_HEIGHT):
        raise InputError(f"{width} by {height} dots are none, or more than {MAX_RASTER_WIDTH} by {MAX_RASTER_HEIGHT}")
    row_bytes = -(-width // _BYTE_BITS)
    rows = _unpacked(b"".join(body for name, body in chunks if name == b"IDAT"), height * (1 + row_bytes))
    if any(rows[:: 1 + row_bytes]):
        raise InputError("the dots are a PNG with a filter")
    return Raster(width, height, _black(rows, width, row_bytes))


def _unpacked(packed: bytes, size: int) -> bytes:
    """Unpack exactly `size` bytes."""
    unpacking = zlib.decompressobj()
    found = unpacking.decompress(packed, size)
    if len(found) != size or unpacking.decompress(unpacking.unconsumed_tail, 1):
        raise InputError("the dots are a PNG of another size than its head says")
    return found


def _black(rows: bytes, width: int, row_bytes: int) -> bytes:
    """Return the rows with black bits set, and the bits beyond the width cleared: a PNG's bit is white."""
    unused = row_bytes * _BYTE_BITS - width
    whole = (1 << row_bytes * _BYTE_BITS) - (1 << unused)
    lines = (rows[start + 1 : start + 1 + row_bytes] for start in range(0, len(rows), 1 + row_bytes))
    return b"".join((~int.from_bytes(line, "big") & whole).to_bytes(row_bytes, "big") for line in lines)
