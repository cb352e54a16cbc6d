"""What makes or changes something is done once for each Idempotency-Key, and a repetition gets the first answer.

The operations are those of the API: one that is added later must say how it bears a repetition. The stories of `tests/examples`
make each of these calls twice, and show that its answer is kept. Here is what the databases hold.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import BaseModel
from sqlalchemy import text

from central.catalog.categories import CategoryWish
from central.catalog.routes.categories import CATEGORIES
from central.domain.messages import NO_ORDER
from central.domain.principal import DataScope
from central.domain.problems import Problem, ProblemCode
from central.examples import examples
from central.faces.routes.pictures import MOST_BYTES
from central.identity.permissions import ALL, Permission
from central.identity.roles import RoleGrant
from central.operations import OPERATIONS
from central.store.idempotency import KEPT_MS, forget_old
from central.store.unit_of_work import Store
from central.web.once import MAY_RUN_MS, REPLAYED_HEADER
from central.web.operations import Call, Operation, Route, add_operations
from protocol.instants import MS_PER_SECOND, Instant
from tests.builders.api_document import api_document
from tests.builders.office import EVERYBODY, Office, sign_in

Client = TestClient[web.Request, web.Application]
Json = Any
KEY = {"Idempotency-Key": "intent-0001"}
EVERYTHING = replace(EVERYBODY, permissions=frozenset(ALL))
USER = {"name": "zhao", "full_name": "赵", "role_ids": []}

_ASKS = "asks, and changes nothing"
_SESSION = "the caller's own session or authenticator app: the same again is a new session or a new proof"
# The POSTs of people that need no key, and why.
NEEDS_NO_KEY: Mapping[str, str] = {
    "signIn": _SESSION,
    "proveSession": _SESSION,
    "beginTotp": _SESSION,
    "endTotp": _SESSION,
    "quoteOrder": _ASKS,
    "quoteAgencyOrder": _ASKS,
    "quoteRefund": _ASKS,
    "quoteOrderRefunds": _ASKS,
    "quoteRefundBatch": _ASKS,
    "quoteUpgrade": _ASKS,
    "previewAdmission": _ASKS,
    "previewFace": _ASKS,
    "previewTicketTypeSale": _ASKS,
    "explainRefusal": _ASKS,
    "lookUp": _ASKS,
    "reportImports": "reports what is wrong with a file; nothing of it is stored before applyImport",
    "exportActivationCodes": "streams codes that there are; each time is another record of the audit",
    "notifyPayment": "institutions repeat it until it is answered, and know no header; its signature and its number make it one",
    "purgeAuditRecords": "deletes what is older than a moment, by many transactions; the same again deletes the rest",
}


def undeclared(operations: tuple[Operation, ...]) -> list[str]:
    """Return the POSTs that do not say how they bear a repetition."""
    posts = [one for one in operations if one.method == "POST" and one.path.startswith("/api/v1/")]
    return [one.operation_id for one in posts if not (one.idempotent or one.once or one.operation_id in NEEDS_NO_KEY)]


def test_every_post_says_how_it_bears_a_repetition() -> None:
    assert undeclared(OPERATIONS) == []
    assert [one.operation_id for one in OPERATIONS if one.idempotent and one.once] == []
    declared = {one.operation_id for one in OPERATIONS if one.method != "POST" or one.idempotent or one.once}
    assert set(NEEDS_NO_KEY) - {one.operation_id for one in OPERATIONS} == set()
    assert set(NEEDS_NO_KEY) & declared == set(), "these need no reason"


class Made(BaseModel):
    """What the plant makes."""


@Route("POST", "/api/v1/plants", Permission.CATALOG_EDIT)
async def add_plant(call: Call[None, None]) -> Made:
    """Add a plant."""
    raise NotImplementedError(call)


def test_a_post_that_says_nothing_is_found() -> None:
    assert undeclared((*OPERATIONS, add_plant)) == ["addPlant"]
    assert undeclared((replace(add_plant, once=True),)) == []


ONCE = [one for one in OPERATIONS if one.once]


@pytest.mark.parametrize("operation", ONCE, ids=lambda one: one.operation_id)
def test_the_document_offers_the_key_and_demands_none(operation: Operation) -> None:
    described: Json = api_document()["paths"][operation.path]["post"]
    (header,) = [one for one in described["parameters"] if one["in"] == "header"]
    assert (header["name"], header["required"]) == ("Idempotency-Key", False)
    assert REPLAYED_HEADER in described["responses"][str(int(operation.status))]["headers"]
    assert "idempotency_key_reused" in described["responses"]["422"]["description"]
    assert "conflict" in described["responses"]["409"]["description"]


class Asking:
    """A person who sends calls with keys."""

    def __init__(self, client: Client, headers: Mapping[str, str], store: Store) -> None:
        self.client, self.headers, self.store = client, headers, store

    async def ask(self, path: str, body: Json = None, **headers: str) -> ClientResponse:
        """Call with the key, and read the answer."""
        answer = await self.client.post(f"/api/v1{path}", json=body, headers={**self.headers, **KEY, **headers})
        await answer.read()
        return answer

    async def made(self, path: str, body: Json = None) -> bytes:
        answer = await self.ask(path, body)
        assert (answer.status // 100, REPLAYED_HEADER in answer.headers) == (2, False), await answer.text()
        return await answer.read()

    async def code(self, path: str, body: Json = None, **headers: str) -> tuple[int, str]:
        """Return how a call is refused."""
        answer = await self.ask(path, body, **headers)
        return answer.status, (await answer.json(content_type=None)).get("code", "done")

    async def rows(self, table: str) -> int:
        async with self.store.reading() as work:
            return int((await (await work.connection()).execute(text(f"SELECT COUNT(*) FROM {table}"))).scalar_one())  # noqa: S608 - a constant


@pytest.fixture
async def asking(client: Client, office: Office) -> Asking:
    """A person who may do everything, in an office with a ticket type."""
    await office.ticket_type()
    return Asking(client, await sign_in(client, office), office.store)


# Operations, and the table in which each adds a row. Bodies are those of the examples, but for numbers that differ here.
MAKES: Mapping[str, tuple[str, Json]] = {
    "addUser": ("user_account", {"role_ids": []}),
    "addRole": ("role", {}),
    "addToken": ("api_token", {"user_id": 1}),
    "addSite": ("site", {}),
    "addTicketType": ("ticket_type", {}),
    "copyTicketType": ("ticket_type", {}),
    "planTicketTypeSale": ("sale_change", {}),
    "planTicketTypeChange": ("sale_change", {}),
    "addCategory": ("ticket_category", {}),
    "addPromoterGroup": ("promoter_group", {}),
    "addPromoter": ("promoter", {"group_id": None}),
    "addAgency": ("agency", {}),
    "addCheckPoint": ("check_point", {}),
    "addFace": ("face", {}),
    "openShift": ("shift", {}),
    "resetUserPassword": ("audit_record", {}),
}
BY_ID = {one.operation_id: one for one in OPERATIONS}
# Another value for each field, of which each body has at least one.
OTHERWISE: Json = {"name": "其他", "name_zh": "其他", "float_fen": 1, "price_fen": 1, "first_day": "2026-08-01"}
NUMBERS = {"site_id": 1, "ticket_type_id": 1, "user_id": 1}


def call_of(operation_id: str) -> tuple[str, Json]:
    """Return the path and the body of a call."""
    operation, example = BY_ID[operation_id], examples()[operation_id]
    path = operation.path.format(**NUMBERS).removeprefix("/api/v1")
    body: Json = example.body
    return path, None if body is None else {**body, **MAKES[operation_id][1]}


@pytest.mark.parametrize("operation_id", MAKES)
async def test_the_same_call_twice_makes_one_row_and_gets_the_same_answer(operation_id: str, asking: Asking) -> None:
    (path, body), table = call_of(operation_id), MAKES[operation_id][0]
    before = await asking.rows(table)
    first = await asking.made(path, body)
    again = await asking.ask(path, body)
    assert (again.status, again.headers[REPLAYED_HEADER]) == (int(BY_ID[operation_id].status), "true")
    assert (await again.read(), again.content_type) == (first, "application/json")
    assert await asking.rows(table) == before + 1
    if body is not None:
        other = body | {name: value for name, value in OTHERWISE.items() if name in body}
        assert await asking.code(path, other) == (422, "idempotency_key_reused")
        assert await asking.rows(table) == before + 1


async def test_a_one_time_password_and_a_token_are_said_again_and_work(asking: Asking, office: Office) -> None:
    made, again = [await (await asking.ask("/users", USER)).json() for _ in range(2)]
    assert again == made
    signed = {"name": "zhao", "password": made["one_time_password"], "bearer": True}
    assert (await asking.client.post("/api/v1/session", json=signed)).status == 201
    path, body = call_of("addToken")
    token, same = [(await (await asking.ask(path, body)).json())["token"] for _ in range(2)]
    assert same == token
    by_token = {"Authorization": f"Bearer {token}"}
    assert (await asking.client.get("/api/v1/session", headers=by_token)).status == 200
    async with office.store.reading() as work:
        stored = (await (await work.connection()).execute(text("SELECT * FROM idempotent_request"))).all()
    assert len(stored) == 2
    assert not [one for one in stored if made["one_time_password"] in str(one) or token in str(one)]


async def test_the_key_with_another_request_is_refused(asking: Asking) -> None:
    await asking.made("/users", USER)
    assert await asking.code("/users", {**USER, "name": "qian"}) == (422, "idempotency_key_reused")
    await asking.made("/ticket-types/1/copies", {"name_zh": "儿童票", "name_en": "Child"})
    other = await asking.code("/ticket-types/2/copies", {"name_zh": "儿童票", "name_en": "Child"})
    assert other == (422, "idempotency_key_reused")
    assert await asking.rows("user_account") == 3


async def test_a_picture_is_added_once_and_another_one_is_refused(asking: Asking) -> None:
    file = bytes.fromhex(str(examples()["addFacePicture"].body))
    sent = {**asking.headers, **KEY, "Content-Type": "image/png"}
    answers = [
        await asking.client.post("/api/v1/face-pictures?name=logo", data=one, headers=sent) for one in (file, file, file[:-1])
    ]
    assert [one.status for one in answers] == [201, 201, 422]
    assert await answers[0].read() == await answers[1].read()
    assert await asking.rows("face_picture") == 1


async def test_a_file_with_a_key_has_the_same_bound_as_one_without(asking: Asking, office: Office) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(MOST_BYTES // 2**16 + 1):
            yield bytes(2**16)

    app = office.application()
    app._client_max_size = 2 * MOST_BYTES  # noqa: SLF001 - as the assembly has it
    async with TestClient(TestServer(app)) as client:
        sent = {**asking.headers, **KEY, "Content-Type": "image/png"}
        answer = await client.post("/api/v1/face-pictures?name=logo", data=endless(), headers=sent)
        assert (answer.status, (await answer.json(content_type=None))["code"]) == (413, "body_too_large")


async def test_without_a_key_nothing_is_kept_and_a_malformed_one_is_refused(asking: Asking) -> None:
    for _ in range(2):
        answer = await asking.client.post("/api/v1/sites", json={"name_zh": "后山", "name_en": "Hill"}, headers=asking.headers)
        assert answer.status == 201
    assert (await asking.rows("site"), await asking.rows("idempotent_request")) == (3, 0)
    assert await asking.code("/users", USER, **{"Idempotency-Key": "short"}) == (400, "idempotency_key_required")
    assert await asking.rows("user_account") == 2


async def test_a_refusal_leaves_the_key_free(asking: Asking) -> None:
    assert await asking.code("/users", {**USER, "role_ids": [99]}) == (400, "input_invalid")
    assert await asking.code("/users", {**USER, "name": "seller"}) == (409, "conflict")
    assert await asking.rows("idempotent_request") == 0
    await asking.made("/users", USER)


async def test_another_persons_same_key_is_another_key(asking: Asking, office: Office) -> None:
    headers = await sign_in(asking.client, office, "catalog.edit")
    other = Asking(asking.client, headers, asking.store)
    body = {"name_zh": "日场", "name_en": "By day"}
    first, second = await asking.made("/categories", body), await other.code("/categories", {**body, "name_zh": "夜场"})
    assert (first[:1], second) == (b"{", (201, "done"))
    assert await asking.rows("ticket_category") == 2


@asynccontextmanager
async def of_two_processes(office: Office) -> AsyncIterator[tuple[Client, ...]]:
    """Yield two applications that know nothing of each other's calls, over one database."""
    async with AsyncExitStack() as stack:
        made = [TestClient(TestServer(office.application())) for _ in range(2)]
        yield tuple([await stack.enter_async_context(one) for one in made])


async def test_two_at_once_in_one_process_get_the_same_answer(asking: Asking) -> None:
    answers = await asyncio.gather(*(asking.ask("/users", USER) for _ in range(5)))
    assert {one.status for one in answers} == {201}
    assert len({await one.read() for one in answers}) == 1
    assert sorted(REPLAYED_HEADER in one.headers for one in answers) == [False] + [True] * 4
    assert await asking.rows("user_account") == 3


async def test_two_at_once_in_two_processes_have_one_effect(asking: Asking, office: Office) -> None:
    async with of_two_processes(office) as clients:
        askings = [Asking(one, asking.headers, asking.store) for one in clients]
        answers = await asyncio.gather(*(one.ask("/users", USER) for one in askings for _ in range(3)))
        busy = [one for one in answers if one.status != 201]
        assert {(one.status, one.headers.get("Retry-After")) for one in busy} <= {(503, "1")}
        assert [REPLAYED_HEADER in one.headers for one in answers if one.status == 201].count(False) == 1
        last = [await one.ask("/users", USER) for one in askings]
        assert {await one.read() for one in last} == {await one.read() for one in answers if one.status == 201}
    assert await asking.rows("user_account") == 3


@pytest.fixture
async def answers_are_lost(store: Store) -> AsyncIterator[None]:
    """Let the database refuse to keep an answer, as if the process died between the effect and that."""

    async def run(statement: str) -> None:
        async with store.transaction() as work:
            await (await work.connection()).execute(text(statement))

    if store.database.is_embedded:
        refuse = "BEGIN SELECT RAISE(ABORT, 'gone'); END"
        await run(f"CREATE TRIGGER gone BEFORE UPDATE OF answer_sealed ON idempotent_request {refuse}")
        yield
        return
    await run("ALTER TABLE idempotent_request ADD CONSTRAINT gone CHECK (answer_sealed IS NULL)")
    yield
    await run("ALTER TABLE idempotent_request DROP CONSTRAINT gone")


@pytest.mark.usefixtures("answers_are_lost")
async def test_an_effect_whose_answer_was_not_kept_is_not_repeated_and_says_so(asking: Asking, office: Office) -> None:
    await asking.made("/users", USER)
    again = await asking.ask("/users", USER)
    assert (again.status, again.headers["Retry-After"]) == (503, "1"), "another process may be about to keep it"
    office.clock.advance(seconds=MAY_RUN_MS // MS_PER_SECOND)
    lost = await asking.ask("/users", USER, **{"Accept-Language": "zh-CN"})
    said = await lost.json(content_type=None)
    assert (lost.status, said["code"], said["detail_code"]) == (409, "conflict", "answer_lost")
    assert "已执行过一次" in said["detail"]
    assert await asking.rows("user_account") == 3


async def test_a_call_that_is_refused_after_it_stored_something_is_refused_again_and_stores_nothing_more(
    asking: Asking, office: Office
) -> None:
    @Route("POST", "/api/v1/plants", Permission.CATALOG_EDIT, once=True)
    async def add_plant(call: Call[None, None]) -> Made:
        """Add a plant, and find out too late that it must not be."""
        await call.request.app[CATEGORIES].add(CategoryWish("日场", "By day", None, 1), call.principal.user_id, call.now)
        raise Problem(ProblemCode.ORDER_STATE, NO_ORDER.of(order_id=1))

    app = office.application()
    add_operations(app, (add_plant,))
    async with TestClient(TestServer(app)) as client:
        late = Asking(client, asking.headers, asking.store)
        first, again = [await late.ask("/plants") for _ in range(2)]
        assert (first.status, again.status, again.headers[REPLAYED_HEADER]) == (409, 409, "true")
        assert (await again.read(), again.content_type) == (await first.read(), "application/problem+json")
    assert await asking.rows("ticket_category") == 1


async def test_who_has_lost_a_right_since_does_not_get_the_answer(client: Client, office: Office) -> None:
    headers = await sign_in(client, office, "users.edit", "sales.read")
    asking = Asking(client, headers, office.store)
    await asking.made("/users", USER)
    for held, expected in (
        ({"users.edit", "sales.read", "sales.sell"}, (201, "done")),
        ({"users.edit"}, (409, "conflict")),
        ({"sales.read"}, (403, "forbidden")),
    ):
        grant = RoleGrant("person-2", frozenset(Permission(one) for one in held), DataScope.ALL, DataScope.ALL)
        await office.roles.change(2, grant, EVERYTHING, office.clock())
        assert await asking.code("/users", USER) == expected
    assert await asking.rows("user_account") == 3


async def test_a_kept_answer_is_forgotten_with_its_key(asking: Asking, office: Office) -> None:
    await asking.made("/sites", {"name_zh": "后山", "name_en": "Hill"})
    async with office.store.transaction() as work:
        await forget_old(work, Instant(office.clock() + KEPT_MS))
    assert await asking.rows("idempotent_request") == 1
    async with office.store.transaction() as work:
        await forget_old(work, Instant(office.clock() + KEPT_MS + 1))
    assert await asking.rows("idempotent_request") == 0
    await asking.made("/sites", {"name_zh": "后山", "name_en": "Hill"})
    assert await asking.rows("site") == 3
