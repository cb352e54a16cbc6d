"""Vectors of sync: every message, a signed request with its signature base, every sealed answer, the replay window."""

from typing import Protocol

from protocol.admission import verdict
from protocol.admission.passages import PassageKind
from protocol.directions import Direction
from protocol.identifiers import AttemptId, CheckPointId, EntitlementId, KeyId, Sequence, SiteId, TicketId
from protocol.instants import Instant
from protocol.journal.chain import SignedHead
from protocol.journal.codec import encode_entry
from protocol.journal.events import LostRange
from protocol.keyring import Purpose
from protocol.sync import answers, messages
from protocol.sync.replay import ReplayWindow, admit
from protocol.sync.signing import Request, content_digest, sign_request
from protocol.sync.verdicts import verdict_to_value
from tests.builders.fixed_keys import private_key, public_bytes
from tests.vectors.journal import AGENT, AGENT_SEED, JOURNAL, SCANNED, entries, signed_head_value
from tests.vectors.plain import plain


class Message(Protocol):
    """A message with an encoding to bytes."""

    def to_bytes(self) -> bytes:
        """Return the message's bytes."""


ATTEMPT = AttemptId(bytes(range(32, 48)))
NONCE = bytes(range(16))
TICKET, RIGHT, POINT = TicketId(0x0123_4567_89AB_CDEF), EntitlementId(1), CheckPointId(11)
SEEDS = {Purpose.RECEIPTS: 41, Purpose.TIME: 42, Purpose.COMMANDS: 43}
VERDICTS: tuple[verdict.Verdict, ...] = (
    verdict.Admit(PassageKind.ENTRY, TICKET, RIGHT, 2, 3, frozenset({verdict.AdmitFlag.UNSEEN, verdict.AdmitFlag.OFFLINE})),
    verdict.Admit(PassageKind.WALK_IN, None, None, 1, None, rule_id=7),
    verdict.LetOut(TICKET, RIGHT, 1, verdict.Reason.BLOCKED),
    verdict.LetOut(None, None, 1, None),
    verdict.FreePassage(),
    verdict.AskForCard(TICKET),
    verdict.Refuse(verdict.Reason.USED_UP, TICKET, verdict.Details(since=SCANNED, place_zh="东门", place_en="East gate", left=0)),
    verdict.CallStaff(verdict.Reason.CACHE_STALE),
)


def _signers(purpose: Purpose) -> answers.Signers:
    return {KeyId(SEEDS[purpose]): private_key(SEEDS[purpose])}


def message_vectors() -> dict[str, object]:
    """Return each message as value and bytes."""
    head = SignedHead.from_value(signed_head_value())
    items: tuple[bytes | LostRange, ...] = (
        LostRange(Sequence(1), Sequence(2), "unreadable page"),
        *(encode_entry(one) for one in entries()[2:]),
    )
    sent: dict[str, Message] = {
        "enrol": messages.EnrolRequest.make(private_key(AGENT_SEED), "K7QM-2F9D-XW3T", "East gate"),
        "enrol answer": messages.EnrolAnswer(AGENT, SiteId(1), b"a sealed keyring", bytes(range(32))),
        "journal batch": messages.JournalBatch(JOURNAL, items, head),
        "journal gap": messages.JournalGap(JOURNAL, Sequence(3)),
        "claim": messages.ClaimRequest(ATTEMPT, TICKET, 1, RIGHT, POINT, 2, SCANNED),
        "online admission": messages.AdmissionRequest(
            ATTEMPT, messages.CredentialForm.CODE, b"PF1...", POINT, Direction.ENTRY, 1, SCANNED, None
        ),
        "time": messages.TimeRequest(NONCE),
        "sign-off": messages.SignOffRequest(messages.Duty.CLOSED, head),
        "holder key": messages.HolderKeyRequest(1, NONCE),
    }
    return {name: {"value": plain(message), "bytes": message.to_bytes().hex()} for name, message in sent.items()}


def request_vectors() -> dict[str, object]:
    """Return a signed request, and a walk of sequences through the replay window."""
    request = Request("POST", "https://office.example/agent/v1/time", messages.TimeRequest(NONCE).to_bytes())
    headers = sign_request(private_key(AGENT_SEED), request, AGENT, 1_025, SCANNED)
    window, walk = ReplayWindow(), []
    for sequence in (1, 3, 2, 2, 70, 6, 7, 7, 69, 200, 136, 137, 2**64 - 1, 5):
        admitted = admit(window, sequence)
        window = admitted or window
        walk.append({"sequence": sequence, "admitted": admitted is not None})
    return {
        "public": public_bytes(AGENT_SEED).hex(),
        "method": request.method,
        "target_uri": request.target_uri,
        "body": request.body.hex(),
        "content_digest": content_digest(request.body),
        "headers": headers,
        "replay_window": walk,
    }


def answer_vectors() -> dict[str, object]:
    """Return each sealed answer, and each verdict in its encoded form."""
    receipts, clock, commands = (_signers(purpose) for purpose in SEEDS)
    sealed = {
        "receipt": (
            receipt := answers.Receipt(AGENT, JOURNAL, Sequence(12), bytes(32), answers.Quarantine.NONE, SCANNED),
            receipt.to_sealed(receipts),
        ),
        "claim": (
            claim := answers.ClaimAnswer(AGENT, ATTEMPT, granted=False, reason="used_up", signed_at=SCANNED),
            claim.to_sealed(receipts),
        ),
        "online-admission": (online := answers.AdmissionAnswer(AGENT, ATTEMPT, VERDICTS[0], SCANNED), online.to_sealed(receipts)),
        "duty": (duty := answers.DutyAnswer(AGENT, messages.Duty.OPEN, SCANNED), duty.to_sealed(receipts)),
        "time": (time := answers.TimeAnswer(AGENT, NONCE, SCANNED), time.to_sealed(clock)),
        "holder-key": (
            held := answers.HolderKeyAnswer(
                AGENT, NONCE, SCANNED, bytes(range(32)), is_only=False, epoch=1, version=7, signed_at=SCANNED
            ),
            held.to_sealed(receipts),
        ),
        "command": (
            command := answers.Command(AGENT, 1, "restart", "", Instant(SCANNED + 60_000), SCANNED),
            command.to_sealed(commands),
        ),
        "revoked": (revoked := answers.Revoked(AGENT, wipe=True, signed_at=SCANNED), revoked.to_sealed(commands)),
    }
    return {
        "public": {purpose.value: public_bytes(seed).hex() for purpose, seed in SEEDS.items()},
        "answers": {
            domain: {"value": plain(answer), "envelope": envelope.hex()} for domain, (answer, envelope) in sealed.items()
        },
        "verdicts": [{"value": plain(one), "wire": plain(verdict_to_value(one))} for one in VERDICTS],
    }
