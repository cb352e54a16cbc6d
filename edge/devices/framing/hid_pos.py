"""USB scanners of the HID point-of-sale class: codes in reports of 64 bytes, long ones in several.

Sources: Access-IS LSR118 and ATR110 manuals (usage page 8C). Laws: a code is complete when its last report has come; parts
without a continuation in time are dropped; a report that contradicts itself is dropped with the code it belongs to.
"""

from edge.devices.framing.code_lines import MAX_CODE_BYTES

REPORT_BYTES = 64
CONTINUATION_S = 0.5
_REPORT_ID = 0x02
_LENGTH_AT, _DATA_AT, _FLAGS_AT = 1, 5, 63
_MAX_DATA_BYTES = 56
_MORE = 0x01


class CodeReports:
    """Puts reports together. Times are seconds of any monotonic clock."""

    def __init__(self) -> None:
        self._parts = bytearray()
        self._last_s = 0.0

    def feed(self, report: bytes, now_s: float) -> list[bytes]:
        """Take one report; return the code that it completes, or none."""
        if now_s - self._last_s > CONTINUATION_S:
            self._parts.clear()
        self._last_s = now_s
        if len(report) != REPORT_BYTES or report[0] != _REPORT_ID or report[_LENGTH_AT] > _MAX_DATA_BYTES:
            self._parts.clear()
            return []
        self._parts += report[_DATA_AT : _DATA_AT + report[_LENGTH_AT]]
        if report[_FLAGS_AT] & _MORE:
            return []
        code = bytes(self._parts)
        self._parts.clear()
        return [code] if 0 < len(code) <= MAX_CODE_BYTES else []
