"""A payment's states: the table; and with every behaviour of an institution the payment ends, and no money is lost."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.payments.institution import Paid, PaymentAnswer, Refused, ReversalAnswer, Reversed, StillPaid, Unknown, Waiting
from central.payments.rules.payment_states import (
    CODE_DEADLINE_S,
    CREATED_DEADLINE_S,
    SOONEST_REVERSAL_S,
    Abandoned,
    Answered,
    Document,
    Due,
    Effect,
    Notified,
    PaymentEvent,
    PaymentState,
    Presentation,
    ReversalAnswered,
    Sent,
    created,
    paid_at_once,
    step,
)
from protocol.instants import Instant, plus

T0 = Instant(1_778_378_400_000)
EXPIRES = plus(T0, seconds=900)
PAID = Paid(8000, "4200001", plus(T0, seconds=7))
LATE = plus(T0, seconds=3600)


def _document(state: PaymentState, presentation: Presentation = Presentation.CODE) -> Document:
    sent = step(created(presentation, 8000, EXPIRES, T0), Sent(), T0).document
    is_open = state in (PaymentState.SENT, PaymentState.UNKNOWN, PaymentState.REVERSING)
    return replace(sent, state=state, next_at=sent.next_at if is_open else None)


@pytest.mark.law(7)
@pytest.mark.parametrize(
    ("state", "event", "after", "effect"),
    [
        (PaymentState.SENT, Answered(PAID, is_payable=True), PaymentState.PAID, Effect.MARK_PAID),
        (PaymentState.SENT, Answered(Waiting(), is_payable=True), PaymentState.SENT, None),
        (PaymentState.SENT, Answered(Unknown("no reply"), is_payable=True), PaymentState.SENT, None),
        (PaymentState.SENT, Answered(Refused("no money"), is_payable=True), PaymentState.FAILED, None),
        (PaymentState.SENT, Notified(PAID, is_payable=True), PaymentState.PAID, Effect.MARK_PAID),
        (PaymentState.SENT, Answered(PAID, is_payable=False), PaymentState.RETURNED, Effect.RETURN_MONEY),
        (
            PaymentState.SENT,
            Answered(replace(PAID, amount_fen=7999), is_payable=True),
            PaymentState.RETURNED,
            Effect.RETURN_MONEY,
        ),
        (PaymentState.SENT, Due(), PaymentState.UNKNOWN, Effect.QUERY),
        (PaymentState.UNKNOWN, Answered(PAID, is_payable=True), PaymentState.PAID, Effect.MARK_PAID),
        (PaymentState.UNKNOWN, Answered(Waiting(), is_payable=True), PaymentState.REVERSING, Effect.REVERSE),
        (PaymentState.UNKNOWN, Answered(Unknown("500"), is_payable=True), PaymentState.REVERSING, Effect.REVERSE),
        (PaymentState.UNKNOWN, Answered(Refused("closed"), is_payable=True), PaymentState.FAILED, None),
        (PaymentState.REVERSING, ReversalAnswered(Reversed(), is_payable=True), PaymentState.REVERSED, None),
        (PaymentState.REVERSING, ReversalAnswered(Unknown("500"), is_payable=True), PaymentState.REVERSING, None),
        (PaymentState.REVERSING, ReversalAnswered(StillPaid(PAID), is_payable=True), PaymentState.PAID, Effect.MARK_PAID),
        (
            PaymentState.REVERSING,
            ReversalAnswered(StillPaid(PAID), is_payable=False),
            PaymentState.RETURNED,
            Effect.RETURN_MONEY,
        ),
        (PaymentState.REVERSING, Notified(PAID, is_payable=True), PaymentState.REVERSING, None),
        (PaymentState.REVERSING, Answered(PAID, is_payable=True), PaymentState.REVERSING, None),
        (PaymentState.REVERSING, Answered(Refused("closed"), is_payable=True), PaymentState.REVERSING, None),
        (PaymentState.REVERSING, Due(), PaymentState.REVERSING, Effect.REVERSE),
        (PaymentState.REVERSED, Notified(PAID, is_payable=True), PaymentState.REVERSED, Effect.QUERY),
        (PaymentState.REVERSED, Answered(PAID, is_payable=True), PaymentState.REVERSED, Effect.QUERY),
        (PaymentState.FAILED, Notified(PAID, is_payable=True), PaymentState.FAILED, Effect.QUERY),
        (PaymentState.PAID, Notified(PAID, is_payable=False), PaymentState.PAID, None),
        (PaymentState.PAID, Answered(PAID, is_payable=False), PaymentState.PAID, None),
        (PaymentState.PAID, Answered(Refused("?"), is_payable=False), PaymentState.PAID, None),
        (PaymentState.PAID, Abandoned(), PaymentState.PAID, None),
        (PaymentState.RETURNED, Notified(PAID, is_payable=False), PaymentState.RETURNED, None),
        (PaymentState.RETURNED, Due(), PaymentState.RETURNED, None),
    ],
)
def test_each_event_in_each_state(state: PaymentState, event: PaymentEvent, after: PaymentState, effect: Effect | None) -> None:
    taken = step(_document(state), event, LATE)
    assert (taken.document.state, taken.effect) == (after, effect)


@pytest.mark.law(7)
def test_a_success_after_the_reversal_is_returned_once_a_fresh_answer_says_so() -> None:
    heard = step(_document(PaymentState.REVERSED), Notified(PAID, is_payable=False), LATE)
    assert not heard.document.is_final
    confirmed = step(heard.document, Answered(PAID, is_payable=False), LATE)
    assert (confirmed.document.state, confirmed.effect) == (PaymentState.RETURNED, Effect.RETURN_MONEY)
    assert (confirmed.document.received_fen, confirmed.document.institution_number) == (8000, "4200001")


def test_an_old_notification_of_a_payment_that_went_back_moves_nothing() -> None:
    heard = step(_document(PaymentState.REVERSED), Notified(PAID, is_payable=False), LATE)
    silent = step(heard.document, Answered(Unknown("no reply"), is_payable=False), LATE)
    assert silent.document.next_at is not None
    answered = step(silent.document, Answered(Refused("REVOKED"), is_payable=False), LATE)
    assert (answered.document.state, answered.effect, answered.document.is_final) == (PaymentState.REVERSED, None, True)


def test_a_document_that_was_never_sent_fails_and_one_that_failed_is_not_sent() -> None:
    one = created(Presentation.QR, 8000, EXPIRES, T0)
    failed = step(one, Due(), plus(T0, seconds=CREATED_DEADLINE_S)).document
    assert failed.state is PaymentState.FAILED
    assert step(failed, Sent(), LATE).document is failed
    assert step(one, Abandoned(), T0).document.state is PaymentState.FAILED


def test_a_payers_code_is_asked_after_to_its_deadline_and_then_once_more() -> None:
    asked: list[int] = []
    one, now = step(created(Presentation.CODE, 8000, EXPIRES, T0), Sent(), T0).document, T0
    while one.state is PaymentState.SENT:
        assert one.next_at is not None
        now = one.next_at
        taken = step(one, Due(), now)
        assert taken.effect is Effect.QUERY
        one = taken.document
        asked.append((now - T0) // 1000)
    assert asked == [5, 10, 15, 25, 35, CODE_DEADLINE_S]


def test_a_code_is_never_reversed_sooner_than_the_institution_allows() -> None:
    sent = step(created(Presentation.CODE, 8000, EXPIRES, T0), Sent(), T0).document
    given_up = step(sent, Abandoned(), plus(T0, seconds=1)).document
    assert given_up.next_at == plus(T0, seconds=SOONEST_REVERSAL_S)
    at_once = step(_document(PaymentState.SENT, Presentation.QR), Abandoned(), plus(T0, seconds=1)).document
    assert at_once.next_at == plus(T0, seconds=1)


def test_nothing_is_done_before_its_time() -> None:
    one = _document(PaymentState.SENT)
    assert step(one, Due(), T0).document is one


def test_a_reversal_without_answer_comes_again_later_and_later() -> None:
    one, pauses, now = step(_document(PaymentState.UNKNOWN), Answered(Waiting(), is_payable=True), T0).document, [], T0
    for _ in range(10):
        one = step(one, ReversalAnswered(Unknown("500"), is_payable=True), now).document
        assert one.next_at is not None
        pauses.append((one.next_at - now) // 1000)
        now = one.next_at
    assert pauses == [5, 10, 20, 40, 60, 120, 300, 600, 600, 600]


def test_what_is_final_at_once_is_paid() -> None:
    one = paid_at_once(8000, T0)
    assert (one.state, one.is_final, one.finished_at) == (PaymentState.PAID, True, T0)


@dataclass(slots=True)
class Bank:
    """An institution that answers by a script: whether it hears, whether its reply arrives, and when the payer decides."""

    script: list[int]
    presentation: Presentation
    is_known: bool = False
    is_paid: bool = False
    is_closed: bool = False

    def draw(self, among: int) -> int:
        return self.script.pop() % among if self.script else 0

    def payer_acts(self) -> None:
        if self.is_known and not self.is_closed and self.draw(3) == 1:
            self.is_paid = True

    def charge(self) -> PaymentAnswer:
        self.is_known = self.draw(4) != 1
        self.payer_acts()
        if self.draw(3) == 1 or not self.is_known:
            return Unknown("lost")
        return PAID if self.is_paid else Waiting()

    def query(self) -> PaymentAnswer:
        self.payer_acts()
        if self.draw(3) == 1 or not self.is_known:
            return Unknown("lost")
        if self.is_paid:
            return PAID
        return Refused("closed") if self.is_closed else Waiting()

    def reverse(self) -> ReversalAnswer:
        if self.draw(4) == 1:
            return Unknown("never heard")
        if self.presentation is Presentation.QR and self.is_paid:
            return StillPaid(PAID) if self.draw(3) != 1 else Unknown("lost")
        self.is_paid = self.draw(8) == 1 and self.is_known  # a success that comes at the same time as the reversal, and wins
        self.is_closed = True
        return Reversed() if self.draw(3) != 1 else Unknown("lost")


@dataclass(slots=True)
class Play:
    """One payment between its bank and its order."""

    bank: Bank
    one: Document
    now: Instant = T0
    is_payable: bool = True
    kept_fen: int = 0

    @property
    def money_is_where_the_document_says(self) -> bool:
        return self.bank.is_paid == (self.one.state in (PaymentState.PAID, PaymentState.RETURNED))

    def next_event(self) -> PaymentEvent:
        if self.one.is_final:
            return Notified(PAID, is_payable=self.is_payable)
        self.now = Instant(max(self.now, self.one.next_at or self.now))
        return Due()

    def take(self, event: PaymentEvent) -> PaymentEvent | None:
        if isinstance(event, Answered | Notified | ReversalAnswered):
            event = replace(event, is_payable=self.is_payable)  # the order is looked at when an answer is taken in
        taken = step(self.one, event, self.now)
        self.one = taken.document
        if taken.effect is Effect.QUERY:
            return Answered(self.bank.query(), is_payable=self.is_payable)
        if taken.effect is Effect.REVERSE:
            return ReversalAnswered(self.bank.reverse(), is_payable=self.is_payable)
        assert taken.effect is None or self.kept_fen == 0
        if taken.effect is Effect.MARK_PAID:
            assert self.is_payable
            self.is_payable, self.kept_fen = False, 8000
        return None


@pytest.mark.law(7)
@pytest.mark.law(12)
@given(
    script=st.lists(st.integers(0, 23), max_size=60),
    presentation=st.sampled_from((Presentation.QR, Presentation.CODE)),
    given_up_at=st.integers(0, 40),
    is_cancelled=st.booleans(),
)
def test_every_payment_ends_and_the_money_is_where_the_document_says(
    script: list[int], presentation: Presentation, given_up_at: int, *, is_cancelled: bool
) -> None:
    play = Play(Bank(script, presentation), created(presentation, 8000, EXPIRES, T0))
    queue: list[PaymentEvent] = [Sent(), Answered(play.bank.charge(), is_payable=True)]
    for turn in range(200):
        if turn == given_up_at:
            play.is_payable = play.is_payable and not is_cancelled
            queue.append(Abandoned())
        if not queue and play.one.is_final and play.money_is_where_the_document_says:
            break
        follows = play.take(queue.pop(0) if queue else play.next_event())
        queue += [] if follows is None else [follows]
    assert play.one.is_final
    assert play.money_is_where_the_document_says
    assert (play.one.state is PaymentState.PAID) == (play.kept_fen == 8000)
