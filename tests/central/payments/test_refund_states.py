"""A refund document's states: sent under one number until the institution answers, then queried to its end."""

import pytest

from central.payments.institution import RefundAbnormal, RefundAnswer, RefundClosed, RefundDone, RefundProcessing, Unknown
from central.payments.methods import Method
from central.payments.rules.refund_states import (
    RefundDocument,
    RefundDocumentState,
    RefundEffect,
    after_others,
    new_refund,
    refund_answered,
    refund_due,
)
from protocol.instants import Instant, plus

T0 = Instant(1_778_378_400_000)
DONE = RefundDone("5030001", plus(T0, seconds=90))
PROCESSING = RefundProcessing("5030001", plus(T0, seconds=2))


def _document(state: RefundDocumentState) -> RefundDocument:
    return RefundDocument(state, 8000, plus(T0, seconds=60))


@pytest.mark.parametrize(
    ("state", "answer", "after", "effect"),
    [
        (RefundDocumentState.SENT, DONE, RefundDocumentState.SUCCEEDED, RefundEffect.SUCCEED),
        (RefundDocumentState.SENT, PROCESSING, RefundDocumentState.PROCESSING, None),
        (RefundDocumentState.SENT, Unknown("no reply"), RefundDocumentState.SENT, None),
        (RefundDocumentState.SENT, RefundClosed("too much"), RefundDocumentState.CLOSED, RefundEffect.CALL_STAFF),
        (RefundDocumentState.PROCESSING, DONE, RefundDocumentState.SUCCEEDED, RefundEffect.SUCCEED),
        (RefundDocumentState.PROCESSING, PROCESSING, RefundDocumentState.PROCESSING, None),
        (RefundDocumentState.PROCESSING, Unknown("500"), RefundDocumentState.PROCESSING, None),
        (RefundDocumentState.PROCESSING, RefundClosed("no funds"), RefundDocumentState.CLOSED, RefundEffect.CALL_STAFF),
        (RefundDocumentState.PROCESSING, RefundAbnormal("card"), RefundDocumentState.ABNORMAL, RefundEffect.CALL_STAFF),
        (RefundDocumentState.ABNORMAL, RefundAbnormal("card"), RefundDocumentState.ABNORMAL, None),
        (RefundDocumentState.ABNORMAL, DONE, RefundDocumentState.SUCCEEDED, RefundEffect.SUCCEED),
        (RefundDocumentState.SUCCEEDED, DONE, RefundDocumentState.SUCCEEDED, None),
        (RefundDocumentState.SUCCEEDED, RefundAbnormal("old news"), RefundDocumentState.SUCCEEDED, None),
        (RefundDocumentState.CLOSED, DONE, RefundDocumentState.CLOSED, None),
    ],
)
def test_each_answer_in_each_state(
    state: RefundDocumentState, answer: RefundAnswer, after: RefundDocumentState, effect: RefundEffect | None
) -> None:
    taken = refund_answered(_document(state), answer, plus(T0, seconds=100))
    assert (taken.document.state, taken.effect) == (after, effect)


@pytest.mark.parametrize(
    ("method", "latest_s", "due_s"),
    [
        (Method.WECHAT, None, 0),
        (Method.WECHAT, -3600, 0),
        (Method.WECHAT, -20, 45),
        (Method.WECHAT, 0, 65),
        (Method.WECHAT, 650, 715),
        (Method.ALIPAY, 0, 0),
    ],
)
def test_wechat_takes_part_refunds_of_one_payment_a_minute_apart(method: Method, latest_s: int | None, due_s: int) -> None:
    latest = None if latest_s is None else plus(T0, seconds=latest_s)
    assert after_others(new_refund(1000, T0), method, latest).next_at == plus(T0, seconds=due_s)


def test_it_is_due_at_once_and_sent_again_until_there_is_an_answer() -> None:
    one, now, pauses = new_refund(8000, T0), T0, []
    for _ in range(7):
        taken = refund_due(one, now)
        assert taken.effect is RefundEffect.SEND
        one = taken.document
        assert one.next_at is not None
        pauses.append((one.next_at - now) // 1000)
        now = one.next_at
    assert pauses == [60, 60, 120, 300, 600, 1800, 1800]


def test_what_has_no_end_for_a_week_is_given_to_a_person_and_may_succeed_still() -> None:
    one, now = new_refund(8000, T0), T0
    while (taken := refund_due(one, now)).effect is RefundEffect.SEND:
        assert taken.document.next_at is not None
        one, now = taken.document, taken.document.next_at
    assert (taken.document.state, taken.effect) == (RefundDocumentState.ABNORMAL, RefundEffect.CALL_STAFF)
    assert plus(T0, seconds=7 * 86_400) < now < plus(T0, seconds=9 * 86_400)
    assert taken.document.next_at is None
    assert refund_answered(taken.document, DONE, now).effect is RefundEffect.SUCCEED


def test_what_the_institution_works_on_is_asked_after_and_not_sent_again() -> None:
    one = refund_answered(_document(RefundDocumentState.SENT), PROCESSING, plus(T0, seconds=2)).document
    assert (one.accepted_at, one.next_at) == (PROCESSING.at, plus(T0, seconds=62))
    assert refund_due(one, plus(T0, seconds=61)).document is one
    assert refund_due(one, plus(T0, seconds=62)).effect is RefundEffect.QUERY


def test_its_day_is_the_one_when_it_was_accepted_and_not_when_it_ended() -> None:
    one = refund_answered(_document(RefundDocumentState.SENT), PROCESSING, plus(T0, seconds=2)).document
    ended = refund_answered(one, RefundDone("5030001", plus(T0, seconds=90_000)), plus(T0, seconds=90_001)).document
    assert (ended.accepted_at, ended.finished_at, ended.next_at) == (PROCESSING.at, plus(T0, seconds=90_000), None)
