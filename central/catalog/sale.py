"""When, at what price and how many of a ticket type are sold (限售、限购), as people state it in JSON.

Laws: prices are whole fen; a rule that is left out does not restrict, so that a type stored before the rule existed is sold as
before; times are the site's local ones, without a zone.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from central.catalog.messages import DAYS_AHEAD_REVERSED, FIRST_AFTER_LAST, OPENS_AFTER_CLOSES, PERSON_LIMIT_EMPTY
from central.domain.field_messages import unfit
from central.domain.local_times import LocalMoment, LocalTime

MOST_PRICE_FEN = 100_000_000
MOST_DAYS_AHEAD = 730
MOST_PRICE_RULES = 200
MOST_PLACES = 10_000_000
MOST_A_PERSON = 10_000

Fen = Annotated[int, Field(ge=0, le=MOST_PRICE_FEN)]
DaysAhead = Annotated[int, Field(ge=0, le=MOST_DAYS_AHEAD)]
Weekday = Annotated[int, Field(ge=1, le=7)]


class _Stated(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PriceRule(_Stated):
    """The price per person for visits on local days from first to last; on these `weekdays` (ISO, 1 Monday), or on all."""

    first: date
    last: date
    weekdays: Annotated[frozenset[Weekday], Field(min_length=1)] | None = None
    price_fen: Fen

    @model_validator(mode="after")
    def _ordered(self) -> "PriceRule":
        if self.first > self.last:
            raise unfit(FIRST_AFTER_LAST.of())
        return self

    def holds_on(self, visit: date) -> bool:
        """Return whether it sets the price of a visit on that day."""
        return self.first <= visit <= self.last and (self.weekdays is None or visit.isoweekday() in self.weekdays)


class KnownBy(StrEnum):
    """How the office tells one person from another where purchases are limited."""

    DOCUMENT = "document"
    PHONE = "phone"


class PersonLimit(_Stated):
    """How much one person may buy: for one day of visits, and in all. Known by each holder's document, or the buyer's phone."""

    known_by: KnownBy
    a_day: Annotated[int | None, Field(ge=1, le=MOST_A_PERSON)] = None
    in_all: Annotated[int | None, Field(ge=1, le=MOST_A_PERSON)] = None

    @model_validator(mode="after")
    def _limits(self) -> "PersonLimit":
        if self.a_day is None and self.in_all is None:
            raise unfit(PERSON_LIMIT_EMPTY.of())
        return self


class StockPer(StrEnum):
    """What each has so many places: a day or a slot."""

    DAY = "day"
    SLOT = "slot"


class Stock(_Stated):
    """So many persons for each day of visits, or for each slot of it."""

    per: StockPer
    places: Annotated[int, Field(ge=0, le=MOST_PLACES)]


class SaleRules(_Stated):
    """When, at what price and how many are sold.

    Sold from `opens_at` to `closes_at` (inclusive); for visits from `days_ahead_least` to `days_ahead_most` days ahead; for today
    until `today_until` (inclusive). The first of `prices` that holds sets the price; without one, the plain price applies.
    """

    opens_at: LocalMoment | None = None
    closes_at: LocalMoment | None = None
    days_ahead_least: DaysAhead = 0
    days_ahead_most: DaysAhead = MOST_DAYS_AHEAD
    today_until: LocalTime | None = None
    prices: Annotated[list[PriceRule], Field(max_length=MOST_PRICE_RULES)] = []
    per_order: Annotated[int | None, Field(ge=1, le=MOST_A_PERSON, description="persons in one order")] = None
    person_limit: PersonLimit | None = None
    stock: Stock | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "SaleRules":
        if self.opens_at and self.closes_at and self.opens_at > self.closes_at:
            raise unfit(OPENS_AFTER_CLOSES.of())
        if self.days_ahead_least > self.days_ahead_most:
            raise unfit(DAYS_AHEAD_REVERSED.of())
        return self
