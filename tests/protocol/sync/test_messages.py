"""Messages and signed answers: read back equal, bounded, and believed only by their receiver."""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocol import cbor
from protocol.admission import verdict
from protocol.admission.passages import PassageKind
from protocol.directions import Direction
from protocol.errors import InputError, UntrustedError
from protocol.identifiers import AgentId, AttemptId, CheckPointId, EntitlementId, JournalId, Sequence, SiteId, TicketId
from protocol.instants import Instant
from protocol.journal.chain import JournalHead, sign_head
from protocol.journal.events import LostRange
from protocol.keyring import Key, KeyState, Purpose
from protocol.signatures import Envelope, seal
from protocol.sync import messages
from protocol.sync.answers import (
    MAX_ANSWER_BYTES,
    SEALS,
    AdmissionAnswer,
    Believer,
    ClaimAnswer,
    Command,
    DutyAnswer,
    HolderKeyAnswer,
    Quarantine,
    Receipt,
    Revoked,
    Seal,
    Signers,
    TimeAnswer,
)
from protocol.sync.verdicts import verdict_from_value, verdict_to_value
from tests.builders.journal import AGENT, AGENT_KEY, BELIEVER, GATE, SITE, START, signers

ATTEMPT = AttemptId(b"a" * 16)
JOURNAL = JournalId(b"j" * 16)
HEAD = sign_head(AGENT_KEY, AGENT, JournalHead(JOURNAL, Sequence(5), bytes(31) + b"\1"))
CLAIM = messages.ClaimRequest(ATTEMPT, TicketId(2**64 - 1), 1, EntitlementId(2), GATE, 3, START)


class Message(Protocol):
    def to_bytes(self) -> bytes: ...
    @classmethod
    def from_bytes(cls, data: bytes) -> "Message": ...


MESSAGES: list[Message] = [
    messages.EnrolRequest.make(AGENT_KEY, "ABCD-EFGH", "北门 1 号闸机"),
    messages.EnrolAnswer(AGENT, SITE, b"keyring", bytes(32)),
    messages.JournalBatch(JOURNAL, (b"entry", LostRange(Sequence(2), Sequence(4), "gone"), b"entry"), HEAD),
    messages.JournalGap(JOURNAL, Sequence(9)),
    CLAIM,
    messages.AdmissionRequest(ATTEMPT, messages.CredentialForm.CODE, b"PF1...", GATE, Direction.ENTRY, 1, START, None),
    messages.AdmissionRequest(ATTEMPT, messages.CredentialForm.HOLDER, bytes(16), GATE, Direction.EXIT, 2, START, bytes(16)),
    messages.TimeRequest(bytes(16)),
    messages.HolderKeyRequest(2, bytes(16)),
    messages.SignOffRequest(messages.Duty.CLOSED, HEAD),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_is_read_back_equal(message: Message) -> None:
    assert type(message).from_bytes(message.to_bytes()) == message


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_with_a_field_too_many_or_too_few_is_refused(message: Message) -> None:
    fields = cbor.decode(message.to_bytes())
    assert isinstance(fields, dict)
    for changed in ({**fields, "more": 1}, dict(list(fields.items())[1:])):
        with pytest.raises(InputError):
            type(message).from_bytes(cbor.encode(changed))


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_cut_short_is_refused(message: Message) -> None:
    data = message.to_bytes()
    for length in range(0, len(data), 7):
        with pytest.raises(InputError):
            type(message).from_bytes(data[:length])


def test_an_enrolment_proves_its_key() -> None:
    request = messages.EnrolRequest.make(AGENT_KEY, "ABCD-EFGH", "gate")
    assert request.is_proved()
    assert not replace(request, code="ABCD-EFGX").is_proved()
    weak = replace(request, public_key=bytes(32))
    with pytest.raises(InputError):
        messages.EnrolRequest.from_bytes(weak.to_bytes())


def test_a_batch_is_bounded_and_of_one_journal() -> None:
    for batch in (
        messages.JournalBatch(JOURNAL, (b"entry",) * (messages.MAX_BATCH_ITEMS + 1), HEAD),
        messages.JournalBatch(JOURNAL, (), HEAD),
        messages.JournalBatch(JournalId(b"k" * 16), (b"entry",), HEAD),
    ):
        with pytest.raises(InputError):
            messages.JournalBatch.from_bytes(batch.to_bytes())


DETAILS = verdict.Details(since=START, passes_at=Instant(START + 1), place_zh="北门", place_en="North gate", left=5)
VERDICTS: list[verdict.Verdict] = [
    verdict.Admit(
        PassageKind.ENTRY,
        TicketId(5),
        EntitlementId(1),
        2,
        3,
        frozenset({verdict.AdmitFlag.CLAIMED, verdict.AdmitFlag.UNSEEN}),
        0,
    ),
    verdict.Admit(PassageKind.WALK_IN, None, None, 1, None, frozenset(), 9),
    verdict.LetOut(TicketId(5), EntitlementId(1), 1, verdict.Reason.BLOCKED),
    verdict.LetOut(None, None, 1, None),
    verdict.FreePassage(),
    verdict.AskForCard(TicketId(5)),
    verdict.Refuse(verdict.Reason.USED_UP, TicketId(5), DETAILS),
    *(verdict.CallStaff(reason) for reason in verdict.Reason),
]


@pytest.mark.parametrize("sent", VERDICTS)
def test_a_verdict_is_read_back_equal(sent: verdict.Verdict) -> None:
    assert verdict_from_value(cbor.decode(cbor.encode(verdict_to_value(sent)))) == sent


@pytest.mark.parametrize("value", [[], "admit", ["perhaps"], ["free", 1], ["refuse", "mood", None, [None] * 5], ["admit"]])
def test_what_is_no_verdict_is_refused(value: object) -> None:
    with pytest.raises(InputError):
        verdict_from_value(value)


class Answer(Protocol):
    def to_sealed(self, signers: Signers) -> bytes: ...


Reader = Callable[[bytes, Believer], object]


def _read_admission(data: bytes, believer: Believer) -> object:
    return AdmissionAnswer.from_sealed(data, believer, ATTEMPT)


ANSWERS: list[tuple[Seal, Answer, Reader]] = [
    (Seal.RECEIPT, Receipt(AGENT, JOURNAL, Sequence(5), bytes(32), Quarantine.NONE, START), Receipt.from_sealed),
    (Seal.RECEIPT, Receipt(AGENT, JOURNAL, Sequence(5), bytes(32), Quarantine.FORK, START), Receipt.from_sealed),
    (Seal.CLAIM, ClaimAnswer(AGENT, ATTEMPT, False, "used_up", START), lambda d, b: ClaimAnswer.from_sealed(d, b, ATTEMPT)),
    (
        Seal.ADMISSION,
        AdmissionAnswer(AGENT, ATTEMPT, VERDICTS[0], START),
        lambda d, b: AdmissionAnswer.from_sealed(d, b, ATTEMPT),
    ),
    (Seal.DUTY, DutyAnswer(AGENT, messages.Duty.OPEN, START), DutyAnswer.from_sealed),
    (Seal.TIME, TimeAnswer(AGENT, bytes(16), START), lambda d, b: TimeAnswer.from_sealed(d, b, bytes(16))),
    (
        Seal.HOLDER_KEY,
        HolderKeyAnswer(AGENT, bytes(16), 2, bytes(32), False, 1, 7, START),
        lambda d, b: HolderKeyAnswer.from_sealed(d, b, bytes(16)),
    ),
    (Seal.COMMAND, Command(AGENT, 1, "restart", "", Instant(START + 1), START), Command.from_sealed),
    (Seal.REVOKED, Revoked(AGENT, True, START), Revoked.from_sealed),
]
ids = [f"{kind}-{place}" for place, (kind, _, _) in enumerate(ANSWERS)]
answers = pytest.mark.parametrize(("kind", "answer", "read"), ANSWERS, ids=ids)


@answers
def test_a_signed_answer_is_believed_and_read_back(kind: Seal, answer: Answer, read: Reader) -> None:
    assert read(answer.to_sealed(signers(SEALS[kind])), BELIEVER) == answer


@pytest.mark.law(4)
@answers
def test_an_answer_for_another_agent_is_not_believed(kind: Seal, answer: Answer, read: Reader) -> None:
    with pytest.raises(UntrustedError, match="another agent"):
        read(answer.to_sealed(signers(SEALS[kind])), replace(BELIEVER, agent=AgentId(8)))


@pytest.mark.law(4)
@answers
def test_a_key_of_another_purpose_proves_nothing(kind: Seal, answer: Answer, read: Reader) -> None:
    for purpose in {Purpose.RECEIPTS, Purpose.TIME, Purpose.COMMANDS} - {SEALS[kind]}:
        with pytest.raises(UntrustedError):
            read(answer.to_sealed(signers(purpose)), BELIEVER)


@pytest.mark.law(4)
@answers
def test_an_answer_signed_for_another_domain_is_not_believed(kind: Seal, answer: Answer, read: Reader) -> None:
    payload = Envelope.from_bytes(answer.to_sealed(signers(SEALS[kind]))).payload
    for domain in {*Seal, "ticket", "root", "journal-head"} - {kind}:
        with pytest.raises(UntrustedError):
            read(seal(domain, payload, signers(SEALS[kind])).to_bytes(), BELIEVER)


@pytest.mark.law(4)
@answers
@pytest.mark.parametrize(
    "change",
    [
        {"state": KeyState.REVOKED},
        {"not_before": Instant(START + 1)},
        {"not_after": Instant(START - 1)},
        {"sites": (SiteId(9),)},
    ],
    ids=["revoked", "not-yet", "over", "other-site"],
)
def test_a_key_that_is_not_in_force_proves_nothing(kind: Seal, answer: Answer, read: Reader, change: dict[str, object]) -> None:
    def changed(key: Key) -> Key:
        return replace(key, **change)  # type: ignore[arg-type]  # the table's values are of the fields' types

    keyring = replace(BELIEVER.keyring, keys=tuple(changed(key) for key in BELIEVER.keyring.keys))
    with pytest.raises(UntrustedError):
        read(answer.to_sealed(signers(SEALS[kind])), replace(BELIEVER, keyring=keyring))


@answers
def test_every_flipped_bit_of_an_answer_is_refused(kind: Seal, answer: Answer, read: Reader) -> None:
    data = answer.to_sealed(signers(SEALS[kind]))
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 1
        with pytest.raises((InputError, UntrustedError)):
            read(bytes(changed), BELIEVER)


def test_an_answer_to_another_question_is_not_believed() -> None:
    other = AttemptId(b"b" * 16)
    receipts = signers(Purpose.RECEIPTS)
    for read, data in (
        (lambda d: ClaimAnswer.from_sealed(d, BELIEVER, other), ClaimAnswer(AGENT, ATTEMPT, True, "", START).to_sealed(receipts)),
        (
            lambda d: AdmissionAnswer.from_sealed(d, BELIEVER, other),
            AdmissionAnswer(AGENT, ATTEMPT, verdict.FreePassage(), START).to_sealed(receipts),
        ),
        (
            lambda d: TimeAnswer.from_sealed(d, BELIEVER, bytes(15) + b"1"),
            TimeAnswer(AGENT, bytes(16), START).to_sealed(signers(Purpose.TIME)),
        ),
        (
            lambda d: HolderKeyAnswer.from_sealed(d, BELIEVER, bytes(15) + b"1"),
            HolderKeyAnswer(AGENT, bytes(16), 2, bytes(32), True, 1, 7, START).to_sealed(receipts),
        ),
    ):
        with pytest.raises(UntrustedError, match="another"):
            read(data)


def test_an_endless_answer_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(InputError, match=str(MAX_ANSWER_BYTES)):
        Receipt.from_sealed(bytes(MAX_ANSWER_BYTES + 1), BELIEVER)


def test_a_stranger_s_signature_is_not_believed() -> None:
    stranger = {next(iter(signers(Purpose.RECEIPTS))): Ed25519PrivateKey.from_private_bytes(bytes(32))}
    with pytest.raises(UntrustedError):
        Receipt.from_sealed(Receipt(AGENT, JOURNAL, Sequence(1), bytes(32), Quarantine.NONE, START).to_sealed(stranger), BELIEVER)


def test_check_points_are_numbered_from_one() -> None:
    with pytest.raises(InputError):
        messages.ClaimRequest.from_bytes(replace(CLAIM, check_point=CheckPointId(0)).to_bytes())
