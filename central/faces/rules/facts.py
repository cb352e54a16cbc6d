"""The values of a ticket as they are printed, in the site's local time; and those of a sample: pure."""

from dataclasses import dataclass
from datetime import date, tzinfo
from enum import StrEnum

from central.faces.rules.values import Placeholder, Values, reprint_mark, yuan
from protocol.instants import MS_PER_MINUTE, Instant, from_minute, to_datetime
from protocol.tickets.codec import PREFIX, TEXT_CHARACTERS
from protocol.tickets.record import TicketRecord

_MOMENT, _DAY, _TIME = "%Y-%m-%d %H:%M", "%Y-%m-%d", "%H:%M"
# As long as a ticket's code, and never one: it says a version of codes that there is not.
SAMPLE_CODE = PREFIX + "A" * (TEXT_CHARACTERS - len(PREFIX))
SAMPLE_SHORT_NUMBER = "000000000000"


class SampleLanguage(StrEnum):
    """The language of a sample's values."""

    ZH = "zh"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Names:
    """The names that stand on a ticket; holders are masked."""

    type_zh: str
    type_en: str
    site: str
    seller: str
    holders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a ticket's print says. `reprints`: how often it was printed again, 0 for the first print."""

    record: TicketRecord
    short_number: str
    order_id: int
    price_fen: int
    visit_day: date
    names: Names
    reprints: int


def values_of(facts: Facts, zone: tzinfo, printed_at: Instant) -> Values:
    """Return the values of a ticket. The price is that of all its persons."""
    record, names = facts.record, facts.names
    return {
        Placeholder.TYPE_NAME: names.type_zh,
        Placeholder.TYPE_NAME_EN: names.type_en,
        Placeholder.PRICE_YUAN: yuan(facts.price_fen * record.persons),
        Placeholder.VISIT_DAY: f"{facts.visit_day:{_DAY}}",
        Placeholder.VALID_FROM: f"{to_datetime(from_minute(record.valid_from), zone):{_MOMENT}}",
        Placeholder.VALID_UNTIL: f"{to_datetime(from_minute(record.valid_until), zone):{_MOMENT}}",
        Placeholder.SLOT: _slot(record, zone),
        Placeholder.PERSONS: str(record.persons),
        Placeholder.SHORT_NUMBER: facts.short_number,
        Placeholder.ORDER_ID: str(facts.order_id),
        Placeholder.SELLER: names.seller,
        Placeholder.SITE: names.site,
        Placeholder.HOLDER_NAME_MASKED: "、".join(names.holders),
        Placeholder.PRINTED_AT: f"{to_datetime(printed_at, zone):{_MOMENT}}",
        Placeholder.REPRINT: reprint_mark(facts.reprints),
    }


def sample_values(language: SampleLanguage) -> Values:
    """Return the values of a sample: long ones, so that a face which holds them holds most tickets."""
    return _ALIKE | _SAMPLES[language]


def _slot(record: TicketRecord, zone: tzinfo) -> str:
    if not record.slot_minutes:
        return ""
    start = from_minute(record.slot_start)
    end = Instant(start + record.slot_minutes * MS_PER_MINUTE)
    return f"{to_datetime(start, zone):{_TIME}}-{to_datetime(end, zone):{_TIME}}"


_ALIKE = {
    Placeholder.PRICE_YUAN: "1280.00",
    Placeholder.VISIT_DAY: "2026-10-01",
    Placeholder.VALID_FROM: "2026-10-01 08:00",
    Placeholder.VALID_UNTIL: "2026-10-01 17:30",
    Placeholder.SLOT: "09:00-11:00",
    Placeholder.PERSONS: "12",
    Placeholder.SHORT_NUMBER: SAMPLE_SHORT_NUMBER,
    Placeholder.ORDER_ID: "1234567",
    Placeholder.PRINTED_AT: "2026-10-01 08:30",
    Placeholder.REPRINT: reprint_mark(1),
}
_SAMPLES: dict[SampleLanguage, dict[Placeholder, str]] = {
    SampleLanguage.ZH: {
        Placeholder.TYPE_NAME: "成人全价票（含往返索道）",
        Placeholder.TYPE_NAME_EN: "Adult, cable car included",
        Placeholder.SELLER: "欧阳建国",
        Placeholder.SITE: "牌坊镇风景名胜区",
        Placeholder.HOLDER_NAME_MASKED: "欧***",
    },
    SampleLanguage.EN: {
        Placeholder.TYPE_NAME: "Adult, cable car included",
        Placeholder.TYPE_NAME_EN: "Adult, cable car included",
        Placeholder.SELLER: "Alexandra Montgomery",
        Placeholder.SITE: "Paifang Town Scenic Area",
        Placeholder.HOLDER_NAME_MASKED: "A*********************",
    },
}
