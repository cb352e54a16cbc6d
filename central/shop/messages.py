"""What is said at kiosks and counters: why nothing is found, printed or given back there."""

from central.domain.saying import Message

ORDER_NOT_YOURS = Message("order_not_yours", "订单 {order_id} 不是在本机购买的", "there is no order {order_id} of yours")
PAYMENT_NOT_YOURS = Message("payment_not_yours", "付款单据 {payment_id} 不属于本机", "there is no payment {payment_id} of yours")
ROLE_DOES_NOT_SELL = Message(
    "role_does_not_sell",
    "{agent_id} 号设备不能售票（{role}），只有自助机和窗口可以售票",
    "agent {agent_id} is a {role}; kiosks and counters sell",
)

# What a visitor shows.
TRIED_TOO_OFTEN = Message("tried_too_often", "查询失败次数过多，请稍后再试", "too much was tried that found nothing; wait")
NOTHING_BELONGS = Message(
    "nothing_belongs",
    "没有找到对应的已付款门票，请核对后重试，或联系工作人员",
    "nothing that was paid for here belongs to this; check it, or ask the staff",
)
PHONE_AND_ORDER = Message(
    "phone_and_order",
    "手机号（phone）与订单号（order_id）须同时填写",
    "phone and order_id go together: each alone is easily guessed",
)
ONE_PROOF = Message(
    "one_proof",
    "请只填写一种：扫描内容（text）、证件（document）、手机号与订单号（phone、order_id）",
    "state one of: text; document; phone and order_id",
)

# First prints.
NOTHING_PRINTED = Message("nothing_printed", "不能出票：{reason}", "nothing is printed: {reason}")
UNPRINTED_BY_STATE = Message(
    "unprinted_by_state",
    "门票未生效：已退票、已冻结或尚未激活",
    "it is not active: it was given back, is blocked, or waits for its activation code",
)
UNPRINTED_AS_OVER = Message("unprinted_as_over", "门票已过有效期", "its validity is over")
HANDED_OUT_AT_WINDOW = Message(
    "handed_out_at_window",
    "售票窗口已出票，如需补打请联系工作人员",
    "it was handed out at a window when it was sold; staff can print it again",
)
PRINTED_ALREADY = Message(
    "printed_already", "门票已打印，如需补打请联系工作人员", "it was printed already; staff can print it again"
)
NOT_YOURS_TO_PRINT = Message(
    "not_yours_to_print", "本机没有待打印的门票 {ticket_id}", "there is no ticket {ticket_id} of yours to print"
)

# Tickets that come back.
NOT_BOUGHT_HERE = Message(
    "not_bought_here",
    "不是在本机购买的，请到原购票处退票",
    "this was not bought here; it is given back where it was bought",
)
RETURN_PAYS_OTHERWISE = Message(
    "return_pays_otherwise",
    "现可退 {amount_fen} 元，不是 {expected_fen} 元，请与购票人确认",
    "{amount_fen} yuan go back now, not {expected_fen} yuan; ask the buyer",
)
