"""What the exchange with gates says to people: alarms, checks by phone, corrections; and what agents are refused."""

from central.domain.saying import Message

NO_ALARM = Message("no_alarm", "没有编号为 {alarm_id} 的报警", "there is no alarm {alarm_id}")
ALARM_ACKNOWLEDGED = Message(
    "alarm_acknowledged",
    "{name} 已确认报警 {alarm_id}：请查看其备注",
    "{name} has acknowledged alarm {alarm_id} already; read it for the note",
)
NO_CHECK = Message("no_check", "没有编号为 {check_id} 的手机验票", "there is no check {check_id}")
ATTEMPT_USED = Message(
    "attempt_used",
    "此 attempt_id 已用于另一次验票：每次出示请换一个",
    "this attempt_id was another check; choose a new one for each showing",
)
CHECK_OF_ANOTHER = Message(
    "check_of_another",
    "此次验票由他人完成：只能由本人撤销",
    "this check is another person's; only that person can take it back",
)
NO_PASSAGE_TO_UNDO = Message(
    "no_passage_to_undo",
    "此次验票没有放行：无需撤销",
    "no one was let through by this check; there is nothing to take back",
)
UNDO_OVER = Message(
    "undo_over",
    "放行后 {within_s} 秒内可以撤销：请联系主管放行",
    "a passage can be taken back within {within_s} s; ask a supervisor to let the visitor in",
)
NOT_YOUR_SITE = Message(
    "not_your_site",
    "您不能在景区 {site_id} 验票：请申请成为该景区的主管",
    "you do not check at site {site_id}; ask to be added to the site's supervisors",
)
CORRECTION_EMPTY = Message("correction_empty", "修正人数至少为 1 人", "a correction must change the count by at least one person")
POINT_NOT_HOSTED = Message(
    "point_not_hosted",
    "检票设备 {check_point} 不在本设备上",
    "check point {check_point} is not one that this agent hosts",
)
HEAD_NOT_SIGNED = Message("head_not_signed", "检票日志的签名不属于本设备", "the journal's head is not signed by this agent")
ENTRIES_MISSING = Message(
    "entries_missing",
    "第 {first} 至 {last} 条检票日志尚未上传：请先上传，再收班",
    "entries {first} to {last} are not uploaded yet; upload, then close",
)
MUST_BE_WHOLE = Message("must_be_whole", "{name} 须为整数", "{name} must be a whole number")
CONTENT_NAME_WRONG = Message("content_name_wrong", "内容以 64 位十六进制数命名", "content is named by 64 hexadecimal digits")
NOT_PUBLISHED = Message(
    "not_published", "内容未发布或已失效：请读取最新版本", "this is not published, or not any more; ask for the head"
)
