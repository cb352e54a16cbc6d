"""A time of day that spans midnight: stated over the API, carried by the feed, decided as every gate decides it."""

from typing import Any

import pytest

from central.catalog import service as catalog
from protocol.admission.decide import decide
from protocol.admission.facts import Candidate
from protocol.admission.tables import decode_ticket_types, encode_ticket_types
from protocol.identifiers import SiteId, TicketTypeId
from tests.builders.admission import at, code, facts, passage
from tests.builders.office import Office, sign_in
from tests.builders.outcomes import outcome

NIGHT = {"check": "time-of-day", "first": "22:00", "last": "02:00"}
ONCE_A_DAY = {"check": "daily-uses", "most": 1}


async def stated(office: Office, *always: dict[str, Any], days: int = 2) -> dict[str, Any]:
    """Add a type over the API, and return it as the API shows it."""
    parameters = {
        "name_zh": "夜场票",
        "name_en": "Night",
        "entitlements": [{"sites": [1], "always": list(always)}],
        "validity": {"kind": "days-from-visit", "days": days},
    }
    async with office.client() as client:
        headers = await sign_in(client, office)
        body = {"parameters": parameters, "price_fen": 8000}
        answer = await client.post("/api/v1/ticket-types", json=body, headers=headers)
        assert answer.status == 201, await answer.text()
        listed: dict[str, Any] = (await (await client.get("/api/v1/ticket-types", headers=headers)).json())["items"][0]
    return listed


async def verdicts(office: Office, times: list[str], *entered: str) -> list[str]:
    """Sell a ticket of the type, and return the answer of a gate that has its row, and its type by the feed."""
    (sold,) = await office.catalog.all_ticket_types()
    (ticket,) = (await office.sell(sold)).tickets
    async with office.store.reading() as work:
        ticket_types = decode_ticket_types(encode_ticket_types(await catalog.rules_of_site(work, SiteId(1))))
    row = ticket.record
    past = tuple(passage(one, ticket_id=row.ticket_id) for one in entered)
    known = {TicketTypeId(one.ticket_type_id): one for one in ticket_types}
    cases = [facts(code(row), (Candidate(row, past),), ticket_types=known, at=at(one)) for one in times]
    return [outcome(decide(case)) for case in cases]


async def test_a_night_is_read_back_as_it_was_stated(office: Office) -> None:
    listed = await stated(office, NIGHT)
    (check,) = listed["parameters"]["entitlements"][0]["always"]
    assert (check["first"], check["last"]) == ("22:00:00", "02:00:00")


NIGHT_TIMES = {
    "2026-05-10 21:59:59": "refuse wrong_slot",
    "2026-05-10 22:00:00": "admit",
    "2026-05-10 23:59:59": "admit",
    "2026-05-11 00:00:00": "admit",
    "2026-05-11 02:00:00": "admit",
    "2026-05-11 02:00:01": "refuse wrong_slot",
    "2026-05-12 00:00:00": "refuse expired",
}


async def test_a_night_goes_on_over_midnight(office: Office) -> None:
    await stated(office, NIGHT)
    assert await verdicts(office, list(NIGHT_TIMES)) == list(NIGHT_TIMES.values())


async def test_what_comes_after_midnight_is_of_the_new_day(office: Office) -> None:
    await stated(office, NIGHT, ONCE_A_DAY)
    times = ["2026-05-10 23:30", "2026-05-11 00:30"]
    assert await verdicts(office, times, "2026-05-10 22:30") == ["refuse daily_limit", "admit"]


@pytest.mark.parametrize(("days", "after_midnight"), [(1, "refuse expired"), (2, "admit")])
async def test_a_ticket_of_one_day_ends_at_midnight(office: Office, days: int, after_midnight: str) -> None:
    await stated(office, NIGHT, days=days)
    assert await verdicts(office, ["2026-05-10 23:00", "2026-05-11 01:00"]) == ["admit", after_midnight]
