"""The keys by which a site's gates know holders (law 9): a new one when an agent is lost; a key that no agent uses is removed.

Laws: pure; central hands out a key only once the feed finds every holder by it, so that no visitor who paid is turned away; a key
stays as long as an agent with rights uses it; a generation is never given twice, not even after a restore of central's backup,
because it is the time when its key was made.

A round computes the credentials of all tickets for the keys in force: it goes from ticket to ticket, then waits until the feed
holds them. It starts again whenever the keys change.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass, replace

from protocol.holders import SITE_KEY_BYTES
from protocol.identifiers import TicketId
from protocol.instants import Instant

# Sites of earlier versions keep one key without its time.
FIRST_GENERATION = 1


@dataclass(frozen=True, slots=True)
class HolderKey:
    """A key of 32 bytes, and when it was made (ms)."""

    generation: int
    key: bytes


@dataclass(frozen=True, slots=True)
class Walk:
    """A round that goes from ticket to ticket, and has done the tickets up to this one (None: it has not begun)."""

    past: TicketId | None


@dataclass(frozen=True, slots=True)
class Telling:
    """A round that waits until the feed holds the changes of tickets up to this one."""

    change_id: int


Round = Walk | Telling | None


@dataclass(frozen=True, slots=True)
class HolderKeys:
    """A site's keys in force, newest first; `ready` is the generation that is handed out. `round` is the current round."""

    keys: tuple[HolderKey, ...]
    ready: int
    round: Round

    @property
    def handed_out(self) -> HolderKey:
        """The newest key by which the feed finds every holder."""
        return next(one for one in self.keys if one.generation == self.ready)

    @property
    def secrets(self) -> tuple[bytes, ...]:
        """The keys that holders are hashed with, newest first."""
        return tuple(one.key for one in self.keys)


def begun(key: bytes, now: Instant) -> HolderKeys:
    """Return the keys of a new site."""
    return HolderKeys((HolderKey(now, key),), now, None)


def with_new(held: HolderKeys, key: bytes, now: Instant) -> HolderKeys:
    """Return the keys with a new one in front; central hands it out at the end of the round that begins now."""
    newest = HolderKey(max(now, held.keys[0].generation + 1), key)
    return HolderKeys((newest, *held.keys), held.ready, Walk(None))


def settled(held: HolderKeys) -> HolderKeys:
    """Return the keys at the end of a round: central hands out the newest from now on."""
    return replace(held, ready=held.keys[0].generation, round=None)


def without_unused(held: HolderKeys, in_use: Collection[int]) -> HolderKeys:
    """Return the keys without those that are older than the one handed out and that no agent uses.

    A round then takes their credentials away.
    """
    kept = tuple(one for one in held.keys if one.generation >= held.ready or one.generation in in_use)
    return held if kept == held.keys else HolderKeys(kept, held.ready, Walk(None))


def to_text(held: HolderKeys) -> str:
    """Return the keys as text, for the seal."""
    doing: list[object] = []
    match held.round:
        case Walk(past):
            doing = ["walk", past]
        case Telling(change_id):
            doing = ["telling", change_id]
    keys = [[one.generation, one.key.hex()] for one in held.keys]
    return json.dumps({"keys": keys, "ready": held.ready, "round": doing})


def from_text(text: str) -> HolderKeys:
    """Return the keys from the text of `to_text`, or from the one key that a site of an earlier version has."""
    if len(text) == 2 * SITE_KEY_BYTES:
        return HolderKeys((HolderKey(FIRST_GENERATION, bytes.fromhex(text)),), FIRST_GENERATION, None)
    said = json.loads(text)
    match said["round"]:
        case ["walk", past]:
            doing: Round = Walk(None if past is None else TicketId(past))
        case ["telling", change_id]:
            doing = Telling(change_id)
        case _:
            doing = None
    keys = tuple(HolderKey(generation, bytes.fromhex(key)) for generation, key in said["keys"])
    return HolderKeys(keys, said["ready"], doing)
