"""The office over HTTP, as its console and its tests use it: set up, sell, look up, refund; with hostile input in between."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from central.issuing import outbox
from central.issuing.feed_version import FeedVersion
from central.web.access import COOKIE, CSRF_HEADER
from protocol.identifiers import SiteId
from protocol.instants import to_datetime
from tests.builders.office import Office, sign_in
from tests.builders.sampling import EVERYTHING, every

Client = TestClient[web.Request, web.Application]
TYPE = {
    "parameters": {
        "name_zh": "成人票",
        "name_en": "Adult",
        "entitlements": [{"sites": [1], "always": [{"check": "total-uses", "most": 1}]}],
        "is_real_name": True,
    },
    "price_fen": 8000,
}
HOLDER = {"document_type": "resident-id", "number": "990101199003074518", "name": "李明"}
LINE = {"ticket_type_id": 1, "quantity": 1, "persons": 1, "visit_day": "2026-05-10", "holders": [HOLDER]}
ORDER = {"site_id": 1, "lines": [LINE], "expected_total_fen": 8000, "method": "cash"}


@pytest.fixture
async def headers(client: Client, office: Office) -> dict[str, str]:
    """The headers of a person who may do everything."""
    return await sign_in(client, office)


async def _ok(answer: Any, status: int = 200) -> Any:  # noqa: ANN401 - aiohttp's answer, and JSON
    assert answer.status == status, await answer.text()
    return await answer.json()


async def _sold(client: Client, headers: dict[str, str]) -> Any:  # noqa: ANN401 - JSON
    await _ok(await client.post("/api/v1/ticket-types", json=TYPE, headers=headers), 201)
    keyed = {**headers, "Idempotency-Key": "sale-0001"}
    return await _ok(await client.post("/api/v1/orders", json=ORDER, headers=keyed), 201)


async def test_a_ticket_is_sold_found_and_refunded(client: Client, headers: dict[str, str], office: Office) -> None:
    order = await _sold(client, headers)
    ticket = order["tickets"][0]
    assert (order["total_fen"], ticket["state"], ticket["code"][:3]) == (8000, "active", "PF1")
    whole = await _ok(await client.get(f"/api/v1/orders/{order['order_id']}", headers=headers))
    assert {name: whole[name] for name in order} == order
    assert await _ok(await client.get(f"/api/v1/tickets/{ticket['ticket_id']}", headers=headers)) == ticket
    assert await _ok(await client.get(f"/api/v1/short-numbers/{ticket['short_number']}", headers=headers)) == ticket
    asked = {"ticket_id": ticket["ticket_id"], "reason": "rain"}
    keyed = {**headers, "Idempotency-Key": "refund-0001"}
    refund = await _ok(await client.post("/api/v1/refunds", json=asked, headers=keyed), 201)
    assert (refund["state"], [one["agent"] for one in refund["waiting_for"]]) == ("waiting", [None])
    async with office.store.transaction() as work:
        changes = await outbox.unpublished(work, SiteId(1), 10)
        await outbox.mark_published(work, [change.change_id for change in changes], FeedVersion(1, 1))
    await office.refunds.settle_waiting(office.clock())
    paid = await _ok(await client.get(f"/api/v1/refunds/{refund['refund_id']}", headers=headers))
    assert (paid["state"], paid["amount_fen"], paid["waiting_for"]) == ("paid", 8000, [])


async def test_the_same_sale_twice_is_one_order(client: Client, headers: dict[str, str]) -> None:
    first = await _sold(client, headers)
    keyed = {**headers, "Idempotency-Key": "sale-0001"}
    assert await _ok(await client.post("/api/v1/orders", json=ORDER, headers=keyed), 201) == first
    other = {**ORDER, "expected_total_fen": 1}
    answer = await client.post("/api/v1/orders", json=other, headers=keyed)
    assert (answer.status, (await answer.json(content_type=None))["code"]) == (422, "idempotency_key_reused")


async def test_a_session_says_when_it_ends_and_until_when_the_password_need_not_be_given_again(
    client: Client, headers: dict[str, str], office: Office
) -> None:
    opened = office.clock()
    office.clock.advance(seconds=240)
    view = await _ok(await client.get("/api/v1/session", headers=headers))
    ends_at, proof_ends_at = (datetime.fromisoformat(view[name]) for name in ("ends_at", "proof_ends_at"))
    assert ends_at == to_datetime(opened) + timedelta(hours=12)
    assert proof_ends_at == to_datetime(opened) + timedelta(minutes=5)
    assert view["full_name"] == ""


async def test_a_browser_signs_in_by_cookie_and_sells_with_its_token(client: Client, office: Office) -> None:
    password = await office.add_person("li", "catalog.read")
    body = {"name": "li", "password": password}
    answer = await client.post("/api/v1/session", json=body)
    view = await _ok(answer, 201)
    cookie = answer.headers["Set-Cookie"]
    assert all(part in cookie for part in (f"{COOKIE}=", "Path=/", "Secure", "HttpOnly", "SameSite=Lax"))
    assert view["token"] is None
    sent = {"Cookie": cookie.split(";")[0], CSRF_HEADER: view["csrf_token"]}
    answer = await client.get("/api/v1/sites", headers=sent)
    assert (await answer.json(content_type=None))["code"] == "password_change_required"
    change = {"old_password": password, "new_password": "a long passphrase"}
    answer = await client.put("/api/v1/session/password", json=change, headers=sent)
    view = await _ok(answer)
    sent = {"Cookie": answer.headers["Set-Cookie"].split(";")[0], CSRF_HEADER: view["csrf_token"]}
    assert len((await _ok(await client.get("/api/v1/sites", headers=sent)))["items"]) == 1
    answer = await client.delete("/api/v1/session", headers=sent)
    assert (answer.status, "Max-Age=0" in answer.headers["Set-Cookie"]) == (204, True)
    assert (await client.get("/api/v1/session", headers=sent)).status == 401


@pytest.mark.law(9)
async def test_holders_are_masked_unless_the_reader_may_and_is_audited(client: Client, headers: dict[str, str]) -> None:
    order = await _sold(client, headers)
    path = f"/api/v1/tickets/{order['tickets'][0]['ticket_id']}/holders"
    masked = await _ok(await client.get(path, headers=headers))
    assert (masked["items"][0]["name"], masked["items"][0]["number"]) == ("李*", "**************4518")
    full = await _ok(await client.get(f"{path}/full", headers=headers))
    assert full["items"][0]["number"] == HOLDER["number"]


async def test_tickets_are_changed(client: Client, headers: dict[str, str]) -> None:
    path = f"/api/v1/tickets/{(await _sold(client, headers))['tickets'][0]['ticket_id']}"
    why = {"reason": "lost"}
    assert (await _ok(await client.post(f"{path}/block", json=why, headers=headers)))["state"] == "blocked"
    assert (await client.post(f"{path}/block", json=why, headers=headers)).status == 409
    assert (await _ok(await client.post(f"{path}/unblock", json=why, headers=headers)))["state"] == "active"
    until = {"valid_until": "2026-05-20T15:59:00Z"}
    extended = await _ok(await client.post(f"{path}/extend", json=until, headers=headers))
    assert extended["valid_until"] == until["valid_until"]
    assert (await _ok(await client.post(f"{path}/reissue", json=why, headers=headers)))["generation"] == 2


async def test_lists_go_page_by_page(client: Client, headers: dict[str, str]) -> None:
    await _sold(client, headers)
    for number in range(2, 6):
        keyed = {**headers, "Idempotency-Key": f"sale-000{number}"}
        await _ok(await client.post("/api/v1/orders", json=ORDER, headers=keyed), 201)
    seen: list[int] = []
    query = {"limit": "2"}
    while True:
        page = await _ok(await client.get("/api/v1/orders", params=query, headers=headers))
        seen += [item["order_id"] for item in page["items"]]
        if page["next"] is None:
            break
        query["after"] = page["next"]
    assert seen == [5, 4, 3, 2, 1]
    for wrong in ({"limit": "0"}, {"limit": "201"}, {"after": "!"}, {"page": "1"}):
        assert (await client.get("/api/v1/orders", params=wrong, headers=headers)).status == 400


async def test_a_person_is_added_and_given_a_new_password(client: Client, headers: dict[str, str]) -> None:
    body = {"name": "zhao", "full_name": "赵", "role_ids": []}
    made = await _ok(await client.post("/api/v1/users", json=body, headers=headers), 201)
    number = made["user"]["user_id"]
    reset = await _ok(await client.post(f"/api/v1/users/{number}/reset-password", headers=headers))
    assert made["one_time_password"] != reset["one_time_password"]
    old = {"name": "zhao", "password": made["one_time_password"]}
    assert (await client.post("/api/v1/session", json=old)).status == 401
    new = {"name": "zhao", "password": reset["one_time_password"]}
    assert (await _ok(await client.post("/api/v1/session", json=new), 201))["must_change_password"]
    assert (await client.post("/api/v1/users", json=body, headers=headers)).status == 409


HOSTILE: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    2**63,
    10**400,
    1.5,
    "",
    "\u0000",
    "' OR 1=1 --",
    "９９９",
    "x" * 10_000,
    "9999-12-31",
    "0001-01-01",
    "24:00",
    [],
    [None] * 1000,
    {},
    {"$ref": "#"},
)


def _spoiled(body: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 - JSON
    items = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from _spoiled(value, (*path, key))


def _with(body: Any, path: tuple[Any, ...], value: Any) -> Any:  # noqa: ANN401 - JSON
    spoiled = deepcopy(body)
    inner = spoiled
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return spoiled


BODIES = {
    "/api/v1/orders": ORDER,
    "/api/v1/quotes": {"site_id": 1, "lines": [LINE]},
    "/api/v1/ticket-types": TYPE,
    "/api/v1/sites": {"name_zh": "镇", "name_en": "Town", "zone": "Asia/Shanghai", "capacity": 5},
    "/api/v1/refunds": {"ticket_id": "0" * 16, "reason": "rain"},
    "/api/v1/orders/1/refunds": {
        "tickets": [{"ticket_id": "0" * 16, "persons": 1}],
        "reason": "rain",
        "expected_amount_fen": 8000,
    },
    "/api/v1/users": {"name": "zhao", "full_name": "赵", "channel": "window", "role_ids": [1]},
    "/api/v1/session": {"name": "zhao", "password": "a long passphrase", "bearer": True},
    "/api/v1/tickets/0000000000000001/extend": {"valid_until": "2026-05-20T15:59:00Z"},
    "/api/v1/tickets/0000000000000001/block": {"reason": "rain"},
}


# `make test` sends one of so many wrong fields, a sweep sends all.
SHARE_OF_SQLITE, SHARE_OF_POSTGRESQL = 4, 16


@pytest.fixture
def share(store_url: str, is_sweep: bool) -> int:  # noqa: FBT001 - a fixture
    if is_sweep:
        return EVERYTHING
    return SHARE_OF_SQLITE if store_url.startswith("sqlite") else SHARE_OF_POSTGRESQL


async def test_no_field_of_any_body_makes_a_fault(client: Client, headers: dict[str, str], share: int) -> None:
    await _sold(client, headers)
    wrong = [(path, place, value) for path, body in BODIES.items() for place in _spoiled(body) for value in HOSTILE]
    faults = {}
    for number, (path, place, value) in enumerate(every(share, wrong)):
        keyed = {**headers, "Idempotency-Key": f"hostile-{number}"}
        answer = await client.post(path, json=_with(BODIES[path], place, value), headers=keyed)
        if answer.status >= 500:
            faults[path, place, str(value)[:40]] = await answer.text()
    assert faults == {}


PATHS_OF_NOTHING = (
    "/api/v1/orders/99999999999999999999",
    "/api/v1/orders/-1",
    "/api/v1/orders/%00",
    "/api/v1/orders/9223372036854775807",
    "/api/v1/refunds/0",
    "/api/v1/tickets/ffffffffffffffff",
    "/api/v1/tickets/FFFFFFFFFFFFFFFF",
    "/api/v1/tickets/fffffffffffffffff",
    "/api/v1/tickets/٣٣٣٣٣٣٣٣٣٣٣٣٣٣٣٣",
    "/api/v1/short-numbers/٣٣٣٣٣٣٣٣٣٣٣٣",
    "/api/v1/short-numbers/999999999999",
    "/api/v1/orders?after=OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5",
    "/api/v1/orders?limit=9" + "9" * 5000,
    "/" + "x" * 9000,
)


async def test_no_path_makes_a_fault(client: Client, headers: dict[str, str]) -> None:
    statuses = {path[:60]: (await client.get(path, headers=headers)).status for path in PATHS_OF_NOTHING}
    assert {path: status for path, status in statuses.items() if not 400 <= status < 500} == {}
