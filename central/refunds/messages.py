"""What refunds say to people: about refunds of tickets, batches of a closed day, and upgrades."""

from collections.abc import Mapping

from central.domain.saying import Message

REFUND_IS_ALREADY = Message("refund_is_already", "该退票状态已为“{state}”", "the refund is {state} already")
REFUND_NOT_OWED = Message(
    "refund_not_owed", "该退票状态为“{state}”，没有待发放的退款", "the refund is {state}; nothing is owed for it"
)
REFUND_WAITING = Message("refund_waiting", "等待闸机确认", "waiting for the gates")
REFUND_RETURNING = Message("refund_returning", "退款中", "on its way back")
REFUND_OWED = Message("refund_owed", "待发放", "owed")
REFUND_PAID = Message("refund_paid", "已退款", "paid back")
REFUND_REFUSED = Message("refund_refused", "已拒绝", "refused")
# What people call the states of a refund, by the word that is stored.
REFUND_STATES: Mapping[str, Message] = {
    "waiting": REFUND_WAITING,
    "returning": REFUND_RETURNING,
    "owed": REFUND_OWED,
    "paid": REFUND_PAID,
    "refused": REFUND_REFUSED,
}
WAIT_NOT_PUBLISHED = Message(
    "wait_not_published", "作废信息正在下发，通常几秒内完成", "the gates are being told; this takes some seconds"
)
WAIT_REVOKED = Message(
    "wait_revoked",
    "设备已吊销，其检票日志不再采信，但仍可能放行；确认找不回后请登记为丢失",
    "the agent is revoked: its journal counts no longer, and it may still admit; declare it lost where it will not come back",
)
WAIT_OFFLINE = Message(
    "wait_offline",
    "设备离线，恢复联网并上传检票日志后继续",
    "the agent is offline; this goes on when it is back and has uploaded its journal",
)
WAIT_NOT_TOLD = Message(
    "wait_not_told",
    "设备在线，尚未查询最新版本，通常几秒内完成",
    "the agent is online and has not asked for news yet; this takes seconds",
)
WAIT_JOURNAL_BEHIND = Message(
    "wait_journal_behind",
    "设备在线，作废后的检票日志尚未上传，上传后继续",
    "the agent is online and has uploaded no journal since; this goes on when it has",
)
WAIT_NOT_IN_FORCE = Message(
    "wait_not_in_force",
    "设备在线，仍按旧版本检票，启用新版本后继续",
    "the agent is online and decides by an older version still; this goes on when the new one is in force",
)
# Why a refund or a group order waits for an agent, and what ends it, by the word that callers get.
WAIT_REASONS: Mapping[str, Message] = {
    "not-published": WAIT_NOT_PUBLISHED,
    "revoked": WAIT_REVOKED,
    "offline": WAIT_OFFLINE,
    "not-told": WAIT_NOT_TOLD,
    "journal-behind": WAIT_JOURNAL_BEHIND,
    "not-in-force": WAIT_NOT_IN_FORCE,
}
USED_NOT_REFUNDED = Message("used_not_refunded", "门票已使用，不能退票", "the ticket was used; it is not refunded")
NOT_ENTERED = Message("not_entered", "共 {persons} 人，其中 {left} 人尚未入园", "{left} of {persons} persons have not entered")
NONE_ENTERED = Message(
    "none_entered", "此门票无人入园，请按退票规则办理", "no person has entered by this ticket; refund it by its rules"
)
ENTERED_AND_LEFT = Message(
    "entered_and_left",
    "已入园且未退的有 {entered} 人，此票共剩 {left} 人",
    "{entered} persons have entered and are not refunded, {left} are left in all",
)
FEE_ABOVE_PAID = Message(
    "fee_above_paid",
    "已付 {paid_fen} 元，手续费不能为 {fee_fen} 元",
    "{paid_fen} yuan were paid; the fee cannot be {fee_fen} yuan",
)
REFUND_CHANGED = Message(
    "refund_changed",
    "现应退 {back_fen} 元，而非 {expected_fen} 元，请与游客确认",
    "{back_fen} yuan go back now, not {expected_fen} yuan; ask the visitor",
)
TICKET_NOT_REFUNDED = Message(
    "ticket_not_refunded",
    "门票 {ticket} 不能退：{why}；所选门票均未退",
    "ticket {ticket} is not refunded: {why}; none of the tickets is refunded",
)
TICKET_TWICE = Message("ticket_twice", "门票 {ticket} 重复", "ticket {ticket} is named twice")
MANY_TICKETS = Message(
    "many_tickets",
    "订单共有 {count} 张门票，请选择其中不超过 {most} 张",
    "the order has {count} tickets; name at most {most} of them",
)
NAME_THE_APPROVER = Message(
    "name_the_approver",
    "请填写复核人：approver_id 或 approver_name，二选一",
    "say who approves it: approver_id, or approver_name",
)
UPGRADE_IS_CHEAPER = Message(
    "upgrade_is_cheaper",
    "新门票便宜 {less_fen} 元，请先退票再重新售票",
    "it costs {less_fen} yuan less; refund it and sell again",
)
DIFFERENCE_CHANGED = Message(
    "difference_changed",
    "现需补差价 {difference_fen} 元，而非 {expected_fen} 元，请与购票人确认",
    "the difference is {difference_fen} yuan now, not {expected_fen} yuan; ask the buyer",
)
VALIDITY_OVER = Message("validity_over", "门票已过有效期", "the ticket's validity is over")
NO_REFUND_BATCH = Message("no_refund_batch", "没有编号为 {batch_id} 的批量退票", "there is no refund batch {batch_id}")
BATCH_IS_ALREADY = Message("batch_is_already", "该批量退票{state}", "the batch is {state} already")
BATCH_RUNNING = Message("batch_running", "进行中", "running")
BATCH_DONE = Message("batch_done", "已完成", "done")
BATCH_STOPPED = Message("batch_stopped", "已停止", "stopped")
# What people call the states of a batch, by the word that is stored.
BATCH_STATES: Mapping[str, Message] = {"running": BATCH_RUNNING, "done": BATCH_DONE, "stopped": BATCH_STOPPED}
ALL_SALES_ONLY = Message(
    "all_sales_only",
    "闭园涉及所有人的订单，请由数据权限为“全部”的人员办理",
    "a closed day is of everybody's sales; ask a person whose data scope is all",
)
