"""What happens to a sale afterwards, over HTTP."""

import shutil
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from central.domain.principal import DataScope
from central.identity.permissions import ALL
from central.identity.service import Attempt
from central.issuing.tickets import id_text
from protocol.identifiers import TicketId
from tests.builders.central import DATABASE_FILE, sqlite_url
from tests.builders.office import Office, sign_in
from tests.builders.sampling import EVERYTHING, every

Client = TestClient[web.Request, web.Application]
Json = dict[str, Any]
RULES = {"refund": {"terms": [{"days_before": 0, "fee_per_mille": 100}]}}


@pytest.fixture(params=["sqlite"])
def store_url(tmp_path: Path, migrated_file: Path) -> str:
    """The API's answers do not depend on the database."""
    shutil.copy(migrated_file, tmp_path / DATABASE_FILE)
    return sqlite_url(tmp_path)


@pytest.fixture
async def headers(client: Client, office: Office) -> dict[str, str]:
    return {**await sign_in(client, office), "Idempotency-Key": "after-sale-1"}


async def asked(client: Client, headers: dict[str, str], path: str, body: Json, status: int = 200) -> Any:  # noqa: ANN401 - JSON
    answer = await client.post(f"/api/v1/{path}", json=body, headers=headers)
    assert answer.status == status, await answer.text()
    return await answer.json(content_type=None)


async def sold(office: Office, **line: Any) -> TicketId:  # noqa: ANN401 - fields of a line
    one = await office.ticket_type(after_sale=RULES, group={"minimum": 1, "maximum": 9})
    return (await office.sell(one, **line)).tickets[0].ticket_id


async def test_a_refund_is_quoted_confirmed_and_made(client: Client, headers: dict[str, str], office: Office) -> None:
    ticket = {"ticket_id": id_text(await sold(office, persons=3)), "persons": 2}
    quoted = await asked(client, headers, "refund-quotes", ticket)
    assert quoted == {
        "persons": 2,
        "paid_fen": 16000,
        "fee_fen": 1600,
        "amount_fen": 14400,
        "term": {"days_before": 0, "until": "23:59:00", "fee_fen": None, "fee_per_mille": 100},
        "last_minute": "2026-05-10T23:59:00",
    }
    wrong = await asked(client, headers, "refunds", {**ticket, "reason": "rain", "expected_amount_fen": 1}, 409)
    assert wrong["code"] == "total_changed"
    confirmed = {**ticket, "reason": "rain", "expected_amount_fen": quoted["amount_fen"]}
    made = await asked(client, headers, "refunds", confirmed, 201)
    assert (made["kind"], made["persons"], made["amount_fen"], made["fee_fen"]) == ("by-rule", 2, 14400, 1600)


async def test_money_out_of_the_rules_wants_the_password_again(client: Client, headers: dict[str, str], office: Office) -> None:
    ticket_id = await sold(office)
    by_hand = {"ticket_id": id_text(ticket_id), "reason": "an accident", "fee_fen": 0}
    for path in ("refunds/by-hand", "refunds/forced"):
        office.clock.advance(seconds=600)
        assert (await asked(client, headers, path, by_hand, 403))["code"] == "proof_required"
        await asked(client, headers, "session/prove", {"password": "a long passphrase"})
        office.gates.used = {ticket_id: 1} if path == "refunds/forced" else {}
        made = await asked(client, headers, path, by_hand, 201)
        assert made["amount_fen"] == 8000
        assert made["kind"] == path.rpartition("/")[2]
        ticket_id = await sold(office, key=path.replace("/", "-"))
        by_hand["ticket_id"] = id_text(ticket_id)


async def test_a_ticket_moves_to_another_day_and_is_changed_for_a_dearer_one(
    client: Client, headers: dict[str, str], office: Office
) -> None:
    one, dear = await office.ticket_type(after_sale={"reschedule": {}}), await office.ticket_type(9000)
    ticket = f"tickets/{id_text((await office.sell(one)).tickets[0].ticket_id)}"
    moved = await asked(client, headers, f"{ticket}/reschedule", {"visit_day": "2026-05-12"})
    assert moved["valid_from"] == "2026-05-11T16:00:00Z"
    assert await asked(client, headers, f"{ticket}/reschedule", {"visit_day": "2026-05-12"}) == moved
    wanted = {"ticket_type_id": dear.type_id, "visit_day": "2026-05-12"}
    quoted = await asked(client, headers, f"{ticket}/upgrade-quotes", wanted)
    assert quoted == {"total_fen": 9000, "worth_fen": 8000, "difference_fen": 1000}
    paid = {**wanted, "expected_difference_fen": 1000, "method": "card_terminal", "reference": "4711"}
    order = await asked(client, headers, f"{ticket}/upgrade", paid, 201)
    assert (order["total_fen"], order["tickets"][0]["ticket_type"]["id"]) == (9000, dear.type_id)
    assert await asked(client, headers, f"{ticket}/upgrade", paid, 201) == order


async def test_a_cart_is_set_aside_and_recalled_as_it_was(client: Client, headers: dict[str, str], office: Office) -> None:
    one = await office.ticket_type()
    line = {"ticket_type_id": one.type_id, "quantity": 2, "visit_day": "2026-05-12"}
    body = {"name": "red hat", "cart": {"site_id": 1, "lines": [line]}}
    item = await asked(client, headers, "suspended-carts", body, 201)
    assert (item["name"], item["tickets"]) == ("red hat", 2)
    listed = await client.get("/api/v1/suspended-carts", headers=headers)
    assert await listed.json() == {"items": [item], "next": None}
    recalled = await asked(client, headers, f"suspended-carts/{item['cart_id']}/recall", {})
    assert (await asked(client, headers, "quotes", recalled["cart"]))["total_fen"] == 16000
    assert (await client.delete(f"/api/v1/suspended-carts/{item['cart_id']}", headers=headers)).status == 204


async def test_a_closed_day_is_refunded_by_a_batch(client: Client, headers: dict[str, str], office: Office) -> None:
    await office.sell(await office.ticket_type(), quantity=2)
    day = {"site_id": 1, "day": "2026-05-10"}
    assert await asked(client, headers, "refund-batch-quotes", day) == {"tickets": 2, "persons": 2, "paid_fen": 16000}
    batch = await asked(client, headers, "refund-batches", {**day, "reason": "typhoon"}, 201)
    await office.refund_batches.go_on(office.clock())
    path = f"/api/v1/refund-batches/{batch['batch_id']}"
    read = await (await client.get(path, headers=headers)).json()
    assert (read["state"], read["made"]) == ("done", [{"state": "waiting", "refunds": 2, "amount_fen": 16000}])
    for query, expected in (
        ("", [read]),
        ("state=done&site_id=1&first_day=2026-05-10&last_day=2026-05-10", [read]),
        ("state=running", []),
        ("site_id=2", []),
        ("first_day=2026-05-11", []),
        ("last_day=2026-05-09", []),
    ):
        found = await (await client.get(f"/api/v1/refund-batches?{query}", headers=headers)).json()
        assert found["items"] == expected, query
    assert (await client.post(f"{path}/stop", headers=headers)).status == 409
    await asked(client, headers, "refund-batches/99/stop", {}, 404)


async def test_a_print_says_on_its_face_that_it_is_a_reprint(client: Client, headers: dict[str, str], office: Office) -> None:
    ticket = id_text(await sold(office))
    made = await asked(client, headers, f"tickets/{ticket}/reprints", {"reason": "the paper tore"}, 201)
    assert made["face"] == {"mark_zh": "补", "mark_en": "REPRINT", "number": 1, "printed_at": "2026-05-10T02:00:00Z"}
    assert (made["ticket"]["ticket_id"], made["left"]) == (ticket, 2)
    (item,) = (await (await client.get("/api/v1/reprints", headers=headers)).json())["items"]
    assert (item["ticket_id"], item["reason"]) == (ticket, "the paper tore")
    days = "first_day=2026-05-10&last_day=2026-05-10"
    counted = await (await client.get(f"/api/v1/reprint-statistics?{days}", headers=headers)).json()
    assert [one["reprints"] for one in counted["items"]] == [1]
    table = await (await client.get("/api/v1/exports/reprints?format=csv", headers=headers)).text()
    assert "the paper tore" in table


async def test_a_closed_day_is_refused_to_a_person_who_sees_some_sales_only(client: Client, office: Office) -> None:
    one_time = await office.add_person("narrow", *ALL, scope=DataScope.CHANNEL)
    first = await office.identity.sign_in(Attempt("narrow", one_time, "builder"), office.clock())
    await office.identity.change_password(first.principal, one_time, "a long passphrase", office.clock())
    again = await office.identity.sign_in(Attempt("narrow", "a long passphrase", "builder"), office.clock())
    headers = {"Authorization": f"Bearer {again.token}", "Idempotency-Key": "narrow-01"}
    day = {"site_id": 1, "day": "2026-05-10"}
    for path, body in (
        ("refund-batch-quotes", day),
        ("refund-batches", {**day, "reason": "typhoon"}),
        ("refund-batches/1/stop", {}),
    ):
        assert (await asked(client, headers, path, body, 403))["code"] == "forbidden"
    for path in ("refund-batches", "refund-batches/1"):
        assert (await client.get(f"/api/v1/{path}", headers=headers)).status == 403


HOSTILE: tuple[Any, ...] = (
    None,
    -1,
    2**63,
    10**30,
    "9999-12-31",
    "0001-01-01",
    "24:00",
    "10:00Z",
    "\x00",
    "\ud800",
    "x" * 300,
    [],
    {},
    True,
)
LINE: Json = {"ticket_type_id": 1, "quantity": 1, "persons": 1, "visit_day": "2026-05-12", "slot_start": None}
BODIES: dict[str, Json] = {
    "refund-quotes": {"ticket_id": "TICKET", "persons": 1},
    "refunds": {"ticket_id": "TICKET", "persons": 1, "reason": "rain", "expected_amount_fen": 1},
    "refunds/by-hand": {"ticket_id": "TICKET", "persons": 1, "reason": "rain", "fee_fen": 1},
    "refunds/forced": {"ticket_id": "TICKET", "persons": 1, "reason": "rain", "fee_fen": 1},
    "refund-batches": {"site_id": 1, "day": "2026-05-10", "ticket_type_id": 1, "reason": "rain"},
    "refund-batch-quotes": {"site_id": 1, "day": "2026-05-10", "ticket_type_id": 1},
    "tickets/TICKET/reschedule": {"visit_day": "2026-05-12", "slot_start": "10:00"},
    "tickets/TICKET/upgrade": {
        "ticket_type_id": 1,
        "visit_day": "2026-05-12",
        "slot_start": None,
        "holders": [],
        "buyer_phone": "13800000000",
        "expected_difference_fen": 0,
        "method": "cash",
        "reference": "1",
    },
    "tickets/TICKET/reprints": {"reason": "the paper tore"},
    "suspended-carts": {"name": "red hat", "cart": {"site_id": 1, "lines": [LINE], "buyer_phone": None, "channel": None}},
}


# `make test` sends one of so many wrong fields, a sweep sends all.
SHARE = 3


async def test_no_field_of_any_body_makes_a_fault(
    client: Client, headers: dict[str, str], office: Office, *, is_sweep: bool
) -> None:
    rules = {**RULES, "reschedule": {}}
    one = await office.ticket_type(after_sale=rules, group={"minimum": 1, "maximum": 9})
    faults = {}
    for number, (path, stated) in enumerate(BODIES.items()):
        ticket = id_text((await office.sell(one, key=f"sold-{number:04}")).tickets[0].ticket_id)
        body = {name: ticket if value == "TICKET" else value for name, value in stated.items()}
        for name, value in every(EVERYTHING if is_sweep else SHARE, product(body, HOSTILE), number):
            keyed = {**headers, "Idempotency-Key": f"hostile-{number}-{name}-{HOSTILE.index(value)}"}
            answer = await client.post(f"/api/v1/{path.replace('TICKET', ticket)}", json={**body, name: value}, headers=keyed)
            if answer.status >= 500:
                faults[path, name, str(value)[:40]] = await answer.text()
    assert faults == {}


SENSELESS: tuple[Json, ...] = (
    *({"refund": {"terms": [{"days_before": value}]}} for value in (731, -731, "x", None)),
    *({"refund": {"terms": [{"days_before": 0, "until": value}]}} for value in ("24:00", "10:00Z", "", 1e99)),
    {"reschedule": {"times": 0}},
    {"reprints": 101},
    {"reschedule": {"until": "10:00+08:00"}},
)


async def test_rules_that_make_no_sense_are_refused(client: Client, headers: dict[str, str], office: Office) -> None:
    await office.ticket_type()
    answers = {}
    for rules in SENSELESS:
        body = {"version": 0, "parameters": {"after_sale": rules}}
        answer = await client.patch("/api/v1/ticket-types/1", json=body, headers=headers)
        answers[str(rules)] = answer.status, (await answer.json(content_type=None))["code"]
    assert {rules: said for rules, said in answers.items() if said != (400, "input_invalid")} == {}
