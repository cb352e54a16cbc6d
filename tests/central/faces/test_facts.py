"""The values of a ticket as they are printed: in the site's time, with the price of all persons and masked names."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from central.faces.rules.facts import SAMPLE_CODE, Facts, Names, SampleLanguage, sample_values, values_of
from central.faces.rules.values import Placeholder
from protocol.identifiers import SiteId, TicketId, TicketTypeId
from protocol.instants import Minute, to_minute
from protocol.tickets.claims import TicketFlags
from protocol.tickets.codec import TEXT_CHARACTERS, decode
from protocol.tickets.record import TicketRecord, TicketState
from tests.builders.central import NOON

SHANGHAI = ZoneInfo("Asia/Shanghai")
TEN = to_minute(NOON)


def facts(*, slot_minutes: int = 0, persons: int = 1, reprints: int = 0, holders: tuple[str, ...] = ()) -> Facts:
    record = TicketRecord(
        ticket_id=TicketId(1),
        issuing_site=SiteId(1),
        ticket_type=TicketTypeId(1),
        issued_at=TEN,
        valid_from=Minute(TEN - 60),
        valid_until=Minute(TEN + 7 * 60),
        flags=TicketFlags.NONE,
        generation=1,
        state=TicketState.ACTIVE,
        state_since=Minute(0),
        persons=persons,
        slot_start=TEN,
        slot_minutes=slot_minutes,
    )
    names = Names("成人票", "Adult", "牌坊镇", "王芳", holders)
    return Facts(record, "304582910077", 12, 8_050, date(2026, 5, 10), names, reprints)


def test_a_ticket_says_what_was_sold() -> None:
    assert values_of(facts(), SHANGHAI, NOON) == {
        "type_name": "成人票",
        "type_name_en": "Adult",
        "price_yuan": "80.50",
        "visit_day": "2026-05-10",
        "valid_from": "2026-05-10 09:00",
        "valid_until": "2026-05-10 17:00",
        "slot": "",
        "persons": "1",
        "short_number": "304582910077",
        "order_id": "12",
        "seller": "王芳",
        "site": "牌坊镇",
        "holder_name_masked": "",
        "printed_at": "2026-05-10 10:00",
        "reprint": "",
    }


@pytest.mark.parametrize(
    ("said", "name", "value"),
    [
        (facts(persons=3), Placeholder.PRICE_YUAN, "241.50"),
        (facts(slot_minutes=90), Placeholder.SLOT, "10:00-11:30"),
        (facts(reprints=2), Placeholder.REPRINT, "补 REPRINT 2"),
        (facts(holders=("王*", "欧***")), Placeholder.HOLDER_NAME_MASKED, "王*、欧***"),
    ],
)
def test_a_ticket_says_what_is_special_about_it(said: Facts, name: Placeholder, value: str) -> None:
    assert values_of(said, SHANGHAI, NOON)[name] == value


@pytest.mark.parametrize("language", SampleLanguage)
def test_a_sample_has_each_value_and_a_code_of_a_tickets_length(language: SampleLanguage) -> None:
    assert set(sample_values(language)) == set(Placeholder)
    assert all(sample_values(language).values())
    assert len(SAMPLE_CODE) == TEXT_CHARACTERS
    assert decode(SAMPLE_CODE.encode()) is None
