"""Admission records: what journals have told, once, in any order of arrival."""

import random
from typing import Any

import pytest
from sqlmodel import select

from central.admissions.events import event_of
from central.reports import admission_projection
from central.reports.admissions import ADMISSIONS, AdmissionRecord
from central.reports.filters import Wanted
from central.store.tables.admissions import AdmissionEventRow
from protocol.admission.passages import PassageState
from protocol.identifiers import Sequence, TicketId
from protocol.instants import Instant
from protocol.journal.events import NO_TICKET, Intent, Outcome, OutcomeResult
from protocol.journal.history import fold
from tests.builders.central import NOON
from tests.builders.office import EVERYBODY
from tests.builders.trade import A_DAY_S, Sellers, Trade, intent

PASSED, NOT_PASSED = OutcomeResult.PASSED, OutcomeResult.NOT_PASSED


async def recorded(trade: Trade) -> list[AdmissionRecord]:
    """Return all records, oldest first."""
    return list(await trade.office.listed(ADMISSIONS))[::-1]


async def test_a_release_an_outcome_later_and_a_late_pass(trade: Trade) -> None:
    await trade.journalled(intent(TicketId(7), NOON, persons=3))
    (one,) = await recorded(trade)
    assert (one.state, one.row.counted) == (PassageState.PENDING, 3)
    await trade.journalled(Outcome(Sequence(1), NOT_PASSED, 0))
    (one,) = await recorded(trade)
    assert (one.state, one.row.counted) == (PassageState.NOT_PASSED, 0)
    await trade.journalled(Outcome(Sequence(1), PASSED, 2))
    (one,) = await recorded(trade)
    assert (one.state, one.row.counted) == (PassageState.PASSED, 2)


async def test_nothing_is_recorded_twice(trade: Trade) -> None:
    await trade.admit(NO_TICKET, NOON)
    for _ in range(3):
        assert not await admission_projection.record_some(trade.office.store)
    assert [one.row.counted for one in await recorded(trade)] == [1]


async def test_a_long_journal_is_recorded_part_by_part(trade: Trade, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission_projection, "MOST_EVENTS", 3)
    await trade.journalled(*(intent(NO_TICKET, Instant(NOON + number)) for number in range(10)))
    parts = 0
    while await admission_projection.record_some(trade.office.store):
        parts += 1
    assert parts == 3
    assert [one.row.scanned_at - NOON for one in await recorded(trade)] == list(range(10))


@pytest.mark.parametrize("seed", range(12))
async def test_records_count_what_the_journals_fold(trade: Trade, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(seed)  # noqa: S311 - a journal that repeats
    monkeypatch.setattr(admission_projection, "MOST_EVENTS", chance.randrange(1, 6))
    entries: list[Intent | Outcome] = []
    open_ones: list[int] = []
    for sequence in range(1, 40):
        if open_ones and chance.random() < 0.6:
            of = open_ones.pop(chance.randrange(len(open_ones)))
            if chance.random() < 0.25:
                entries.append(intent(TicketId(9), Instant(NOON + sequence), persons=4, resumes=Sequence(of)))
                open_ones.append(sequence)
            else:
                entries.append(Outcome(Sequence(of), chance.choice([PASSED, NOT_PASSED]), chance.randrange(6)))
        else:
            entries.append(intent(TicketId(9), Instant(NOON + sequence), persons=4))
            open_ones.append(sequence)
        if chance.random() < 0.3:
            await trade.journalled(*entries)
            entries.clear()
            await admission_projection.record_some(trade.office.store)
    await trade.journalled(*entries)
    while await admission_projection.record_some(trade.office.store):
        pass
    async with trade.office.store.reading() as work:
        told = [event_of(data) for data in (await work.session.exec(select(AdmissionEventRow.data))).all()]
    expected = sum(one.persons for one in fold(told) if one.state is not PassageState.NOT_PASSED)
    assert sum(one.row.counted for one in await recorded(trade)) == expected


async def entries_of(trade: Trade) -> list[Any]:
    (today,) = (await trade.office.reports.home(1, EVERYBODY, trade.office.clock())).sites
    return [today.today.entries, today.yesterday.entries]


@pytest.mark.usefixtures("sellers")
async def test_what_arrives_late_is_counted_in_the_day_of_its_scan(trade: Trade) -> None:
    office = trade.office
    await office.reports.keep_days(office.clock())
    assert await entries_of(trade) == [0, 4]
    await trade.admit(NO_TICKET, Instant(office.clock() - A_DAY_S * 1000))
    assert await entries_of(trade) == [0, 5]
    await office.reports.keep_days(office.clock())
    assert await entries_of(trade) == [0, 5]


async def test_records_name_the_order_behind_the_ticket(trade: Trade, sellers: Sellers) -> None:
    found = await trade.office.listed(ADMISSIONS, Wanted(seller_id=sellers.kiosk))
    assert [(one.row.channel, one.row.ticket_type_id) for one in found] == [("kiosk", 1), ("kiosk", 1)]
