"""Whether and at what price a type is sold now: pure rules over `catalog.sale`.

Laws: a refusal says when a sale is possible, or of what; `at` is the site's local time, without a zone, like the times of the
rules.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum, auto

from central.catalog.messages import SOLD_DAYS_AHEAD, SOLD_FOR_DAYS, SOLD_FROM, SOLD_TODAY_UNTIL, SOLD_UNTIL
from central.catalog.sale import SaleRules
from central.domain.saying import Said


class Closed(Enum):
    """Why a type is not sold now, or not for that day."""

    NOT_YET = auto()
    OVER = auto()
    OVER_FOR_TODAY = auto()
    TOO_LATE = auto()
    TOO_EARLY = auto()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the type is not sold, and the sentence that says when it will be."""

    why: Closed
    message: Said


def refusal(rules: SaleRules, visit: date, at: datetime) -> Refusal | None:
    """Return why a visit on that day is not sold at that local time; None where it is."""
    return _by_period(rules, at) or _by_day(rules, visit, at)


def price_fen(rules: SaleRules, visit: date, plain_fen: int) -> int:
    """Return the price per person of a visit on that day."""
    return next((rule.price_fen for rule in rules.prices if rule.holds_on(visit)), plain_fen)


def _by_period(rules: SaleRules, at: datetime) -> Refusal | None:
    if rules.opens_at is not None and at < rules.opens_at:
        return Refusal(Closed.NOT_YET, SOLD_FROM.of(opens_at=rules.opens_at))
    if rules.closes_at is not None and at > rules.closes_at:
        return Refusal(Closed.OVER, SOLD_UNTIL.of(closes_at=rules.closes_at))
    return None


def _by_day(rules: SaleRules, visit: date, at: datetime) -> Refusal | None:
    today = at.date()
    first, last = (today + timedelta(days=days) for days in (rules.days_ahead_least, rules.days_ahead_most))
    if visit < first:
        return Refusal(Closed.TOO_LATE, SOLD_DAYS_AHEAD.of(days=rules.days_ahead_least, first=first, last=last))
    if visit > last:
        opens = visit - timedelta(days=rules.days_ahead_most)
        return Refusal(Closed.TOO_EARLY, SOLD_FOR_DAYS.of(first=first, last=last, visit=visit, opens=opens))
    if visit == today and rules.today_until is not None and at.time() > rules.today_until:
        return Refusal(Closed.OVER_FOR_TODAY, SOLD_TODAY_UNTIL.of(until=rules.today_until))
    return None
