"""What several slices say to people."""

from central.domain.saying import Message

FIELDS_WRONG = Message("fields_wrong", "有 {count} 个字段有误，见 errors", "{count} field(s) are wrong; see errors")
NO_TICKET_TYPE = Message("no_ticket_type", "没有编号为 {type_id} 的票种", "there is no ticket type {type_id}")
NO_SITE = Message("no_site", "没有编号为 {site_id} 的景区", "there is no site {site_id}")
MUST_STAND_ONCE = Message("must_stand_once", "只能出现一次", "must stand once")
DAYS_REVERSED = Message("days_reversed", "起始日期不能晚于结束日期", "first_day must not be later than last_day")
