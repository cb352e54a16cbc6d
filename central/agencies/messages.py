"""What agencies say to people: of agencies and their prices, of groups, and of the orders that an agency buys."""

from central.domain.saying import Message

NO_AGENCY = Message("no_agency", "没有编号为 {agency_id} 的旅行社", "there is no agency {agency_id}")
AGENCY_EXISTS = Message("agency_exists", "已有名为 {name:.64} 的旅行社", "there is an agency {name:.64} already")
TOO_MANY_PRICES = Message(
    "too_many_prices",
    "旅行社 {agency_id} 的协议价将超过 {most} 条：请减少一些",
    "agency {agency_id} would have more than {most} prices; leave some out",
)
AGENCY_MAY_BUY = Message("agency_may_buy", "{name} 仍可购票：请先停用该旅行社", "{name} may still buy; disable the agency first")
AGENCY_DISABLED = Message("agency_disabled", "{name} 已停用：请先启用该旅行社", "{name} is disabled; enable the agency first")
PRICE_DAYS_REVERSED = Message("price_days_reversed", "结束日期不能早于起始日期", "must not be earlier than first_day")
PRICE_OVERLAPS = Message(
    "price_overlaps",
    "票种 {type_id} 在 {day} 已有另一个协议价",
    "type {type_id} has another price on {day} already",
)
NO_GROUP_ORDER = Message("no_group_order", "没有编号为 {order_id} 的团队单", "there is no group order {order_id}")
NOT_A_GROUP = Message("not_a_group", "订单 {order_id} 不是团队单", "order {order_id} is not a group's")
GROUP_HAS_ENDED = Message(
    "group_has_ended",
    "该团队的游览已结束：名单不能再改",
    "the visit of this group has ended; its names stay as they are",
)
GROUP_UNPAID = Message("group_unpaid", "订单尚未付款：请先收款，或关闭订单", "the order is not paid; pay or cancel it instead")
GROUP_NOT_BEGUN = Message("group_not_begun", "游览尚未开始：请改为退票", "the visit has not begun; refund the tickets instead")
GROUP_REFUND_WAITS = Message(
    "group_refund_waits",
    "该订单有退票正在等待闸机确认：请待其有结果后再结束游览",
    "a refund of the order waits for gates; end the visit when it is decided",
)
