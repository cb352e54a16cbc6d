"""The rules of the shop: who sells, from which price on, what is printed, how often a machine may guess."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.catalog.parameters import TicketTypeParameters
from central.catalog.ticket_type import TicketType
from central.devices.rules.enrolment import AgentRole
from central.shop.rules.guesses import MOST_WRONG_A_MINUTE, Guesses
from central.shop.rules.papers import Unprinted, unprinted
from central.shop.rules.selling import channel_of, price_from_fen
from protocol.identifiers import AgentId, SiteId, TicketId, TicketTypeId
from protocol.instants import MS_PER_MINUTE, Instant, Minute
from protocol.tickets.claims import TicketFlags
from protocol.tickets.record import TicketRecord, TicketState

KIOSK = AgentId(3)
TODAY = date(2026, 5, 10)
NOW = Minute(1_000)
ENTRY = {"sites": [1], "always": [{"check": "total-uses", "most": 1}]}


@pytest.mark.parametrize(
    ("role", "channel"),
    [(AgentRole.KIOSK, "kiosk"), (AgentRole.COUNTER, "window"), (AgentRole.GATE, None), (AgentRole.HANDHELD, None)],
)
def test_kiosks_and_counters_sell(role: AgentRole, channel: str | None) -> None:
    assert channel_of(role) == channel


def priced(**sale: object) -> TicketType:
    stated = {"name_zh": "成人票", "name_en": "Adult", "entitlements": [ENTRY], "sale": sale}
    return TicketType(TicketTypeId(1), TicketTypeParameters.model_validate(stated), 8000, is_on_sale=True)


@pytest.mark.parametrize(
    ("first", "last", "sale", "from_fen"),
    [
        ("2026-05-11", "2026-05-11", {}, 6000),
        ("2026-05-11", "2026-05-11", {"days_ahead_most": 0}, 8000),
        ("2026-05-10", "2026-05-10", {"days_ahead_least": 1}, 8000),
        ("2026-01-01", "2026-05-09", {}, 8000),
    ],
)
def test_the_lowest_price_is_that_of_a_day_on_sale(first: str, last: str, sale: dict[str, object], from_fen: int) -> None:
    rule = {"first": first, "last": last, "price_fen": 6000}
    assert price_from_fen(priced(prices=[rule], **sale), TODAY) == from_fen


def ticket(state: TicketState = TicketState.ACTIVE, valid_until: int = 2_000) -> TicketRecord:
    return TicketRecord(
        ticket_id=TicketId(1),
        issuing_site=SiteId(1),
        ticket_type=TicketTypeId(1),
        issued_at=Minute(0),
        valid_from=Minute(0),
        valid_until=Minute(valid_until),
        flags=TicketFlags.NONE,
        generation=0,
        state=state,
        state_since=Minute(0),
        persons=1,
        slot_start=Minute(0),
        slot_minutes=0,
    )


@pytest.mark.parametrize(
    ("record", "channel", "is_handed", "reason"),
    [
        (ticket(), "phone", False, None),
        (ticket(valid_until=1_000), "phone", False, None),
        (ticket(valid_until=999), "phone", False, Unprinted.OVER),
        (ticket(), "phone", True, Unprinted.PRINTED),
        (ticket(), "window", False, Unprinted.WINDOW),
        (ticket(TicketState.VOID), "phone", False, Unprinted.STATE),
        (ticket(TicketState.BLOCKED), "phone", False, Unprinted.STATE),
        (ticket(TicketState.INACTIVE), "phone", False, Unprinted.STATE),
    ],
)
def test_what_is_printed_for_the_first_time(
    record: TicketRecord,
    channel: str,
    is_handed: bool,  # noqa: FBT001 - a row of the table
    reason: Unprinted | None,
) -> None:
    assert unprinted(record, channel, NOW, is_handed=is_handed) is reason


@given(st.lists(st.integers(0, 3 * MS_PER_MINUTE), min_size=1, max_size=60))
def test_no_minute_has_more_wrong_guesses_than_are_allowed(moments: list[int]) -> None:
    guesses, wrong = Guesses(), list[int]()
    for at in sorted(moments):
        wait_s = guesses.wait_s(KIOSK, Instant(at))
        recent = [one for one in wrong if at - one < MS_PER_MINUTE]
        assert (wait_s > 0) == (len(recent) >= MOST_WRONG_A_MINUTE)
        if not wait_s:
            guesses.note_wrong(KIOSK, Instant(at))
            wrong.append(at)
    assert guesses.wait_s(AgentId(4), Instant(0)) == 0
