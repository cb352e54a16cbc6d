"""The checks of a policy as people state them in JSON, each the mirror of one check of `protocol.admission.policy`.

Laws: people can state only what a gate can decide; unknown fields are refused.
"""

from datetime import date, time
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from central.catalog.messages import FIRST_AFTER_LAST, NO_PLACE_NAMED
from central.domain.field_messages import unfit
from central.domain.local_times import LocalTime
from protocol.admission import policy
from protocol.identifiers import U16_MAX, U32_MAX, CheckPointId

MOST_DAYS = 400
MOST_PLACES = 1_000
MOST_USES = 100_000
MOST_PERSONS = 10_000
MINUTES_A_DAY = 24 * 60
_LAST_MINUTE = time(23, 59)


class _Stated(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DateRange(_Stated):
    """Local days from first to last, both inclusive."""

    check: Literal["date-range"]
    first: date
    last: date

    @model_validator(mode="after")
    def _ordered(self) -> "DateRange":
        if self.first > self.last:
            raise unfit(FIRST_AFTER_LAST.of())
        return self

    def stated(self) -> policy.Check:
        """Return the protocol's check."""
        return policy.DateRange(self.first, self.last)


class Weekdays(_Stated):
    """ISO weekdays, 1 Monday to 7 Sunday."""

    check: Literal["weekdays"]
    days: Annotated[frozenset[Annotated[int, Field(ge=1, le=7)]], Field(min_length=1)]

    def stated(self) -> policy.Check:
        """Return the protocol's check."""
        return policy.Weekdays(self.days)


class DaysExcluded(_Stated):
    """Local days on which the ticket may not be used."""

    check: Literal["days-excluded"]
    days: Annotated[frozenset[date], Field(min_length=1, max_length=MOST_DAYS)]

    def stated(self) -> policy.Check:
        """Return the protocol's check."""
        return policy.DaysExcluded(self.days)


class TimeOfDay(_Stated):
    """Local times, both inclusive; a last of 23:59 means the whole minute, and a first after the last spans midnight.

    Days stay calendar days: a time after midnight belongs to the new day, so a ticket for such a night is valid for two days.
    """

    check: Literal["time-of-day"]
    first: LocalTime
    last: LocalTime

    def stated(self) -> policy.Check:
        """Return the protocol's check."""
        last_s = _seconds(self.last) + (59 if self.last == _LAST_MINUTE else 0)
        return policy.TimeOfDay(_seconds(self.first), last_s)


class TimeSlot(_Stated):
    """The ticket's own slot, with tolerance."""

    check: Literal["time-slot"]
    before_minutes: Annotated[int, Field(ge=0, le=MINUTES_A_DAY)] = 0
    after_minutes: Annotated[int, Field(ge=0, le=MINUTES_A_DAY)] = 0

    def stated(self) -> policy.Check:
        """Return the protocol's check."""
        return policy.TimeSlot(self.before_minutes, self.after_minutes)


class TotalUses(_Stated):
    """Entries in all, per person."""

    check: Literal["total-uses"]
    most: Annotated[int, Field(ge=1, le=MOST_USES)]

    def stated(self) -> policy.Check:
        """Return the protocol's check."""
        return policy.TotalUses(self.most)


class DailyUses(_Stated):
    """Entries in one local day, per person."""

    check: Literal["daily-uses"]
    most: Annotated[int, Field(ge=1, le=MOST_USES)]

    def stated(self) -> policy.Check:
        """Return the protocol's check."""
        return policy.DailyUses(self.most)


class PeriodUses(_Stated):
    """Entries in one calendar week, month or year, per person."""

    check: Literal["period-uses"]
    most: Annotated[int, Field(ge=1, le=MOST_USES)]
    period: policy.Period

    def stated(self) -> policy.Check:
        """Return the protocol's check."""
        return policy.PeriodUses(self.most, self.period)


class MinimumInterval(_Stated):
    """Minutes between two entries."""

    check: Literal["minimum-interval"]
    minutes: Annotated[int, Field(ge=1, le=31 * MINUTES_A_DAY)]

    def stated(self) -> policy.Check:
        """Return the protocol's check."""
        return policy.MinimumInterval(self.minutes)


class ReEntry(_Stated):
    """After an exit the holder may enter again on the same day, and that consumes nothing."""

    check: Literal["re-entry"]

    def stated(self) -> policy.Check:
        """Return the protocol's check."""
        return policy.ReEntry()


class Gates(_Stated):
    """The check points or zones where the ticket may be used."""

    check: Literal["gates"]
    check_points: Annotated[frozenset[Annotated[int, Field(ge=1, le=U32_MAX)]], Field(max_length=MOST_PLACES)] = frozenset()
    zones: Annotated[frozenset[Annotated[int, Field(ge=0, le=U16_MAX)]], Field(max_length=MOST_PLACES)] = frozenset()

    @model_validator(mode="after")
    def _somewhere(self) -> "Gates":
        if not self.check_points and not self.zones:
            raise unfit(NO_PLACE_NAMED.of())
        return self

    def stated(self) -> policy.Check:
        """Return the protocol's check."""
        return policy.Gates(frozenset(CheckPointId(number) for number in self.check_points), self.zones)


class PersonsPerScan(_Stated):
    """The most persons that one showing of a group code lets through."""

    check: Literal["persons-per-scan"]
    most: Annotated[int, Field(ge=1, le=MOST_PERSONS)]

    def stated(self) -> policy.Check:
        """Return the protocol's check."""
        return policy.PersonsPerScan(self.most)


Check = Annotated[
    DateRange
    | Weekdays
    | DaysExcluded
    | TimeOfDay
    | TimeSlot
    | TotalUses
    | DailyUses
    | PeriodUses
    | MinimumInterval
    | ReEntry
    | Gates
    | PersonsPerScan,
    Field(discriminator="check"),
]


def _seconds(at: time) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second
