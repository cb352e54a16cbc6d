"""When a ticket sold for a day is valid: pure rules of the catalogue."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from central.catalog.parameters import FixedDays, Slot, TicketTypeParameters
from central.catalog.sale import MOST_DAYS_AHEAD
from protocol.instants import Minute, end_of_day, from_datetime, start_of_day, to_minute


@dataclass(frozen=True, slots=True)
class Window:
    """First and last minute of validity, and the slot (0, 0 where the type has none)."""

    valid_from: Minute
    valid_until: Minute
    slot_start: Minute
    slot_minutes: int


def day_is_sold(parameters: TicketTypeParameters, visit: date, today: date) -> bool:
    """Return whether a ticket may be sold for that day: not in the past, not too far ahead, within fixed dates if it has any."""
    validity = parameters.validity
    if not today <= visit <= today + timedelta(days=MOST_DAYS_AHEAD):
        return False
    return not isinstance(validity, FixedDays) or validity.first <= visit <= validity.last


def slot_starting(parameters: TicketTypeParameters, start: time) -> Slot | None:
    """Return the type's slot that begins at a local time."""
    return next((slot for slot in parameters.slots if slot.start == start), None)


def slot_is_over(slot: Slot, visit: date, at: datetime) -> bool:
    """Return whether the slot of that day has ended at a local time without a zone."""
    return datetime.combine(visit, slot.start) + timedelta(minutes=slot.minutes) <= at


def window(parameters: TicketTypeParameters, visit: date, slot: Slot | None, zone: tzinfo) -> Window:
    """Return when a ticket for that day is valid, at the site whose zone it is."""
    validity = parameters.validity
    if isinstance(validity, FixedDays):
        first, last = validity.first, validity.last
    else:
        first, last = visit, visit + timedelta(days=validity.days - 1)
    begins = to_minute(from_datetime(datetime.combine(visit, slot.start, zone))) if slot else Minute(0)
    return Window(to_minute(start_of_day(first, zone)), to_minute(end_of_day(last, zone)), begins, slot.minutes if slot else 0)
