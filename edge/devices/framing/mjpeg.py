"""JPEG pictures in a stream of HTTP multipart parts, cut out without being decoded.

Source: multipart/x-mixed-replace as network cameras send it. Laws: a part with a length is cut by it, another part by the
picture's own first and last marker; a part that is longer than any picture is dropped.
"""

import re

MAX_JPEG_BYTES = 8 * 1024 * 1024
_BEGIN, _END = b"\xff\xd8", b"\xff\xd9"
_HEAD_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"content-length:\s*(\d{1,8})", re.IGNORECASE)


class JpegParts:
    """Finds the pictures."""

    def __init__(self) -> None:
        self._unparsed = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes as they come; return the pictures that they complete."""
        self._unparsed += data
        found: list[bytes] = []
        while (jpeg := self._next()) is not None:
            found.append(jpeg)
        if len(self._unparsed) > MAX_JPEG_BYTES:
            self._unparsed.clear()
        return found

    def _next(self) -> bytes | None:
        begin = self._unparsed.find(_BEGIN)
        if begin < 0:
            return None
        end = self._end_of_picture(begin)
        if end is None:
            return None
        jpeg = bytes(self._unparsed[begin:end])
        del self._unparsed[:end]
        return jpeg

    def _end_of_picture(self, begin: int) -> int | None:
        head = bytes(self._unparsed[:begin])
        told = _LENGTH.search(head) if head.endswith(_HEAD_END) else None
        if told is not None:
            end = begin + int(told[1])
            return end if len(self._unparsed) >= end else None
        last = self._unparsed.find(_END, begin)
        return None if last < 0 else last + len(_END)
