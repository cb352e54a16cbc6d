"""Operations: a route, declared once, with everything that callers and OpenAPI must know of it.

Laws: there is no route without a declaration, and none without access (deny by default); the model parses the input before the
handler sees it; a handler returns a model, never bytes of its own making (except a raw operation, which declares it).
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Generic, TypeVar, cast, get_args, get_type_hints

from aiohttp import web
from pydantic import BaseModel

from central.domain import idempotency
from central.domain.idempotency import IdempotencyKey
from central.domain.names import Naming, give_names, named_in, numbers_of
from central.domain.principal import Principal, ScopedNumber
from central.domain.problems import Problem, ProblemCode
from central.domain.versions import Versioned, VersionReader, kinds_in, versioned_in
from central.web import access, calls
from central.web.access import Access, Authenticator, Credentials, ScopeGuard
from central.web.bodies import JSON, parse_body, parse_parameters, read_json, read_upload
from central.web.languages import reads_chinese
from central.web.messages import NO_SESSION
from central.web.once import ANSWERS, Asked, answer_once
from central.web.operation_words import Words, words_of
from central.web.tags import Tag
from protocol.instants import Clock, Instant

_PATH_NAME = re.compile(r"{(\w+)}")

CLOCK: web.AppKey[Clock] = web.AppKey("clock")
AUTHENTICATOR: web.AppKey[Authenticator] = web.AppKey("authenticator")
SCOPE_GUARD: web.AppKey[ScopeGuard] = web.AppKey("scope_guard")
NAMING: web.AppKey[Naming] = web.AppKey("naming")
VERSIONS: web.AppKey[VersionReader] = web.AppKey("versions")

BodyT = TypeVar("BodyT", bound=BaseModel | None)
ParametersT = TypeVar("ParametersT", bound=BaseModel | None)
AnswerT = TypeVar("AnswerT", bound=BaseModel | None)
StreamedT = TypeVar("StreamedT", bound=BaseModel)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Operation:
    """A declared route. `parameters` holds the path's names and the query's.

    `idempotent`: its service takes the Idempotency-Key, which is demanded. `once`: a key may be given; the operation then has its
    effect once, and its answer is kept (`central/web/once.py`), of which its service knows nothing.

    `proved`: the person must have given the password within the last minutes (money beyond the rules, keys, roles). What the
    route declares is what it enforces, and what the document shows as `x-needs-proof`.

    `raw_media_type` marks a raw operation; `raw_answers` are the statuses, beside its success, that it answers in that type.
    With an answer's model it is no raw operation: an agent's signed call in JSON, of which only the revocation is in that type.
    `stream_media_types` are the types of an operation that answers with a stream; `stream_event` is one event of its events.
    `uploads` are those of a file that is its body, which the handler reads itself, within its own bound. `tag` is the part of the
    API.
    """

    words: Words
    method: str
    path: str
    access: Access | str
    handle: Handler
    body: type[BaseModel] | None = None
    parameters: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    status: HTTPStatus = HTTPStatus.OK
    problems: tuple[ProblemCode, ...] = ()
    idempotent: bool = False
    once: bool = False
    proved: bool = False
    raw_media_type: str | None = None
    raw_answers: tuple[HTTPStatus, ...] = ()
    stream_media_types: tuple[str, ...] = ()
    tag: Tag | None = None
    uploads: tuple[str, ...] = ()
    stream_event: type[BaseModel] | None = None

    @property
    def operation_id(self) -> str:
        """Return the name by which the API's document and the log of calls know it."""
        return self.words.operation_id

    @property
    def scoped_numbers(self) -> tuple[ScopedNumber, ...]:
        """Return the parts of an order that this operation is about: outside the caller's data scope there are none."""
        said = {*self.path_names, *(self.body.model_fields if self.body else ())}
        return tuple(subject for subject in ScopedNumber if subject in said)

    @property
    def is_raw(self) -> bool:
        """Return whether its handler reads and writes bytes of a type of its own, and not JSON by models."""
        return self.raw_media_type is not None and self.answer is None

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
class _Declared:
    """What every route declares: see `Operation` for the fields."""

    method: str
    path: str
    access: Access | str
    problems: tuple[ProblemCode, ...] = ()

    def operation(self, words: Words, handle: Handler) -> Operation:
        """Return the operation of a handler that is called by these words."""
        return Operation(words, self.method, self.path, self.access, handle, problems=self.problems)


@dataclass(frozen=True, slots=True)
class Route(_Declared):
    """The decorator of a handler `async def f(call: Call[Body, Parameters]) -> Answer`: see `Operation` for the fields.

    The models come from the handler's own signature, and the words from its name and docstring, so that they are written once.
    """

    status: HTTPStatus = HTTPStatus.OK
    idempotent: bool = False
    once: bool = False
    proved: bool = False
    uploads: tuple[str, ...] = ()

    def __call__(self, handler: Callable[[Call[BodyT, ParametersT]], Awaitable[AnswerT]]) -> Operation:
        """Return the handler as a declared operation."""
        return self.of(words_of(handler), handler)

    def of(self, words: Words, handler: Callable[[Call[BodyT, ParametersT]], Awaitable[AnswerT]]) -> Operation:
        """Return a handler that is made from a table, by the words that the table gives."""
        body, parameters, answer = models_of(handler)
        kinds, only_reads = kinds_in(answer), self.method == "GET"
        assert not self.proved or self.access not in (Access.PUBLIC, Access.AGENT), "only a person gives a password"

        async def handle(request: web.Request) -> web.StreamResponse:
            who, sent = await _admit(request, words.operation_id, self.access)
            if self.proved:
                assert who is not None, "a route without a person is never declared proved"
                access.require_proved(who, request.app[CLOCK]())
            asked = await _asked(request, who, parameters)
            raw = await self._read(request, body)
            said = parse_body(body, raw)
            await _require_seen(request, who, said, tuple(ScopedNumber))
            call = Call(
                request=request,
                now=request.app[CLOCK](),
                body=cast("BodyT", said),
                parameters=cast("ParametersT", asked),
                who=who,
                credentials=sent,
                idempotency=self._key(request, words.operation_id, who, raw),
            )

            async def act() -> web.Response:
                before = await request.app[VERSIONS].numbers_of(kinds) if kinds and only_reads else None
                answer = await handler(call)
                if kinds:
                    numbers = await request.app[VERSIONS].numbers_of(kinds) if before is None else before
                    _give_versions(answer, numbers, said)
                await name_things(request, answer)
                return respond(self.status, answer, request)

            if self.once and call.idempotency is not None:
                return await answer_once(Asked(request, call.principal, call.idempotency, call.now), act)
            return await act()

        declared = self.operation(words, handle)
        models = replace(declared, body=body, parameters=parameters, answer=answer)
        marked = replace(models, idempotent=self.idempotent, once=self.once, proved=self.proved)
        return replace(marked, status=self.status, uploads=self.uploads)

    async def _read(self, request: web.Request, body: type[BaseModel] | None) -> bytes:
        """Return the body; a file only where its bytes tell a request from another."""
        if body:
            return await read_json(request)
        return await read_upload(request) if self.uploads and self.once and idempotency.HEADER in request.headers else b""

    def _key(self, request: web.Request, operation_id: str, who: Principal | None, raw: bytes) -> IdempotencyKey | None:
        """Return the key: demanded where the service takes it, and None where it may be left out and is."""
        header = request.headers.get(idempotency.HEADER)
        if not self.idempotent and not (self.once and header is not None):
            return None
        assert who is not None, "an idempotency key belongs to a person"
        parsed = idempotency.parse(header, f"{operation_id}/{who.user_id}", request.path_qs, raw)
        return request.app[ANSWERS].keyed(parsed)


# Headers that a handler adds to its answer (a cookie).
ANSWER_HEADERS: web.RequestKey[dict[str, str]] = web.RequestKey("answer_headers", dict[str, str])


@dataclass(frozen=True, slots=True)
class RawRoute(_Declared):
    """The decorator of a handler that reads and writes bytes of `media_type` itself.

    Access is checked as for any route; the data scope is not, so that it serves agents and institutions, never people.
    """

    media_type: str = field(kw_only=True)
    raw_answers: tuple[HTTPStatus, ...] = ()

    def __call__(self, handler: Handler) -> Operation:
        """Return the handler as a declared operation."""
        return self.of(words_of(handler), handler)

    def of(self, words: Words, handler: Handler) -> Operation:
        """Return a handler that another decorator has made, by the words of the handler within."""

        async def handle(request: web.Request) -> web.StreamResponse:
            await _admit(request, words.operation_id, self.access)
            return await handler(request)

        declared = self.operation(words, handle)
        return replace(declared, raw_media_type=self.media_type, raw_answers=self.raw_answers)


@dataclass(frozen=True, slots=True)
class StreamRoute(_Declared):
    """The decorator of a handler `async def f(call: Call[None, Parameters]) -> StreamResponse` that writes a stream itself.

    A `method` other than GET changes something, and streams the result.
    """

    media_types: tuple[str, ...] = field(kw_only=True)
    event: type[BaseModel] | None = None

    def __call__(self, handler: Callable[[Call[None, StreamedT]], Awaitable[web.StreamResponse]]) -> Operation:
        """Return the handler as a declared operation."""
        parameters = cast("type[StreamedT]", models_of(handler)[1])
        return self.of(words_of(handler), parameters, handler)

    def of(
        self, words: Words, parameters: type[StreamedT], handler: Callable[[Call[None, StreamedT]], Awaitable[web.StreamResponse]]
    ) -> Operation:
        """Return a handler that is made from a table, with the words and the parameters that the table gives."""

        async def handle(request: web.Request) -> web.StreamResponse:
            who, sent = await _admit(request, words.operation_id, self.access)
            asked = cast("StreamedT", await _asked(request, who, parameters))
            return await handler(Call(request, request.app[CLOCK](), None, asked, who, sent, None))

        declared = replace(self.operation(words, handle), parameters=parameters, stream_media_types=self.media_types)
        return replace(declared, stream_event=self.event)


def tagged(tag: Tag, operations: tuple[Operation, ...]) -> tuple[Operation, ...]:
    """Return the operations as a part of the API."""
    return tuple(replace(one, tag=tag) for one in operations)


def add_operations(app: web.Application, operations: tuple[Operation, ...]) -> None:
    """Serve the operations; two operations of one id are a programmer's mistake."""
    ids = [operation.operation_id for operation in operations]
    assert len(set(ids)) == len(ids), "operation ids are unique"
    for operation in operations:
        app.router.add_route(operation.method, operation.path, operation.handle)


def models_of(handler: Callable[..., object]) -> tuple[type[BaseModel] | None, ...]:
    """Return the models of a handler's body, parameters and answer, from its signature; None where it has none."""
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
        raise Problem(ProblemCode.SIGN_IN_REQUIRED, NO_SESSION.of())
    request[calls.CALLER] = who.user_id
    if sent.is_ambient:
        access.require_own_page(request.method, request.headers, sent.token, request.host)
    access.require_allowed(wanted, who)
    return who, sent


async def name_things(request: web.Request, answer: BaseModel | None) -> None:
    """Give all things that an answer names their names, in the caller's language."""
    things = list(named_in(answer))
    if things:
        give_names(things, await request.app[NAMING].names_of(numbers_of(things), chinese=reads_chinese(request.headers)))


def _give_versions(answer: BaseModel | None, numbers: Mapping[str, int], said: BaseModel | None) -> None:
    """Set the version of each thing; a change that named the version it was made from has made the next one."""
    for one in versioned_in(answer):
        one.version = numbers.get(one.subject(), 0)
    seen = getattr(said, "version", None)
    if isinstance(answer, Versioned) and seen is not None:
        answer.version = seen + 1


def respond(status: HTTPStatus, answer: BaseModel | None, request: web.Request) -> web.Response:
    """Return an answer in JSON, or an empty one where there is none."""
    headers: dict[str, str] = request.get(ANSWER_HEADERS, {})
    if answer is None:
        return web.Response(status=status, headers=headers)
    return web.Response(status=status, headers=headers, body=answer.model_dump_json().encode(), content_type=JSON)


async def _asked(request: web.Request, who: Principal | None, parameters: type[BaseModel] | None) -> BaseModel | None:
    """Return the parameters, of which none names something outside the caller's data scope."""
    asked = parse_parameters(parameters, request)
    await _require_seen(request, who, asked, tuple(request.match_info))
    return asked


async def _require_seen(request: web.Request, who: Principal | None, said: BaseModel | None, names: tuple[str, ...]) -> None:
    """Raise Problem where one of these fields names something outside the caller's data scope."""
    for subject in ScopedNumber:
        value = getattr(said, subject, None) if subject in names else None
        if who is not None and value is not None:
            await access.require_seen(request.app[SCOPE_GUARD], who, subject, value)
