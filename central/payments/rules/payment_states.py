"""A payment document from its creation to its end, as a pure state machine; and how often an institution is asked.

Laws (law 7): time is an argument; at most one document marks an order paid; a payment whose end is not known by its deadline is
queried once more and then reversed (冲正), again and again, until the institution answers; money that arrives after that is
returned. A notification tells of the past: once a document is closed, only a new answer counts.

`created -> sent -> paid | failed | unknown`; `unknown -> reversing -> reversed`; any success that can no longer pay its order
ends in `returned`. Facts: WeChat Pay code payment (query every 5 to 10 s up to 45 s, never reverse within 15 s of the payment),
Alipay bar code (query to about 60 s, then cancel).
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from central.payments.institution import Paid, PaymentAnswer, Refused, ReversalAnswer, Reversed, StillPaid, Unknown, Waiting
from protocol.instants import Instant, plus

QUERY_AFTER_S = (5, 5, 5, 10, 10, 10, 20, 30)
REVERSE_AFTER_S = (5, 10, 20, 40, 60, 120, 300, 600)
CODE_DEADLINE_S = 45
CREATED_DEADLINE_S = 60
SOONEST_REVERSAL_S = 15


class PaymentState(StrEnum):
    """The state of a document. The words are stored and never change their meaning."""

    CREATED = "created"
    SENT = "sent"
    UNKNOWN = "unknown"
    REVERSING = "reversing"
    PAID = "paid"
    FAILED = "failed"
    REVERSED = "reversed"
    RETURNED = "returned"


ENDS = frozenset({PaymentState.PAID, PaymentState.FAILED, PaymentState.REVERSED, PaymentState.RETURNED})
_CLOSED_UNPAID = frozenset({PaymentState.FAILED, PaymentState.REVERSED})
_ASKED = frozenset({PaymentState.SENT, PaymentState.UNKNOWN})


class Presentation(StrEnum):
    """How payer and institution come together: the payer scans our code, we scan the payer's, or neither (final at once)."""

    QR = "qr"
    CODE = "code"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Document:
    """A payment.

    `next_at` is when the job must look at it again; in one of the `ENDS` only where a notification told of a success, which a new
    answer must confirm. `attempts` counts the queries, or the reversals, since the state changed.
    """

    state: PaymentState
    presentation: Presentation
    amount_fen: int
    sent_at: Instant | None
    deadline_at: Instant | None
    next_at: Instant | None
    attempts: int = 0
    institution_number: str | None = None
    received_fen: int | None = None
    finished_at: Instant | None = None
    reason: str | None = None

    @property
    def is_final(self) -> bool:
        """Return whether we expect no further change."""
        return self.state in ENDS and self.next_at is None


@dataclass(frozen=True, slots=True)
class Sent:
    """The request to the institution is about to leave. This is committed before it leaves."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The institution answered the payment's request or a query just now. `is_payable`: the order still waits for money."""

    answer: PaymentAnswer
    is_payable: bool


@dataclass(frozen=True, slots=True)
class Notified:
    """The institution told us of a success by a notification, some time after it."""

    paid: Paid
    is_payable: bool


@dataclass(frozen=True, slots=True)
class ReversalAnswered:
    """The institution answered a reversal. `is_payable`: the order still waits for money."""

    answer: ReversalAnswer
    is_payable: bool


@dataclass(frozen=True, slots=True)
class Abandoned:
    """This payment is no longer needed: the order was cancelled, has expired, or is paid otherwise."""


@dataclass(frozen=True, slots=True)
class Due:
    """The time has come to look at the document."""


PaymentEvent = Sent | Answered | Notified | ReversalAnswered | Abandoned | Due


class Effect(StrEnum):
    """What follows. The first two happen in the transaction of the change, the others after its commit."""

    MARK_PAID = "mark-paid"
    RETURN_MONEY = "return-money"
    QUERY = "query"
    REVERSE = "reverse"


@dataclass(frozen=True, slots=True)
class Step:
    """The document after an event, and what follows."""

    document: Document
    effect: Effect | None = None


def created(presentation: Presentation, amount_fen: int, order_expires_at: Instant, now: Instant) -> Document:
    """Return a new document; a QR may be paid as long as its order waits, a payer's code only for a short time."""
    deadline = order_expires_at if presentation is Presentation.QR else plus(now, seconds=CODE_DEADLINE_S)
    next_at = plus(now, seconds=CREATED_DEADLINE_S)
    return Document(PaymentState.CREATED, presentation, amount_fen, None, Instant(max(deadline, now)), next_at)


def paid_at_once(amount_fen: int, now: Instant) -> Document:
    """Return the document of a method that is final at once: cash, and money that a person recorded."""
    return Document(PaymentState.PAID, Presentation.NONE, amount_fen, None, None, None, received_fen=amount_fen, finished_at=now)


def step(document: Document, event: PaymentEvent, now: Instant) -> Step:
    """Return the document after the event. An event without news changes nothing."""
    match event:
        case Sent():
            return Step(_sent(document, now))
        case Answered(answer, is_payable):
            return _answered(document, answer, is_payable=is_payable, now=now)
        case Notified(paid, is_payable):
            return _notified(document, paid, is_payable=is_payable, now=now)
        case ReversalAnswered(answer, is_payable):
            return _reversal_answered(document, answer, is_payable=is_payable, now=now)
        case Abandoned():
            return Step(_abandoned(document, now))
        case Due():
            return _due(document, now)


def _sent(document: Document, now: Instant) -> Document:
    if document.state is not PaymentState.CREATED:
        return document
    assert document.deadline_at is not None, "a document that is sent has a deadline"
    return replace(document, state=PaymentState.SENT, sent_at=now, next_at=_next_query(document, 0, now), attempts=0)


def _answered(document: Document, answer: PaymentAnswer, *, is_payable: bool, now: Instant) -> Step:
    if document.state is PaymentState.REVERSING or document.state in (PaymentState.PAID, PaymentState.RETURNED):
        return Step(document)
    if isinstance(answer, Paid):
        return _success(document, answer, is_payable=is_payable, now=now)
    if document.state in _CLOSED_UNPAID:
        return Step(_doubt_answered(document, answer, now))
    if isinstance(answer, Refused):
        return Step(_ended(document, PaymentState.FAILED, now, answer.reason))
    if document.state is PaymentState.UNKNOWN:
        return Step(replace(document, state=PaymentState.REVERSING, attempts=0, next_at=now), Effect.REVERSE)
    return Step(document)


def _success(document: Document, paid: Paid, *, is_payable: bool, now: Instant) -> Step:
    """Return the step after a success. A closed document trusts only the answer to a query that was sent after it was closed."""
    if document.state in _CLOSED_UNPAID and document.next_at is None:
        return _doubted(document, now)
    return _received(document, paid, is_payable=is_payable, now=now)


def _doubted(document: Document, now: Instant) -> Step:
    return Step(_held_back(replace(document, attempts=0), QUERY_AFTER_S, now), Effect.QUERY)


def _notified(document: Document, paid: Paid, *, is_payable: bool, now: Instant) -> Step:
    if document.state in _CLOSED_UNPAID:
        return _doubted(document, now)
    if document.state in _ASKED or document.state is PaymentState.CREATED:
        return _received(document, paid, is_payable=is_payable, now=now)
    return Step(document)


def _reversal_answered(document: Document, answer: ReversalAnswer, *, is_payable: bool, now: Instant) -> Step:
    if document.state is not PaymentState.REVERSING:
        return Step(document)
    match answer:
        case Reversed():
            return Step(_ended(document, PaymentState.REVERSED, now, document.reason or "no answer in time"))
        case StillPaid(paid):
            return _received(document, paid, is_payable=is_payable, now=now)
        case Unknown():
            pause = _paused(REVERSE_AFTER_S, document.attempts)
            return Step(replace(document, attempts=document.attempts + 1, next_at=plus(now, seconds=pause)))


def _abandoned(document: Document, now: Instant) -> Document:
    if document.state is PaymentState.CREATED:
        return _ended(document, PaymentState.FAILED, now, "given up before it was sent")
    if document.state is not PaymentState.SENT:
        return document
    assert document.sent_at is not None, "a document that was sent says when"
    soonest = plus(document.sent_at, seconds=SOONEST_REVERSAL_S) if document.presentation is Presentation.CODE else now
    deadline = Instant(max(now, soonest))
    return replace(document, deadline_at=deadline, next_at=deadline, reason="given up")


def _due(document: Document, now: Instant) -> Step:
    if document.next_at is None or now < document.next_at:
        return Step(document)
    match document.state:
        case PaymentState.CREATED:
            return Step(_ended(document, PaymentState.FAILED, now, "it was never sent"))
        case PaymentState.SENT:
            return Step(_asked(document, now), Effect.QUERY)
        case PaymentState.REVERSING:
            return Step(_held_back(document, REVERSE_AFTER_S, now), Effect.REVERSE)
        case _:
            return Step(_held_back(document, QUERY_AFTER_S, now), Effect.QUERY)


def _asked(document: Document, now: Instant) -> Document:
    """Return the step before a query leaves; past the deadline it is the last query."""
    assert document.deadline_at is not None, "a document that was sent has a deadline"
    if now >= document.deadline_at:
        return replace(_held_back(document, QUERY_AFTER_S, now), state=PaymentState.UNKNOWN, attempts=0)
    return replace(document, attempts=document.attempts + 1, next_at=_next_query(document, document.attempts + 1, now))


def _held_back(document: Document, pauses: tuple[int, ...], now: Instant) -> Document:
    """Return when to try again if no answer comes at all (a process that died while it waited)."""
    return replace(document, next_at=plus(now, seconds=_paused(pauses, document.attempts)))


def _received(document: Document, paid: Paid, *, is_payable: bool, now: Instant) -> Step:
    received = replace(document, institution_number=paid.institution_number, received_fen=paid.amount_fen)
    if not is_payable or paid.amount_fen != document.amount_fen or document.state in _CLOSED_UNPAID:
        reason = "another amount was paid" if paid.amount_fen != document.amount_fen else "paid too late or twice"
        return Step(replace(_ended(received, PaymentState.RETURNED, now, reason), finished_at=paid.at), Effect.RETURN_MONEY)
    return Step(replace(_ended(received, PaymentState.PAID, now, None), finished_at=paid.at), Effect.MARK_PAID)


def _doubt_answered(document: Document, answer: Waiting | Refused | Unknown, now: Instant) -> Document:
    if document.next_at is None or not isinstance(answer, Unknown):
        return replace(document, next_at=None, attempts=0)
    pause = _paused(QUERY_AFTER_S, document.attempts)
    return replace(document, attempts=document.attempts + 1, next_at=plus(now, seconds=pause))


def _ended(document: Document, state: PaymentState, now: Instant, reason: str | None) -> Document:
    return replace(document, state=state, next_at=None, attempts=0, finished_at=now, reason=reason)


def _next_query(document: Document, asked: int, now: Instant) -> Instant:
    assert document.deadline_at is not None, "a document that is sent has a deadline"
    return Instant(max(now, min(document.deadline_at, plus(now, seconds=_paused(QUERY_AFTER_S, asked)))))


def _paused(pauses: tuple[int, ...], attempts: int) -> int:
    return pauses[min(attempts, len(pauses) - 1)]
