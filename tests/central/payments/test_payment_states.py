"""A payment's states: the table; and with every behaviour of an institution the payment ends, and no money is lost."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.payments.institution import Paid, PaymentAnswer, Refused, ReversalAnswer, Reversed, StillPaid, Unknown, Waiting
from central.payments.rules import payment_states as states
from protocol.instants import Instant, plus

State = states.PaymentState
Effect = states.Effect
T0 = Instant(1_778_378_400_000)
EXPIRES = plus(T0, seconds=900)
PAID = Paid(8000, "4200001", plus(T0, seconds=7))
LATE = plus(T0, seconds=3600)


def _document(state: State, presentation: states.Presentation = states.Presentation.CODE) -> states.Document:
    sent = states.step(states.created(presentation, 8000, EXPIRES, T0), states.Sent(), T0).document
    is_open = state in (State.SENT, State.UNKNOWN, State.REVERSING)
    return replace(sent, state=state, next_at=sent.next_at if is_open else None)


@pytest.mark.law(7)
@pytest.mark.parametrize(
    ("state", "event", "after", "effect"),
    [
        (State.SENT, states.Answered(PAID, is_payable=True), State.PAID, Effect.MARK_PAID),
        (State.SENT, states.Answered(Waiting(), is_payable=True), State.SENT, None),
        (State.SENT, states.Answered(Unknown("no reply"), is_payable=True), State.SENT, None),
        (State.SENT, states.Answered(Refused("no money"), is_payable=True), State.FAILED, None),
        (State.SENT, states.Notified(PAID, is_payable=True), State.PAID, Effect.MARK_PAID),
        (State.SENT, states.Answered(PAID, is_payable=False), State.RETURNED, Effect.RETURN_MONEY),
        (State.SENT, states.Answered(replace(PAID, amount_fen=7999), is_payable=True), State.RETURNED, Effect.RETURN_MONEY),
        (State.SENT, states.Due(), State.UNKNOWN, Effect.QUERY),
        (State.UNKNOWN, states.Answered(PAID, is_payable=True), State.PAID, Effect.MARK_PAID),
        (State.UNKNOWN, states.Answered(Waiting(), is_payable=True), State.REVERSING, Effect.REVERSE),
        (State.UNKNOWN, states.Answered(Unknown("500"), is_payable=True), State.REVERSING, Effect.REVERSE),
        (State.UNKNOWN, states.Answered(Refused("closed"), is_payable=True), State.FAILED, None),
        (State.REVERSING, states.ReversalAnswered(Reversed(), is_payable=True), State.REVERSED, None),
        (State.REVERSING, states.ReversalAnswered(Unknown("500"), is_payable=True), State.REVERSING, None),
        (State.REVERSING, states.ReversalAnswered(StillPaid(PAID), is_payable=True), State.PAID, Effect.MARK_PAID),
        (State.REVERSING, states.ReversalAnswered(StillPaid(PAID), is_payable=False), State.RETURNED, Effect.RETURN_MONEY),
        (State.REVERSING, states.Notified(PAID, is_payable=True), State.REVERSING, None),
        (State.REVERSING, states.Answered(PAID, is_payable=True), State.REVERSING, None),
        (State.REVERSING, states.Answered(Refused("closed"), is_payable=True), State.REVERSING, None),
        (State.REVERSING, states.Due(), State.REVERSING, Effect.REVERSE),
        (State.REVERSED, states.Notified(PAID, is_payable=True), State.REVERSED, Effect.QUERY),
        (State.REVERSED, states.Answered(PAID, is_payable=True), State.REVERSED, Effect.QUERY),
        (State.FAILED, states.Notified(PAID, is_payable=True), State.FAILED, Effect.QUERY),
        (State.PAID, states.Notified(PAID, is_payable=False), State.PAID, None),
        (State.PAID, states.Answered(PAID, is_payable=False), State.PAID, None),
        (State.PAID, states.Answered(Refused("?"), is_payable=False), State.PAID, None),
        (State.PAID, states.Abandoned(), State.PAID, None),
        (State.RETURNED, states.Notified(PAID, is_payable=False), State.RETURNED, None),
        (State.RETURNED, states.Due(), State.RETURNED, None),
    ],
)
def test_each_event_in_each_state(state: State, event: states.PaymentEvent, after: State, effect: Effect | None) -> None:
    taken = states.step(_document(state), event, LATE)
    assert (taken.document.state, taken.effect) == (after, effect)


@pytest.mark.law(7)
def test_a_success_after_the_reversal_is_returned_once_a_fresh_answer_says_so() -> None:
    heard = states.step(_document(State.REVERSED), states.Notified(PAID, is_payable=False), LATE)
    assert not heard.document.is_final
    confirmed = states.step(heard.document, states.Answered(PAID, is_payable=False), LATE)
    assert (confirmed.document.state, confirmed.effect) == (State.RETURNED, Effect.RETURN_MONEY)
    assert (confirmed.document.received_fen, confirmed.document.institution_number) == (8000, "4200001")


def test_an_old_notification_of_a_payment_that_went_back_moves_nothing() -> None:
    heard = states.step(_document(State.REVERSED), states.Notified(PAID, is_payable=False), LATE)
    silent = states.step(heard.document, states.Answered(Unknown("no reply"), is_payable=False), LATE)
    assert silent.document.next_at is not None
    answered = states.step(silent.document, states.Answered(Refused("REVOKED"), is_payable=False), LATE)
    assert (answered.document.state, answered.effect, answered.document.is_final) == (State.REVERSED, None, True)


def test_a_document_that_was_never_sent_fails_and_one_that_failed_is_not_sent() -> None:
    one = states.created(states.Presentation.QR, 8000, EXPIRES, T0)
    failed = states.step(one, states.Due(), plus(T0, seconds=states.CREATED_DEADLINE_S)).document
    assert failed.state is State.FAILED
    assert states.step(failed, states.Sent(), LATE).document is failed
    assert states.step(one, states.Abandoned(), T0).document.state is State.FAILED


def test_a_payers_code_is_asked_after_to_its_deadline_and_then_once_more() -> None:
    asked: list[int] = []
    one, now = states.step(states.created(states.Presentation.CODE, 8000, EXPIRES, T0), states.Sent(), T0).document, T0
    while one.state is State.SENT:
        assert one.next_at is not None
        now = one.next_at
        taken = states.step(one, states.Due(), now)
        assert taken.effect is Effect.QUERY
        one = taken.document
        asked.append((now - T0) // 1000)
    assert asked == [5, 10, 15, 25, 35, states.CODE_DEADLINE_S]


def test_a_code_is_never_reversed_sooner_than_the_institution_allows() -> None:
    sent = states.step(states.created(states.Presentation.CODE, 8000, EXPIRES, T0), states.Sent(), T0).document
    given_up = states.step(sent, states.Abandoned(), plus(T0, seconds=1)).document
    assert given_up.next_at == plus(T0, seconds=states.SOONEST_REVERSAL_S)
    at_once = states.step(_document(State.SENT, states.Presentation.QR), states.Abandoned(), plus(T0, seconds=1)).document
    assert at_once.next_at == plus(T0, seconds=1)


def test_nothing_is_done_before_its_time() -> None:
    one = _document(State.SENT)
    assert states.step(one, states.Due(), T0).document is one


def test_a_reversal_without_answer_comes_again_later_and_later() -> None:
    one = states.step(_document(State.UNKNOWN), states.Answered(Waiting(), is_payable=True), T0).document
    pauses: list[int] = []
    now = T0
    for _ in range(10):
        one = states.step(one, states.ReversalAnswered(Unknown("500"), is_payable=True), now).document
        assert one.next_at is not None
        pauses.append((one.next_at - now) // 1000)
        now = one.next_at
    assert pauses == [5, 10, 20, 40, 60, 120, 300, 600, 600, 600]


def test_what_is_final_at_once_is_paid() -> None:
    one = states.paid_at_once(8000, T0)
    assert (one.state, one.is_final, one.finished_at) == (State.PAID, True, T0)


@dataclass(slots=True)
class Bank:
    """An institution that answers by a script: whether it hears, whether its reply arrives, and when the payer decides."""

    script: list[int]
    presentation: states.Presentation
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
        if self.presentation is states.Presentation.QR and self.is_paid:
            return StillPaid(PAID) if self.draw(3) != 1 else Unknown("lost")
        self.is_paid = self.draw(8) == 1 and self.is_known  # a success that comes at the same time as the reversal, and wins
        self.is_closed = True
        return Reversed() if self.draw(3) != 1 else Unknown("lost")


@dataclass(slots=True)
class Play:
    """One payment between its bank and its order."""

    bank: Bank
    one: states.Document
    now: Instant = T0
    is_payable: bool = True
    kept_fen: int = 0

    @property
    def money_is_where_the_document_says(self) -> bool:
        return self.bank.is_paid == (self.one.state in (State.PAID, State.RETURNED))

    def next_event(self) -> states.PaymentEvent:
        if self.one.is_final:
            return states.Notified(PAID, is_payable=self.is_payable)
        self.now = Instant(max(self.now, self.one.next_at or self.now))
        return states.Due()

    def take(self, event: states.PaymentEvent) -> states.PaymentEvent | None:
        if isinstance(event, states.Answered | states.Notified | states.ReversalAnswered):
            event = replace(event, is_payable=self.is_payable)  # the order is looked at when an answer is taken in
        taken = states.step(self.one, event, self.now)
        self.one = taken.document
        if taken.effect is Effect.QUERY:
            return states.Answered(self.bank.query(), is_payable=self.is_payable)
        if taken.effect is Effect.REVERSE:
            return states.ReversalAnswered(self.bank.reverse(), is_payable=self.is_payable)
        assert taken.effect is None or self.kept_fen == 0
        if taken.effect is Effect.MARK_PAID:
            assert self.is_payable
            self.is_payable, self.kept_fen = False, 8000
        return None


@pytest.mark.law(7)
@pytest.mark.law(12)
@given(
    script=st.lists(st.integers(0, 23), max_size=60),
    presentation=st.sampled_from((states.Presentation.QR, states.Presentation.CODE)),
    given_up_at=st.integers(0, 40),
    is_cancelled=st.booleans(),
)
def test_every_payment_ends_and_the_money_is_where_the_document_says(
    script: list[int], presentation: states.Presentation, given_up_at: int, *, is_cancelled: bool
) -> None:
    play = Play(Bank(script, presentation), states.created(presentation, 8000, EXPIRES, T0))
    queue: list[states.PaymentEvent] = [states.Sent(), states.Answered(play.bank.charge(), is_payable=True)]
    for turn in range(200):
        if turn == given_up_at:
            play.is_payable = play.is_payable and not is_cancelled
            queue.append(states.Abandoned())
        if not queue and play.one.is_final and play.money_is_where_the_document_says:
            break
        follows = play.take(queue.pop(0) if queue else play.next_event())
        queue += [] if follows is None else [follows]
    assert play.one.is_final
    assert play.money_is_where_the_document_says
    assert (play.one.state is State.PAID) == (play.kept_fen == 8000)
