"""What shifts say to people: about the drawer, its count, and cash that is left for the next seller."""

from central.domain.saying import Message

NO_SHIFT = Message("no_shift", "没有编号为 {shift_id} 的班次", "there is no shift {shift_id}")
OWN_SHIFT_OPEN = Message("own_shift_open", "您有尚未交班的班次，请先交班", "you have an open shift; close it first")
NO_OPEN_SHIFT = Message("no_open_shift", "您还没有开班，请先开班", "you have no open shift; open one first")
SHIFT_CLOSED = Message("shift_closed", "该班次已交班", "the shift is closed already")
NOTHING_WAITS = Message("nothing_waits", "该班次没有留给下一位售票员的现金", "nothing of this shift waits for the next seller")
NOTHING_FOR_YOU = Message("nothing_for_you", "该班次没有在此留给您的现金", "that shift has left nothing for you here")
OTHER_SUM_LEFT = Message(
    "other_sum_left", "与上一班留下的金额不符，请双方重新清点", "another amount was left; count it again together"
)
ONLY_COUNTED = Message("only_counted", "只清点出 {counted_fen} 元", "only {counted_fen} yuan were counted")
LEFT_TO_TOGETHER = Message(
    "left_to_together",
    "留下的现金与接班售票员须同时填写",
    "the cash that is left and the seller who gets it belong together",
)
TAKES_NO_CASH = Message(
    "takes_no_cash",
    "编号为 {user_id} 的用户不能接收现金，请选择其他售票员",
    "user {user_id} cannot take the cash over; choose another seller",
)
MUST_BE_NOTE = Message("must_be_note", "须为纸币或硬币的面值，单位为分", "must be the value of a note or a coin in fen")
PIECES_OR_SUM = Message("pieces_or_sum", "请填写 pieces 或 counted_fen，二选一", "state either pieces or counted_fen")
PIECES_ONCE = Message("pieces_once", "pieces 中每种面值只能出现一次", "each value stands once in pieces")
