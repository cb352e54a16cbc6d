"""Persons who came by a group's code: a person who goes out and comes back, as the type allows, counts once."""

from typing import Any

import pytest

from central.admissions.service import Admissions
from protocol.directions import Direction
from tests.builders.office import Office
from tests.builders.trade import Trade

TWICE = {"check": "total-uses", "most": 2}
IN, OUT = Direction.ENTRY, Direction.EXIT


@pytest.mark.law(12)
@pytest.mark.parametrize(
    ("checks", "passages", "came"),
    [
        ([TWICE, {"check": "re-entry"}], [(IN, 6), (OUT, 4), (IN, 4)], 6),
        ([TWICE, {"check": "re-entry"}], [(IN, 6), (OUT, 4), (IN, 7)], 9),
        ([TWICE, {"check": "re-entry"}], [(IN, 6), (IN, 4)], 10),
        ([TWICE], [(IN, 6), (OUT, 4), (IN, 4)], 10),
        ([TWICE], [], 0),
    ],
)
async def test_persons_who_came_are_persons_and_not_entries(
    office: Office, checks: list[dict[str, Any]], passages: list[tuple[Direction, int]], came: int
) -> None:
    trade = await Trade(office).open()
    rights = [{"sites": [1], "always": checks}]
    one = await office.ticket_type(group={"minimum": 2, "maximum": 20}, entitlements=rights)
    (ticket,) = (await office.sell(one, persons=10)).tickets
    for direction, persons in passages:
        await trade.admit(ticket.ticket_id, office.clock.advance(seconds=60), direction, persons)
    async with office.store.reading() as work:
        assert await Admissions(office.store).persons_who_came(work, ticket.ticket_id) == came
