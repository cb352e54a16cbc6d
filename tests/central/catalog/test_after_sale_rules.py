"""Refund rules: until when a refund costs how much, and what cannot be stated."""

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from central.catalog.after_sale import PLAIN, RefundRules
from central.catalog.parameters import TicketTypeParameters
from central.catalog.rules.after_sale import NotRefundable, Terms, refund_terms

DAY = date(2026, 5, 10)
RULES: dict[str, Any] = {
    "terms": [
        {"days_before": 1, "until": "18:00"},
        {"days_before": 0, "until": "12:00", "fee_per_mille": 205},
        {"days_before": -7, "fee_fen": 9000},
    ]
}
OLD = '{"name_zh":"票","name_en":"Ticket","entitlements":[{"sites":[1]}]}'


@pytest.mark.parametrize(
    ("at", "fee_fen"),
    [
        ("2026-01-01T00:00", 0),
        ("2026-05-09T18:00:59", 0),
        ("2026-05-09T18:01", 205),
        ("2026-05-10T12:00:30", 205),
        ("2026-05-10T12:01", 1001),
        ("2026-05-17T23:59:59", 1001),
    ],
)
def test_the_first_term_that_is_not_over_sets_the_fee(at: str, fee_fen: int) -> None:
    found = refund_terms(RefundRules.model_validate(RULES), DAY, 1001, datetime.fromisoformat(at))
    assert isinstance(found, Terms)
    assert found.fee_fen == fee_fen


@pytest.mark.parametrize(
    ("rules", "at", "said"),
    [
        (RULES, "2026-05-18T00:00", "until 2026-05-17 23:59"),
        ({"is_refundable": False}, "2026-01-01T00:00", "not refunded"),
    ],
)
def test_a_refusal_says_why(rules: dict[str, Any], at: str, said: str) -> None:
    found = refund_terms(RefundRules.model_validate(rules), DAY, 1001, datetime.fromisoformat(at))
    assert isinstance(found, NotRefundable)
    assert said in str(found.message)


def test_without_terms_a_refund_is_free_at_any_time() -> None:
    long_after = datetime(2030, 1, 1)  # noqa: DTZ001 - the site's local time, as rules state theirs
    assert refund_terms(RefundRules(), DAY, 8000, long_after) == Terms(0, None, None)


@given(
    st.integers(0, 10_000),
    st.integers(1, 1000) | st.none(),
    st.datetimes(datetime(2026, 5, 1), datetime(2026, 5, 20)),  # noqa: DTZ001
)
def test_a_fee_is_never_more_than_what_was_paid(price_fen: int, per_mille: int | None, at: datetime) -> None:
    terms = [{"days_before": 0, "fee_per_mille": per_mille}, {"days_before": -30, "fee_fen": 5000}]
    found = refund_terms(RefundRules.model_validate({"terms": terms}), DAY, price_fen, at)
    assert isinstance(found, Terms)
    assert 0 <= found.fee_fen <= price_fen


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"terms": [{"days_before": 0}, {"days_before": 0}]}, "later than the one before"),
        ({"terms": [{"days_before": 0, "until": "12:00"}, {"days_before": 1}]}, "later than the one before"),
        ({"terms": [{"days_before": 0}], "is_refundable": False}, "no terms"),
        ({"terms": [{"days_before": 0, "fee_fen": 1, "fee_per_mille": 1}]}, "not both"),
        ({"terms": [{"days_before": 0, "until": "12:00Z"}]}, "without a zone"),
    ],
)
def test_what_makes_no_sense_cannot_be_stated(rules: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        RefundRules.model_validate(rules)


def test_a_type_of_before_there_were_rules_is_refunded_as_before() -> None:
    assert TicketTypeParameters.model_validate_json(OLD).after_sale == PLAIN
