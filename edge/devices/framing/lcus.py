"""Serial relay boards of LC-Tech's LCUS family: frames that switch, and the three ways in which firmwares report their relays.

Sources: vendor pages of LCUS-1 to LCUS-8 (`A0 channel op sum`); README of AscomSwitchDriver (state as text); LcusRelayBoard.cs of
MultiRoomAudio (state as bytes). To be checked on real hardware: which way a given board's firmware has.
Laws: one wrong bit cannot turn an off frame into an on frame, since its sum differs; only a whole state is believed.
"""

from enum import StrEnum

HEAD = 0xA0
ASK_STATE = b"\xff"
MAX_CHANNELS = 8
_MAX_UNPARSED_BYTES = 256
_WORDS = {b"ON": True, b"OFF": False}


class StateReply(StrEnum):
    """How a board answers `ASK_STATE`."""

    NONE = "none"  # not at all
    TEXT = "text"  # CH1:OFF CR LF CH2:ON CR LF
    BYTES = "bytes"  # one byte a channel, 0 or 1


def switch(channel: int, *, on: bool) -> bytes:
    """Return the frame that switches a channel, counted from 0. The board answers nothing to it."""
    assert 0 <= channel < MAX_CHANNELS, "settings allow no other"
    head = bytes([HEAD, channel + 1, on])
    return head + bytes([sum(head) & 0xFF])


class StateDecoder:
    """Finds the state of all channels in the bytes that follow one `ASK_STATE`."""

    def __init__(self, reply: StateReply, channels: int) -> None:
        assert reply is not StateReply.NONE, "there is nothing to find"
        self._reply = reply
        self._channels = channels
        self._unparsed = bytearray()

    def feed(self, data: bytes) -> frozenset[int] | None:
        """Take bytes as they come; return the channels that are on, once all are known."""
        self._unparsed += data
        del self._unparsed[:-_MAX_UNPARSED_BYTES]
        states = self._from_text() if self._reply is StateReply.TEXT else self._from_bytes()
        if len(states) < self._channels:
            return None
        return frozenset(channel for channel, on in states.items() if on)

    def _from_text(self) -> dict[int, bool]:
        states: dict[int, bool] = {}
        for line in bytes(self._unparsed).split(b"\n")[:-1]:
            name, _, word = line.rpartition(b":")
            number = name[-1:]
            if name[-3:-1] == b"CH" and number.isdigit() and word.strip() in _WORDS:
                states[int(number) - 1] = _WORDS[word.strip()]
        return {channel: on for channel, on in states.items() if 0 <= channel < self._channels}

    def _from_bytes(self) -> dict[int, bool]:
        told = [byte for byte in self._unparsed if byte <= 1]
        return dict(enumerate(bool(byte) for byte in told[-self._channels :]))
