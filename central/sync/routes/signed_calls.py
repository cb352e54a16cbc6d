"""Agents' calls in JSON: declared once, as the calls of people are, and proved by the agent's own signature.

Laws: nothing of a call is parsed before its signature is proved; a call that is no GET spends its sequence before it changes
anything, so that another process does not take it again, and a revoked agent is refused even where this process does not know
of it yet.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Generic, cast

from aiohttp import web
from pydantic import BaseModel

from central.devices.guard import AgentRevoked, Proven
from central.devices.routes import GUARD
from central.domain import idempotency
from central.domain.idempotency import IdempotencyKey
from central.domain.problems import ProblemCode
from central.sync.routes.agent_calls import AgentCall, AgentRoute
from central.web.bodies import MAX_BODY_BYTES, parse_body, parse_parameters, require_json
from central.web.once import ANSWERS
from central.web.operation_words import words_of
from central.web.operations import AnswerT, BodyT, Operation, ParametersT, models_of, name_things, respond
from protocol.identifiers import AgentId, SiteId
from protocol.instants import Instant

_READS = "GET"


@dataclass(frozen=True, slots=True)
class SignedCall(Generic[BodyT, ParametersT]):
    """A proved call of an agent, parsed."""

    request: web.Request
    now: Instant
    proven: Proven
    body: BodyT
    parameters: ParametersT
    idempotency: IdempotencyKey | None

    @property
    def agent(self) -> AgentId:
        """The agent that calls."""
        return self.proven.agent.agent_id

    @property
    def site(self) -> SiteId:
        """The site that the caller was enrolled for."""
        return self.proven.agent.site_id

    @property
    def once(self) -> IdempotencyKey:
        """Return the idempotency key, on a route that is declared idempotent."""
        assert self.idempotency is not None, "the route is not declared idempotent"
        return self.idempotency


@dataclass(frozen=True, slots=True)
class SignedRoute:
    """The decorator of a handler `async def f(call: SignedCall[Body, Parameters]) -> Answer`: see `Operation` for the fields."""

    method: str
    path: str
    status: HTTPStatus = HTTPStatus.OK
    problems: tuple[ProblemCode, ...] = ()
    idempotent: bool = False

    def __call__(self, handler: Callable[[SignedCall[BodyT, ParametersT]], Awaitable[AnswerT]]) -> Operation:
        """Return the handler as a declared operation."""
        words = words_of(handler)
        body, parameters, answer = models_of(handler)
        assert answer is not None, "a signed call in JSON has an answer"

        async def handle(call: AgentCall) -> web.Response:
            await self._spend(call)
            answered = await handler(
                SignedCall(
                    request=call.request,
                    now=call.now,
                    proven=call.proven,
                    body=cast("BodyT", _said(body, call)),
                    parameters=cast("ParametersT", parse_parameters(parameters, call.request)),
                    idempotency=_key(call, words.operation_id) if self.idempotent else None,
                )
            )
            await name_things(call.request, answered)
            return respond(self.status, answered, call.request)

        route = AgentRoute(self.method, self.path, MAX_BODY_BYTES, problems=self.problems)
        declared = replace(route.of(words, handle), body=body, parameters=parameters, answer=answer)
        return replace(declared, status=self.status, idempotent=self.idempotent)

    async def _spend(self, call: AgentCall) -> None:
        if self.method == _READS:
            return
        agent = await call.request.app[GUARD].spend_now(call.proven, call.now)
        if agent.is_revoked:
            raise AgentRevoked(agent)


def _said(model: type[BaseModel] | None, call: AgentCall) -> BaseModel | None:
    if model is not None:
        require_json(call.request)
    return parse_body(model, call.body)


def _key(call: AgentCall, operation_id: str) -> IdempotencyKey:
    header, scope = call.request.headers.get(idempotency.HEADER), f"{operation_id}/agent:{call.agent}"
    return call.request.app[ANSWERS].keyed(idempotency.parse(header, scope, call.request.path_qs, call.body))
