"""Pairing of a page: a code that this computer shows once becomes a token that the page keeps. Pure.

Laws: a code lives five minutes, is taken once, and ends after five wrong tries of any pages; codes are compared in constant
time; of a token only the SHA-256 is kept, which is enough because a token has 256 random bits.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from typing import Protocol

CODE_LIVES_S = 300.0
MAX_TRIES = 5
CODE_DIGITS = 8


class PageTokens(Protocol):
    """The hashes of the tokens of paired pages, which outlive the agent."""

    def has_page(self, token_hash: bytes) -> bool:
        """Return whether there is this one."""
        ...

    def add_page(self, token_hash: bytes) -> None:
        """Keep it; durable on return."""
        ...

    def forget_pages(self) -> None:
        """Forget all of them."""
        ...


@dataclass(slots=True)
class _Offer:
    code: str
    until_s: float
    tries: int


class Pairing:
    """`clock` gives monotonic seconds; `new_code` and `new_token` draw chance."""

    def __init__(
        self, tokens: PageTokens, clock: Callable[[], float], new_code: Callable[[], str], new_token: Callable[[], str]
    ) -> None:
        self._tokens = tokens
        self._clock = clock
        self._new_code = new_code
        self._new_token = new_token
        self._offer: _Offer | None = None

    def begin(self) -> str:
        """Return a new code; an older one is over."""
        self._offer = _Offer(self._new_code(), self._clock() + CODE_LIVES_S, 0)
        return self._offer.code

    def pair(self, code: str) -> str | None:
        """Return a token for the code; None where the code is wrong or over."""
        offer = self._offer
        if offer is None or self._clock() >= offer.until_s:
            self._offer = None
            return None
        if not compare_digest(_hash(code), _hash(offer.code)):
            offer.tries += 1
            if offer.tries >= MAX_TRIES:
                self._offer = None
            return None
        self._offer = None
        token = self._new_token()
        self._tokens.add_page(_hash(token))
        return token

    def proves(self, token: str) -> bool:
        """Return whether a page with this token was paired."""
        return self._tokens.has_page(_hash(token))

    def unpair(self) -> None:
        """Forget all pages, and the code."""
        self._offer = None
        self._tokens.forget_pages()


def _hash(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", errors="surrogatepass")).digest()
