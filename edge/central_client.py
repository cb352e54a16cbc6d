"""Signed requests to central.

Laws: every request is signed with its own sequence; every wait and every answer has a limit; an answer that a decision depends on
is proved by the keyring before the caller sees it; an agent is revoked only where central signed it (law 5).
Concurrency: any number of requests at once, on one loop.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar

import aiohttp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from yarl import URL

from protocol.errors import InputError, PeerError, UntrustedError
from protocol.identifiers import AgentId
from protocol.instants import Instant
from protocol.sync import paths
from protocol.sync.answers import (
    MAX_ANSWER_BYTES,
    AdmissionAnswer,
    Believer,
    ClaimAnswer,
    DutyAnswer,
    HolderKeyAnswer,
    Receipt,
    Revoked,
    TimeAnswer,
)
from protocol.sync.messages import (
    MAX_ENROL_ANSWER_BYTES,
    AdmissionRequest,
    ClaimRequest,
    EnrolAnswer,
    EnrolRequest,
    HolderKeyRequest,
    JournalBatch,
    JournalGap,
    SignOffRequest,
    TimeRequest,
)
from protocol.sync.replay import BLOCK, SequenceBlock, block_from
from protocol.sync.signing import Request, sign_request

CONNECT_S = 5.0
POST_S = 20.0
GET_S = 120.0  # central holds a head back for up to a minute, and a pack is megabytes on a slow line
CLAIM_S = 0.15
SILENCE_S = 35.0  # longer than a head's wait: after this silence the line counts as dead
MAX_PROBLEM_BYTES = 64 * 1024
_CHUNK_BYTES = 64 * 1024
_EMPTY_BLOCK = SequenceBlock(1, 0)
_T = TypeVar("_T")


class CentralUnreachable(PeerError):
    """Central did not answer in time, or not in our protocol. It may or may not have done what the request asked."""


class CentralRefused(PeerError):
    """Central refused a request, with a stable code (`problem+json`)."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        """Keep central's status, code and detail."""
        super().__init__(f"central refused ({status} {code}): {detail}")
        self.status = status
        self.code = code


class AgentRevoked(PeerError):
    """Central has revoked this agent, and signed it."""

    def __init__(self, revoked: Revoked) -> None:
        """Keep the proved revocation: it says whether the agent erases its keys and its cache."""
        super().__init__("this agent is revoked; it admits no visitor any more, and staff must enrol it again")
        self.revoked = revoked


@dataclass(frozen=True, slots=True)
class Caller:
    """The calling agent, and what its calls need.

    `believer` returns the keyring trusted now; `reserve` durably reserves so many unused sequences and returns the first.
    """

    agent: AgentId
    private: Ed25519PrivateKey
    believer: Callable[[], Believer]
    reserve: Callable[[int], int]
    now: Callable[[], Instant]


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    is_cbor: bool
    body: bytes


class CentralClient:
    """Requests of one agent over one session. The session outlives the client; the code that made it closes it."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str, caller: Caller) -> None:
        """Take central's address, such as `https://paifang.example`, without a slash at its end."""
        self._session = session
        self._base_url = base_url.rstrip("/")
        self._caller = caller
        self._block = _EMPTY_BLOCK

    async def get(self, path: str, most_bytes: int) -> bytes | None:
        """Return the body at a path, or None where central has none; raise PeerError otherwise."""
        answer = await self._ask("GET", path, b"", most_bytes, GET_S)
        return None if answer.status == HTTPStatus.NOT_FOUND else self._body(answer)

    async def upload(self, batch: JournalBatch) -> Receipt | JournalGap:
        """Send a batch of a journal; return central's proved receipt, or the gap that names the entry to send from."""
        answer = await self._ask("POST", paths.JOURNAL, batch.to_bytes(), MAX_ANSWER_BYTES, POST_S)
        if answer.status == HTTPStatus.CONFLICT and answer.is_cbor:
            return _read(lambda: JournalGap.from_bytes(answer.body))
        body = self._body(answer)
        return _read(lambda: Receipt.from_sealed(body, self._caller.believer()))

    async def claim(self, request: ClaimRequest) -> ClaimAnswer | None:
        """Return central's answer to a claim, or None where no proved answer came within 150 ms."""
        try:
            body = await self._post(paths.CLAIM, request.to_bytes(), CLAIM_S)
            return _read(lambda: ClaimAnswer.from_sealed(body, self._caller.believer(), request.attempt_id))
        except PeerError:
            return None

    async def admission(self, request: AdmissionRequest) -> AdmissionAnswer:
        """Let central decide an admission."""
        body = await self._post(paths.ADMISSION, request.to_bytes(), POST_S)
        return _read(lambda: AdmissionAnswer.from_sealed(body, self._caller.believer(), request.attempt_id))

    async def time(self, nonce: bytes) -> TimeAnswer:
        """Return central's signed time; the caller measures how long the request took."""
        body = await self._post(paths.TIME, TimeRequest(nonce).to_bytes(), POST_S)
        return _read(lambda: TimeAnswer.from_sealed(body, self._caller.believer(), nonce))

    async def holder_key(self, request: HolderKeyRequest) -> HolderKeyAnswer:
        """Tell central which holder key is stored here; return the key to use."""
        body = await self._post(paths.HOLDER_KEY, request.to_bytes(), POST_S)
        return _read(lambda: HolderKeyAnswer.from_sealed(body, self._caller.believer(), request.nonce))

    async def sign_off(self, request: SignOffRequest) -> DutyAnswer:
        """Tell central that this agent closes or opens."""
        body = await self._post(paths.SIGN_OFF, request.to_bytes(), POST_S)
        answer = _read(lambda: DutyAnswer.from_sealed(body, self._caller.believer()))
        if answer.duty is not request.duty:
            raise CentralUnreachable(f"central noted {answer.duty} when this agent said {request.duty}")
        return answer

    async def _post(self, path: str, body: bytes, limit_s: float) -> bytes:
        return self._body(await self._ask("POST", path, body, MAX_ANSWER_BYTES, limit_s))

    async def _ask(self, method: str, path: str, body: bytes, most_bytes: int, limit_s: float) -> _Answer:
        request = Request(method, self._base_url + path, body)
        headers = sign_request(self._caller.private, request, self._caller.agent, self._take_sequence(), self._caller.now())
        return await _exchange(self._session, request, headers, most_bytes, limit_s)

    def _body(self, answer: _Answer) -> bytes:
        if answer.status == HTTPStatus.OK:
            return answer.body
        if answer.status == HTTPStatus.FORBIDDEN and answer.is_cbor:
            raise AgentRevoked(_read(lambda: Revoked.from_sealed(answer.body, self._caller.believer())))
        raise _refusal(answer)

    def _take_sequence(self) -> int:
        taken = self._block.take()
        if taken is None:
            taken = block_from(self._caller.reserve(BLOCK)).take()
        assert taken is not None, "a new block is not empty"
        sequence, self._block = taken
        return sequence


async def enrol(session: aiohttp.ClientSession, base_url: str, request: EnrolRequest) -> EnrolAnswer:
    """Enrol a new agent; raise CentralRefused where the code is wrong, used or too old."""
    sent = Request("POST", base_url.rstrip("/") + paths.ENROL, request.to_bytes())
    answer = await _exchange(session, sent, {}, MAX_ENROL_ANSWER_BYTES, POST_S)
    if answer.status != HTTPStatus.OK:
        raise _refusal(answer)
    return _read(lambda: EnrolAnswer.from_bytes(answer.body))


async def _exchange(
    session: aiohttp.ClientSession, request: Request, headers: dict[str, str], most_bytes: int, limit_s: float
) -> _Answer:
    """Send a request and read its answer, at most `most_bytes` of it."""
    timeout = aiohttp.ClientTimeout(total=limit_s, sock_connect=min(CONNECT_S, limit_s), sock_read=min(SILENCE_S, limit_s))
    url = URL(request.target_uri, encoded=True)
    sent = {**headers, "content-type": paths.CBOR_TYPE}
    try:
        async with session.request(
            request.method, url, data=request.body, headers=sent, timeout=timeout, allow_redirects=False
        ) as response:
            most = most_bytes if response.status == HTTPStatus.OK else max(MAX_PROBLEM_BYTES, MAX_ANSWER_BYTES)
            body = await _bounded(response, most)
            return _Answer(response.status, response.content_type == paths.CBOR_TYPE, body)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise CentralUnreachable(f"{request.method} {request.target_uri}: {type(error).__name__} {error}") from error


async def _bounded(response: aiohttp.ClientResponse, most_bytes: int) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        body += chunk
        if len(body) > most_bytes:
            raise CentralUnreachable(f"{response.method} {response.url}: the answer is longer than {most_bytes} bytes")
    return bytes(body)


def _refusal(answer: _Answer) -> CentralRefused:
    try:
        problem: object = json.loads(answer.body)
    except ValueError:
        problem = None
    code, detail = ("", "") if not isinstance(problem, dict) else (str(problem.get("code", "")), str(problem.get("detail", "")))
    return CentralRefused(answer.status, code[:60], detail[:400])


def _read(read: Callable[[], _T]) -> _T:
    """Read an answer; raise PeerError where it is malformed or not to be believed."""
    try:
        return read()
    except (InputError, UntrustedError) as error:
        raise CentralUnreachable(f"central's answer is not to be believed: {error}") from error
