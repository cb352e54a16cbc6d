"""What several slices say to people."""

from central.domain.saying import Message

FIELDS_WRONG = Message("fields_wrong", "有 {count} 个字段有误，见 errors", "{count} field(s) are wrong; see errors")
NO_TICKET_TYPE = Message("no_ticket_type", "没有编号为 {type_id} 的票种", "there is no ticket type {type_id}")
NO_SITE = Message("no_site", "没有编号为 {site_id} 的景区", "there is no site {site_id}")
MUST_STAND_ONCE = Message("must_stand_once", "只能出现一次", "must stand once")
DAYS_REVERSED = Message("days_reversed", "起始日期不能晚于结束日期", "first_day must not be later than last_day")
NO_ORDER = Message("no_order", "没有编号为 {order_id} 的订单", "there is no order {order_id}")
TICKET_STATE_FORBIDS = Message(
    "ticket_state_forbids", "门票当前{state}，不能进行此操作", "the ticket is {state}; this cannot be done to it"
)
TICKET_ACTIVE = Message("ticket_active", "有效", "active")
TICKET_VOID = Message("ticket_void", "已作废", "void")
TICKET_BLOCKED = Message("ticket_blocked", "已冻结", "blocked")
TICKET_UNPAID = Message("ticket_unpaid", "待付款", "unpaid")
TICKET_INACTIVE = Message("ticket_inactive", "未激活", "inactive")
