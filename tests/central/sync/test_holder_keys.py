"""An agent is lost: the others get another key, no visitor who paid is turned away meanwhile, then the lost key finds none."""

from collections.abc import Callable

import pytest

from central.catalog.routes.ticket_types import CATALOG
from central.sales.routes.orders import HOLDER_REHASHING
from edge.central_client import AgentRevoked
from edge.sync.holder_keys import HolderKeyFollower
from edge.sync.upload import Pace
from edge.trust.store import SiteKey
from protocol.feed.records import CredentialKind
from protocol.holders import Document, DocumentType, holder_hash
from protocol.identifiers import SiteId, TicketId
from tests.builders.central import SeededBytes
from tests.builders.served import VISIT_DAY, Central, Gate

SITE = SiteId(1)
NUMBER = "990101199003074518"
LI = Document(DocumentType.RESIDENT_ID, "CN", NUMBER)
HOLDERS = [{"document_type": "resident-id", "number": NUMBER, "name": "李明"}]


async def never(_seconds: float) -> None:
    raise AssertionError("a test waits for nothing")


class Keyed:
    """A gate, and the keys by which it knows holders."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        if not gate.trust.holder_keys():
            gate.trust.save_holder_keys((SiteKey(0, gate.answer.holder_key),))
        nonces = SeededBytes(f"nonces of {gate.agent}")
        self.follower = HolderKeyFollower(gate.client, gate.trust, gate.cache, nonces, Pace(lambda: 0.0, never))

    def keys(self) -> tuple[bytes, ...]:
        """Return them newest first."""
        return tuple(one.key for one in self.gate.trust.holder_keys())

    def finds(self) -> set[TicketId]:
        """Return the tickets that Li's card leads to, by any key of this gate."""
        return {one for key in self.keys() for one in self.finds_by(key)}

    def finds_by(self, key: bytes) -> tuple[TicketId, ...]:
        return self.gate.cache.tickets_by(CredentialKind.ID_CARD, holder_hash(LI, key))


async def sell(central: Central, ticket_type: int) -> TicketId:
    line = {"ticket_type_id": ticket_type, "visit_day": VISIT_DAY, "holders": HOLDERS}
    wanted = {"site_id": 1, "lines": [line], "expected_total_fen": 8000, "method": "cash"}
    order = await central.api("POST", "/orders", wanted)
    return TicketId(int(order["tickets"][0]["ticket_id"], 16))


async def lose(central: Central, gate: Gate) -> None:
    await central.api("POST", f"/agents/{gate.agent}/declare-lost", {"reason": "stolen from the booth"})


async def go_on(central: Central, until: Callable[[tuple[int, object]], bool]) -> None:
    """Run the job, and publish the feed, until the site's keys are as wanted: so many, in this round."""
    for _ in range(60):
        await central.built.app[HOLDER_REHASHING].go_on(central.clock())
        await central.publisher.work()
        async with central.built.store.reading() as work:
            held = await central.built.app[CATALOG].holder_keys(work, SITE)
        if until((len(held.keys), held.round)):
            return
    raise AssertionError("the round never came to its end")


@pytest.mark.law(9)
async def test_a_lost_agents_key_is_useless_once_the_others_have_changed(central: Central) -> None:
    adult = await central.add_type(is_real_name=True)
    here, away, lost = [Keyed(await central.enrol(await central.add_check_point([adult]), name=f"g{n}")) for n in range(3)]
    old_key = lost.keys()[0]
    assert here.keys() == away.keys() == (old_key,)
    before = await sell(central, adult)
    for one in (here, away):
        await one.gate.refresh_until(lambda gate: before in Keyed(gate).finds())
        await one.follower.ask()
    await lose(central, lost.gate)
    during = await sell(central, adult)
    await go_on(central, lambda state: state == (2, None))

    # A gate that follows gets the new key, and finds every holder by it; the other is away for days, and finds the holders that
    # it knew.
    await here.follower.ask()
    await here.gate.refresh_until(lambda gate: {before, during} <= Keyed(gate).finds())
    new_key = here.keys()[0]
    assert here.keys() == (new_key, old_key)
    assert set(here.finds_by(new_key)) == {before, during}
    assert away.finds() == {before}
    await here.follower.ask()
    await go_on(central, lambda state: state == (2, None))
    assert here.keys() == (new_key, old_key)

    # It comes back: the feed first, the key later, and no visitor is turned away at either moment.
    await away.gate.refresh_until(lambda gate: {before, during} <= Keyed(gate).finds())
    await away.follower.ask()
    await away.follower.ask()
    assert away.keys() == (new_key, old_key)
    await go_on(central, lambda state: state == (1, None))
    for one in (here, away):
        await one.gate.refresh_until(lambda gate: not Keyed(gate).finds_by(old_key))
        await one.follower.ask()
        assert one.keys() == (new_key,)
        assert one.finds() == {before, during}
    with pytest.raises(AgentRevoked):
        await lost.follower.ask()
    assert lost.keys() == (old_key,)
    for one in (here, away, lost):
        one.gate.close()


@pytest.mark.law(9)
async def test_who_enrols_during_a_round_gets_the_key_that_finds_everybody(central: Central) -> None:
    adult = await central.add_type(is_real_name=True)
    lost = await central.enrol(await central.add_check_point([adult]))
    ticket = await sell(central, adult)
    await lose(central, lost)
    new = Keyed(await central.enrol(await central.add_check_point([adult]), name="new"))
    await new.gate.refresh_until(lambda gate: ticket in Keyed(gate).finds())
    await go_on(central, lambda state: state == (2, None))
    later = await central.enrol(await central.add_check_point([adult]), name="later")
    assert later.answer.holder_key != lost.answer.holder_key
    await later.refresh_until(lambda gate: ticket in Keyed(gate).finds())
    for gate in (lost, new.gate, later):
        gate.close()


@pytest.mark.law(9)
async def test_an_agent_that_is_declared_lost_twice_changes_the_key_once(central: Central) -> None:
    gate = await central.enrol(await central.add_check_point([await central.add_type()]))
    for _ in range(2):
        await lose(central, gate)
    await go_on(central, lambda state: state == (1, None))
    gate.close()
