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
TICKET_IS = Message("ticket_is", "门票状态为“{state}”，不能办理此业务", "the ticket is {state}; this cannot be done to it")
TICKET_ACTIVE = Message("ticket_active", "有效", "active")
TICKET_VOID = Message("ticket_void", "已作废", "void")
TICKET_BLOCKED = Message("ticket_blocked", "已锁定", "blocked")
TICKET_UNPAID = Message("ticket_unpaid", "未付款", "unpaid")
TICKET_INACTIVE = Message("ticket_inactive", "未激活", "inactive")
# What people call the states of a ticket: a part of a sentence.
TICKET_STATES: Mapping[TicketState, Message] = {
    TicketState.ACTIVE: TICKET_ACTIVE,
    TicketState.VOID: TICKET_VOID,
    TicketState.BLOCKED: TICKET_BLOCKED,
    TicketState.UNPAID: TICKET_UNPAID,
    TicketState.INACTIVE: TICKET_INACTIVE,
}
