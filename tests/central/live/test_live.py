"""The live channel over HTTP: what is told, how a listener goes on after a break, and when a stream ends."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from time import monotonic

import pytest
from sqlalchemy import text

from central.devices.silence import tell_silences
from central.live import kept_events, routes
from central.live_events.kinds import LiveKind
from central.live_events.telling import Change, tell_all
from protocol.identifiers import SiteId
from protocol.journal.events import Alarm
from tests.builders.central import HandClock
from tests.builders.listening import Heard, Stream, last_taken, listening, listening_without_reading
from tests.builders.served import PASSWORD, Central

# Rights are looked up again every 4 s; the rest is a look at the database.
NOTICED_S = 5.0
# More than the kernel holds of a connection.
MANY = 8_000


async def begun(stream: Stream) -> Heard:
    first = await stream.next()
    assert first.name == "ready"
    return first


async def person(central: Central, name: str, *permissions: str, scope: str = "all") -> tuple[int, Central]:
    """Add a person with a role; return the role, and central as that person calls it."""
    role = await central.api("POST", "/roles", {"name": name, "permissions": list(permissions), "scope": scope})
    added = await central.api("POST", "/users", {"name": name, "role_ids": [role["role_id"]]})
    own = replace(central, headers={})
    await _sign_in(own, "POST", "/session", {"name": name, "password": added["one_time_password"]})
    await _sign_in(own, "PUT", "/session/password", {"old_password": added["one_time_password"], "new_password": PASSWORD})
    return role["role_id"], own


async def _sign_in(own: Central, method: str, path: str, body: dict[str, str]) -> None:
    token = (await own.api(method, path, {**body, "bearer": True}))["token"]
    own.headers["Authorization"] = f"Bearer {token}"


async def told(central: Central) -> list[tuple[str, str]]:
    """What the table holds, in order."""
    async with central.built.store.reading() as work:
        rows = await (await work.connection()).execute(text("SELECT xid, id, kind FROM live_event ORDER BY xid, id"))
        return [(f"{xid}-{row}", kind) for xid, row, kind in rows]


async def test_a_sale_an_admission_a_refusal_and_a_refund_are_told_with_names(
    central: Central, other: Central, adult: int
) -> None:
    gate = await central.enrol(await central.add_check_point([adult]))
    async with listening(other) as stream:
        await begun(stream)
        (ticket,) = await central.sell(adult)
        sold = await stream.until("order")
        order = sold[-1].data
        assert [one.name for one in sold] in (["order"], ["payment", "order"])
        assert (order["state"], order["total_fen"], order["site"]["name"], order["seller"]["name"]) == (
            "paid",
            8000,
            "Paifang Town",
            "admin",
        )
        gate.admit(ticket["ticket_id"])
        gate.refuse("unknown")
        await gate.upload()
        found = {one.name: one.data for one in await stream.until("refusal")}
        admission = found["admission"]
        assert (admission["ticket_id"], admission["state"], admission["persons"]) == (ticket["ticket_id"], "passed", 1)
        assert (admission["check_point"]["name"], admission["ticket_type"]["name"]) == ("Gate 1", "Adult")
        assert admission["order_id"] == order["order_id"]
        assert (found["refusal"]["reason"], found["refusal"]["ticket_id"]) == ("unknown", None)
        (second,) = await central.sell(adult)
        await central.api("POST", "/refunds", {"ticket_id": second["ticket_id"], "reason": "rain"})
        assert (await stream.until("refund"))[-1].data["state"] == "waiting"
    gate.close()


async def test_what_becomes_of_an_agent_and_of_its_alarms_is_told(central: Central, adult: int, clock: HandClock) -> None:
    async with listening(central) as stream:
        await begun(stream)
        gate = await central.enrol(await central.add_check_point([adult]))
        assert (await stream.next()).data["change"] == "enrolled"
        gate.note(Alarm("disk-full", "2 MB left"))
        await gate.upload()
        alarm = (await stream.next()).data
        assert (alarm["name"], alarm["agent"], alarm["acknowledged_by"]) == (
            "disk-full",
            {"id": gate.agent, "name": "gate"},
            None,
        )
        await central.api("POST", f"/alarms/{alarm['alarm_id']}/acknowledge", {"note": "cleaned"})
        assert (await stream.next()).data["acknowledged_by"]["name"] == "admin"
        clock.advance(seconds=901)
        for changed in (1, 0):
            assert await tell_silences(central.built.store, clock()) == changed
        assert (await stream.next()).data["change"] == "silent"
        gate.note(Alarm("disk-full", "2 MB left"))
        await gate.upload()
        await tell_silences(central.built.store, clock())
        assert [one.data.get("change") for one in (await stream.next(), await stream.next())] == [None, "seen"]
        await central.api("POST", f"/agents/{gate.agent}/revoke", {"wipe": False})
        assert (await stream.next()).data["change"] == "revoked"
    gate.close()


async def test_a_conflict_is_told_when_it_is_found_and_when_it_is_settled(central: Central, adult: int) -> None:
    gate = await central.enrol(await central.add_check_point([adult]))
    (ticket,) = await central.sell(adult)
    async with listening(central) as stream:
        await begun(stream)
        for _ in range(2):
            gate.admit(ticket["ticket_id"])
        await gate.upload()
        found = (await stream.until("conflict"))[-1].data
        assert (found["change"], found["ticket_id"]) == ("found", ticket["ticket_id"])
        where = f"{found['journal_number']}/{found['sequence']}"
        finding = {"outcome": "no-loss", "note": "the same visitor"}
        await central.api("POST", f"/conflicts/{where}/settle", finding)
        assert (await stream.next()).data["change"] == "settled"
    gate.close()


async def test_only_the_own_exports_are_told(central: Central, adult: int) -> None:
    await central.sell(adult)
    _, wang = await person(central, "wang", "sales.read")
    async with listening(central) as ours, listening(wang) as theirs:
        await begun(ours)
        await begun(theirs)
        await wang.api("POST", "/kept-exports/orders", {"format": "csv"})
        told = [await theirs.next()]
        while told[-1].data["state"] == "running":
            told.append(await theirs.next())
        assert (told[-1].name, told[-1].data["state"], told[-1].data["rows_done"]) == ("export", "done", 1)
        await central.sell(adult)
        assert {one.name for one in await ours.until("order")} <= {"order", "payment"}


async def test_after_each_break_a_listener_gets_what_it_missed_once(central: Central, other: Central, adult: int) -> None:
    gate = await central.enrol(await central.add_check_point([adult]))
    heard: list[Heard] = []
    position = ""

    async def trade() -> None:
        for _ in range(6):
            (ticket,) = await central.sell(adult)
            gate.admit(ticket["ticket_id"])
            await gate.upload()

    async with listening(central) as stream:
        start = (await begun(stream)).position
        position = start
    trading = asyncio.create_task(trade())
    for number in range(5):
        async with listening((central, other)[number % 2], position) as stream:
            assert (await stream.next()).name == "ready"
            heard += await stream.until("admission", "order", times=2)
            position = stream.last
    await trading
    async with listening(other, position) as stream:
        await begun(stream)
        while sum(one.name == "admission" for one in heard) < 6:
            heard += await stream.until("admission")
    ours = [one for one in await told(central) if _after(one[0], start)]
    assert [(one.position, one.name) for one in heard] == ours
    gate.close()


def _after(position: str, start: str) -> bool:
    return tuple(map(int, position.split("-"))) > tuple(map(int, start.split("-")))


async def test_a_scope_bounds_what_is_heard(central: Central, adult: int) -> None:
    _, wang = await person(central, "wang", "sales.read", "devices.read", "sales.sell", "sales.sell-all", scope="own")
    async with listening(wang) as stream:
        assert (await begun(stream)).data["kinds"] == ["export", "order"]
        await central.sell(adult)
        await wang.sell(adult)
        assert (await stream.next()).data["seller"]["name"] == "wang"


async def test_a_permission_that_is_withdrawn_narrows_the_stream(central: Central, adult: int) -> None:
    role_id, li = await person(central, "li", "sales.read", "payments.read")
    async with listening(li) as stream:
        assert (await begun(stream)).data["kinds"] == ["export", "order", "payment"]
        narrow = {"name": "li", "permissions": ["sales.read"], "scope": "all", "counter_scope": "all"}
        await central.api("PUT", f"/roles/{role_id}", {"version": 0, **narrow})
        withdrawn_s = monotonic()
        assert await stream.next() == Heard(stream.last, "rights", {"kinds": ["export", "order"]})
        assert monotonic() - withdrawn_s < NOTICED_S
        await central.sell(adult)
        assert (await stream.next()).name == "order"


async def _sign_out(_central: Central, own: Central) -> None:
    await own.api("DELETE", "/session")


async def _reset_password(central: Central, own: Central) -> None:
    me = (await own.api("GET", "/session"))["user_id"]
    await central.api("POST", f"/users/{me}/reset-password")


async def _disable(central: Central, own: Central) -> None:
    me = (await own.api("GET", "/session"))["user_id"]
    await central.api("POST", f"/users/{me}/disable")


@pytest.mark.parametrize("end", [_sign_out, _reset_password, _disable])
async def test_a_session_that_is_over_ends_the_stream(
    central: Central, end: Callable[[Central, Central], Awaitable[None]]
) -> None:
    _, zhao = await person(central, "zhao", "sales.read")
    async with listening(zhao) as stream:
        await begun(stream)
        await end(central, zhao)
        over_s = monotonic()
        ended = await stream.next()
        assert (ended.name, ended.data) == ("end", {"cause": "session-over"})
        assert monotonic() - over_s < NOTICED_S
        with pytest.raises(EOFError):
            await stream.next()


async def test_a_position_that_is_too_old_resets_the_stream(central: Central, adult: int, clock: HandClock) -> None:
    async with listening(central) as stream:
        old = (await begun(stream)).position
    await central.sell(adult)
    clock.advance(seconds=25 * 3600)
    await kept_events.purge(central.built.store, clock())
    await central.sign_in_again()
    async with listening(central, old) as stream:
        assert (await stream.next()).name == "reset"
        await central.enrol(await central.add_check_point([adult]))
        assert (await stream.next()).data["change"] == "enrolled"
    async with listening(central, stream.last) as stream:
        await begun(stream)


async def test_a_listener_that_does_not_read_is_cut_off_and_holds_up_no_other(
    central: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "STALLED_S", 0.5)
    change = Change(LiveKind.AGENT, {"agent": 1, "change": "seen"}, site_id=SiteId(1))
    silent = await listening_without_reading(central)
    async with listening(central) as reading:
        await begun(reading)
        for _ in range(MANY // 1_000):
            async with central.built.store.transaction() as work:
                tell_all(work, central.clock(), [change] * 1_000)
        heard = [await reading.next() for _ in range(MANY)]
    assert len({one.position for one in heard}) == MANY
    taken = await last_taken(silent)
    missed = [one for one in heard if _after(one.position, taken)]
    assert 0 < len(missed) < MANY
    async with listening(central, taken) as again:
        await begun(again)
        assert [await again.next() for _ in missed] == missed


async def test_a_position_that_is_still_to_come_resets_the_stream(central: Central) -> None:
    async with listening(central, f"{1 << 60}-{1 << 60}") as stream:
        assert (await stream.next()).name == "reset"


async def test_a_text_that_is_no_position_is_refused(central: Central) -> None:
    await central.api("GET", "/live?after=yesterday", status=400)


async def test_a_person_has_so_many_streams_at_most(central: Central) -> None:
    opened = [await central.session.get(f"{central.url}/api/v1/live", headers=central.headers) for _ in range(8)]
    refused = await central.api("GET", "/live", status=429)
    assert "8 streams" in refused["detail"]
    for one in opened:
        one.close()
    async with asyncio.timeout(NOTICED_S):
        while await status_of_a_look(central) == 429:
            pass


async def status_of_a_look(central: Central) -> int:
    async with central.session.get(f"{central.url}/api/v1/live?most_seconds=0", headers=central.headers) as answer:
        await answer.read()
        return answer.status


async def test_headers_forbid_to_keep_the_stream(central: Central) -> None:
    async with listening(central) as stream:
        said = stream.answer.headers
        assert (said["Cache-Control"], said["X-Accel-Buffering"]) == ("no-store", "no")
        assert stream.answer.content_type == "text/event-stream"


async def test_a_server_that_stops_ends_its_streams_at_once(central: Central) -> None:
    async with listening(central) as stream:
        await begun(stream)
        stopping = asyncio.create_task(central.server.close())
        ended = await stream.next()
        assert (ended.name, ended.data) == ("end", {"cause": "server-stops"})
        await stopping
