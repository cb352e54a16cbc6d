"""The answer to a visitor: its kinds, its reasons, and their texts in both languages.

Laws: a refusal is a value; each reason is listed once, in the order in which the first failure wins, with its text for the
visitor and for staff; `passes_at` says when a time-bound refusal ends.
"""

from dataclasses import dataclass, field
from datetime import tzinfo
from enum import StrEnum

from protocol.admission.passages import PassageKind
from protocol.identifiers import EntitlementId, TicketId
from protocol.instants import Instant, to_datetime


class Language(StrEnum):
    """The readers of a text."""

    ZH_CN = "zh-CN"
    EN = "en"


class Reason(StrEnum):
    """Why the arm stays shut, in the order in which the first failure wins."""

    MALFORMED = "malformed"
    FORGED = "forged"
    WRONG_SITE = "wrong_site"
    UNKNOWN = "unknown"
    VOID = "void"
    SUPERSEDED = "superseded"
    BLOCKED = "blocked"
    UNPAID = "unpaid"
    INACTIVE = "inactive"
    DEVICE_DISABLED = "device_disabled"
    CLOCK_UNTRUSTED = "clock_untrusted"
    CACHE_STALE = "cache_stale"
    CACHE_LOCKED = "cache_locked"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    WRONG_GATE = "wrong_gate"
    WRONG_SLOT = "wrong_slot"
    WRONG_DAY = "wrong_day"
    POLICY_UNKNOWN = "policy_unknown"
    HOLDER_REQUIRED = "holder_required"
    HOLDER_MISMATCH = "holder_mismatch"
    TOO_MANY_PERSONS = "too_many_persons"
    TOO_SOON = "too_soon"
    ALREADY_INSIDE = "already_inside"
    DAILY_LIMIT = "daily_limit"
    PERIOD_LIMIT = "period_limit"
    USED_UP = "used_up"
    PASSAGE_UNRESOLVED = "passage_unresolved"
    SITE_FULL = "site_full"
    AMBIGUOUS = "ambiguous"
    GATE_FAULT = "gate_fault"


ORDER = {reason: place for place, reason in enumerate(Reason)}


class AdmitFlag(StrEnum):
    """The flags that the office should check later."""

    UNSEEN = "unseen"
    OFFLINE = "offline"
    STALE = "stale"
    CLAIMED = "claimed"


@dataclass(frozen=True, slots=True)
class Details:
    """The details that a text may name: a past time, a future time, a place (both languages), a number left."""

    since: Instant | None = None
    passes_at: Instant | None = None
    place_zh: str = ""
    place_en: str = ""
    left: int | None = None


NO_DETAILS = Details()


@dataclass(frozen=True, slots=True)
class Admit:
    """Entry is granted. `uses_left` is None where uses are not counted; `rule_id` names a walk-in rule (0: none)."""

    kind: PassageKind
    ticket_id: TicketId | None
    entitlement_id: EntitlementId | None
    persons: int
    uses_left: int | None
    flags: frozenset[AdmitFlag] = field(default_factory=frozenset)
    rule_id: int = 0


@dataclass(frozen=True, slots=True)
class LetOut:
    """Exits always open (law 8); `alarm` informs staff, `ticket_id` is None where no ticket could be named."""

    ticket_id: TicketId | None
    entitlement_id: EntitlementId | None
    persons: int
    alarm: Reason | None


@dataclass(frozen=True, slots=True)
class FreePassage:
    """The fire contact is open: no ticket is checked and no use is consumed."""


@dataclass(frozen=True, slots=True)
class AskForCard:
    """A real-name ticket's code was shown at a lane with a reader: the visitor must now lay the card on."""

    ticket_id: TicketId


@dataclass(frozen=True, slots=True)
class Refuse:
    """Entry is refused."""

    reason: Reason
    ticket_id: TicketId | None = None
    details: Details = NO_DETAILS


@dataclass(frozen=True, slots=True)
class CallStaff:
    """The machine must not decide: staff are called."""

    reason: Reason
    ticket_id: TicketId | None = None
    details: Details = NO_DETAILS


Verdict = Admit | LetOut | FreePassage | AskForCard | Refuse | CallStaff


@dataclass(frozen=True, slots=True)
class _Texts:
    """Texts for visitor and staff, Chinese and English. Braces name fields of Details."""

    visitor_zh: str
    visitor_en: str
    staff_zh: str
    staff_en: str


_TEXTS: dict[Reason, _Texts] = {
    Reason.MALFORMED: _Texts(
        "无法识别，请出示门票二维码", "Not a ticket. Please show your ticket's QR code.",
        "不是本系统的票码", "The code is not in our format.",
    ),
    Reason.FORGED: _Texts(
        "票码无效，请到服务台", "This code is not valid. Please see the service desk.",
        "签名或内容不符，疑似伪造", "Signature or contents do not match: likely forged.",
    ),
    Reason.WRONG_SITE: _Texts(
        "此票不在本景区使用", "This ticket is for another site.",
        "其他景区的票", "The ticket belongs to another site.",
    ),
    Reason.UNKNOWN: _Texts(
        "未查到此票，请稍候再试或到服务台", "Ticket not found. Try again in a moment or see the service desk.",
        "离线票库中没有此票", "The ticket is not in the cache; look it up at the office.",
    ),
    Reason.VOID: _Texts(
        "此票已退或已取消{since}", "This ticket was refunded or cancelled{since}.",
        "票已作废{since}", "The ticket is void{since}.",
    ),
    Reason.SUPERSEDED: _Texts(
        "此票已重新出票，请出示新票", "This ticket was issued again. Please show the new one.",
        "旧版票码，已有新票", "An older print; a newer generation exists.",
    ),
    Reason.BLOCKED: _Texts(
        "此票已冻结，请到服务台", "This ticket is blocked. Please see the service desk.",
        "票已冻结或挂失{since}", "The ticket is blocked or reported lost{since}.",
    ),
    Reason.UNPAID: _Texts(
        "此票尚未付款，请到售票处", "This ticket is not paid yet. Please see the ticket office.",
        "挂账未确认或已拒付", "Sold on account and not confirmed, or charged back.",
    ),
    Reason.INACTIVE: _Texts(
        "此票尚未激活", "This ticket is not activated yet.",
        "等待密码激活", "Awaiting activation by code.",
    ),
    Reason.DEVICE_DISABLED: _Texts(
        "本通道已停用，请走其他通道", "This lane is closed. Please use another one.",
        "检票设备已停用", "The check point is disabled or retired.",
    ),
    Reason.CLOCK_UNTRUSTED: _Texts(
        "请稍候，工作人员马上到", "Please wait for a member of staff.",
        "时钟不可信，请对时", "The clock cannot be trusted; set it by PIN or restore the network.",
    ),
    Reason.CACHE_STALE: _Texts(
        "请稍候，工作人员马上到", "Please wait for a member of staff.",
        "离线票库过期，主管可临时放行当日单次票", "The cache is stale; a supervisor may unlock it for today's single tickets.",
    ),
    Reason.CACHE_LOCKED: _Texts(
        "请稍候，工作人员马上到", "Please wait for a member of staff.",
        "离线票库已锁定，请恢复网络", "The cache is locked; restore the network.",
    ),
    Reason.NOT_YET_VALID: _Texts(
        "还未到使用时间{passes_at}", "Not valid yet{passes_at}.",
        "还未到有效期{passes_at}", "Before its validity{passes_at}.",
    ),
    Reason.EXPIRED: _Texts(
        "此票已过期{since}", "This ticket has expired{since}.",
        "票已过期{since}", "After its validity{since}.",
    ),
    Reason.WRONG_GATE: _Texts(
        "此票不在此处使用{place}", "This ticket is not for this entrance{place}.",
        "本设备未勾选此票种{place}", "The check point is not ticked for this type{place}.",
    ),
    Reason.WRONG_SLOT: _Texts(
        "不在预约时段{passes_at}", "Outside your time slot{passes_at}.",
        "不在允许时段{passes_at}", "Outside the allowed time of day{passes_at}.",
    ),
    Reason.WRONG_DAY: _Texts(
        "此票今日不可用{passes_at}", "This ticket is not valid today{passes_at}.",
        "今日不在使用日期内{passes_at}", "Today is not one of its days{passes_at}.",
    ),
    Reason.POLICY_UNKNOWN: _Texts(
        "请稍候，工作人员马上到", "Please wait for a member of staff.",
        "本机版本不认识此票种的规则，请升级", "This version does not know a rule of the type; update the agent.",
    ),
    Reason.HOLDER_REQUIRED: _Texts(
        "请出示购票证件", "Please present the ID document used to buy.",
        "实名票，未刷证件", "Real-name ticket, no document was read.",
    ),
    Reason.HOLDER_MISMATCH: _Texts(
        "证件与购票人不符", "The document does not match the ticket.",
        "证件与购票证件不同", "The document read is not the one on the ticket.",
    ),
    Reason.TOO_MANY_PERSONS: _Texts(
        "一次最多{left}人", "At most {left} persons at a time.",
        "超过每次人数上限{left}", "Over the limit of {left} persons per scan.",
    ),
    Reason.TOO_SOON: _Texts(
        "请稍后再来{passes_at}{left}", "Too soon after the last entry{passes_at}{left}.",
        "两次入园间隔不足{since}{passes_at}{left}", "The interval between entries has not passed{since}{passes_at}{left}.",
    ),
    Reason.ALREADY_INSIDE: _Texts(
        "此票已入园{since}{place}", "This ticket is already inside{since}{place}.",
        "票已在园内{since}{place}", "The ticket has entered and not left{since}{place}.",
    ),
    Reason.DAILY_LIMIT: _Texts(
        "已达今日次数上限{passes_at}{left}", "Today's limit is reached{passes_at}{left}.",
        "达到每日次数上限{since}{place}{left}", "Daily limit reached{since}{place}{left}.",
    ),
    Reason.PERIOD_LIMIT: _Texts(
        "已达本期次数上限{passes_at}{left}", "This period's limit is reached{passes_at}{left}.",
        "达到周期次数上限{since}{place}{left}", "Period limit reached{since}{place}{left}.",
    ),
    Reason.USED_UP: _Texts(
        "此票已使用{since}{place}{left}", "This ticket has been used{since}{place}{left}.",
        "票已用完{since}{place}{left}", "No uses left{since}{place}{left}.",
    ),
    Reason.PASSAGE_UNRESOLVED: _Texts(
        "请稍候，工作人员马上到", "Please wait for a member of staff.",
        "断电时放行未完成{since}，请主管确认是否已入园", "A power cut interrupted a release{since}; a supervisor decides.",
    ),
    Reason.SITE_FULL: _Texts(
        "景区已满员，请稍候{left}", "The site is full, please wait{left}.",
        "达到瞬时最大承载量{left}", "The instantaneous maximum is reached{left}.",
    ),
    Reason.AMBIGUOUS: _Texts(
        "查到多张相同的票，请到服务台", "Several equal tickets were found. Please see the service desk.",
        "同一凭证对应多张相同的票", "The credential matches several equal tickets.",
    ),
    Reason.GATE_FAULT: _Texts(
        "本通道故障，请走其他通道", "This lane is out of order. Please use another one.",
        "闸机故障，未放行", "The gate failed and did not release.",
    ),
}  # fmt: skip

_PARTS = {
    Language.ZH_CN: {"since": "（{}）", "passes_at": "（{} 起）", "place": "：{}", "left": "，剩余 {} 人次"},
    Language.EN: {"since": " ({})", "passes_at": " (from {})", "place": ": {}", "left": ", {} left"},
}


def visitor_text(verdict: Refuse | CallStaff, language: Language, zone: tzinfo) -> str:
    """Return the visitor's text."""
    texts = _TEXTS[verdict.reason]
    return _filled(texts.visitor_zh if language is Language.ZH_CN else texts.visitor_en, verdict, language, zone)


def staff_text(verdict: Refuse | CallStaff, language: Language, zone: tzinfo) -> str:
    """Return the staff's text."""
    texts = _TEXTS[verdict.reason]
    return _filled(texts.staff_zh if language is Language.ZH_CN else texts.staff_en, verdict, language, zone)


def _filled(template: str, verdict: Refuse | CallStaff, language: Language, zone: tzinfo) -> str:
    details, parts = verdict.details, _PARTS[language]
    place = details.place_zh if language is Language.ZH_CN else details.place_en
    left = "" if details.left is None else str(details.left)
    if verdict.reason is not Reason.TOO_MANY_PERSONS:
        left = parts["left"].format(left) if left else ""
    return template.format(
        since=_time(details.since, parts["since"], zone),
        passes_at=_time(details.passes_at, parts["passes_at"], zone),
        place=parts["place"].format(place) if place else "",
        left=left,
    )


def _time(instant: Instant | None, part: str, zone: tzinfo) -> str:
    if instant is None:
        return ""
    return part.format(to_datetime(instant, zone).strftime("%Y-%m-%d %H:%M"))
