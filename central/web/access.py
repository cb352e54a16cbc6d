"""Who calls, and whether the route allows it.

Laws: every route is denied unless its declaration allows it; a browser's session counts only from our own pages (Origin or
Sec-Fetch-Site, and a token that another site cannot read); a person who must change the password may do nothing else.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from central.domain.messages import NO_ORDER, NO_PAYMENT, NO_REFUND, NO_TICKET, PASSWORD_FOR_ONE_USE
from central.domain.principal import DataScope, Principal, ScopedNumber
from central.domain.problems import Problem, ProblemCode
from central.domain.saying import Message
from central.web.messages import (
    CALLED_BY_OTHER_SITE,
    CSRF_TOKEN_WRONG,
    NO_SHORT_NUMBER,
    ORIGIN_NOT_OURS,
    OWN_SESSION_ONLY,
    PASSWORD_AGAIN,
    PERMISSION_NEEDED,
)
from protocol.instants import MS_PER_MINUTE, Instant

COOKIE = "__Host-paifang"
CSRF_HEADER = "X-CSRF-Token"
_BEARER = "Bearer "
PROVED_FOR_MS = 5 * MS_PER_MINUTE
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_FETCH_SITES = frozenset({"same-origin", "none"})
_NOT_THERE: Mapping[ScopedNumber, Message] = {
    ScopedNumber.ORDER: NO_ORDER,
    ScopedNumber.PAYMENT: NO_PAYMENT,
    ScopedNumber.REFUND: NO_REFUND,
    ScopedNumber.TICKET: NO_TICKET,
    ScopedNumber.SHORT_NUMBER: NO_SHORT_NUMBER,
}


class Access(Enum):
    """Routes that need no permission of a person."""

    PUBLIC = "public"
    ENTERED = "entered"  # signed in, also by a password for one use: what reads, ends or completes that session
    SIGNED_IN = "signed-in"
    SESSION = "session"  # signed in by a password: nothing for programs' tokens
    AGENT = "agent"  # the handler proves the agent's own signature (RFC 9421)


class ScopeGuard(Protocol):
    """What the web needs of sales."""

    async def sees(self, who: Principal, subject: ScopedNumber, value: int | str) -> bool:
        """Return whether the order that this number belongs to exists, and is within the person's scope at a counter."""
        ...


async def require_seen(guard: ScopeGuard, who: Principal, subject: ScopedNumber, value: int | str) -> None:
    """Raise Problem where a person asks for an order outside the counter's scope: for that person it does not exist."""
    if who.sees_at_counter is not DataScope.ALL and not await guard.sees(who, subject, value):
        raise Problem(ProblemCode.NOT_FOUND, _NOT_THERE[subject].of(**{subject.value: value}))


class Authenticator(Protocol):
    """What the web needs of identity."""

    async def principal(self, token: str, now: Instant) -> Principal | None:
        """Return the person of the token's session, or None where the token is unknown or the session is over."""
        ...


@dataclass(frozen=True, slots=True)
class Credentials:
    """A session's token, and whether a browser sent it by itself."""

    token: str
    is_ambient: bool


def credentials(headers: Mapping[str, str], cookies: Mapping[str, str]) -> Credentials | None:
    """Return the token that a request carries; a bearer token takes precedence over a cookie."""
    authorization = headers.get("Authorization", "")
    if authorization.startswith(_BEARER):
        return Credentials(authorization[len(_BEARER) :], is_ambient=False)
    cookie = cookies.get(COOKIE)
    return None if cookie is None else Credentials(cookie, is_ambient=True)


def csrf_token(session_token: str) -> str:
    """Return the token that pages send along; it is computed from the session's token, and does not reveal it."""
    return hashlib.sha256(b"paifang/csrf/1\0" + session_token.encode()).hexdigest()


def require_own_page(method: str, headers: Mapping[str, str], session_token: str, own_origin: str) -> None:
    """Raise Problem where a browser's unsafe request does not come from our own pages."""
    if method in _SAFE_METHODS:
        return
    fetch_site, origin = headers.get("Sec-Fetch-Site"), headers.get("Origin")
    if fetch_site is not None and fetch_site not in _OWN_FETCH_SITES:
        raise Problem(ProblemCode.CROSS_SITE, CALLED_BY_OTHER_SITE.of())
    if origin is not None and origin.partition("://")[2] != own_origin:
        raise Problem(ProblemCode.CROSS_SITE, ORIGIN_NOT_OURS.of())
    if not hmac.compare_digest(headers.get(CSRF_HEADER, "").encode(), csrf_token(session_token).encode()):
        raise Problem(ProblemCode.CROSS_SITE, CSRF_TOKEN_WRONG.of(header=CSRF_HEADER))


def require_proved(principal: Principal, now: Instant) -> None:
    """Raise Problem unless the person gave the password within the last minutes."""
    if principal.proved_at is None or now - principal.proved_at > PROVED_FOR_MS:
        raise Problem(ProblemCode.PROOF_REQUIRED, PASSWORD_AGAIN.of())


def require_allowed(wanted: Access | str, principal: Principal) -> None:
    """Raise Problem unless a person may call a route that is declared so."""
    if wanted is Access.SESSION:
        require_session(principal)
    if principal.must_change_password and wanted is not Access.ENTERED:
        raise Problem(ProblemCode.PASSWORD_CHANGE_REQUIRED, PASSWORD_FOR_ONE_USE.of())
    if isinstance(wanted, str):
        _require_held(wanted, principal)


def require_session(principal: Principal) -> None:
    """Raise Problem where a program acts: only a person's session may do this."""
    if principal.proved_at is None:
        raise Problem(ProblemCode.FORBIDDEN, OWN_SESSION_ONLY.of())


def _require_held(access: str, principal: Principal) -> None:
    if access not in principal.permissions:
        raise Problem(ProblemCode.FORBIDDEN, PERMISSION_NEEDED.of(permission=access))
