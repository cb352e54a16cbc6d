"""Refusals and their reasons: stable codes with their titles, and the exception that carries one to its caller.

Laws: every code stands in `ProblemCode`, with its title in both languages; a code is never renamed; nothing here knows HTTP
(`central/web/problem_documents.py` maps each code to a status).
"""

from dataclasses import dataclass
from enum import Enum

from pydantic import ValidationError

from central.domain.field_messages import of_error
from central.domain.messages import FIELDS_WRONG
from central.domain.saying import Said
from protocol.errors import PaifangError


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """What is fixed about a code."""

    code: str
    title_zh: str
    title_en: str


class ProblemCode(Enum):
    """All reasons for which a request is refused."""

    INPUT_INVALID = ProblemKind("input_invalid", "输入有误", "The input is not valid")
    BODY_TOO_LARGE = ProblemKind("body_too_large", "内容过大", "The body is too large")
    MEDIA_TYPE = ProblemKind("media_type", "内容类型不支持", "The media type is not supported")
    SIGN_IN_REQUIRED = ProblemKind("sign_in_required", "请先登录", "Sign in first")
    SIGN_IN_FAILED = ProblemKind("sign_in_failed", "用户名或密码错误", "The name or the password is wrong")
    SIGN_IN_DELAYED = ProblemKind("sign_in_delayed", "登录失败过多，请稍后再试", "Too many failures; wait")
    TOTP_REQUIRED = ProblemKind("totp_required", "需要动态验证码", "A code of the authenticator app is required")
    PROOF_REQUIRED = ProblemKind("proof_required", "请再次输入密码", "Give the password again")
    PASSWORD_CHANGE_REQUIRED = ProblemKind("password_change_required", "请先修改密码", "Change the password first")
    PASSWORD_WEAK = ProblemKind("password_weak", "密码过于简单", "The password is too weak")
    PIN_WEAK = ProblemKind("pin_weak", "PIN 码过于简单", "The PIN is too weak")
    PIN_WRONG = ProblemKind("pin_wrong", "人员或 PIN 码错误", "The person or the PIN is wrong")
    CARD_UNKNOWN = ProblemKind("card_unknown", "无法识别此卡", "The card is not known")
    SECOND_PERSON_SAME = ProblemKind("second_person_same", "须由另一人复核", "Another person must approve this")
    SECOND_PERSON_FORBIDDEN = ProblemKind(
        "second_person_forbidden", "复核人没有权限", "The second person is not permitted to approve this"
    )
    FORBIDDEN = ProblemKind("forbidden", "没有权限", "Not permitted")
    CROSS_SITE = ProblemKind("cross_site", "请求来源不可信", "The request came from another site")
    NOT_FOUND = ProblemKind("not_found", "未找到", "Not found")
    METHOD_NOT_ALLOWED = ProblemKind("method_not_allowed", "方法不支持", "Method not allowed")
    CONFLICT = ProblemKind("conflict", "与现有数据冲突", "In conflict with what is there")
    VERSION_CONFLICT = ProblemKind("version_conflict", "内容已被他人修改，请重新读取", "Changed meanwhile; read it again")
    IDEMPOTENCY_KEY_REQUIRED = ProblemKind("idempotency_key_required", "缺少幂等键", "An Idempotency-Key is required")
    IDEMPOTENCY_KEY_REUSED = ProblemKind(
        "idempotency_key_reused", "幂等键已用于其他请求", "The Idempotency-Key was used for another request"
    )
    NOT_ON_SALE = ProblemKind("not_on_sale", "该票种不可售", "The ticket type is not on sale")
    SALE_NOT_OPEN = ProblemKind("sale_not_open", "尚未开售", "The sale has not begun")
    SALE_CLOSED = ProblemKind("sale_closed", "已停售", "The sale is over")
    DAY_NOT_SOLD = ProblemKind("day_not_sold", "该日期不可售", "It is not sold for that day")
    PURCHASE_LIMIT = ProblemKind("purchase_limit", "超过限购数量", "The purchase limit is reached")
    SOLD_OUT = ProblemKind("sold_out", "余票不足", "Not enough places are left")
    SITE_FULL = ProblemKind("site_full", "景区已满员，暂停售票", "The site is full; sales have stopped")
    BUYER_REQUIRED = ProblemKind("buyer_required", "需要购票人手机号", "The buyer's phone number is required")
    NOT_ELIGIBLE = ProblemKind("not_eligible", "不符合优惠条件", "Not entitled to the concession")
    SALE_NOT_ALLOWED = ProblemKind("sale_not_allowed", "不在售票设置范围内", "The sale settings do not allow this")
    TOTAL_CHANGED = ProblemKind("total_changed", "金额已变动，请重新报价", "The total has changed; quote again")
    HOLDER_REQUIRED = ProblemKind("holder_required", "需要实名信息", "A holder is required")
    SLOT_REQUIRED = ProblemKind("slot_required", "需要选择时段", "A time slot is required")
    TICKET_STATE = ProblemKind("ticket_state", "门票当前状态不允许此操作", "The ticket's state does not allow this")
    ORDER_STATE = ProblemKind("order_state", "订单当前状态不允许此操作", "The order's state does not allow this")
    PAYMENT_METHOD = ProblemKind("payment_method", "该支付方式不可用", "The method of payment is not available")
    MERCHANT_IN_USE = ProblemKind("merchant_in_use", "该商户仍有未完结的支付或退款", "Payments of the merchant have no end yet")
    BILL_NOT_THERE = ProblemKind("bill_not_there", "对账单尚未就绪", "The bill is not there yet")
    SHIFT_REQUIRED = ProblemKind("shift_required", "请先开班", "Open a shift before taking cash")
    SHIFT_STATE = ProblemKind("shift_state", "班次当前状态不允许此操作", "The shift's state does not allow this")
    AGENCY_FUNDS = ProblemKind("agency_funds", "旅行社余额或授信额度不足", "The agency's balance or credit does not suffice")
    REFUND_STATE = ProblemKind("refund_state", "退票当前状态不允许此操作", "The refund's state does not allow this")
    NOT_REFUNDABLE = ProblemKind("not_refundable", "按退票规则不可退", "The refund rules do not allow this")
    NOT_RESCHEDULABLE = ProblemKind("not_reschedulable", "按改签规则不可改", "The ticket cannot be moved to that day")
    NOT_UPGRADABLE = ProblemKind("not_upgradable", "不可补差价换票", "The ticket cannot be upgraded to that")
    REPRINT_LIMIT = ProblemKind("reprint_limit", "补打次数已用完", "The ticket was reprinted too often")
    ACTIVATION_REFUSED = ProblemKind("activation_refused", "激活码不可用", "The activation code cannot be used")
    ENROLMENT_REFUSED = ProblemKind("enrolment_refused", "注册码无效或已过期", "The enrolment code is wrong or over")
    SIGNATURE_INVALID = ProblemKind("signature_invalid", "请求签名无效", "The request's signature is not valid")
    REPLAYED = ProblemKind("replayed", "请求序号已用过", "The request's sequence was used before")
    AGENT_REVOKED = ProblemKind("agent_revoked", "设备已吊销", "The agent is revoked")
    TOO_MANY_REQUESTS = ProblemKind("too_many_requests", "请求过多，请稍后再试", "Too many requests; wait")
    JOURNAL_GAP = ProblemKind("journal_gap", "检票日志不连续", "The journal has a gap before this")
    CHECK_POINT_STATE = ProblemKind(
        "check_point_state", "检票设备当前状态不允许此操作", "The check point's state does not allow this"
    )
    VERSION_UNSUPPORTED = ProblemKind("version_unsupported", "协议版本不支持", "Protocol version not supported")
    BUSY = ProblemKind("busy", "系统繁忙，请稍后再试", "Busy; try again")
    STORAGE_FAILED = ProblemKind("storage_failed", "存储故障，请稍后再试", "Storage failed; try again")
    INTERNAL = ProblemKind("internal", "系统内部错误", "An internal fault")


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One field of the input that is wrong; `field` is its path, dotted."""

    field: str
    message: Said


class Problem(PaifangError):
    """A refusal for a reason that the caller can name and correct."""

    def __init__(
        self,
        code: ProblemCode,
        said: Said,
        *,
        fields: tuple[FieldFault, ...] = (),
        retry_after_s: int | None = None,
    ) -> None:
        """Say what happened, where, and what to do."""
        super().__init__(str(said))
        self.code = code
        self.said = said
        self.fields = fields
        self.retry_after_s = retry_after_s


def invalid(error: ValidationError) -> Problem:
    """Return the problem that names each wrong field."""
    faults = tuple(
        FieldFault(".".join(str(part) for part in one["loc"]), of_error(one))
        for one in error.errors(include_url=False, include_input=False)
    )
    return Problem(ProblemCode.INPUT_INVALID, FIELDS_WRONG.of(count=len(faults)), fields=faults)


def wrong_field(code: ProblemCode, field: str, message: Said) -> Problem:
    """Return the problem of one field; `field` is its path, dotted."""
    return Problem(code, message, fields=(FieldFault(field, message),))
