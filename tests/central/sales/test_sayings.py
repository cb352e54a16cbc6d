"""What sales refuse is said in the reader's language, with a code and parameters for programs."""

from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from central.identity.permissions import Permission
from tests.builders.office import VISIT, Office, sign_in

Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def body(office: Office) -> dict[str, Any]:
    """Return an order for two persons at a price that was right."""
    one = await office.ticket_type(8000, sale={"stock": {"per": "day", "places": 1}})
    lines = [{"ticket_type_id": one.type_id, "quantity": 1, "visit_day": str(VISIT)}]
    return {"site_id": 1, "lines": lines, "expected_total_fen": 7950, "method": "cash"}


async def refused(client: Client, headers: dict[str, str], body: dict[str, Any], language: str) -> dict[str, Any]:
    sent = {**headers, "Idempotency-Key": f"key-{language or 'none'}-01"} | ({"Accept-Language": language} if language else {})
    answer = await client.post("/api/v1/orders", json=body, headers=sent)
    said: dict[str, Any] = await answer.json()
    assert not answer.ok, said
    return said


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-CN", "现价合计 80.00 元，不是 79.50 元，请与购票人确认"),
        ("", "it costs 80.00 yuan now, not 79.50 yuan; ask the buyer"),
    ],
)
async def test_another_price_is_said_in_yuan_and_given_in_fen(
    office: Office, client: Client, body: dict[str, Any], language: str, words: str
) -> None:
    said = await refused(client, await sign_in(client, office, Permission.SALES_SELL), body, language)
    assert (said["code"], said["detail"], said["detail_code"]) == ("total_changed", words, "order_costs_otherwise")
    assert said["parameters"] == {"costs_fen": 8000, "expected_fen": 7950}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-CN", f"{VISIT} 余票 1 张，需要 2 张"),
        ("", f"1 places are left for {VISIT}, 2 are wanted"),
    ],
)
async def test_missing_places_are_said_of_their_field(
    office: Office, client: Client, body: dict[str, Any], language: str, words: str
) -> None:
    body["lines"][0]["quantity"], body["expected_total_fen"] = 2, 16000
    said = await refused(client, await sign_in(client, office, Permission.SALES_SELL), body, language)
    fault = {"code": "places_left_for_day", "parameters": {"left": 1, "day": str(VISIT), "wanted": 2}}
    assert (said["code"], said["errors"]) == ("sold_out", [{"field": "lines.0.quantity", "message": words, **fault}])
