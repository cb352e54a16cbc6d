"""A waiting refund is released by two persons: one asks, and another one approves it with a PIN or a card."""

import json
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from sqlmodel import select

from central.domain import idempotency
from central.domain.principal import DataScope, Principal
from central.identity.permissions import ALL
from central.identity.rules.sign_in import FREE_FAILURES
from central.identity.rules.two_persons import NotApproved, why_not_approved
from central.issuing import outbox
from central.issuing.feed_version import FeedVersion
from central.refunds.rules.fence import AgentFacts, Standing
from central.store.tables.audit import AuditRow
from central.store.tables.requests import IdempotentRequestRow
from protocol.identifiers import AgentId, SiteId
from tests.builders.central import NOON, HandClock
from tests.builders.office import Office, sign_in

SITE, BEFORE = SiteId(1), FeedVersion(1, 1)
Client = TestClient[web.Request, web.Application]
CARDS = {"boss": "04A25C1B9F6080", "clerk": "0009876543", "person-2": "990101199003074518"}
PINS = {"boss": "730518", "clerk": "904162", "person-2": "618304"}
BOSS, CLERK, CALLER = 2, 3, 4


@pytest.mark.parametrize(
    ("second", "held", "why"),
    [
        (3, {"refunds.override"}, None),
        (3, {"refunds.read"}, NotApproved.NOT_PERMITTED),
        (2, {"refunds.override"}, NotApproved.SAME_PERSON),
        (1, set(), NotApproved.SAME_PERSON),
    ],
)
def test_another_person_with_the_permission_approves(second: int, held: set[str], why: NotApproved | None) -> None:
    assert why_not_approved(second, {1, 2}, held, "refunds.override") is why


class Counter:
    """A caller who may request refunds, and a refund that waits for a gate."""

    def __init__(self, client: Client, headers: dict[str, str], refund_id: int) -> None:
        self.client, self.headers, self.refund_id = client, headers, refund_id

    async def release(self, **said: object) -> tuple[int, dict[str, Any]]:
        """Ask for the release; return the status and the answer."""
        path = f"/api/v1/refunds/{self.refund_id}/override-by-{'card' if 'card' in said else 'pin'}"
        answer = await self.client.post(path, json={"reason": "the bus leaves", **said}, headers=self.headers)
        return answer.status, await answer.json()

    def with_key(self, key: str) -> "Counter":
        """Return the same with this Idempotency-Key in each try."""
        return Counter(self.client, {**self.headers, "Idempotency-Key": key}, self.refund_id)

    async def codes(self, *tries: dict[str, object]) -> list[str]:
        """Return why each try was refused."""
        return [(await self.release(**said))[1].get("code", "done") for said in tries]


@pytest.fixture
async def counter(office: Office, client: Client) -> Counter:
    """`boss` may override, `clerk` may not; the caller and the requester have PINs and cards, too."""
    order = await office.sell(await office.ticket_type())
    async with office.store.transaction() as work:
        await outbox.mark_published(work, [one.change_id for one in await outbox.unpublished(work, SITE, 100)], BEFORE)
    office.gates.agents = (AgentFacts(AgentId(5), SITE, Standing.ABLE, BEFORE, NOON, NOON, NOON),)
    await office.add_person("boss", "refunds.override")
    await office.add_person("clerk", "refunds.request")
    headers = await sign_in(client, office, "refunds.request", "refunds.override")
    everything = Principal(1, "seller", frozenset(ALL), must_change_password=False)
    for name, pin in {**PINS, "seller": "518273"}.items():
        await office.supervisors.add(SITE, name, everything, office.clock())
        await office.supervisors.set_pin(name, pin, everything, office.clock())
    for name, card in CARDS.items():
        await office.supervisor_cards.set(name, card, everything, office.clock())
    body = {"ticket_id": f"{order.tickets[0].ticket_id:016x}", "reason": "rain"}
    requester = {**await sign_in(client, office), "Idempotency-Key": "k-00000001"}
    asked = await client.post("/api/v1/refunds", json=body, headers=requester)
    said = await asked.json()
    assert (asked.status, said["state"]) == (201, "waiting"), said
    return Counter(client, headers, said["refund_id"])


@pytest.mark.parametrize("by", [{"approver_name": "boss", "pin": PINS["boss"]}, {"card": " 04a2 5c1b\t9f60 80\r\n"}])
async def test_another_person_releases_it_and_both_stand_in_the_record(
    counter: Counter, office: Office, by: dict[str, object]
) -> None:
    status, said = await counter.release(**by)
    assert (status, said["state"], said["override_by"]["id"], said["override_asked_by"]["id"]) == (200, "paid", BOSS, CALLER)
    async with office.store.reading() as work:
        acts = {row.action: row for row in (await work.session.exec(select(AuditRow))).all()}
    assert (acts["refund.override"].user_id, acts["refund.override"].detail["asked_by"]) == (BOSS, CALLER)
    assert await counter.codes(by) == ["refund_state"]


async def test_a_wrong_pin_leaves_the_key_free_and_the_release_is_done_once(counter: Counter, office: Office) -> None:
    keyed = counter.with_key("release-0001")
    right: dict[str, object] = {"approver_name": "boss", "pin": PINS["boss"]}
    assert await keyed.codes({"approver_name": "boss", "pin": "111111"}, right, right) == ["pin_wrong", "done", "done"]
    assert await keyed.codes({"approver_name": "boss", "pin": "111111"}) == ["idempotency_key_reused"]
    assert await counter.codes(right) == ["refund_state"]
    async with office.store.reading() as work:
        acts = [row.action for row in (await work.session.exec(select(AuditRow))).all()]
        kept = (await work.session.exec(select(IdempotentRequestRow).where(IdempotentRequestRow.key == "release-0001"))).one()
    assert (acts.count("refund.override"), acts.count("second-person.fail")) == (1, 1)
    assert kept.fingerprint != keyed_by_nothing(keyed, right), "a PIN of six digits could be tried against it"


def keyed_by_nothing(counter: Counter, said: dict[str, object]) -> bytes:
    """Return the plain digest of a release, as it comes from the request."""
    path, body = f"/api/v1/refunds/{counter.refund_id}/override-by-pin", json.dumps({"reason": "the bus leaves", **said}).encode()
    return idempotency.parse("release-0001", "", path, body).fingerprint


async def test_who_cannot_approve_is_told_so_only_with_the_right_pin(counter: Counter) -> None:
    refused: list[tuple[dict[str, object], str]] = [
        ({"approver_name": "clerk", "pin": PINS["clerk"]}, "second_person_forbidden"),
        ({"approver_name": "person-2", "pin": PINS["person-2"]}, "second_person_same"),
        ({"approver_name": "clerk", "pin": "111111"}, "pin_wrong"),
        ({"approver_name": "nobody", "pin": "111111"}, "pin_wrong"),
        ({"approver_id": 1, "pin": "999999"}, "pin_wrong"),
        ({"approver_id": BOSS, "approver_name": "boss", "pin": PINS["boss"]}, "input_invalid"),
        ({"pin": PINS["boss"]}, "input_invalid"),
        ({"card": CARDS["clerk"]}, "second_person_forbidden"),
        ({"card": CARDS["person-2"]}, "second_person_same"),
        ({"card": CARDS["boss"][:-1]}, "card_unknown"),
        ({"card": "1 2 3 4 5 6 7"}, "input_invalid"),
        ({"card": CARDS["boss"], "pin": PINS["boss"]}, "input_invalid"),
    ]
    assert await counter.codes(*(said for said, _ in refused)) == [code for _, code in refused]


async def test_who_requested_the_refund_does_not_approve_it(counter: Counter, office: Office) -> None:
    requester = (await office.refunds.refund(counter.refund_id, office.clock())).requested_by
    everything = Principal(1, "seller", frozenset(ALL), must_change_password=False)
    await office.supervisors.add(SITE, "person-0", everything, office.clock())
    await office.supervisors.set_pin("person-0", "275316", everything, office.clock())
    await office.supervisor_cards.set("person-0", "0001234567", everything, office.clock())
    by_either: list[dict[str, object]] = [{"approver_id": requester, "pin": "275316"}, {"card": "0001234567"}]
    assert await counter.codes(*by_either) == ["second_person_same"] * 2


async def test_wrong_pins_are_audited_and_slow_the_caller_down_whatever_the_person_is_called(
    counter: Counter, office: Office, clock: HandClock
) -> None:
    wrong: list[dict[str, object]] = [{"approver_name": "boss", "pin": "111111"}, {"approver_id": BOSS, "pin": "222222"}]
    assert await counter.codes(*(wrong * FREE_FAILURES)[:FREE_FAILURES]) == ["pin_wrong"] * FREE_FAILURES
    assert await counter.codes({"approver_id": BOSS, "pin": PINS["boss"]}) == ["sign_in_delayed"]
    async with office.store.reading() as work:
        acts = [row for row in (await work.session.exec(select(AuditRow))).all() if row.action == "second-person.fail"]
    assert len(acts) == FREE_FAILURES
    assert {(row.user_id, row.detail["named"]) for row in acts} == {(CALLER, f"pin {BOSS}")}
    clock.advance(seconds=2)
    assert await counter.codes({"approver_id": BOSS, "pin": PINS["boss"]}) == ["done"]


async def test_unknown_cards_are_audited_without_their_number_and_slow_the_caller_down(
    counter: Counter, office: Office, clock: HandClock
) -> None:
    guesses: list[dict[str, object]] = [{"card": f"4711000{number}"} for number in range(FREE_FAILURES)]
    own: dict[str, object] = {"card": CARDS["person-2"]}
    first, *others = guesses
    assert await counter.codes(first, own, *others) == ["card_unknown", "second_person_same", *["card_unknown"] * len(others)]
    assert await counter.codes({"card": CARDS["boss"]}) == ["sign_in_delayed"], "an own card ends no count"
    async with office.store.reading() as work:
        acts = [row for row in (await work.session.exec(select(AuditRow))).all() if row.action == "second-person.fail"]
    assert {(row.user_id, row.detail["named"], row.subject) for row in acts} == {
        (CALLER, "any card", f"refund:{counter.refund_id}")
    }
    assert (len(acts), "4711000" in f"{acts}") == (FREE_FAILURES, False)
    clock.advance(seconds=2)
    assert await counter.codes({"card": CARDS["boss"]}) == ["done"]


async def test_the_card_of_a_person_who_is_disabled_is_not_known(counter: Counter, office: Office) -> None:
    everything = Principal(1, "seller", frozenset(ALL), must_change_password=False, scope=DataScope.ALL)
    await office.accounts.set_disabled(BOSS, disabled=True, by=everything, now=office.clock())
    assert await counter.codes({"card": CARDS["boss"]}) == ["card_unknown"]
