"""Supervisors' cards: set and taken away over HTTP, kept as keyed hashes, one person each."""

import asyncio
import string
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from central.domain.principal import DataScope, Principal
from central.domain.problems import Problem, ProblemCode
from central.identity.permissions import ALL
from central.identity.rules.cards import MOST_CARD_CHARACTERS, card_text, card_weakness
from central.store.tables.audit import AuditRow
from central.store.tables.people import SupervisorCardRow
from protocol.identifiers import SiteId
from tests.builders.office import Office, sign_in

Client = TestClient[web.Request, web.Application]
TOWN = SiteId(1)
CARD, OTHER_CARD = "04A25C1B9F6080", "990101199003074518"
ANNA, BEN = 2, 3
BOSS = Principal(1, "seller", frozenset(ALL), must_change_password=False, scope=DataScope.ALL)


@pytest.mark.parametrize(
    "read", [CARD, " 04a25c1b9f6080\r\n", "04 A2 5C 1B 9F 60 80", "０４Ａ２５Ｃ１Ｂ９Ｆ６０８０", "\x0204A25C1B9F6080\x03"]
)
def test_one_card_is_one_text_whatever_reader_types_it(read: str) -> None:
    assert card_text(read) == CARD


@given(st.text() | st.text(string.printable, min_size=8))
def test_a_card_that_is_fit_has_one_text(read: str) -> None:
    text = card_text(read)
    if card_weakness(text) is None:
        assert card_text(text) == card_text(f" {text.lower()}\r\n") == text
        assert not set(text) & set(string.whitespace)


@pytest.mark.parametrize(
    ("text", "is_fit"), [("1" * 7, False), ("1" * 8, True), ("1" * 128, True), ("1" * 129, False), ("赵" * 8, False)]
)
def test_a_card_is_neither_short_nor_endless_nor_outside_of_ascii(text: str, is_fit: bool) -> None:  # noqa: FBT001 - a row of the table
    assert MOST_CARD_CHARACTERS == 128
    assert (card_weakness(text) is None) is is_fit


class Desk:
    """Anna and Ben supervise the town, and a caller edits supervisors."""

    def __init__(self, office: Office, client: Client, headers: dict[str, str]) -> None:
        self.office, self.client, self.headers = office, client, headers

    async def ask(self, method: str, name: str, card: str | None = None) -> tuple[int, Any]:
        body = None if card is None else {"card": card}
        answer = await self.client.request(method, f"/api/v1/supervisors/{name}/card", json=body, headers=self.headers)
        if answer.status == 204:
            return 204, None
        said = await answer.json()
        return answer.status, said.get("detail_code", said) if answer.status >= 400 else said

    async def card_times(self) -> list[Any]:
        answer = await self.client.get("/api/v1/sites/1/supervisors", headers=self.headers)
        return [one["card_set_at"] for one in (await answer.json())["items"]]


@pytest.fixture
async def desk(office: Office, client: Client) -> Desk:
    for name in ("anna", "ben"):
        await office.add_person(name, "sales.sell")
        await office.supervisors.add(TOWN, name, BOSS, office.clock())
    return Desk(office, client, await sign_in(client, office, "supervisors.edit", "sales.sell"))


async def test_a_card_is_set_seen_and_taken_away(desk: Desk) -> None:
    status, anna = await desk.ask("PUT", "anna", CARD)
    assert (status, anna["user_id"], anna["pin_set_at"]) == (200, ANNA, None)
    assert anna["card_set_at"] is not None
    assert await desk.card_times() == [anna["card_set_at"], None]
    assert await desk.ask("DELETE", "anna") == (204, None)
    assert await desk.ask("DELETE", "anna") == (404, "no_card")
    assert await desk.card_times() == [None, None]


async def test_a_card_belongs_to_one_person_until_it_is_taken_away(desk: Desk) -> None:
    assert (await desk.ask("PUT", "anna", CARD))[0] == 200
    assert (await desk.ask("PUT", "anna", CARD))[0] == 200
    assert await desk.ask("PUT", "ben", CARD.lower()) == (409, "card_of_another")
    assert (await desk.ask("PUT", "anna", OTHER_CARD))[0] == 200
    assert (await desk.ask("PUT", "ben", CARD))[0] == 200


async def test_a_card_that_is_set_for_two_people_at_once_becomes_the_one_s(desk: Desk) -> None:
    cards, now = desk.office.supervisor_cards, desk.office.clock()
    setting = [cards.set(name, CARD, BOSS, now) for name in ("anna", "ben")]
    outcomes = await asyncio.gather(*setting, return_exceptions=True)
    assert [one.code for one in outcomes if isinstance(one, Problem)] == [ProblemCode.CONFLICT]
    assert len([one for one in await desk.card_times() if one]) == 1


async def test_a_card_needs_a_supervisor_whose_permissions_the_caller_holds(desk: Desk) -> None:
    await desk.office.add_person("dan", "sales.sell")
    await desk.office.add_person("eve", "users.edit")
    await desk.office.supervisors.add(TOWN, "eve", BOSS, desk.office.clock())
    assert await desk.ask("PUT", "dan", CARD) == (409, "supervises_nothing")
    assert await desk.ask("PUT", "eve", CARD) == (403, "you_do_not_hold")
    assert await desk.ask("PUT", "nobody", CARD) == (404, "no_user_named")
    assert (await desk.ask("PUT", "anna", "1234567"))[0] == 400
    assert await desk.card_times() == [None, None, None]


async def test_a_card_asks_for_the_password_again(desk: Desk) -> None:
    desk.office.clock.advance(seconds=20 * 60)
    assert (await desk.ask("PUT", "anna", CARD))[0] == 403
    assert (await desk.ask("DELETE", "anna"))[0] == 403


async def test_a_card_ends_with_the_last_site_and_with_its_person(desk: Desk) -> None:
    office = desk.office
    for name, card in (("anna", CARD), ("ben", OTHER_CARD)):
        assert (await desk.ask("PUT", name, card))[0] == 200
    await office.supervisors.remove(TOWN, "anna", BOSS, office.clock())
    await office.accounts.delete(BEN, BOSS, office.clock())
    async with office.store.reading() as work:
        assert (await work.session.exec(select(SupervisorCardRow))).all() == []
    assert (await office.supervisors.add(TOWN, "anna", BOSS, office.clock())).card_set_at is None


@pytest.mark.law(9)
async def test_a_card_stands_nowhere_and_every_change_is_audited(desk: Desk) -> None:
    await desk.ask("PUT", "anna", CARD)
    async with desk.office.store.reading() as work:
        (row,) = (await work.session.exec(select(SupervisorCardRow))).all()
        digest = row.digest
    await desk.ask("DELETE", "anna")
    async with desk.office.store.reading() as work:
        audits = (await work.session.exec(select(AuditRow))).all()
    acts = [one.action for one in audits if one.subject == f"user:{ANNA}" and one.action.endswith("-card")]
    assert acts == ["supervisor.set-card", "supervisor.delete-card"]
    assert (len(digest), CARD in f"{digest!r} {audits}") == (32, False)
