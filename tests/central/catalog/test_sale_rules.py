"""Sale restrictions: when a type is sold, for which days, and at what price."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from central.catalog.parameters import TicketTypeParameters
from central.catalog.rules.sale import Closed, price_fen, refusal
from central.catalog.sale import MOST_DAYS_AHEAD, PriceRule, SaleRules

TODAY = date(2026, 5, 10)  # a Sunday
AT = datetime(2026, 5, 10, 10, 0)  # noqa: DTZ001 - the site's local time, as rules state theirs
OLD = '{"name_zh":"票","name_en":"Ticket","entitlements":[{"sites":[1]}]}'


@pytest.mark.parametrize(
    ("rules", "visit", "why", "said"),
    [
        ({}, TODAY, None, ""),
        ({"opens_at": "2026-05-10T10:00"}, TODAY, None, ""),
        ({"opens_at": "2026-05-10T10:01"}, TODAY, Closed.NOT_YET, "from 2026-05-10 10:01"),
        ({"closes_at": "2026-05-10T10:00"}, TODAY, None, ""),
        ({"closes_at": "2026-05-10T09:59"}, TODAY, Closed.OVER, "until 2026-05-10 09:59"),
        ({"days_ahead_least": 1}, TODAY, Closed.TOO_LATE, "2026-05-11"),
        ({"days_ahead_least": 1}, date(2026, 5, 11), None, ""),
        ({"days_ahead_most": 7}, date(2026, 5, 17), None, ""),
        ({"days_ahead_most": 7}, date(2026, 5, 18), Closed.TOO_EARLY, "for 2026-05-18 from 2026-05-11 on"),
        ({"today_until": "10:00"}, TODAY, None, ""),
        ({"today_until": "09:59"}, TODAY, Closed.OVER_FOR_TODAY, "until 09:59"),
        ({"today_until": "09:59"}, date(2026, 5, 11), None, ""),
    ],
)
def test_a_refusal_says_when_it_would_pass(rules: dict[str, Any], visit: date, why: Closed | None, said: str) -> None:
    found = refusal(SaleRules.model_validate(rules), visit, AT)
    assert (found and found.why) == why
    assert said in (str(found.message) if found else "")


@pytest.mark.parametrize(
    ("visit", "fen"),
    [
        (date(2026, 4, 30), 8000),
        (date(2026, 5, 1), 12000),
        (date(2026, 5, 5), 12000),
        (date(2026, 5, 6), 8000),
        (date(2026, 5, 9), 10000),
        (date(2026, 5, 10), 10000),
        (date(2026, 5, 11), 8000),
    ],
)
def test_the_calendar_sets_the_price_of_a_day(visit: date, fen: int) -> None:
    holidays = {"first": "2026-05-01", "last": "2026-05-05", "price_fen": 12000}
    weekends = {"first": "2026-01-01", "last": "2026-12-31", "weekdays": [6, 7], "price_fen": 10000}
    assert price_fen(SaleRules.model_validate({"prices": [holidays, weekends]}), visit, 8000) == fen


days = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@given(visit=days, first=days, length=st.integers(0, 60), weekdays=st.frozensets(st.integers(1, 7), min_size=1))
def test_a_price_holds_exactly_on_its_days(visit: date, first: date, length: int, weekdays: frozenset[int]) -> None:
    rule = PriceRule(first=first, last=first + timedelta(days=length), weekdays=weekdays, price_fen=1)
    expected = visit in {first + timedelta(days=n) for n in range(length + 1)} and visit.isoweekday() in weekdays
    assert price_fen(SaleRules(prices=[rule]), visit, 2) == (1 if expected else 2)


@given(visit=days, at=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)), ahead=st.tuples(*[st.integers(0, 400)] * 2))  # noqa: DTZ001 - local times
def test_a_day_that_is_too_early_is_sold_on_the_day_that_was_said(visit: date, at: datetime, ahead: tuple[int, int]) -> None:
    least, most = sorted(ahead)
    rules = SaleRules(days_ahead_least=least, days_ahead_most=most)
    found = refusal(rules, visit, at)
    assert (found is None) == (least <= (visit - at.date()).days <= most)
    if found and found.why is Closed.TOO_EARLY:
        opens = visit - timedelta(days=most)
        assert str(opens) in str(found.message)
        assert refusal(rules, visit, datetime.combine(opens, time())) is None
        assert refusal(rules, visit, datetime.combine(opens, time()) - timedelta(days=1)) is not None


def test_parameters_from_before_there_were_sale_rules_restrict_nothing() -> None:
    opened = TicketTypeParameters.model_validate_json(OLD)
    assert opened.sale == SaleRules()
    assert refusal(opened.sale, TODAY + timedelta(days=MOST_DAYS_AHEAD), AT) is None
    assert price_fen(opened.sale, TODAY, 8000) == 8000


@pytest.mark.parametrize(
    "wrong",
    [
        {"opens_at": "2026-05-10T10:00Z"},
        {"today_until": "10:00+08:00"},
        {"opens_at": "2026-05-10T10:00", "closes_at": "2026-05-10T09:00"},
        {"days_ahead_least": 2, "days_ahead_most": 1},
        {"days_ahead_most": MOST_DAYS_AHEAD + 1},
        {"prices": [{"first": "2026-05-02", "last": "2026-05-01", "price_fen": 1}]},
        {"prices": [{"first": "2026-05-01", "last": "2026-05-01", "price_fen": -1}]},
        {"prices": [{"first": "2026-05-01", "last": "2026-05-01", "weekdays": [], "price_fen": 1}]},
        {"per_order": 0},
        {"person_limit": {"known_by": "phone"}},
        {"person_limit": {"known_by": "document", "a_day": 1}},
        {"stock": {"per": "slot", "places": 5}},
        {"stock": {"per": "day", "places": -1}},
    ],
)
def test_rules_that_cannot_hold_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TicketTypeParameters.model_validate(
            {"name_zh": "票", "name_en": "Ticket", "entitlements": [{"sites": [1]}], "sale": wrong}
        )
