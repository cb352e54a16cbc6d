"""Checks a supervisor's PIN against the verifiers that central signed.

Laws: guesses are few (five in a quarter of an hour for all persons together, counted before they are checked, so that parallel
guesses gain nothing); a PIN is neither kept nor logged; a restart resets the count, because it needs access to the computer
itself. Concurrency: one proof at a time; the slow hash runs on a thread, lanes go on.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from protocol.admission.supervisors import Supervisor

MAX_GUESSES = 5
GUESSES_WITHIN_MS = 15 * 60_000
MAX_PIN_CHARACTERS = 32


class Proof(StrEnum):
    """The result of checking a PIN."""

    PROVED = "proved"
    WRONG = "wrong"
    TOO_MANY = "too-many"


class Supervision:
    """Checks PINs. `supervisors` reads the table of the feed in force; it raises StorageError where there is no feed."""

    def __init__(self, supervisors: Callable[[], tuple[Supervisor, ...]], monotonic_ms: Callable[[], int]) -> None:
        self._supervisors = supervisors
        self._monotonic_ms = monotonic_ms
        self._hasher = PasswordHasher()
        self._guesses_ms: deque[int] = deque()
        self._checking = asyncio.Lock()

    async def prove(self, person_id: int, pin: str) -> Proof:
        """Return whether the PIN is this person's."""
        async with self._checking:
            now_ms = self._monotonic_ms()
            while self._guesses_ms and self._guesses_ms[0] <= now_ms - GUESSES_WITHIN_MS:
                self._guesses_ms.popleft()
            if len(self._guesses_ms) >= MAX_GUESSES:
                return Proof.TOO_MANY
            verifiers = [one.verifier for one in self._supervisors() if one.person_id == person_id]
            self._guesses_ms.append(now_ms)
            if not verifiers or not await asyncio.to_thread(self._verifies, verifiers[0], pin[: MAX_PIN_CHARACTERS + 1]):
                return Proof.WRONG
            self._guesses_ms.pop()
            return Proof.PROVED

    def _verifies(self, verifier: str, pin: str) -> bool:
        try:
            return len(pin) <= MAX_PIN_CHARACTERS and self._hasher.verify(verifier, pin)
        except (Argon2Error, InvalidHashError):
            return False
