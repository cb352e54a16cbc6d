"""An operation that has its effect once for each Idempotency-Key, and answers a repetition as it answered the first time.

The services know nothing of it: the store puts the key into the first transaction of the call that writes anything. The answer is
kept afterwards, so that a process may die between the two.
Laws: one key never has two effects; a call that changed nothing leaves its key free; a repetition whose answer was not kept does
nothing, and is told that it was done; a call is never refused because its answer could not be kept.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol
from weakref import WeakValueDictionary

from aiohttp import web

from central.domain.idempotency import EarlierCall, IdempotencyKey, KeptAnswer, KeyClaimed, rights_of
from central.domain.principal import Principal
from central.domain.problems import Problem, ProblemCode
from central.web import calls, middleware
from central.web.messages import ANSWER_LOST, FIRST_CALL_RUNS
from protocol.errors import StorageError
from protocol.instants import Instant

REPLAYED_HEADER = "Idempotency-Replayed"
# For so long after its question an answer that is not kept may still come, from another process.
MAY_RUN_MS = 30_000
_REPEAT_AFTER_S = 1
_log = logging.getLogger("paifang.web")


class Claim(Protocol):
    """The key of a call while the call runs."""

    @property
    def is_held(self) -> bool:
        """Return whether the call has had an effect, with which its key is stored."""
        ...


class Answers(Protocol):
    """What the web needs of the store."""

    def keyed(self, key: IdempotencyKey) -> IdempotencyKey:
        """Return the key with the fingerprint that may be stored."""
        ...

    def claiming(self, key: IdempotencyKey, now: Instant) -> AbstractContextManager[Claim]:
        """Return the block in which the first transaction that writes anything stores the key."""
        ...

    async def earlier(self, key: IdempotencyKey) -> EarlierCall | None:
        """Return the call that used this key; Problem where it was another request."""
        ...

    async def keep(self, key: IdempotencyKey, answer: KeptAnswer) -> None:
        """Keep what the call that stored this key has answered."""
        ...


class Running:
    """The calls with a key that run in this process: of two with the same key, the second waits for the first."""

    def __init__(self) -> None:
        """Begin without any."""
        self._locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    def of(self, key: IdempotencyKey) -> asyncio.Lock:
        """Return the lock of a key."""
        return self._locks.setdefault((key.scope, key.key), asyncio.Lock())


@dataclass(frozen=True, slots=True)
class Asked:
    """A call with a key: its caller may make it, and its body is parsed."""

    request: web.Request
    who: Principal
    key: IdempotencyKey
    now: Instant


ANSWERS: web.AppKey[Answers] = web.AppKey("answers")
RUNNING: web.AppKey[Running] = web.AppKey("running", Running)


async def answer_once(asked: Asked, act: Callable[[], Awaitable[web.Response]]) -> web.Response:
    """Return the answer of a call, or the kept one where the call was made before."""
    async with asked.request.app[RUNNING].of(asked.key):
        earlier = await asked.request.app[ANSWERS].earlier(asked.key)
        return await _answer_first(asked, act) if earlier is None else _answer_again(asked, earlier)


async def _answer_first(asked: Asked, act: Callable[[], Awaitable[web.Response]]) -> web.Response:
    answers = asked.request.app[ANSWERS]
    with answers.claiming(asked.key, asked.now) as claim:
        try:
            answer = await act()
        except (Problem, StorageError, KeyClaimed) as error:
            if not claim.is_held:
                return await _refused(asked, error)
            if not isinstance(error, Problem):
                raise
            # The call has stored something before it was refused, such as a wrong PIN that counts: it is not counted twice.
            answer = middleware.answer(asked.request, error)
    if claim.is_held:
        await _keep(asked, answer)
    return answer


async def _refused(asked: Asked, error: Problem | StorageError | KeyClaimed) -> web.Response:
    """Answer for a call that stored nothing: perhaps another process has just had this call's effect."""
    earlier = await asked.request.app[ANSWERS].earlier(asked.key)
    if earlier is not None:
        return _answer_again(asked, earlier)
    if isinstance(error, KeyClaimed):
        raise _runs_still() from error
    raise error


def _answer_again(asked: Asked, earlier: EarlierCall) -> web.Response:
    kept = earlier.answer
    if kept is None and asked.now - earlier.asked_at < MAY_RUN_MS:
        raise _runs_still()
    if kept is None or not kept.may_be_shown_to(asked.who):
        raise Problem(ProblemCode.CONFLICT, ANSWER_LOST.of(key=asked.key.key))
    headers = {REPLAYED_HEADER: "true"}
    if not kept.body:
        return web.Response(status=kept.status, headers=headers)
    return web.Response(status=kept.status, headers=headers, body=kept.body.encode(), content_type=kept.media_type)


async def _keep(asked: Asked, answer: web.Response) -> None:
    body = answer.body
    assert body is None or isinstance(body, bytes), "an answer of models is bytes"
    kept = KeptAnswer(answer.status, answer.content_type, (body or b"").decode(), rights_of(asked.who))
    try:
        await asked.request.app[ANSWERS].keep(asked.key, kept)
    except StorageError as error:
        _log.exception("an answer was not kept", extra={"request_id": asked.request[calls.REQUEST_ID]})
        calls.fault(asked.request, error)


def _runs_still() -> Problem:
    return Problem(ProblemCode.BUSY, FIRST_CALL_RUNS.of(), retry_after_s=_REPEAT_AFTER_S)
