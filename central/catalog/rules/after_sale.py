"""What a refund costs now, until when, and whether a ticket may be moved to another day: pure rules over `catalog.after_sale`.

Laws: a refusal says why and since when; `at` is the site's local time, without a zone, like the times of the rules; a share is
computed from what one person paid, and its fraction of a fen goes to the visitor.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from central.catalog.after_sale import WHOLE_PER_MILLE, RefundRules, RefundTerm, RescheduleRules
from central.catalog.messages import (
    REFUNDED_UNTIL,
    RESCHEDULED_TOO_OFTEN,
    RESCHEDULED_UNTIL,
    TYPE_NOT_REFUNDED,
    TYPE_NOT_RESCHEDULED,
)
from central.domain.saying import Said

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Terms:
    """What one person pays for a refund now, by which term of the rules, and the last minute of it (None: no cut-off)."""

    fee_fen: int
    term: RefundTerm | None
    last_minute: datetime | None


@dataclass(frozen=True, slots=True)
class NotRefundable:
    """Why the rules give no money back."""

    message: Said


def refund_terms(rules: RefundRules, use_day: date, price_fen: int, at: datetime) -> Terms | NotRefundable:
    """Return what a refund costs at a local time, for a ticket for that day at that price per person."""
    if not rules.is_refundable:
        return NotRefundable(TYPE_NOT_REFUNDED.of())
    if not rules.terms:
        return Terms(0, None, None)
    ends = [(term, _last_minute(use_day, term.days_before, term.until)) for term in rules.terms]
    for term, last_minute in ends:
        if at < last_minute + _MINUTE:
            return Terms(_fee_fen(term, price_fen), term, last_minute)
    return NotRefundable(REFUNDED_UNTIL.of(last_minute=ends[-1][1]))


def reschedule_refusal(rules: RescheduleRules | None, use_day: date, times: int, at: datetime) -> Said | None:
    """Return why a ticket for that day, moved so often already, cannot be moved at a local time; None where it can."""
    if rules is None:
        return TYPE_NOT_RESCHEDULED.of()
    if times >= rules.times:
        return RESCHEDULED_TOO_OFTEN.of(times=times)
    last_minute = _last_minute(use_day, rules.days_before, rules.until)
    return None if at < last_minute + _MINUTE else RESCHEDULED_UNTIL.of(last_minute=last_minute)


def _last_minute(use_day: date, days_before: int, until: time) -> datetime:
    return datetime.combine(use_day - timedelta(days=days_before), until)


def _fee_fen(term: RefundTerm, price_fen: int) -> int:
    if term.fee_fen is not None:
        return min(term.fee_fen, price_fen)
    return price_fen * (term.fee_per_mille or 0) // WHOLE_PER_MILLE
