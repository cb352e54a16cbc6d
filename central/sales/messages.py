"""What sales say to people: why something is not sold, moved, activated or printed again, and what to do."""

from central.domain.saying import Message

# What an order wants.
TYPE_NOT_ON_SALE = Message(
    "type_not_on_sale", "票种 {type_id} 未在 {site_id} 号景区上架", "type {type_id} is not on sale at site {site_id}"
)
NOT_SOLD_FOR_DAY = Message("not_sold_for_day", "该票种不售 {visit} 的门票", "it is not sold for {visit}")
SLOT_IS_OVER = Message("slot_is_over", "{start} 的时段已结束，请选择其他时段", "the slot of {start} is over; take another")
ORDER_LIMIT = Message(
    "order_limit",
    "每个订单该票种最多 {most} 人，当前为 {persons} 人",
    "an order has at most {most} persons of this type, not {persons}",
)
SITE_FULL_ON_DAY = Message("site_full_on_day", "景区已满员，暂停售 {day} 的门票", "the site is full; {day} is not sold")
PLACES_LEFT_FOR_DAY = Message(
    "places_left_for_day",
    "{day} 余票 {left} 张，需要 {wanted} 张",
    "{left} places are left for {day}, {wanted} are wanted",
)
SITE_ROOM_LEFT = Message(
    "site_room_left",
    "{day} 景区还可接待 {left} 人，需要 {wanted} 人",
    "the site has room for {left} more for {day}, {wanted} are wanted",
)
PERSON_LIMIT_FOR_DAY = Message(
    "person_limit_for_day",
    "该票种 {day} 每人限购 {most} 张，还可购 {left} 张",
    "one person may have {most} of this type for {day}; {left} more can be bought",
)
PERSON_LIMIT_IN_ALL = Message(
    "person_limit_in_all",
    "该票种每人累计限购 {most} 张，还可购 {left} 张",
    "one person may have {most} of this type; {left} more can be bought",
)
PHONE_NEEDED = Message(
    "phone_needed",
    "该票种按购票人限购，请登记手机号",
    "this type is limited per buyer; ask for the phone number",
)
PERSONS_OUT_OF_RANGE = Message("persons_out_of_range", "人数须在 {low} 至 {high} 之间", "must be from {low} to {high}")
HOLDERS_NEEDED = Message(
    "holders_needed",
    "需要登记 {needed} 位游客的实名信息，已填 {given} 位",
    "{needed} holders are needed, {given} were given",
)
DOCUMENT_NUMBER_WRONG = Message(
    "document_number_wrong",
    "证件号须为 1 至 {most} 位字母或数字，请重新输入",
    "a document number has 1 to {most} letters and digits; type it again",
)
CHECK_DIGIT_WRONG = Message(
    "check_digit_wrong",
    "身份证号校验位有误，请重新输入",
    "the check digit of this ID number is wrong; type it again",
)
TOO_MUCH_EVIDENCE = Message("too_much_evidence", "登记的优惠证件多于该票种所需", "more evidence is given than the type asks for")
SLOT_OF_TYPE_NEEDED = Message(
    "slot_of_type_needed",
    "请选择该票种的时段：{starts}",
    "must be the start of one of its slots: {starts}",
)
TYPE_HAS_NO_SLOTS = Message("type_has_no_slots", "该票种不分时段，请勿选择时段", "the type has no slots; name none")
NAME_SITE = Message("name_site", "该票种在多个景区销售（{sites}），请选择一个", "the type is sold at the sites {sites}; name one")
DAYS_TOO_MANY = Message("days_too_many", "须在 {first} 起的 {most} 天之内", "must be within {most} days from {first} on")

# Orders.
METHOD_NEEDED = Message(
    "method_needed",
    "请选择支付方式；金额为零时才可不选",
    "state the method; only what costs nothing needs none",
)
NOTHING_TO_WAIT_FOR = Message(
    "nothing_to_wait_for",
    "金额为零的订单无需等待付款，请直接出票",
    "an order that costs nothing waits for nothing; sell it at once",
)
ORDER_IS_PAID = Message("order_is_paid", "订单已付款，请办理退票", "the order is paid; refund its tickets instead")
ORDER_TOO_LARGE = Message("order_too_large", "每个订单最多 {most} 张门票", "an order has at most {most} tickets")
ORDER_COSTS_OTHERWISE = Message(
    "order_costs_otherwise",
    "现价合计 {costs_fen} 元，不是 {expected_fen} 元，请与购票人确认",
    "it costs {costs_fen} yuan now, not {expected_fen} yuan; ask the buyer",
)
CARTS_FULL = Message(
    "carts_full", "每位售票员最多挂 {most} 单，请先删除一单", "a seller has at most {most} carts set aside; drop one"
)
NO_CART = Message("no_cart", "没有编号为 {cart_id} 的挂单，或已过期", "you have no cart {cart_id}, or its time is over")

# Activation codes.
NO_CODE_DUE = Message(
    "no_code_due",
    "订单中没有待导出激活码的门票；如需重新导出，请先作废原激活码",
    "no ticket of the order waits for a code; void a code to make another",
)
ORDER_HAS_NO_TICKET = Message(
    "order_has_no_ticket", "该订单中没有编号为 {ticket_id} 的门票", "the order has no ticket {ticket_id}"
)
NO_CODE_TO_VOID = Message("no_code_to_void", "该门票没有可作废的激活码", "the ticket has no code that could be voided")
CODE_MISTYPED = Message("code_mistyped", "激活码有误，请重新输入", "this is no activation code; type it again")
CODES_TRIED = Message("codes_tried", "激活码输错次数过多，请稍后再试", "too many codes were wrong; wait")
NO_CODE = Message("no_code", "没有这个激活码", "there is no such activation code")
CODE_USED = Message("code_used", "该激活码已使用", "the code was used already")
CODE_VOIDED = Message("code_voided", "该激活码已作废", "the code was voided")
CODE_OVER = Message("code_over", "该激活码已于 {last_day} 到期", "the code was good until {last_day}")
TYPE_NOT_FOR_DAY = Message(
    "type_not_for_day", "该票种不适用于 {visit}，请选择其他日期", "tickets of this type are not for {visit}"
)
HOLDER_NEEDED = Message("holder_needed", "该门票为实名制，请填写实名信息", "a real-name ticket needs its holder")
HOLDER_NOT_NEEDED = Message(
    "holder_not_needed", "该门票非实名制，请勿填写实名信息", "the ticket is not real-name; name no holder"
)

# Sold tickets: another day, another print.
DAY_WITHOUT_CONCESSION = Message(
    "day_without_concession", "{visit} 不享受该优惠，请选择其他日期", "the concession is not granted on {visit}"
)
DAY_COSTS_MORE = Message(
    "day_costs_more",
    "该日期每人 {costs_fen} 元，原付 {paid_fen} 元，请办理补差价",
    "a person costs {costs_fen} yuan that day, {paid_fen} yuan were paid; upgrade the ticket",
)
FOR_THAT_DAY_ALREADY = Message("for_that_day_already", "该门票已是这一天的票", "the ticket is for that day already")
USED_NOT_MOVED = Message("used_not_moved", "该门票已使用，不能改签", "the ticket was used; it is not moved to another day")
REFUND_WAITS_FOR_GATES = Message(
    "refund_waits_for_gates",
    "该门票有部分退正等待闸机确认，请稍后再试",
    "a refund of some of its persons waits for gates; try again later",
)
NOT_PRINTED_AGAIN = Message(
    "not_printed_again", "门票状态为“{state}”，不能补打", "the ticket is {state}; it is not printed again"
)
REPRINTED_TOO_OFTEN = Message(
    "reprinted_too_often",
    "该门票已补打 {done} 次，最多 {most} 次；如已遗失，请挂失补办",
    "the ticket was reprinted {done} times, {most} are allowed; re-issue it if it is lost",
)

# Changes of a ticket type.
TYPE_NOT_ARCHIVED = Message("type_not_archived", "票种 {type_id} 未归档，无需恢复", "the ticket type {type_id} is not archived")
SALE_CHANGE_PAST = Message(
    "sale_change_past",
    "生效时间须晚于现在；如需立即生效，请直接修改售票规则",
    "must be in the future; change the sale itself to have it at once",
)
DAY_HAS_BEGUN = Message(
    "day_has_begun",
    "该日期须尚未开始；如需立即生效，请直接修改票种",
    "must not have begun; change the type itself to have it at once",
)
CHANGES_FULL = Message(
    "changes_full",
    "该票种已有 {most} 项待生效的变更，请先撤销一项",
    "{most} changes of the type are to come; drop one",
)
NO_CHANGE_TO_COME = Message(
    "no_change_to_come", "该票种没有编号为 {change_id} 的待生效变更", "no change {change_id} of the type is to come"
)
RIGHTS_ARE_OUT = Message(
    "rights_are_out",
    "已有 {tickets} 张门票和 {orders} 个待付款订单在外，其权益按顺序计次并限于所售景区："
    "请只修改权益的检票规则，或复制票种后销售新票种",
    "{tickets} tickets and {orders} held orders are out, whose rights are counted by their place and known at their sites: "
    "change the checks of a right, or copy the type and sell the copy",
)
SLOTLESS_ARE_OUT = Message(
    "slotless_are_out",
    "已有 {tickets} 张门票和 {orders} 个待付款订单不分时段，闸机将拒绝这些门票：请复制票种",
    "{tickets} tickets and {orders} held orders are out without a slot, so that gates would refuse them: copy the type",
)
ACTIVATION_IS_OUT = Message(
    "activation_is_out",
    "已有 {tickets} 张门票和 {orders} 个待付款订单按原激活方式售出：请复制票种",
    "{tickets} tickets and {orders} held orders are out, which were sold to be activated or not: copy the type",
)
# What a change of a type reaches.
REACHES_LATER_SALES = Message(
    "reaches_later_sales", "仅对今后售出的门票生效，已售门票不变", "Only what is sold from now on; sold tickets stay as they are"
)
REACHES_LATER_ACTIVATIONS = Message(
    "reaches_later_activations",
    "对今后售出及尚未激活的门票生效，有效门票不变",
    "What is sold or activated from now on; valid tickets stay as they are",
)
REACHES_SOLD_TICKETS = Message(
    "reaches_sold_tickets",
    "对已售门票同样生效：闸机收到更新后即按新规则检票",
    "Sold tickets too: gates decide by it as soon as they have heard of it",
)
REACHES_SCREENS = Message(
    "reaches_screens",
    "只影响显示：屏幕、闸机和报表使用新内容，已打印的门票不变",
    "Only what is shown: screens, gates and reports have it; tickets that are printed stay as they are",
)
# Why a type is not sold for a day or a slot, in few words: a title.
UNSOLD_NOT_ON_SALE = Message("unsold_not_on_sale", "该票种未上架", "The ticket type is off sale")
UNSOLD_NOT_ALLOWED = Message("unsold_not_allowed", "不在售票设置范围内", "The sale settings do not allow this")
UNSOLD_NOT_ITS_DAY = Message("unsold_not_its_day", "该票种不适用于该日期", "The ticket type is not for that day")
UNSOLD_NOT_YET = Message("unsold_not_yet", "尚未开售", "The sale has not begun")
UNSOLD_OVER = Message("unsold_over", "已停售", "The sale is over")
UNSOLD_TOO_LATE = Message("unsold_too_late", "该日期已截止售票", "It is too late for that day")
UNSOLD_TOO_EARLY = Message("unsold_too_early", "该日期尚未开放售票", "It is too early for that day")
UNSOLD_OVER_FOR_TODAY = Message("unsold_over_for_today", "今日已停售", "The sale for today is over")
UNSOLD_SLOT_OVER = Message("unsold_slot_over", "该时段已结束", "The time slot is over")
UNSOLD_PURCHASE_LIMIT = Message("unsold_purchase_limit", "超过限购数量", "The purchase limit is reached")
UNSOLD_SITE_FULL = Message("unsold_site_full", "景区已满员，暂停售票", "The site is full; sales have stopped")
UNSOLD_SOLD_OUT = Message("unsold_sold_out", "余票不足", "Not enough places are left")
UNSOLD_SITE_SOLD_OUT = Message("unsold_site_sold_out", "景区当日余量不足", "The site has not enough room that day")
