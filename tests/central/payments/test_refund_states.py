"""A refund document's states: sent under one number until the institution answers, then queried to its end."""

import pytest

from central.payments.institution import RefundAbnormal, RefundAnswer, RefundClosed, RefundDone, RefundProcessing, Unknown
from central.payments.methods import Method
from central.payments.rules import refund_states as states
from protocol.instants import Instant, plus

State = states.RefundDocumentState
Effect = states.RefundEffect
T0 = Instant(1_778_378_400_000)
DONE = RefundDone("5030001", plus(T0, seconds=90))
PROCESSING = RefundProcessing("5030001", plus(T0, seconds=2))


def _document(state: State) -> states.RefundDocument:
    return states.RefundDocument(state, 8000, plus(T0, seconds=60))


@pytest.mark.parametrize(
    ("state", "answer", "after", "effect"),
    [
        (State.SENT, DONE, State.SUCCEEDED, Effect.SUCCEED),
        (State.SENT, PROCESSING, State.PROCESSING, None),
        (State.SENT, Unknown("no reply"), State.SENT, None),
        (State.SENT, RefundClosed("too much"), State.CLOSED, Effect.CALL_STAFF),
        (State.PROCESSING, DONE, State.SUCCEEDED, Effect.SUCCEED),
        (State.PROCESSING, PROCESSING, State.PROCESSING, None),
        (State.PROCESSING, Unknown("500"), State.PROCESSING, None),
        (State.PROCESSING, RefundClosed("no funds"), State.CLOSED, Effect.CALL_STAFF),
        (State.PROCESSING, RefundAbnormal("card"), State.ABNORMAL, Effect.CALL_STAFF),
        (State.ABNORMAL, RefundAbnormal("card"), State.ABNORMAL, None),
        (State.ABNORMAL, DONE, State.SUCCEEDED, Effect.SUCCEED),
        (State.SUCCEEDED, DONE, State.SUCCEEDED, None),
        (State.SUCCEEDED, RefundAbnormal("old news"), State.SUCCEEDED, None),
        (State.CLOSED, DONE, State.CLOSED, None),
    ],
)
def test_each_answer_in_each_state(state: State, answer: RefundAnswer, after: State, effect: Effect | None) -> None:
    taken = states.refund_answered(_document(state), answer, plus(T0, seconds=100))
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
    assert states.after_others(states.new_refund(1000, T0), method, latest).next_at == plus(T0, seconds=due_s)


def test_it_is_due_at_once_and_sent_again_until_there_is_an_answer() -> None:
    one, now, pauses = states.new_refund(8000, T0), T0, []
    for _ in range(7):
        taken = states.refund_due(one, now)
        assert taken.effect is Effect.SEND
        one = taken.document
        assert one.next_at is not None
        pauses.append((one.next_at - now) // 1000)
        now = one.next_at
    assert pauses == [60, 60, 120, 300, 600, 1800, 1800]


def test_what_has_no_end_for_a_week_is_given_to_a_person_and_may_succeed_still() -> None:
    one, now = states.new_refund(8000, T0), T0
    while (taken := states.refund_due(one, now)).effect is Effect.SEND:
        assert taken.document.next_at is not None
        one, now = taken.document, taken.document.next_at
    assert (taken.document.state, taken.effect) == (State.ABNORMAL, Effect.CALL_STAFF)
    assert plus(T0, seconds=7 * 86_400) < now < plus(T0, seconds=9 * 86_400)
    assert taken.document.next_at is None
    assert states.refund_answered(taken.document, DONE, now).effect is Effect.SUCCEED


def test_what_the_institution_works_on_is_asked_after_and_not_sent_again() -> None:
    one = states.refund_answered(_document(State.SENT), PROCESSING, plus(T0, seconds=2)).document
    assert (one.accepted_at, one.next_at) == (PROCESSING.at, plus(T0, seconds=62))
    assert states.refund_due(one, plus(T0, seconds=61)).document is one
    assert states.refund_due(one, plus(T0, seconds=62)).effect is Effect.QUERY


def test_its_day_is_the_one_when_it_was_accepted_and_not_when_it_ended() -> None:
    one = states.refund_answered(_document(State.SENT), PROCESSING, plus(T0, seconds=2)).document
    ended = states.refund_answered(one, RefundDone("5030001", plus(T0, seconds=90_000)), plus(T0, seconds=90_001)).document
    assert (ended.accepted_at, ended.finished_at, ended.next_at) == (PROCESSING.at, plus(T0, seconds=90_000), None)
