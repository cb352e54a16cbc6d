"""USB scanners that type: boot reports of a keyboard, turned back into the scanned codes.

Source: USB HID usage tables, keyboard page, US layout; boot reports of eight bytes (modifiers, 0, six keys). Laws: a code ends
with Enter or with silence; a key that types no character (an arrow, anything with Ctrl, Alt or the system key, as
keystroke-injection codes send) discards the code that holds it, and nothing else.
"""

from edge.devices.framing.code_lines import MAX_CODE_BYTES

REPORT_BYTES = 8
SILENCE_S = 0.2
_KEYS_AT = 2
_SHIFT, _OTHER_MODIFIERS = 0x22, 0xDD
_ENTERS = (0x28, 0x58)
_TAB = 0x2B
_PLAIN = {0x2C: " ", **dict(zip(range(0x04, 0x1E), "abcdefghijklmnopqrstuvwxyz", strict=True))}
_PLAIN |= dict(zip(range(0x1E, 0x28), "1234567890", strict=True))
_PLAIN |= dict(zip((0x2D, 0x2E, 0x2F, 0x30, 0x31, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38), "-=[]\\;'`,./", strict=True))
_SHIFTED = {key: character.upper() for key, character in _PLAIN.items()}
_SHIFTED |= dict(zip(range(0x1E, 0x28), "!@#$%^&*()", strict=True))
_SHIFTED |= dict(zip((0x2D, 0x2E, 0x2F, 0x30, 0x31, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38), '_+{}|:"~<>?', strict=True))


class TypedCodes:
    """Follows the keys. Times are seconds of any monotonic clock."""

    def __init__(self) -> None:
        self._typed = bytearray()
        self._spoilt = False
        self._down: frozenset[int] = frozenset()
        self._last_s = 0.0

    def feed(self, report: bytes, now_s: float) -> list[bytes]:
        """Take one report, or an empty one where nothing was typed; return the codes that are complete."""
        codes = self._end() if now_s - self._last_s > SILENCE_S else []
        if len(report) != REPORT_BYTES:
            return codes
        self._last_s = now_s
        down = frozenset(key for key in report[_KEYS_AT:] if key)
        for key in report[_KEYS_AT:]:
            if key and key not in self._down:
                codes += self._press(key, report[0])
        self._down = down
        return codes

    def _press(self, key: int, modifiers: int) -> list[bytes]:
        if key in _ENTERS:
            return self._end()
        character = (_SHIFTED if modifiers & _SHIFT else _PLAIN).get(key)
        if modifiers & _OTHER_MODIFIERS or (character is None and key != _TAB) or len(self._typed) >= MAX_CODE_BYTES:
            self._spoilt = True
        elif character is not None:
            self._typed += character.encode("ascii")
        return []

    def _end(self) -> list[bytes]:
        code, spoilt = bytes(self._typed), self._spoilt
        self._typed.clear()
        self._spoilt = False
        return [code] if code and not spoilt else []
