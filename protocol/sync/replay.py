"""Prevents replay of requests: sequences in place of clocks.

Laws: a sequence is accepted once; requests sent in parallel may overtake one another by less than 64; older ones are refused; an
agent reserves sequences in blocks, writes the end of the block down before it uses the first, and so never repeats one after a
crash. A wrong clock neither locks an agent out nor allows a replay.
"""

from dataclasses import dataclass

from protocol.identifiers import U64_MAX

WINDOW = 64
BLOCK = 1_024
_MASK = (1 << WINDOW) - 1


@dataclass(frozen=True, slots=True)
class ReplayWindow:
    """The seen sequences of an agent: the highest one, and a bit for each of the 64 up to it (bit 0 is the highest)."""

    highest: int = 0
    seen: int = 0


def admit(window: ReplayWindow, sequence: int) -> ReplayWindow | None:
    """Return the window with this sequence seen, or None where it was seen before or is too old to know."""
    if not 1 <= sequence <= U64_MAX:
        return None
    ahead = sequence - window.highest
    if ahead > 0:
        seen = (window.seen << ahead | 1) & _MASK if ahead < WINDOW else 1
        return ReplayWindow(sequence, seen)
    if -ahead >= WINDOW:
        return None
    bit = 1 << -ahead
    if window.seen & bit:
        return None
    return ReplayWindow(window.highest, window.seen | bit)


@dataclass(frozen=True, slots=True)
class SequenceBlock:
    """Sequences that an agent may use: from `following` up to and including `last`."""

    following: int
    last: int

    def take(self) -> tuple[int, "SequenceBlock"] | None:
        """Return the next sequence and the rest of the block, or None where the next block must be reserved."""
        if self.following > self.last:
            return None
        return self.following, SequenceBlock(self.following + 1, self.last)


def block_from(first: int) -> SequenceBlock:
    """Return the block that begins with `first`. The caller stores its `last` durably before using the block."""
    return SequenceBlock(first, first + BLOCK - 1)
