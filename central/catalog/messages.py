"""What the catalogue says to people: what a site, a type, a category or a sale setting must be, and what is not there."""

from central.domain.saying import Message

# The fields of a type and of a site.
FIRST_AFTER_LAST = Message("first_after_last", "开始日期（first）不能晚于结束日期（last）", "first must not be after last")
FIXED_DAYS_WRONG = Message(
    "fixed_days_wrong",
    "开始日期（first）不能晚于结束日期（last），结束日期不能晚于 {latest}",
    "first must not be after last, and last not after {latest}",
)
OPENS_AFTER_CLOSES = Message(
    "opens_after_closes", "开售时间（opens_at）不能晚于停售时间（closes_at）", "opens_at must not be after closes_at"
)
DAYS_AHEAD_REVERSED = Message(
    "days_ahead_reversed",
    "最少提前天数（days_ahead_least）不能大于最多提前天数（days_ahead_most）",
    "days_ahead_least must not exceed days_ahead_most",
)
AGES_REVERSED = Message(
    "ages_reversed", "最小年龄（minimum_age）不能大于最大年龄（maximum_age）", "minimum_age must not exceed maximum_age"
)
PERSON_LIMIT_EMPTY = Message(
    "person_limit_empty", "请填写每日限购（a_day）或累计限购（in_all），也可两项都填", "state a_day, in_all or both"
)
ONE_KIND_OF_FEE = Message(
    "one_kind_of_fee",
    "固定手续费（fee_fen）与按比例手续费（fee_per_mille）只能填一项",
    "state fee_fen or fee_per_mille, not both",
)
TERMS_OUT_OF_ORDER = Message(
    "terms_out_of_order", "每一档退票时限须晚于前一档", "each of terms must end later than the one before it"
)
TERMS_WITHOUT_REFUND = Message(
    "terms_without_refund", "不可退的票种不能设置退票时限", "a type that is not refundable has no terms"
)
NO_PLACE_NAMED = Message("no_place_named", "请至少选择一个检票设备或景点", "name at least one check point or zone")
UNKNOWN_ZONE = Message(
    "unknown_zone", "须为 IANA 时区，如 Asia/Shanghai", "must be a time zone of the IANA list, such as Asia/Shanghai"
)
RULE_ID_TWICE = Message("rule_id_twice", "每条刷证免票规则的编号（rule_id）不能重复", "each walk-in rule has its own rule_id")
SLOTS_AND_CHECK = Message(
    "slots_and_check",
    "时段与时段检票规则须同时设置，或都不设置",
    "slots and a time-slot check belong together: state both or neither",
)
GROUP_REVERSED = Message("group_reversed", "团队最少人数不能大于最多人数", "a group's minimum must not exceed its maximum")
ACTIVATED_TYPE_RESTRICTED = Message(
    "activated_type_restricted",
    "密码激活的票种不能设置时段、团队，也不能允许闸机放行离线票库中没有的票",
    "a type that is activated by code has no slots, no group, and is not allowed unseen",
)
ACTIVATED_TYPE_NO_CONCESSION = Message(
    "activated_type_no_concession",
    "密码激活的票种不能设为优待票：激活时没有售票员核对证件",
    "a type that is activated by code is no concession: no seller sees the visitor who activates it",
)
ACTIVATED_TYPE_NO_QUOTA = Message(
    "activated_type_no_quota",
    "密码激活的票种不能设置每日库存或每人限购",
    "a type that is activated by code has no stock per day and no limit per person",
)
STOCK_NEEDS_SLOTS = Message("stock_needs_slots", "按时段设置库存的票种须先设置时段", "a stock per slot needs slots")
LIMIT_NEEDS_REAL_NAME = Message(
    "limit_needs_real_name", "按证件限购的票种须为实名制", "a limit per document needs a real-name type"
)

# Ticket types, and their preview.
TYPE_ARCHIVED = Message(
    "type_archived", "票种 {type_id} 已归档，请先恢复", "the ticket type {type_id} is archived; restore it first"
)
NUMBERS_USED_UP = Message("numbers_used_up", "65535 个编号已用完", "all 65,535 numbers are given away")
NO_CHECK_POINT_AT_SITE = Message(
    "no_check_point_at_site", "该景区没有编号为 {check_point_id} 的检票设备", "the site has no check point {check_point_id}"
)
PREVIEW_SLOT = Message(
    "preview_slot",
    "须为该票种某一时段的开始时间；没有时段的票种请勿填写",
    "must be the start of one of the type's slots, and left out where it has none",
)
OUT_OF_REACH = Message("out_of_reach", "须在 {first} 至 {last} 之间", "must lie from {first} to {last}")
NAME_OR_STATE_TYPE = Message(
    "name_or_state_type",
    "请填写已有票种的编号（ticket_type_id）或票种设置（parameters），只填一项",
    "name a type by ticket_type_id, or state one by parameters",
)

# Categories.
NO_CATEGORY = Message("no_category", "没有编号为 {category_id} 的票类", "there is no category {category_id}")
CATEGORIES_FULL = Message("categories_full", "票类最多 {most} 个", "there are at most {most} categories")
CATEGORY_HAS_CATEGORIES = Message(
    "category_has_categories",
    "该票类下还有其他票类，请先移走或删除",
    "other categories stand under it; move or delete them first",
)
CATEGORY_HAS_TYPES = Message(
    "category_has_types",
    "该票类中有 {types} 个票种，请先移到其他票类",
    "{types} ticket types are in it; put them elsewhere first",
)
CATEGORY_UNDER_ITSELF = Message("category_under_itself", "票类不能放在自己之下", "a category cannot stand under itself")
CATEGORIES_TOO_DEEP = Message("categories_too_deep", "票类最多 {most} 层", "categories stand at most {most} deep")

# Sale settings.
NO_TARGET_NAMED = Message(
    "no_target_named",
    "请至少选择一个售票员或渠道（to）、售票员分组（seller_groups）或渠道分组（channel_groups）",
    "name at least one in to, seller_groups or channel_groups",
)
OTHER_CHANNEL = Message(
    "other_channel",
    "您只能通过渠道 {own} 售票，不能通过 {wanted}",
    "you sell through the channel {own}, not {wanted}",
)
NO_CHANNEL = Message(
    "no_channel",
    "您没有销售渠道，不能通过 {wanted} 售票，请联系管理员",
    "you have no channel, and cannot sell through {wanted}; ask the person who sets channels",
)
TYPE_NOT_ALLOWED = Message(
    "type_not_allowed",
    "票种 {type_id} 不在您的售票设置范围内，请联系管理员",
    "type {type_id} is not in your sale settings; ask the person who sets them",
)
SELLER_NOT_SET = Message("seller_not_set", "售票员 {name} 没有售票设置", "the seller {name} has no setting")
CHANNEL_NOT_SET = Message("channel_not_set", "渠道 {name} 没有售票设置", "the channel {name} has no setting")
NO_SELLER = Message("no_seller", "没有售票员 {name}，请填写用户编号", "there is no seller {name}; name a user's number")

# When a type is sold.
SOLD_FROM = Message("sold_from", "该票种 {opens_at} 开售", "it is sold from {opens_at}")
SOLD_UNTIL = Message("sold_until", "该票种已于 {closes_at} 停售", "it was sold until {closes_at}")
SOLD_DAYS_AHEAD = Message(
    "sold_days_ahead",
    "该票种须提前 {days} 天购买，现可购买 {first} 至 {last} 的门票",
    "it is sold {days} days ahead: now for {first} to {last}",
)
SOLD_FOR_DAYS = Message(
    "sold_for_days",
    "现可购买 {first} 至 {last} 的门票；{visit} 的门票 {opens} 起可购买",
    "it is sold for {first} to {last} now, and for {visit} from {opens} on",
)
SOLD_TODAY_UNTIL = Message("sold_today_until", "当日门票已于 {until} 停售", "for today it was sold until {until}")

# What may be done after the sale.
TYPE_NOT_REFUNDED = Message("type_not_refunded", "该票种不可退票", "tickets of this type are not refunded")
REFUNDED_UNTIL = Message("refunded_until", "退票已于 {last_minute} 截止", "it was refunded until {last_minute}")
TYPE_NOT_RESCHEDULED = Message("type_not_rescheduled", "该票种不可改签", "tickets of this type are not rescheduled")
RESCHEDULED_TOO_OFTEN = Message(
    "rescheduled_too_often",
    "该门票已改签 {times} 次，不能再改签",
    "the ticket was rescheduled {times} times; no more are allowed",
)
RESCHEDULED_UNTIL = Message("rescheduled_until", "改签已于 {last_minute} 截止", "it could be rescheduled until {last_minute}")

# Why a visitor is not entitled to a concession.
EVIDENCE_NOT_SHOWN = Message("evidence_not_shown", "请出示优惠证件", "The seller must see the evidence")
EVIDENCE_NOT_ENTITLING = Message("evidence_not_entitling", "该证件不享受此优惠", "This kind of evidence does not entitle to it")
DAY_NOT_GRANTED = Message("day_not_granted", "该日期不享受此优惠", "It is not granted on that day")
BIRTH_UNCHECKED = Message("birth_unchecked", "请核对出生日期", "The date of birth must be checked")
TOO_YOUNG_THEN = Message("too_young_then", "未达到优惠年龄", "Too young on the day of the visit")
TOO_OLD_THEN = Message("too_old_then", "超过优惠年龄", "Too old on the day of the visit")
EVIDENCE_NUMBER_MISSING = Message("evidence_number_missing", "请登记证件号后四位", "The last characters of the number are needed")
