"""What identity says to people: about accounts, roles, permissions, tokens, supervisors, the menu, passwords and PINs."""

from central.domain.saying import Message

NO_USER_NAMED = Message("no_user_named", "没有名为 {name:.64} 的用户", "there is no user {name:.64}")
NO_ENABLED_USER = Message("no_enabled_user", "没有编号为 {user_id} 的可用用户", "there is no enabled user {user_id}")
USER_NAME_USED = Message("user_name_used", "已有名为 {name:.64} 的用户，请换一个用户名", "there is a user {name:.64} already")
OWN_ACCOUNT = Message(
    "own_account", "不能停用自己的账号，请联系其他管理员", "you cannot disable your own account; ask another administrator"
)
USER_HAS_RECORDS = Message(
    "user_has_records", "{name} 已有业务记录，不能删除，请改为停用", "{name} has records here; disable the account instead"
)
CASH_LEFT_FOR_USER = Message(
    "cash_left_for_user", "有现金留交给 {name}，不能删除，请改为停用", "cash was left for {name}; disable the account instead"
)
USER_IS_AGENT = Message(
    "user_is_agent",
    "{name} 是售票设备的账号；如需停止其售票，请吊销该设备",
    "{name} is an agent that sells; revoke the agent to end its sales",
)
LAST_ADMINISTRATOR = Message(
    "last_administrator",
    "这是最后一名管理员，请先将管理员角色授予他人",
    "this is the last administrator; give another person that role first",
)
NO_ROLE = Message("no_role", "没有编号为 {role_id} 的角色", "there is no role {role_id}")
ROLE_NAME_USED = Message("role_name_used", "已有名为 {name} 的角色，请换一个名称", "there is a role {name} already")
ROLE_IS_FIXED = Message(
    "role_is_fixed",
    "管理员角色拥有全部权限，不可更改，请另建角色",
    "the administrators' role gives everything and stays as it is; add another role",
)
ROLE_IS_HELD = Message(
    "role_is_held",
    "仍有 {people} 人拥有角色“{name}”，请先收回",
    "{people} people have the role {name}; take it from them first",
)
MOST_ROLES_THERE = Message("most_roles_there", "角色最多 {most} 个", "there are at most {most} roles")
MOST_ROLES_OF_USER = Message("most_roles_of_user", "每人最多 {most} 个角色", "a person has at most {most} roles")
COUNTER_SCOPE_NARROWER = Message(
    "counter_scope_narrower",
    "窗口数据权限不能小于数据权限：列表中可见的须能打开",
    "counter_scope must not be narrower than scope: what a list shows can be opened",
)
YOU_DO_NOT_HOLD = Message(
    "you_do_not_hold",
    "您自己没有“{permission}”权限，请联系有此权限的人员",
    'you do not hold the permission "{permission}" yourself; ask a person who does',
)
DOES_NOT_HOLD = Message("does_not_hold", "{name} 没有“{permission}”权限", '{name} does not hold the permission "{permission}"')
SCOPE_TOO_WIDE = Message(
    "scope_too_wide",
    "您的数据权限为“{held}”，不能处理“{given}”，请联系有此权限的人员",
    "you see the scope {held} only; ask a person who sees {given}",
)
SCOPE_OWN = Message("scope_own", "本人", "own")
SCOPE_CHANNEL = Message("scope_channel", "本渠道", "channel")
SCOPE_ALL = Message("scope_all", "全部", "all")
NO_SETTING_GROUP = Message("no_setting_group", "没有名为 {name} 的{kind}", "there is no {kind} {name}")
SELLER_GROUP = Message("seller_group", "售票员分组", "seller group")
CHANNEL_GROUP = Message("channel_group", "渠道分组", "channel group")
CHECK_POINT_GROUP = Message("check_point_group", "检票设备分组", "check-point group")
NO_TOKEN = Message("no_token", "没有编号为 {token_id} 的接口令牌", "there is no token {token_id}")
TOKEN_WOULD_BE_OVER = Message("token_would_be_over", "令牌一经发放即已过期，请填写将来的时间", "the token would be over already")
MUST_MAY_SIGN_IN = Message("must_may_sign_in", "须为可以登录的用户", "must be a person who may sign in")
MOST_TOKENS = Message(
    "most_tokens", "每人最多 {most} 个令牌，请先吊销一个", "a person has at most {most} tokens; revoke one first"
)
SUPERVISES_NOT = Message("supervises_not", "{name:.64} 不是景区 {site_id} 的主管", "{name:.64} does not supervise site {site_id}")
SUPERVISES_NOTHING = Message(
    "supervises_nothing",
    "不是任何景区的主管，不能设置 PIN 码或卡片；请先加入景区主管名单",
    "who supervises no site has neither PIN nor card; add the person to a site's supervisors first",
)
MOST_SUPERVISORS = Message("most_supervisors", "每个景区最多 {most} 名主管", "a site has at most {most} supervisors")
GROUP_TWICE = Message("group_twice", "菜单组 {key} 出现了两次", "the group {key} stands twice")
PAGE_TWICE = Message("page_twice", "页面 {key} 出现了两次", "the page {key} stands twice")
NO_PAGE = Message("no_page", "没有页面 {key}", "there is no page {key}")
PAGE_MISSING = Message("page_missing", "缺少页面 {key}；如不需要，请设为隐藏", "the page {key} is missing; hide it instead")
PREFERENCES_TOO_LARGE = Message(
    "preferences_too_large",
    "个人设置合计不能超过 {most_kib} KiB，请删除一些已存视图",
    "your preferences have at most {most_kib} KiB together; delete some saved views",
)
SIGN_IN_WRONG = Message(
    "sign_in_wrong",
    "用户名或密码错误，或账号已停用",
    "the name or the password is wrong, or the account is disabled",
)
WAIT_BEFORE_SIGN_IN = Message("wait_before_sign_in", "请在 {wait_s} 秒后重试", "try again in {wait_s} s")
MANY_SIGN_INS = Message("many_sign_ins", "当前登录人数过多，请稍后重试", "too many people sign in at this moment; try again")
TOTP_MISSING = Message(
    "totp_missing", "请同时输入身份验证器显示的动态验证码", "give the code that the authenticator app shows, too"
)
TOTP_WRONG = Message("totp_wrong", "动态验证码错误，请输入当前显示的验证码", "the code is wrong; give the one that is shown now")
TOTP_USED = Message("totp_used", "该动态验证码已使用过，请等待下一个", "this code was used before; wait for the next one")
TOTP_THERE = Message("totp_there", "已启用动态验证码，请先移除", "there is a second factor already; remove it first")
TOTP_NOT_BEGUN = Message(
    "totp_not_begun",
    "尚未开始设置动态验证码，请先调用 POST /api/v1/session/totp",
    "no second factor was begun; begin with POST /api/v1/session/totp",
)
PASSWORD_WRONG = Message("password_wrong", "密码错误", "the password is wrong")
PASSWORD_LENGTH = Message("password_length", "密码须为 {fewest} 至 {most} 个字符", "a password has {fewest} to {most} characters")
PASSWORD_HAS_NAME = Message("password_has_name", "密码不能包含用户名", "a password does not contain the name")
PASSWORD_MONOTONOUS = Message(
    "password_monotonous",
    "密码至少包含 {fewest} 个不同的字符",
    "a password has at least {fewest} different characters",
)
PIN_LENGTH = Message("pin_length", "PIN 码须为 {fewest} 至 {most} 位数字", "a PIN has {fewest} to {most} digits")
PIN_MONOTONOUS = Message("pin_monotonous", "PIN 码至少包含 {fewest} 个不同的数字", "a PIN has at least {fewest} different digits")
PIN_STEPS = Message(
    "pin_steps",
    "PIN 码不能是等差的数字，如 123456",
    "a PIN is no row of digits with equal steps, such as 123456",
)
PIN_REPEATS = Message("pin_repeats", "PIN 码不能是重复的数字，如 12341234", "a PIN is no repetition, such as 12341234")
PERSON_OR_PIN_WRONG = Message(
    "person_or_pin_wrong", "人员或 PIN 码错误，请重新输入", "the person or the PIN is wrong; type both again"
)
CARD_LENGTH = Message(
    "card_length",
    "卡号须为 {fewest} 至 {most} 个字母、数字或符号（不计空格）",
    "a card has {fewest} to {most} letters, digits or signs without its blanks",
)
CARD_OF_ANOTHER = Message("card_of_another", "此卡已属于他人，请换一张卡", "this is another person's card; take another one")
NO_CARD = Message("no_card", "{name:.64} 没有设置卡片", "{name:.64} has no card")
CARD_UNKNOWN = Message(
    "card_unknown", "无法识别此卡，请重新刷卡，或改用 PIN 码", "no person is known by this card; show it again, or type a PIN"
)
APPROVER_IS_INVOLVED = Message(
    "approver_is_involved", "须由未经手此事的另一人复核", "let a person approve who has not asked for this"
)
APPROVER_NOT_PERMITTED = Message(
    "approver_not_permitted", "此人没有复核权限，请由其他人员复核", "this person may not approve it; ask another one"
)
