"""The home pages' rules: hours beside hours, money by method, what is open, and what a seller is shown before the count."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.catalog.rules.business_days import BusinessDays
from central.identity.permissions import Permission
from central.payments.methods import Method
from central.reports.hours import two_days_at
from central.reports.rules.counting import Figures
from central.reports.rules.exceptions import OpenKind, each_kind, shown_kinds
from central.reports.rules.hours import HOUR_MS, Counted, TwoDays, hours_of, past_day
from central.reports.rules.money import MovedFen, OfMethod, by_method
from central.reports.rules.own_day import own_figures
from protocol.instants import Instant

SHANGHAI, BERLIN = BusinessDays(ZoneInfo("Asia/Shanghai"), 0), BusinessDays(ZoneInfo("Europe/Berlin"), 4)


NOTHING = past_day(())


def at_noon(days: BusinessDays, day: date) -> TwoDays:
    return two_days_at(days, Instant(days.span(day, day).since + 12 * HOUR_MS))


@pytest.mark.parametrize(
    ("days", "day", "hours"),
    [
        (SHANGHAI, date(2026, 5, 10), 24),
        (BERLIN, date(2026, 10, 24), 25),
        (BERLIN, date(2026, 3, 28), 23),
    ],
)
def test_a_day_has_as_many_hours_as_it_is_long(days: BusinessDays, day: date, hours: int) -> None:
    span = days.span(day, day)
    found = hours_of(span, (), NOTHING)
    assert len(found) == hours
    assert found[0].begins_at == span.since
    assert found[-1].begins_at + HOUR_MS == span.until


def test_an_hour_stands_beside_the_same_hour_of_yesterday() -> None:
    today = [Counted(9, Figures(tickets=3)), Counted(9, Figures(entries=5))]
    yesterday = past_day([Counted(9 * 60, Figures(tickets=1, entries=1)), Counted(9 * 60 + 59, Figures(tickets=1))])
    hours = hours_of(at_noon(SHANGHAI, date(2026, 5, 10)).today, today, yesterday)
    assert (hours[9].tickets, hours[9].entries, hours[9].tickets_yesterday, hours[9].entries_yesterday) == (3, 5, 2, 1)
    assert sum(one.tickets + one.entries + one.tickets_yesterday + one.entries_yesterday for one in hours) == 11


def test_an_hour_that_today_does_not_have_counts_in_the_last() -> None:
    beyond = past_day([Counted(24 * 60, Figures(tickets=7))])
    (*_, last) = hours_of(at_noon(BERLIN, date(2026, 10, 25)).today, (), beyond)
    assert last.tickets_yesterday == 7


@given(st.lists(st.tuples(st.integers(0, 1439), st.integers(1, 5))), st.integers(0, 1440), st.integers(0, 59_999))
def test_a_past_day_had_come_to_what_its_whole_minutes_before_sum_to(sold: list[tuple[int, int]], at: int, ms: int) -> None:
    day = past_day(Counted(minute, Figures(tickets=tickets)) for minute, tickets in sold)
    assert day.before(at * 60_000 + ms).tickets == sum(tickets for minute, tickets in sold if minute < at)


def test_the_same_moment_of_yesterday_is_as_long_after_its_beginning() -> None:
    days = at_noon(SHANGHAI, date(2026, 5, 10))
    assert days.same_moment_yesterday == days.now - 24 * HOUR_MS
    short = two_days_at(BERLIN, Instant(BERLIN.span(date(2026, 3, 29), date(2026, 3, 29)).until - 1))
    assert short.same_moment_yesterday == short.yesterday.until


@pytest.mark.parametrize(
    ("debit", "credit", "found"),
    [
        ("cash/7", "sales/1", (OfMethod(Method.CASH, 5, 0),)),
        ("sales/1", "cash/7", (OfMethod(Method.CASH, 0, 5),)),
        ("clearing/wechat", "sales/1", (OfMethod(Method.WECHAT, 5, 0),)),
        ("owed/alipay", "clearing/alipay", (OfMethod(Method.ALIPAY, 0, 5),)),
        ("card_terminal/1", "sales/1", (OfMethod(Method.CARD_TERMINAL, 5, 0),)),
        ("safe/1", "cash/7", ()),
        ("agency-owed/3", "sales/1", ()),
        ("exchange/1", "sales/1", ()),
        ("sales/1", "fees/1", ()),
    ],
)
def test_the_accounts_say_by_which_method_money_came_or_went(debit: str, credit: str, found: tuple[OfMethod, ...]) -> None:
    assert by_method([MovedFen(debit, credit, 5)]) == found


def test_a_count_is_shown_to_a_person_who_may_read_its_list() -> None:
    may = {Permission.REFUNDS_READ, Permission.DEVICES_READ}
    refunds = (OpenKind.REFUNDS_WAITING, OpenKind.REFUNDS_OWED)
    assert shown_kinds(may, sees_all=True) == (*refunds, OpenKind.ALARMS, OpenKind.AGENTS_UNSEEN)
    assert shown_kinds(may, sees_all=False) == refunds
    assert shown_kinds((), sees_all=True) == ()


def test_a_kind_of_which_nothing_is_open_says_so() -> None:
    found = each_kind((OpenKind.ALARMS, OpenKind.CONFLICTS), {OpenKind.ALARMS: (2, Instant(7))})
    assert [(one.kind, one.count, one.oldest_at) for one in found] == [(OpenKind.ALARMS, 2, 7), (OpenKind.CONFLICTS, 0, None)]


def test_what_the_drawer_should_hold_is_not_told_before_the_count() -> None:
    figures = Figures(orders=3, tickets=4, persons=5, sold_fen=900, taken_fen=900, returned_fen=100)
    methods = (OfMethod(Method.CASH, 600, 100), OfMethod(Method.WECHAT, 300, 0))
    counting = own_figures(figures, methods, shift_is_open=True)
    assert (counting.orders, counting.tickets, counting.persons) == (3, 4, 5)
    assert (counting.sold_fen, counting.taken_fen, counting.returned_fen) == (None, None, None)
    assert counting.methods == methods[1:]
    counted = own_figures(figures, methods, shift_is_open=False)
    assert (counted.sold_fen, counted.taken_fen, counted.returned_fen, counted.methods) == (900, 900, 100, methods)
