"""What several slices say to people."""

from collections.abc import Mapping

from central.domain.saying import Message
from protocol.tickets.record import TicketState

FIELDS_WRONG = Message("fields_wrong", "有 {count} 个字段有误，见 errors", "{count} field(s) are wrong; see errors")
NO_TICKET_TYPE = Message("no_ticket_type", "没有编号为 {type_id} 的票种", "there is no ticket type {type_id}")
NO_SITE = Message("no_site", "没有编号为 {site_id} 的景区", "there is no site {site_id}")
MUST_STAND_ONCE = Message("must_stand_once", "只能出现一次", "must stand once")
DAYS_REVERSED = Message("days_reversed", "起始日期不能晚于结束日期", "first_day must not be later than last_day")
NO_ORDER = Message("no_order", "没有编号为 {order_id} 的订单", "there is no order {order_id}")
TICKET_STATE_FORBIDS = Message(
    "ticket_state_forbids", "门票状态为“{state}”，不能办理此业务", "the ticket is {state}; this cannot be done to it"
)
TICKET_ACTIVE = Message("ticket_active", "有效", "active")
TICKET_VOID = Message("ticket_void", "已作废", "void")
TICKET_BLOCKED = Message("ticket_blocked", "已冻结", "blocked")
TICKET_UNPAID = Message("ticket_unpaid", "未付款", "unpaid")
TICKET_INACTIVE = Message("ticket_inactive", "未激活", "inactive")
NO_REFUND = Message("no_refund", "没有编号为 {refund_id} 的退票", "there is no refund {refund_id}")
NAME_TAKEN = Message("name_taken", "名称已被使用", "is taken")
MUST_BE_IN_FUTURE = Message("must_be_in_future", "须晚于当前时间", "must be in the future")
PASSWORD_FOR_ONE_USE = Message(
    "password_for_one_use", "当前密码只能使用一次：请先设置自己的密码", "the password is for one use; set an own one first"
)
NO_USER = Message("no_user", "没有编号为 {user_id} 的用户", "there is no user {user_id}")
NO_PAYMENT = Message("no_payment", "没有编号为 {payment_id} 的付款单据", "there is no payment {payment_id}")
NO_TICKET = Message("no_ticket", "没有编号为 {ticket_id} 的门票", "there is no ticket {ticket_id}")
NO_AGENT = Message("no_agent", "没有编号为 {agent_id} 的设备", "there is no agent {agent_id}")
SAY_WHAT_IS_SHOWN = Message(
    "say_what_is_shown",
    "请填写游客出示的内容：文字或证件，二选一",
    "say what the visitor shows: a text, or a document",
)
CURSOR_UNKNOWN = Message("cursor_unknown", "分页位置有误：请从第一页重新查询", "the cursor is not one of ours")
MUST_BE_NEXT = Message("must_be_next", "须为上一页返回的 next", "must be the `next` of an earlier page")
IDEMPOTENCY_KEY_USED = Message(
    "idempotency_key_used",
    "{header} {key} 已用于其他请求：请换一个新的键",
    "{header} {key} was used for another request; make a new key",
)
IDEMPOTENCY_KEY_MISSING = Message(
    "idempotency_key_missing",
    "缺少请求头 {header}：8 至 64 个字母、数字或 _.:-，每次操作使用新的键",
    "send the header {header}: 8 to 64 letters, digits or _.:-, new for each try",
)
IDEMPOTENCY_KEY_MALFORMED = Message(
    "idempotency_key_malformed",
    "请求头 {header} 须为 8 至 64 个字母、数字或 _.:-",
    "{header} must be 8 to 64 letters, digits or _.:-",
)
# What people call the states of a ticket: a part of a sentence.
TICKET_STATES: Mapping[TicketState, Message] = {
    TicketState.ACTIVE: TICKET_ACTIVE,
    TicketState.VOID: TICKET_VOID,
    TicketState.BLOCKED: TICKET_BLOCKED,
    TicketState.UNPAID: TICKET_UNPAID,
    TicketState.INACTIVE: TICKET_INACTIVE,
}
