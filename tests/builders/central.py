"""Central in a test: a database of its own, a clock that the test turns, randomness that repeats, cheap password hashing."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from argon2 import PasswordHasher

from central.store.sealed import FieldSeal
from protocol.instants import Instant

NOON = Instant(1_778_378_400_000)  # 2026-05-10 10:00 in Asia/Shanghai
DATABASE_FILE = "central.db"
FIELD_KEYS = {1: bytes(range(32))}


@dataclass(slots=True)
class HandClock:
    """A clock port that stands still until the test turns it."""

    now: Instant = NOON

    def __call__(self) -> Instant:
        return self.now

    def advance(self, *, seconds: int = 0, milliseconds: int = 0) -> Instant:
        """Turn the clock forward, and return the time."""
        self.now = Instant(self.now + seconds * 1000 + milliseconds)
        return self.now


@dataclass(slots=True)
class SeededBytes:
    """A source of random bytes that gives the same stream for the same seed."""

    seed: str = "paifang"
    drawn: int = field(default=0)

    def __call__(self, count: int) -> bytes:
        self.drawn += 1
        return hashlib.shake_256(f"{self.seed}/{self.drawn}".encode()).digest(count)


def cheap_hasher() -> PasswordHasher:
    """Return an argon2id hasher that takes almost no time."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def field_seal(random_bytes: SeededBytes) -> FieldSeal:
    """Return a seal with a fixed key."""
    return FieldSeal(FIELD_KEYS, 1, random_bytes)


def sqlite_url(folder: Path) -> str:
    """Return the URL of a fresh SQLite file."""
    return f"sqlite:///{folder / DATABASE_FILE}"
