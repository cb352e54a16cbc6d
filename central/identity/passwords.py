"""Passwords and PINs: argon2id in a bounded executor, because unbounded hashing would let callers overload the sign-in page.

Laws: no password is stored, logged or compared as text; an unknown name costs the same time as a wrong password.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from central.domain.problems import Problem, ProblemCode
from central.identity.messages import MANY_SIGN_INS

AT_ONCE = 2
MOST_WAITING = 32
# 46 MiB, one pass: OWASP's first choice, about 60 ms of a core.
MEMORY_KIB, PASSES, LANES = 47_104, 1, 1
# A gate's small computer verifies a PIN: less memory, three passes; about 50 ms of a server's core (a gate's: not measured).
PIN_MEMORY_KIB, PIN_PASSES = 19_456, 3

ResultT = TypeVar("ResultT")


def strong_hasher() -> PasswordHasher:
    """Return the hasher that an assembly uses."""
    return PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)


def pin_hasher() -> PasswordHasher:
    """Return the hasher of PINs that an assembly uses; central makes its verifiers, and gates verify by them."""
    return PasswordHasher(time_cost=PIN_PASSES, memory_cost=PIN_MEMORY_KIB, parallelism=LANES)


class Passwords:
    """Hashes and verifies, two at once at most; with more than `MOST_WAITING` waiting it raises a Problem (busy)."""

    def __init__(self, hasher: PasswordHasher) -> None:
        """Take the hasher (tests give a cheap one)."""
        self._hasher = hasher
        self._executor = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="argon2")
        self._waiting = 0
        self._no_person = hasher.hash("the password of no person")

    async def hash(self, password: str) -> str:
        """Return what is stored of a password."""
        return await self._run(lambda: self._hasher.hash(password))

    async def verify(self, stored: str | None, password: str) -> bool:
        """Return whether this is the password; with nothing stored (no such person) the answer is no, after the same time."""
        matches = await self._run(lambda: self._matches(stored or self._no_person, password))
        return matches and stored is not None

    def _matches(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (Argon2Error, InvalidHashError):
            return False

    async def _run(self, work: Callable[[], ResultT]) -> ResultT:
        if self._waiting >= MOST_WAITING:
            raise Problem(ProblemCode.BUSY, MANY_SIGN_INS.of(), retry_after_s=1)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, work)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Let the threads end."""
        self._executor.shutdown(wait=False)
