"""What the web says to people: who may call, and what no request may look like."""

from central.domain.saying import Message

NO_SHORT_NUMBER = Message(
    "no_short_number", "没有票号为 {short_number} 的门票", "there is no ticket with the short number {short_number}"
)
CALLED_BY_OTHER_SITE = Message(
    "called_by_other_site", "浏览器表明此请求来自其他网站", "the browser says that another site made this request"
)
ORIGIN_NOT_OURS = Message("origin_not_ours", "请求的来源（Origin）不是本服务器", "the Origin of the request is not this server")
CSRF_TOKEN_WRONG = Message(
    "csrf_token_wrong",
    "请求头 {header} 缺失或有误：请从 GET /api/v1/session 读取",
    "the header {header} is missing or wrong; take it from GET /api/v1/session",
)
PASSWORD_AGAIN = Message(
    "password_again",
    "请再次输入密码（POST /api/v1/session/prove），然后重试本操作",
    "give the password again: POST /api/v1/session/prove, then repeat this",
)
OWN_SESSION_ONLY = Message(
    "own_session_only",
    "此操作须由本人登录后进行，程序的令牌不能使用",
    "this is for a person's own session; a program's token cannot do it",
)
PERMISSION_NEEDED = Message(
    "permission_needed",
    "此操作需要权限 {permission}：请联系管理员",
    "this needs the permission {permission}; ask an administrator",
)
NO_SESSION = Message(
    "no_session", "尚未登录，或登录已过期：请登录（POST /api/v1/session）", "no session, or it is over; POST /api/v1/session"
)
BODY_MUST_BE = Message("body_must_be", "请求内容须为 {wanted}，而不是 {sent}", "the body must be {wanted}, not {sent}")
BODY_AT_MOST = Message("body_at_most", "请求内容最多 {most_bytes} 字节", "a body has at most {most_bytes} bytes")
BODY_OUT_OF_BOUNDS = Message(
    "body_out_of_bounds", "请求内容中有超出一切范围的值", "the body holds a value that is out of all bounds"
)
BODY_BROKE_OFF = Message(
    "body_broke_off",
    "请求内容中断，或编码与请求头不符：请重试",
    "the body broke off, or is not encoded as its headers say",
)
FIELD_TWICE = Message("field_twice", "字段 {name} 出现了两次", "the field {name} stands twice")
PARAMETER_TWICE = Message("parameter_twice", "参数 {name} 出现了两次", "the parameter {name} stands twice")
PARAMETER_UNKNOWN = Message("parameter_unknown", "此处没有参数 {name}", "the parameter {name} is not known here")
NO_FILE_OF_PAGE = Message("no_file_of_page", "页面没有文件 {name}", "the page has no file {name}")
NO_ROUTE = Message("no_route", "没有此地址：{method} {path}", "{method} {path}: there is no such address")
METHOD_UNKNOWN_HERE = Message(
    "method_unknown_here", "此地址不支持该方法：{method} {path}", "{method} {path}: the address does not know this method"
)
REQUEST_REFUSED = Message("request_refused", "请求未被受理：{method} {path}（{reason}）", "{method} {path}: {reason}")
EXPECT_UNKNOWN = Message("expect_unknown", "请求头 Expect 只能为 100-continue", "the header Expect may only say 100-continue")
LINE_TOO_LONG = Message(
    "line_too_long", "请求的首行或某个请求头过长", "the request's first line or one of its headers is too long"
)
NOT_HTTP = Message("not_http", "请求不是有效的 HTTP", "the request is not well-formed HTTP")
FORM_BROKEN = Message("form_broken", "内容格式有误（{reason}）", "{reason}")
NOTHING_KEPT = Message(
    "nothing_kept",
    "存储故障，本次请求的内容均未保存：请重试",
    "the storage failed, and nothing of this request was kept; repeat it",
)
STORAGE_UNUSABLE = Message("storage_unusable", "存储不可用：请稍后重试（{reason}）", "{reason}")
OUR_FAULT = Message("our_fault", "系统内部错误：请将编号（instance）告知工作人员", "a fault of ours; tell staff the instance")
FIRST_CALL_RUNS = Message(
    "first_call_runs",
    "使用同一幂等键的请求仍在处理：请稍后以同一键重试",
    "the first request with this key is still running; repeat it with the same key",
)
ANSWER_LOST = Message(
    "answer_lost",
    "此请求（幂等键 {key}）已执行过一次，不会再次执行，但当时的回答已无法取得：请到列表中查看结果；一次性密码或令牌请重新生成",
    "this request (key {key}) was done once and is not done again, but its answer can no longer be had; look at the list for "
    "what it made, and make a one-time password or a token again",
)
