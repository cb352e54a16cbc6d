"""Ticket types are read, changed, archived, restored and copied over HTTP."""

import asyncio
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from central.catalog.service import Sale
from central.domain.problems import Problem, ProblemCode
from protocol.instants import plus
from tests.builders.office import Office, sign_in

Json = Any
Client = TestClient[web.Request, web.Application]
ONE = "/api/v1/ticket-types/1"


@pytest.fixture
async def headers(office: Office, client: Client) -> dict[str, str]:
    await office.ticket_type(sale={"prices": [{"first": "2026-07-01", "last": "2026-07-31", "price_fen": 9900}]})
    return await sign_in(client, office)


async def asked(client: Client, method: str, path: str, headers: dict[str, str], body: Json = None) -> tuple[int, Json]:
    answer = await client.request(method, path, json=body, headers=headers)
    return answer.status, await answer.json(content_type=None)


async def test_a_type_is_read_as_a_whole(client: Client, headers: dict[str, str]) -> None:
    status, one = await asked(client, "GET", ONE, headers)
    assert status == 200
    assert (one["version"], one["category"], one["archived_at"], one["price_fen"]) == (0, None, None, 8000)
    assert one["parameters"]["sale"]["prices"][0]["price_fen"] == 9900
    assert (await asked(client, "GET", "/api/v1/ticket-types/9", headers))[0] == 404


async def test_an_amendment_changes_what_it_names_and_says_what_that_reaches(
    client: Client, headers: dict[str, str], office: Office
) -> None:
    (one,) = await office.catalog.all_ticket_types()
    await office.sell(one, quantity=2)
    body = {"version": 0, "price_fen": 9000, "parameters": {"sale": {"per_order": 4}}}
    woken = office.woken
    status, changed = await asked(client, "PATCH", ONE, {**headers, "Accept-Language": "zh-CN"}, body)
    assert (status, changed["version"], changed["price_fen"], changed["valid_tickets"]) == (200, 1, 9000, 2)
    assert [(one["field"], one["reach"]) for one in changed["effects"]] == [
        ("sale", "later-sales"),
        ("price_fen", "later-sales"),
    ]
    assert changed["effects"][0]["text"].startswith("仅对今后")
    assert changed["parameters"]["sale"]["prices"][0]["price_fen"] == 9900
    assert changed["parameters"]["sale"]["per_order"] == 4
    assert office.woken == woken + 1


async def test_the_audit_has_what_stood_before_and_after(client: Client, headers: dict[str, str]) -> None:
    await asked(client, "PATCH", ONE, headers, {"version": 0, "price_fen": 9000, "parameters": {"name_en": "Big"}})
    _, records = await asked(client, "GET", "/api/v1/audit-records?subject=ticket-type:1", headers)
    (said,) = [one["changes"] for one in records["items"] if one["action"] == "ticket-type.change"]
    assert [(one["field"], one["before"], one["after"]) for one in said] == [
        ("name_en", "Adult", "Big"),
        ("price_fen", 8000, 9000),
    ]


async def test_a_replacement_names_every_field(client: Client, headers: dict[str, str]) -> None:
    _, one = await asked(client, "GET", ONE, headers)
    whole = {name: one[name] for name in ("version", "parameters", "price_fen", "is_on_sale")}
    for name in one["parameters"]:
        less = {**whole, "parameters": {key: value for key, value in one["parameters"].items() if key != name}}
        status, problem = await asked(client, "PUT", ONE, headers, less)
        assert (status, [fault["field"] for fault in problem["errors"]]) == (400, [f"parameters.{name}"])
    assert (await asked(client, "PUT", ONE, headers, whole))[0] == 200


async def test_a_stale_version_says_who_changed_what_and_when(client: Client, headers: dict[str, str]) -> None:
    await asked(client, "PATCH", ONE, headers, {"version": 0, "price_fen": 9000})
    stale = {"version": 0, "price_fen": 7000}
    status, problem = await asked(client, "PATCH", ONE, headers, stale)
    assert (status, problem["code"]) == (409, "version_conflict")
    assert problem["detail"].startswith("person-0 changed price_fen at 2026-")
    assert problem["detail"].endswith("(ticket-type.change): read it again")
    _, problem = await asked(client, "PATCH", ONE, {**headers, "Accept-Language": "zh-CN"}, stale)
    assert "修改 price_fen" in problem["detail"]
    assert (await asked(client, "GET", ONE, headers))[1]["price_fen"] == 9000


async def test_of_editors_at_the_same_moment_one_wins(client: Client, headers: dict[str, str]) -> None:
    bodies = [{"version": 0, "price_fen": price} for price in (1, 2, 3, 4)]
    answers = await asyncio.gather(*(asked(client, "PATCH", ONE, headers, body) for body in bodies))
    assert sorted(status for status, _ in answers) == [200, 409, 409, 409]
    (won,) = [said for status, said in answers if status == 200]
    assert (await asked(client, "GET", ONE, headers))[1]["price_fen"] == won["price_fen"]


async def test_what_contradicts_sold_tickets_is_refused(client: Client, headers: dict[str, str], office: Office) -> None:
    (one,) = await office.catalog.all_ticket_types()
    await office.sell(one)
    two_rights = [{"sites": [1]}, {"sites": [1]}]
    body = {"version": 0, "parameters": {"entitlements": two_rights}}
    status, problem = await asked(client, "PATCH", ONE, headers, body)
    assert (status, problem["errors"][0]["field"]) == (409, "entitlements")


async def test_parameters_that_do_not_fit_each_other_are_refused(client: Client, headers: dict[str, str]) -> None:
    for wrong in ({"slots": [{"start": "09:00", "minutes": 60}]}, {"name_en": None}, {"entitlements": [{"sites": [9]}]}):
        body = {"version": 0, "parameters": wrong}
        status, problem = await asked(client, "PATCH", ONE, headers, body)
        assert (status, problem["code"]) == (400, "input_invalid"), wrong


async def test_an_archived_type_is_not_sold_nor_listed_and_comes_back_off_sale(
    client: Client, headers: dict[str, str], office: Office
) -> None:
    now = office.clock()
    await office.type_changes.plan(
        (await office.catalog.all_ticket_types())[0].type_id, Sale(1, is_on_sale=True), plus(now, seconds=60), office.seller, now
    )
    status, archived = await asked(client, "POST", f"{ONE}/archive", headers, {"version": 0})
    assert (status, archived["is_on_sale"], archived["version"]) == (200, False, 1)
    assert archived["archived_at"] is not None
    listed = [await asked(client, "GET", f"/api/v1/ticket-types{query}", headers) for query in ("", "?archived=true")]
    assert [[one["ticket_type_id"] for one in said["items"]] for _, said in listed] == [[], [1]]
    assert (await asked(client, "PATCH", ONE, headers, {"version": 1, "is_on_sale": True}))[0] == 409
    assert await office.type_changes.put_in_force(office.clock.advance(seconds=120)) == 0
    assert (await asked(client, "POST", f"{ONE}/archive", headers, {"version": 1}))[0] == 409
    status, restored = await asked(client, "POST", f"{ONE}/restore", headers, {"version": 1})
    assert (status, restored["is_on_sale"], restored["archived_at"], restored["version"]) == (200, False, None, 2)
    assert (await asked(client, "POST", f"{ONE}/restore", headers, {"version": 2}))[0] == 409


async def test_a_copy_has_new_names_and_is_not_on_sale(client: Client, headers: dict[str, str]) -> None:
    names = {"name_zh": "夜场票", "name_en": "Night"}
    status, copy = await asked(client, "POST", f"{ONE}/copies", headers, names)
    assert (status, copy["ticket_type_id"], copy["is_on_sale"], copy["version"]) == (201, 2, False, 0)
    _, one = await asked(client, "GET", ONE, headers)
    assert copy["parameters"] == {**one["parameters"], **names}
    assert copy["price_fen"] == one["price_fen"]


async def test_a_planned_change_raises_the_version_too(office: Office) -> None:
    one = await office.ticket_type()
    at = plus(office.clock(), seconds=60)
    await office.type_changes.plan(one.type_id, Sale(9000, is_on_sale=True), at, office.seller, office.clock())
    await office.type_changes.put_in_force(office.clock.advance(seconds=60))
    with pytest.raises(Problem) as problem:
        await office.catalog.change_sale(one.type_id, Sale(1, is_on_sale=True), office.seller, office.clock(), seen=0)
    assert problem.value.code is ProblemCode.VERSION_CONFLICT
