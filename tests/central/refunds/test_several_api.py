"""Several tickets of an order, quoted and refunded over HTTP: once for each key, and only by a person who sees the order."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from central.domain.principal import DataScope
from central.identity.service import Attempt
from central.issuing.tickets import id_text
from central.refunds.rules.several import MOST_AT_ONCE
from central.reports.refunds import REFUNDS
from tests.builders.office import Office, sign_in

Json = Any


@dataclass(slots=True)
class Desk:
    """A seller who is signed in, and an order of four tickets, of which the second was used."""

    client: TestClient[web.Request, web.Application]
    headers: dict[str, str]
    order_id: int
    tickets: list[str]

    async def ask(self, what: str, body: Json, key: str = "several-0001", **headers: str) -> tuple[int, Json]:
        """Ask for quotes or refunds of the order; return the status and the answer."""
        sent = {**self.headers, "Idempotency-Key": key, **headers}
        answer = await self.client.post(f"/api/v1/orders/{self.order_id}/{what}", json=body, headers=sent)
        return answer.status, await answer.json()

    def body(self, *places: int, **more: object) -> Json:
        """Return the request for some of the tickets."""
        chosen = [{"ticket_id": self.tickets[place]} for place in places]
        return {"tickets": chosen, "reason": "rain", "expected_amount_fen": 8000 * len(places), **more}


@pytest.fixture
async def desk(office: Office) -> AsyncIterator[Desk]:
    order = await office.sell(await office.ticket_type(), quantity=4)
    office.gates.used = {order.tickets[1].ticket_id: 1}
    async with office.client() as client:
        headers = await sign_in(client, office)
        yield Desk(client, headers, order.order_id, [id_text(one.ticket_id) for one in order.tickets])


async def test_the_screen_shows_each_ticket_the_sum_and_the_way(desk: Desk) -> None:
    status, quoted = await desk.ask("refund-quotes", {})
    assert (status, [one["ticket_id"] for one in quoted["items"]]) == (200, desk.tickets)
    assert [one["quote"] and one["quote"]["amount_fen"] for one in quoted["items"]] == [8000, None, 8000, 8000]
    assert [one["refusal"] for one in quoted["items"] if one["quote"]] == [None] * 3
    assert quoted["items"][1]["refusal"] == {
        "code": "ticket_state",
        "detail_code": "used_not_refunded",
        "sentence_zh": "门票已使用，不能退票",
        "sentence_en": "the ticket was used; it is not refunded",
    }
    assert (quoted["persons"], quoted["paid_fen"], quoted["fee_fen"], quoted["amount_fen"]) == (3, 24_000, 0, 24_000)
    assert quoted["ways"] == [{"method": "cash", "amount_fen": 24_000}]


async def test_three_are_refunded_by_one_request_and_once(desk: Desk, office: Office) -> None:
    status, first = await desk.ask("refunds", desk.body(0, 2, 3))
    assert (status, first["amount_fen"], [one["state"] for one in first["items"]]) == (201, 24_000, ["waiting"] * 3)
    assert [one["ticket_id"] for one in first["items"]] == [desk.tickets[place] for place in (0, 2, 3)]
    assert await desk.ask("refunds", desk.body(0, 2, 3)) == (201, first)
    status, other = await desk.ask("refunds", desk.body(0, 2))
    assert (status, other["code"]) == (422, "idempotency_key_reused")
    status, again = await desk.ask("refunds", desk.body(0, 2, 3), "several-0002")
    assert (status, again["code"]) == (409, "ticket_state")
    assert len(await office.listed(REFUNDS)) == 3


async def test_a_refusal_names_the_ticket_in_the_language_of_the_seller(desk: Desk, office: Office) -> None:
    status, refused = await desk.ask("refunds", desk.body(0, 1), **{"Accept-Language": "zh-CN"})
    assert (status, refused["code"], refused["detail_code"]) == (409, "ticket_state", "ticket_not_refunded")
    assert refused["detail"] == f"门票 {desk.tickets[1]} 不能退：门票已使用，不能退票；所选门票均未退"
    assert [(one["field"], one["code"]) for one in refused["errors"]] == [("tickets.1", "used_not_refunded")]
    assert await office.listed(REFUNDS) == ()


async def test_what_does_not_fit_the_request_is_said(desk: Desk) -> None:
    many = [{"ticket_id": f"{number:016x}"} for number in range(MOST_AT_ONCE + 1)]
    wrong: list[tuple[str, Json, int, str]] = [
        ("refunds", desk.body(0, 0), 400, "input_invalid"),
        ("refund-quotes", {"tickets": desk.body(0, 2, 0)["tickets"]}, 400, "input_invalid"),
        ("refunds", desk.body(), 400, "input_invalid"),
        ("refund-quotes", {"tickets": []}, 400, "input_invalid"),
        ("refunds", {**desk.body(0), "tickets": many}, 400, "input_invalid"),
        ("refunds", desk.body(0, expected_amount_fen=None), 400, "input_invalid"),
        ("refunds", desk.body(0, expected_amount_fen=7999), 409, "total_changed"),
        ("refunds", {**desk.body(0), "tickets": many[1:]}, 404, "not_found"),
    ]
    said = [(what, body, *await desk.ask(what, body)) for what, body, _, _ in wrong]
    assert [(what, body, status, answer["code"]) for what, body, status, answer in said] == wrong


async def test_a_colleague_s_order_is_not_there_for_who_sees_only_their_own(desk: Desk, office: Office) -> None:
    one_time = await office.add_person("other", "refunds.request", scope=DataScope.OWN)
    now = office.clock()
    first = await office.identity.sign_in(Attempt("other", one_time, "test"), now)
    await office.identity.change_password(first.principal, one_time, "a long passphrase", now)
    body = {"name": "other", "password": "a long passphrase", "bearer": True}
    token = (await (await desk.client.post("/api/v1/session", json=body)).json())["token"]
    asked: list[tuple[str, Json]] = [("refund-quotes", {}), ("refunds", desk.body(0))]
    own = [(await desk.ask(what, body, Authorization=f"Bearer {token}"))[1]["code"] for what, body in asked]
    assert own == ["not_found"] * 2
    assert await office.listed(REFUNDS) == ()
