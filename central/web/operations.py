"""Operations: a route, declared once, with everything that callers and OpenAPI must know of it.

Laws: there is no route without a declaration, and none without access (deny by default); the model parses the input before the
handler sees it; a handler returns a model, never bytes of its own making (except a raw operation, which declares it).
"""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Generic, TypeVar, cast, get_args, get_type_hints

from aiohttp import web
from pydantic import BaseModel, ValidationError

from central.domain import idempotency
from central.domain.idempotency import IdempotencyKey
from central.domain.principal import Principal, Subject
from central.domain.problems import FieldFault, Problem, ProblemCode, invalid
from central.web import access, calls
from central.web.access import Access, Authenticator, Credentials, Sight
from protocol.instants import Clock, Instant

MAX_BODY_BYTES = 256 * 1024
JSON = "application/json"
_NAME_SHOWN = 40
_PATH_NAME = re.compile(r"{(\w+)}")

CLOCK: web.AppKey[Clock] = web.AppKey("clock")
AUTHENTICATOR: web.AppKey[Authenticator] = web.AppKey("authenticator")
SIGHT: web.AppKey[Sight] = web.AppKey("sight")

BodyT = TypeVar("BodyT", bound=BaseModel | None)
ParametersT = TypeVar("ParametersT", bound=BaseModel | None)
AnswerT = TypeVar("AnswerT", bound=BaseModel | None)
StreamedT = TypeVar("StreamedT", bound=BaseModel)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Operation:
    """A declared route. `parameters` holds the path's names and the query's.

    `proved`: the person must have given the password within the last minutes (money beyond the rules, keys, roles).

    `raw_media_type` marks a raw operation; `raw_answers` are the statuses, beside its success, that it answers in that type.
    `stream_media_types` are the types of an operation that answers with a stream.
    """

    operation_id: str
    method: str
    path: str
    summary: str
    access: Access | str
    handle: Handler
    body: type[BaseModel] | None = None
    parameters: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    status: HTTPStatus = HTTPStatus.OK
    problems: tuple[ProblemCode, ...] = ()
    idempotent: bool = False
    proved: bool = False
    raw_media_type: str | None = None
    raw_answers: tuple[HTTPStatus, ...] = ()
    stream_media_types: tuple[str, ...] = ()

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """Return the parts of an order that this operation is about: outside the caller's data scope there are none."""
        said = {*self.path_names, *(self.body.model_fields if self.body else ())}
        return tuple(subject for subject in Subject if subject in said)

    @property
    def path_names(self) -> tuple[str, ...]:
        """Return the names that stand in the path."""
        return tuple(_PATH_NAME.findall(self.path))


@dataclass(frozen=True, slots=True)
class Call(Generic[BodyT, ParametersT]):
    """One request of a declared operation, parsed. `who` is None only where access is public."""

    request: web.Request
    now: Instant
    body: BodyT
    parameters: ParametersT
    who: Principal | None
    credentials: Credentials | None
    idempotency: IdempotencyKey | None

    @property
    def principal(self) -> Principal:
        """Return the person who asks, on a route that is not public."""
        assert self.who is not None, "the route is declared public"
        return self.who

    @property
    def once(self) -> IdempotencyKey:
        """Return the idempotency key, on a route that is declared idempotent."""
        assert self.idempotency is not None, "the route is not declared idempotent"
        return self.idempotency


@dataclass(frozen=True, slots=True)
class Route:
    """The decorator of a handler `async def f(call: Call[Body, Parameters]) -> Answer`: see `Operation` for the fields.

    The models come from the handler's own signature, so that they are written once.
    """

    operation_id: str
    method: str
    path: str
    summary: str
    access: Access | str
    status: HTTPStatus = HTTPStatus.OK
    problems: tuple[ProblemCode, ...] = ()
    idempotent: bool = False
    proved: bool = False

    def __call__(self, handler: Callable[[Call[BodyT, ParametersT]], Awaitable[AnswerT]]) -> Operation:
        """Return the handler as a declared operation."""
        body, parameters, answer = _models(handler)

        async def handle(request: web.Request) -> web.StreamResponse:
            who, sent = await _admit(request, self.operation_id, self.access)
            if self.proved and who is not None:
                access.require_proved(who, request.app[CLOCK]())
            asked = _parse_parameters(parameters, request)
            await _require_seen(request, who, asked, tuple(request.match_info))
            raw = await _read_body(request) if body else b""
            said = _parse_body(body, raw)
            await _require_seen(request, who, said, tuple(Subject))
            call = Call(
                request=request,
                now=request.app[CLOCK](),
                body=cast("BodyT", said),
                parameters=cast("ParametersT", asked),
                who=who,
                credentials=sent,
                idempotency=self._key(request, who, raw),
            )
            return self._respond(await handler(call), request)

        return Operation(
            operation_id=self.operation_id,
            method=self.method,
            path=self.path,
            summary=self.summary,
            access=self.access,
            handle=handle,
            body=body,
            parameters=parameters,
            answer=answer,
            status=self.status,
            problems=self.problems,
            idempotent=self.idempotent,
            proved=self.proved,
        )

    def _key(self, request: web.Request, who: Principal | None, raw: bytes) -> IdempotencyKey | None:
        if not self.idempotent:
            return None
        assert who is not None, "an idempotency key belongs to a person"
        scope = f"{self.operation_id}/{who.user_id}"
        return idempotency.parse(request.headers.get(idempotency.HEADER), scope, request.path_qs, raw)

    def _respond(self, answer: AnswerT, request: web.Request) -> web.Response:
        headers: dict[str, str] = request.get(ANSWER_HEADERS, {})
        if answer is None:
            return web.Response(status=self.status, headers=headers)
        return web.Response(status=self.status, headers=headers, body=answer.model_dump_json().encode(), content_type=JSON)


# Headers that a handler adds to its answer (a cookie).
ANSWER_HEADERS: web.RequestKey[dict[str, str]] = web.RequestKey("answer_headers", dict[str, str])


@dataclass(frozen=True, slots=True)
class RawRoute:
    """The decorator of a handler that reads and writes bytes of `media_type` itself; access is checked as for any route.

    See `Operation` for the fields.
    """

    operation_id: str
    method: str
    path: str
    summary: str
    access: Access | str
    media_type: str
    problems: tuple[ProblemCode, ...] = ()
    raw_answers: tuple[HTTPStatus, ...] = ()

    def __call__(self, handler: Handler) -> Operation:
        """Return the handler as a declared operation."""

        async def handle(request: web.Request) -> web.StreamResponse:
            await _admit(request, self.operation_id, self.access)
            return await handler(request)

        return Operation(
            operation_id=self.operation_id,
            method=self.method,
            path=self.path,
            summary=self.summary,
            access=self.access,
            handle=handle,
            problems=self.problems,
            raw_media_type=self.media_type,
            raw_answers=self.raw_answers,
        )


@dataclass(frozen=True, slots=True)
class StreamRoute:
    """The decorator of a handler `async def f(call: Call[None, Parameters]) -> StreamResponse` that writes a stream itself.

    See `Operation` for the fields. A `method` other than GET changes something, and streams the result.
    """

    operation_id: str
    path: str
    summary: str
    access: Access | str
    media_types: tuple[str, ...]
    problems: tuple[ProblemCode, ...] = ()
    method: str = "GET"

    def __call__(
        self, parameters: type[StreamedT], handler: Callable[[Call[None, StreamedT]], Awaitable[web.StreamResponse]]
    ) -> Operation:
        """Return the handler as a declared operation."""

        async def handle(request: web.Request) -> web.StreamResponse:
            who, sent = await _admit(request, self.operation_id, self.access)
            parsed = cast("StreamedT", _parse_parameters(parameters, request))
            await _require_seen(request, who, parsed, tuple(request.match_info))
            return await handler(Call(request, request.app[CLOCK](), None, parsed, who, sent, None))

        return Operation(
            operation_id=self.operation_id,
            method=self.method,
            path=self.path,
            summary=self.summary,
            access=self.access,
            handle=handle,
            parameters=parameters,
            problems=self.problems,
            stream_media_types=self.media_types,
        )


def add_operations(app: web.Application, operations: tuple[Operation, ...]) -> None:
    """Serve the operations; two operations of one id are a programmer's mistake."""
    ids = [operation.operation_id for operation in operations]
    assert len(set(ids)) == len(ids), "operation ids are unique"
    for operation in operations:
        app.router.add_route(operation.method, operation.path, operation.handle)


def _models(handler: Callable[..., object]) -> tuple[type[BaseModel] | None, ...]:
    hints = get_type_hints(handler)
    body, parameters = get_args(hints["call"])
    return _model(body), _model(parameters), _model(hints["return"])


def _model(kind: object) -> type[BaseModel] | None:
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


async def _admit(request: web.Request, operation_id: str, wanted: Access | str) -> tuple[Principal | None, Credentials | None]:
    request[calls.OPERATION_ID] = operation_id
    sent = access.credentials(request.headers, request.cookies)
    if wanted in (Access.PUBLIC, Access.AGENT):
        return None, sent
    who = None if sent is None else await request.app[AUTHENTICATOR].principal(sent.token, request.app[CLOCK]())
    if sent is None or who is None:
        raise Problem(ProblemCode.SIGN_IN_REQUIRED, "no session, or it is over; POST /api/v1/session")
    request[calls.CALLER] = who.user_id
    if sent.is_ambient:
        access.require_own_page(request.method, request.headers, sent.token, request.host)
    if wanted is Access.SESSION:
        access.require_session(who)
    if isinstance(wanted, str):
        access.require(wanted, who)
    return who, sent


async def _require_seen(request: web.Request, who: Principal | None, said: BaseModel | None, names: tuple[str, ...]) -> None:
    """Raise Problem where one of these fields names something outside the caller's data scope."""
    for subject in Subject:
        value = getattr(said, subject, None) if subject in names else None
        if who is not None and value is not None:
            await access.require_seen(request.app[SIGHT], who, subject, value)


async def _read_body(request: web.Request) -> bytes:
    if request.content_type != JSON:
        raise Problem(ProblemCode.MEDIA_TYPE, f"the body must be {JSON}, not {request.content_type:.60}")
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise Problem(ProblemCode.BODY_TOO_LARGE, f"a body has at most {MAX_BODY_BYTES} bytes")
    return await request.read()


def _parse_body(model: type[BaseModel] | None, raw: bytes) -> BaseModel | None:
    if model is None:
        return None
    try:
        parsed = model.model_validate_json(raw)
    except ValidationError as error:
        raise invalid(error) from error
    try:
        json.loads(raw, object_pairs_hook=_named_once)  # only now: the model accepts a bounded depth only
    except ValueError as error:
        raise Problem(ProblemCode.INPUT_INVALID, "the body holds a value that is out of all bounds") from error
    return parsed


def _named_once(pairs: list[tuple[str, object]]) -> None:
    """Raise Problem where an object names a member twice: two readers could understand it differently (RFC 8259, section 4)."""
    names = [name for name, _ in pairs]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        fault = FieldFault(twice[:_NAME_SHOWN], "must stand once")
        raise Problem(ProblemCode.INPUT_INVALID, f"the field {twice:.40} stands twice", fields=(fault,))


def _parse_parameters(model: type[BaseModel] | None, request: web.Request) -> BaseModel | None:
    given: dict[str, str] = dict(request.match_info)
    for name, value in request.query.items():
        if name in given:
            fault = FieldFault(name, "must stand once")
            raise Problem(ProblemCode.INPUT_INVALID, f"the parameter {name:.40} stands twice", fields=(fault,))
        given[name] = value
    if model is None:
        if given:
            raise Problem(ProblemCode.INPUT_INVALID, f"the parameter {next(iter(given)):.40} is not known here")
        return None
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise invalid(error) from error
