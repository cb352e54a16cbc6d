"""Requests of agents: proved before they are read, answered in CBOR.

Laws: the body is bounded before it is read, and read before the signature over it is checked; a revoked agent always gets its
signed answer, except for its journal, which is always accepted (law 5).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

from central.devices.guard import AgentRevoked, KnownAgent, Proven
from central.devices.routes import GUARD
from central.domain.problems import Problem, ProblemCode
from central.keys.signing_keys import KeyRack
from central.sync.messages import NOT_PUBLISHED
from central.web.access import Access
from central.web.messages import BODY_AT_MOST
from central.web.operation_words import Words, words_of
from central.web.operations import CLOCK, Operation, RawRoute
from protocol.identifiers import AgentId, SiteId
from protocol.instants import Instant
from protocol.keyring import Purpose
from protocol.sync.answers import Revoked
from protocol.sync.messages import MAX_MESSAGE_BYTES
from protocol.sync.paths import CBOR_TYPE
from protocol.sync.signing import Request

KEYS: web.AppKey[KeyRack] = web.AppKey("keys", KeyRack)
# The address that agents call, where a proxy in front hides it (`https://paifang.example`); empty: as the request says.
PUBLIC_ORIGIN: web.AppKey[str] = web.AppKey("public_origin", str)


@dataclass(frozen=True, slots=True)
class AgentCall:
    """A proved request."""

    request: web.Request
    now: Instant
    proven: Proven
    body: bytes

    @property
    def agent(self) -> AgentId:
        """The agent that calls."""
        return self.proven.agent.agent_id

    @property
    def site(self) -> SiteId:
        """The site that the caller was enrolled for."""
        return self.proven.agent.site_id


AgentHandler = Callable[[AgentCall], Awaitable[web.Response]]

_UNPROVED = (
    ProblemCode.SIGNATURE_INVALID,
    ProblemCode.REPLAYED,
    ProblemCode.VERSION_UNSUPPORTED,
    ProblemCode.BODY_TOO_LARGE,
)


@dataclass(frozen=True, slots=True)
class AgentRoute:
    """The decorator of a handler `async def f(call: AgentCall) -> web.Response`.

    `problems` are the handler's own, `answers` the statuses beside 200 that it answers in CBOR.
    """

    method: str
    path: str
    most_bytes: int = MAX_MESSAGE_BYTES
    takes_revoked: bool = False
    problems: tuple[ProblemCode, ...] = ()
    answers: tuple[HTTPStatus, ...] = ()

    def __call__(self, handler: AgentHandler) -> Operation:
        """Return the handler as a declared operation."""
        return self.of(words_of(handler), handler)

    def of(self, words: Words, handler: AgentHandler) -> Operation:
        """Return a handler that another decorator has made, by the words of the handler within."""

        async def handle(request: web.Request) -> web.StreamResponse:
            body = await read_body(request, self.most_bytes)
            now = request.app[CLOCK]()
            signed = Request(request.method, _dialled(request), body)
            headers = {name.lower(): value for name, value in request.headers.items()}
            proven = await request.app[GUARD].prove(signed, headers, now)
            if proven.agent.is_revoked and not self.takes_revoked:
                return _revoked(request.app[KEYS], proven.agent, now)
            try:
                return await handler(AgentCall(request, now, proven, body))
            except AgentRevoked as known:
                request.app[GUARD].forget(proven.agent.agent_id)
                return _revoked(request.app[KEYS], known.agent, now)

        route = RawRoute(
            self.method,
            self.path,
            Access.AGENT,
            media_type=CBOR_TYPE,
            problems=(*_UNPROVED, *self.problems),
            raw_answers=self.answers if self.takes_revoked else (HTTPStatus.FORBIDDEN, *self.answers),
        )
        return route.of(words, handle)


async def read_body(request: web.Request, most_bytes: int) -> bytes:
    """Return the body of at most so many bytes; Problem where it is longer."""
    too_long = Problem(ProblemCode.BODY_TOO_LARGE, BODY_AT_MOST.of(most_bytes=most_bytes))
    if (request.content_length or 0) > most_bytes:
        raise too_long
    body = await request.content.read(most_bytes + 1) if request.can_read_body else b""
    while len(body) <= most_bytes and not request.content.at_eof() and request.can_read_body:
        more = await request.content.read(most_bytes + 1 - len(body))
        if not more:
            break
        body += more
    if len(body) > most_bytes:
        raise too_long
    return body


def cbor_answer(body: bytes, status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    """Return bytes as an answer in CBOR."""
    return web.Response(status=status, body=body, content_type=CBOR_TYPE)


def found_or_gone(body: bytes | None) -> web.Response:
    """Return content, or that it is not here (any more)."""
    if body is None:
        raise Problem(ProblemCode.NOT_FOUND, NOT_PUBLISHED.of())
    return cbor_answer(body)


def _dialled(request: web.Request) -> str:
    origin = request.app[PUBLIC_ORIGIN] or f"{request.scheme}://{request.host}"
    return origin + request.raw_path


def _revoked(keys: KeyRack, agent: KnownAgent, now: Instant) -> web.Response:
    answer = Revoked(agent.agent_id, agent.wipe, now)
    return cbor_answer(answer.to_sealed(keys.signers(Purpose.COMMANDS, now)), HTTPStatus.FORBIDDEN)
