"""An order that waits for its money, over HTTP: held, begun to be paid, paid, cancelled; each answer as it is declared."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient

from tests.builders.office import Office, sign_in

Client = TestClient[web.Request, web.Application]
LINE = {"ticket_type_id": 1, "visit_day": "2026-05-10"}
HELD = {"site_id": 1, "lines": [LINE], "expected_total_fen": 8000, "channel": "kiosk"}
CODE = "134567890123456789"


class Desk:
    """A seller's client; every request has a key of its own."""

    def __init__(self, client: Client, headers: dict[str, str]) -> None:
        self._client, self._headers, self._keys = client, headers, 0

    async def post(self, path: str, body: dict[str, object] | None = None) -> ClientResponse:
        self._keys += 1
        headers = {**self._headers, "Idempotency-Key": f"request-{self._keys}"}
        return await self._client.post(f"/api/v1{path}", json=body, headers=headers)

    async def get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        answer = await self._client.get(f"/api/v1{path}", headers=self._headers)
        assert answer.status == 200, await answer.text()
        return await answer.json()

    async def held(self) -> int:
        answer = await self.post("/held-orders", HELD)
        assert answer.status == 201, await answer.text()
        return int((await answer.json())["order_id"])


@pytest.fixture
async def desk(office: Office) -> AsyncIterator[Desk]:
    await office.ticket_type()
    async with office.client() as client:
        yield Desk(client, await sign_in(client, office))


async def test_an_order_waits_in_its_channel_and_is_paid_with_a_slip(desk: Desk) -> None:
    order_id = await desk.held()
    order = await desk.get(f"/orders/{order_id}")
    assert (order["state"], order["channel"], order["paid_at"], order["tickets"]) == ("open", "kiosk", None, [])
    assert order["expires_at"] == "2026-05-10T02:15:00Z"
    paid = await desk.post(f"/orders/{order_id}/pay", {"method": "card_terminal", "reference": "slip 7"})
    assert (paid.status, (await paid.json())["reference"]) == (201, "slip 7")
    order = await desk.get(f"/orders/{order_id}")
    assert (order["state"], len(order["tickets"])) == ("paid", 1)
    again = await desk.post(f"/orders/{order_id}/pay", {"method": "cash"})
    assert (again.status, (await again.json())["code"]) == (409, "order_state")


async def test_a_payers_code_and_a_qr(desk: Desk) -> None:
    order_id = await desk.held()
    shown = await (await desk.post(f"/orders/{order_id}/payments", {"method": "wechat"})).json()
    assert (shown["state"], shown["presentation"], shown["qr"]) == ("sent", "qr", f"weixin://{shown['number']}")
    assert (await desk.post(f"/payments/{shown['payment_id']}/give-up")).status == 200
    paid = await (await desk.post(f"/orders/{order_id}/payments", {"method": "wechat", "auth_code": CODE})).json()
    assert (paid["state"], paid["presentation"]) == ("paid", "code")
    listed = await desk.get(f"/payments?order_id={order_id}")
    assert [one["payment_id"] for one in listed["items"]] == [paid["payment_id"], shown["payment_id"]]


async def test_a_cancelled_order_takes_no_money_and_a_paid_one_is_not_cancelled(desk: Desk) -> None:
    order_id = await desk.held()
    assert (await (await desk.post(f"/orders/{order_id}/cancel")).json())["state"] == "cancelled"
    assert (await desk.post(f"/orders/{order_id}/cancel")).status == 200
    assert (await desk.post(f"/orders/{order_id}/payments", {"method": "wechat"})).status == 409
    sold = await desk.post("/orders", {**HELD, "method": "bank_transfer", "reference": "2026-05-10/7"})
    assert (await desk.post(f"/orders/{(await sold.json())['order_id']}/cancel")).status == 409


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/held-orders", {**HELD, "expected_total_fen": 7999}, 409, "total_changed"),
        ("/held-orders", {**HELD, "expected_total_fen": 0}, 400, "input_invalid"),
        ("/held-orders", {**HELD, "method": "cash"}, 400, "input_invalid"),
        ("/orders", {**HELD, "method": "on_account"}, 400, "input_invalid"),
        ("/orders/1/payments", {"method": "cash"}, 400, "input_invalid"),
        ("/orders/1/payments", {"method": "wechat", "auth_code": "12"}, 400, "input_invalid"),
        ("/orders/9/payments", {"method": "wechat"}, 404, "not_found"),
        ("/orders/1/payments", {"method": "alipay"}, 422, "payment_method"),
        ("/orders/9/pay", {"method": "cash"}, 404, "not_found"),
        ("/orders/9/cancel", None, 404, "not_found"),
        ("/payments/9/give-up", None, 404, "not_found"),
    ],
)
async def test_what_cannot_be_done_says_why(
    desk: Desk, path: str, body: dict[str, object] | None, status: int, code: str
) -> None:
    await desk.held()
    answer = await desk.post(path, body)
    assert (answer.status, (await answer.json(content_type=None))["code"]) == (status, code)
