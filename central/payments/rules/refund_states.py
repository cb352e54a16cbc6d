"""A refund document: money that goes back the way it came, as a pure state machine.

Laws: time is an argument; one number refunds once, so that code that does not know what happened sends the same number again; the
job asks an institution that works on a refund until it has ended, or a week is over; a refund that needs a person (closed,
abnormal, without an end for a week) becomes a difference, and the job never retries it under a new number.

`created -> sent -> processing -> succeeded | closed | abnormal`. Facts: asked after one minute, then at 5, 10, 20, 30 minutes;
without funds WeChat Pay closes a refund after seven days; Alipay never says that a refund has failed.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from central.payments.institution import RefundAbnormal, RefundAnswer, RefundClosed, RefundDone, RefundProcessing, Unknown
from central.payments.methods import Method
from protocol.instants import Instant, plus

# WeChat Pay accepts part refunds of one payment a minute apart; some seconds more, because the job may send the one before late.
APART_S = {Method.WECHAT: 65}
# Half hours and hours for a day, then once a day; after the last one, a person must look.
_THEN_S = (*[1800] * 12, *[3600] * 18, *[86_400] * 7)
ASK_AFTER_S = (60, 300, 300, 600, 1200, *_THEN_S)
SEND_AGAIN_AFTER_S = (60, 60, 120, 300, 600, *_THEN_S)


class RefundDocumentState(StrEnum):
    """The state of a refund document. The words are stored and never change their meaning."""

    CREATED = "created"
    SENT = "sent"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    CLOSED = "closed"
    ABNORMAL = "abnormal"


REFUND_ENDS = frozenset({RefundDocumentState.SUCCEEDED, RefundDocumentState.CLOSED, RefundDocumentState.ABNORMAL})


@dataclass(frozen=True, slots=True)
class RefundDocument:
    """Money on its way back. `accepted_at` is when the institution accepted it: the day of the bill that names it."""

    state: RefundDocumentState
    amount_fen: int
    next_at: Instant | None
    attempts: int = 0
    institution_number: str | None = None
    accepted_at: Instant | None = None
    finished_at: Instant | None = None
    reason: str | None = None


class RefundEffect(StrEnum):
    """What follows: the first two after the commit, the last two within the transaction."""

    SEND = "send"
    QUERY = "query"
    SUCCEED = "succeed"
    CALL_STAFF = "call-staff"


@dataclass(frozen=True, slots=True)
class RefundStep:
    """The document after an event, and what follows."""

    document: RefundDocument
    effect: RefundEffect | None = None


def new_refund(amount_fen: int, now: Instant) -> RefundDocument:
    """Return a new document, due at once."""
    return RefundDocument(RefundDocumentState.CREATED, amount_fen, now)


def after_others(document: RefundDocument, method: Method, latest: Instant | None) -> RefundDocument:
    """Return a new document.

    It is due when the method accepts it after the payment's latest other refund, sent or still to send.
    """
    if document.next_at is None or latest is None or method not in APART_S:
        return document
    return replace(document, next_at=Instant(max(document.next_at, plus(latest, seconds=APART_S[method]))))


def refund_due(document: RefundDocument, now: Instant) -> RefundStep:
    """Return what to do at this time. A request without an answer is sent again, under its number."""
    if document.next_at is None or now < document.next_at:
        return RefundStep(document)
    pauses = ASK_AFTER_S if document.state is RefundDocumentState.PROCESSING else SEND_AGAIN_AFTER_S
    if document.attempts >= len(pauses):
        reason = document.reason or "the institution says no end of it"
        return RefundStep(_ended(document, RefundDocumentState.ABNORMAL, now, reason), RefundEffect.CALL_STAFF)
    if document.state is RefundDocumentState.PROCESSING:
        return RefundStep(_next(document, ASK_AFTER_S, now), RefundEffect.QUERY)
    sent = replace(document, state=RefundDocumentState.SENT)
    return RefundStep(_next(sent, SEND_AGAIN_AFTER_S, now), RefundEffect.SEND)


def refund_answered(document: RefundDocument, answer: RefundAnswer, now: Instant) -> RefundStep:
    """Return the document after an answer or a notification; one without news changes nothing.

    An abnormal refund may still succeed, after a person chose another account at the institution.
    """
    if document.state in (RefundDocumentState.SUCCEEDED, RefundDocumentState.CLOSED):
        return RefundStep(document)
    match answer:
        case RefundDone(number, at, accepted_at):
            accepted = document.accepted_at or accepted_at or at
            done = replace(document, institution_number=number, accepted_at=accepted)
            return RefundStep(_ended(done, RefundDocumentState.SUCCEEDED, at, None), RefundEffect.SUCCEED)
        case RefundProcessing(number, at):
            return RefundStep(_processing(document, number, at, now))
        case RefundClosed(reason):
            return RefundStep(_ended(document, RefundDocumentState.CLOSED, now, reason), RefundEffect.CALL_STAFF)
        case RefundAbnormal(reason):
            effect = None if document.state is RefundDocumentState.ABNORMAL else RefundEffect.CALL_STAFF
            return RefundStep(_ended(document, RefundDocumentState.ABNORMAL, now, reason), effect)
        case Unknown(reason):
            return RefundStep(replace(document, reason=reason))


def _processing(document: RefundDocument, number: str, at: Instant, now: Instant) -> RefundDocument:
    if document.state in (RefundDocumentState.PROCESSING, RefundDocumentState.ABNORMAL):
        return document
    began = replace(document, state=RefundDocumentState.PROCESSING, institution_number=number, accepted_at=at, attempts=0)
    return _next(replace(began, reason=None), ASK_AFTER_S, now)


def _next(document: RefundDocument, pauses: tuple[int, ...], now: Instant) -> RefundDocument:
    return replace(document, attempts=document.attempts + 1, next_at=plus(now, seconds=pauses[document.attempts]))


def _ended(document: RefundDocument, state: RefundDocumentState, at: Instant, reason: str | None) -> RefundDocument:
    return replace(document, state=state, next_at=None, finished_at=at, reason=reason)
