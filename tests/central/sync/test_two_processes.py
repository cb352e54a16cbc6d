"""Two processes over one database: one decides at once by what the other has changed.

The clock stands still in these tests, so that no process reads anything again because it has become old. The embedded database
has room for one process, which then plays both parts.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count
from typing import Any

import pytest
from sqlalchemy import text

from edge.central_client import AgentRevoked, CentralRefused
from protocol.admission.verdict import Admit, Reason, Refuse, Verdict
from protocol.identifiers import TicketId
from protocol.sync.messages import CredentialForm
from tests.builders.served import Central, Gate

_attempts = count(1)
pytestmark = pytest.mark.law(4)


@pytest.fixture
async def gate(central: Central, other: Central, adult: int) -> AsyncIterator[Gate]:
    """A gate that asks the other process, which has decided for it before."""
    gate = await central.enrol(await central.add_check_point([adult], attended=True))
    gate.follow(other)
    (ticket,) = await central.sell(adult)
    assert isinstance(await show(gate, ticket["code"]), Admit)
    assert await reason(gate, ticket["code"]) is Reason.USED_UP
    yield gate
    gate.close()


async def show(gate: Gate, credential: str, form: CredentialForm = CredentialForm.CODE) -> Verdict:
    return await gate.ask_to_admit(next(_attempts), credential, form)


async def reason(gate: Gate, code: str) -> Reason:
    verdict = await show(gate, code)
    assert isinstance(verdict, Refuse)
    return verdict.reason


async def _change(central: Central, gate: Gate, **settings: Any) -> None:  # noqa: ANN401 - JSON
    points = (await central.api("GET", "/sites/1/check-points"))["items"]
    (version,) = [one["version"] for one in points if one["check_point_id"] == gate.check_point]
    body = {"version": version, "agent_id": gate.agent, "attended": True, "ticked": [], **settings}
    await central.api("PATCH", f"/check-points/{gate.check_point}", body)


async def disable(central: Central, gate: Gate, adult: int) -> None:
    await _change(central, gate, ticked=[adult], state="disabled")


async def untick(central: Central, gate: Gate, _adult: int) -> None:
    await _change(central, gate, ticked=[])


@pytest.mark.parametrize(("change", "expected"), [(disable, Reason.DEVICE_DISABLED), (untick, Reason.WRONG_GATE)])
async def test_a_changed_check_point_holds_at_once(
    central: Central,
    gate: Gate,
    adult: int,
    change: Callable[[Central, Gate, int], Awaitable[None]],
    expected: Reason,
) -> None:
    (ticket,) = await central.sell(adult)
    await change(central, gate, adult)
    assert await reason(gate, ticket["code"]) is expected


async def test_a_check_point_that_has_moved_is_no_longer_decided_for(central: Central, gate: Gate, adult: int) -> None:
    (ticket,) = await central.sell(adult)
    await _change(central, gate, ticked=[adult], agent_id=None)
    with pytest.raises(CentralRefused, match="forbidden"):
        await show(gate, ticket["code"])


async def test_a_ticket_of_a_new_type_is_admitted_at_once(central: Central, gate: Gate, adult: int) -> None:
    child = await central.add_type(name_en="Child")
    await _change(central, gate, ticked=[adult, child])
    by_code, by_number = await central.sell(child, 2)
    assert isinstance(await show(gate, by_code["code"]), Admit)
    assert isinstance(await show(gate, by_number["short_number"], CredentialForm.TYPED), Admit)


async def test_a_revoked_agent_is_decided_for_no_more(central: Central, gate: Gate, adult: int) -> None:
    (ticket,) = await central.sell(adult)
    await central.api("POST", f"/agents/{gate.agent}/revoke", {"wipe": True})
    with pytest.raises(AgentRevoked) as told:
        await show(gate, ticket["code"])
    assert told.value.revoked.wipe


async def tell(gate: Gate, ticket: dict[str, Any]) -> None:
    """Wait until the gate has heard of a ticket."""
    number = TicketId(int(ticket["ticket_id"], 16))
    await gate.refresh_until(lambda one: one.cache.record(number) is not None)


async def test_a_gate_at_either_process_hears_what_the_other_changed(central: Central, gate: Gate, adult: int) -> None:
    (ticket,) = await central.sell(adult)
    await tell(gate, ticket)
    follower = gate.central
    gate.follow(central)
    (ticket,) = await follower.sell(adult)
    await tell(gate, ticket)


async def test_one_process_publishes_the_changes_of_every_process(
    central: Central, gate: Gate, adult: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if gate.central is central:
        return
    published: list[str] = []

    async def publish_all(**_how: object) -> None:
        published.append("twice")

    monkeypatch.setattr(gate.central.built.publisher, "publish_all", publish_all)
    (ticket,) = await gate.central.sell(adult)
    assert isinstance(await show(gate, ticket["code"]), Admit)
    await gate.refresh_until(lambda one: bool(one.cache.events_of(TicketId(int(ticket["ticket_id"], 16)))))
    assert published == []


@pytest.mark.parametrize(
    "of",
    ["FROM pg_stat_activity WHERE query LIKE 'LISTEN%'", "FROM pg_locks WHERE locktype = 'advisory'"],
    ids=["who listens", "who leads"],
)
async def test_a_lost_connection_is_made_again(central: Central, gate: Gate, adult: int, of: str) -> None:
    if gate.central is central:
        return
    (ticket,) = await central.sell(adult)
    await tell(gate, ticket)
    async with central.built.store.transaction() as work:
        ended = await (await work.session.connection()).execute(text(f"SELECT pg_terminate_backend(pid) {of}"))
        assert ended.all()
    for seller in (central, gate.central):
        (ticket,) = await seller.sell(adult)
        await tell(gate, ticket)
