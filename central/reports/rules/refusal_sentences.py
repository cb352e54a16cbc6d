"""Why an arm stayed shut, in one sentence a language, and the acts that help the visitor now. Pure.

Laws: the sentence names the gate, the time, the reason and the source of the record, and says no more than is recorded; each
reason has at least one act; a reason of a newer gate, which this version does not know, is quoted as it came.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from enum import StrEnum

from protocol.admission.verdict import NO_DETAILS, Details, Language, Reason, Refuse, staff_text
from protocol.instants import MS_PER_MINUTE, Instant, to_datetime

# A gate that is online sends a refusal within seconds.
LATE_MS = MS_PER_MINUTE


class Act(StrEnum):
    """What a person at a counter or at the gate can do for the visitor now."""

    SHOW_TICKET = "show-ticket"
    SELL = "sell"
    CHECK_ORDER = "check-order"
    OTHER_SITE = "other-site"
    REPRINT = "reprint"
    UNBLOCK = "unblock"
    TAKE_PAYMENT = "take-payment"
    ACTIVATE = "activate"
    OTHER_GATE = "other-gate"
    SET_CLOCK = "set-clock"
    UNLOCK_GATE = "unlock-gate"
    RESTORE_NETWORK = "restore-network"
    WAIT = "wait"
    RESCHEDULE = "reschedule"
    EXTEND = "extend"
    REFUND = "refund"
    UPDATE_AGENT = "update-agent"
    SHOW_DOCUMENT = "show-document"
    OVERRIDE = "override"
    FEWER_PERSONS = "fewer-persons"
    SHOW_TICKET_CODE = "show-ticket-code"
    SEE_TO_GATE = "see-to-gate"


ACTS: Mapping[Reason, tuple[Act, ...]] = {
    Reason.MALFORMED: (Act.SHOW_TICKET, Act.SELL),
    Reason.FORGED: (Act.CHECK_ORDER, Act.REPRINT),
    Reason.WRONG_SITE: (Act.OTHER_SITE, Act.SELL),
    Reason.UNKNOWN: (Act.CHECK_ORDER, Act.SELL),
    Reason.VOID: (Act.SELL,),
    Reason.SUPERSEDED: (Act.REPRINT,),
    Reason.BLOCKED: (Act.UNBLOCK,),
    Reason.UNPAID: (Act.TAKE_PAYMENT,),
    Reason.INACTIVE: (Act.ACTIVATE,),
    Reason.DEVICE_DISABLED: (Act.OTHER_GATE,),
    Reason.CLOCK_UNTRUSTED: (Act.OTHER_GATE, Act.SET_CLOCK),
    Reason.CACHE_STALE: (Act.RESTORE_NETWORK, Act.UNLOCK_GATE),
    Reason.CACHE_LOCKED: (Act.OTHER_GATE, Act.RESTORE_NETWORK),
    Reason.NOT_YET_VALID: (Act.WAIT, Act.RESCHEDULE),
    Reason.EXPIRED: (Act.EXTEND, Act.REFUND),
    Reason.WRONG_GATE: (Act.OTHER_GATE, Act.OVERRIDE),
    Reason.WRONG_SLOT: (Act.WAIT, Act.RESCHEDULE, Act.OVERRIDE),
    Reason.WRONG_DAY: (Act.RESCHEDULE, Act.REFUND),
    Reason.POLICY_UNKNOWN: (Act.OVERRIDE, Act.UPDATE_AGENT),
    Reason.HOLDER_REQUIRED: (Act.SHOW_DOCUMENT, Act.OVERRIDE),
    Reason.HOLDER_MISMATCH: (Act.SHOW_DOCUMENT, Act.OVERRIDE),
    Reason.TOO_MANY_PERSONS: (Act.FEWER_PERSONS,),
    Reason.TOO_SOON: (Act.WAIT, Act.OVERRIDE),
    Reason.ALREADY_INSIDE: (Act.OVERRIDE,),
    Reason.DAILY_LIMIT: (Act.OVERRIDE, Act.SELL),
    Reason.PERIOD_LIMIT: (Act.OVERRIDE, Act.SELL),
    Reason.USED_UP: (Act.OVERRIDE, Act.SELL),
    Reason.PASSAGE_UNRESOLVED: (Act.OVERRIDE,),
    Reason.SITE_FULL: (Act.WAIT,),
    Reason.AMBIGUOUS: (Act.SHOW_TICKET_CODE,),
    Reason.GATE_FAULT: (Act.SEE_TO_GATE, Act.OTHER_GATE),
}
_ACT_TEXTS: Mapping[Act, tuple[str, str]] = {
    Act.SHOW_TICKET: ("请出示门票二维码", "ask for the ticket's QR code"),
    Act.SELL: ("可售新票", "sell a new ticket"),
    Act.CHECK_ORDER: ("请核对订单", "check the order"),
    Act.OTHER_SITE: ("请到该票所属景区", "send the visitor to the ticket's site"),
    Act.REPRINT: ("请出示新票，或核实后补打", "ask for the newest ticket, or print it again once the case is clear"),
    Act.UNBLOCK: ("核实后可解冻", "unblock the ticket once the case is clear"),
    Act.TAKE_PAYMENT: ("请收款或确认挂账", "take the payment, or confirm the account"),
    Act.ACTIVATE: ("请输入激活码激活", "activate it by its code"),
    Act.OTHER_GATE: ("请走其他通道", "send the visitor to another gate"),
    Act.SET_CLOCK: ("请主管校时", "a supervisor sets the clock by PIN"),
    Act.UNLOCK_GATE: ("可由主管临时解锁", "a supervisor can unlock the gate"),
    Act.RESTORE_NETWORK: ("请恢复网络", "restore the gate's network"),
    Act.WAIT: ("请稍候再刷", "try again then"),
    Act.RESCHEDULE: ("可改期", "reschedule the ticket"),
    Act.EXTEND: ("可延期", "extend the ticket"),
    Act.REFUND: ("可退票", "refund the ticket"),
    Act.UPDATE_AGENT: ("请升级该闸机", "update that gate"),
    Act.SHOW_DOCUMENT: ("请出示购票证件", "ask for the document that the ticket was bought with"),
    Act.OVERRIDE: ("可由主管放行一次", "a supervisor can let the visitor in once"),
    Act.FEWER_PERSONS: ("请减少人数再刷", "let fewer persons through at a time"),
    Act.SHOW_TICKET_CODE: ("请改刷门票二维码", "show the ticket's own QR code instead"),
    Act.SEE_TO_GATE: ("请检修该闸机", "see to the gate"),
}
UNKNOWN_REASON_ACTS = (Act.CHECK_ORDER,)


@dataclass(frozen=True, slots=True)
class Place:
    """The name of a check point in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal as it is told. `place` is None where only the code is known, not where it was shown."""

    reason: str
    place: Place | None = None
    scanned_at: Instant | None = None
    received_at: Instant | None = None
    by_central: bool = False
    details: Details = NO_DETAILS

    @property
    def is_late(self) -> bool:
        """Return whether the gate told it later than a gate does that is online."""
        return self.scanned_at is not None and self.received_at is not None and self.received_at - self.scanned_at > LATE_MS


def acts_for(reason: str) -> tuple[Act, ...]:
    """Return what helps, the best first."""
    return ACTS[Reason(reason)] if reason in set(Reason) else UNKNOWN_REASON_ACTS


def sentence(refused: Refused, language: Language, zone: tzinfo, now: Instant) -> str:
    """Return the answer to "why did the gate not open?", with the act that helps first."""
    chinese = language is Language.ZH_CN
    why = _why(refused, language, zone).rstrip(".")
    act = _ACT_TEXTS[acts_for(refused.reason)[0]][0 if chinese else 1]
    if refused.place is None or refused.scanned_at is None:
        return f"{why}；{act}。" if chinese else f"{why}; {act}."
    at = _time(refused.scanned_at, zone, now)
    source = _source(refused, language, zone, now)
    if chinese:
        return f"{refused.place.zh} {at} 拒绝：{why}（{source}）；{act}。"
    return f"{refused.place.en} refused at {at}: {why} ({source}); {act}."


def never_refused(language: Language) -> str:
    """Return the answer where no gate has told of a refusal."""
    if language is Language.ZH_CN:
        return "没有闸机上传过拒绝此票的记录。"
    return "No gate has told of refusing this ticket."


def silence(place: Place, seen_at: Instant, language: Language, now: Instant) -> str:
    """Return what is not known: a gate that has not called for some time may have refused since."""
    minutes = max(1, (now - seen_at) // MS_PER_MINUTE)
    if language is Language.ZH_CN:
        return f"{place.zh} {minutes} 分钟未联系，之后的记录尚未到。"
    return f"{place.en} has not called for {minutes} min: what it did since is not known here."


def _why(refused: Refused, language: Language, zone: tzinfo) -> str:
    if refused.reason in set(Reason):
        return staff_text(Refuse(Reason(refused.reason), details=refused.details), language, zone)
    quoted = refused.reason[:60]
    return f"新版闸机给出的原因“{quoted}”" if language is Language.ZH_CN else f"a newer gate gave the reason “{quoted}”"


def _source(refused: Refused, language: Language, zone: tzinfo, now: Instant) -> str:
    chinese = language is Language.ZH_CN
    if refused.by_central:
        return "中心判定" if chinese else "decided by central"
    source = "闸机记录" if chinese else "the gate's record"
    if not refused.is_late or refused.received_at is None:
        return source
    at = _time(refused.received_at, zone, now)
    return f"{source}，{at} 补传" if chinese else f"{source}, sent later, at {at}"


def _time(at: Instant, zone: tzinfo, now: Instant) -> str:
    said, today = to_datetime(at, zone), to_datetime(now, zone).date()
    return f"{said:%H:%M}" if said.date() == today else f"{said:%Y-%m-%d %H:%M}"
