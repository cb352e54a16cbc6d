"""What devices say to people: about check points, agents and their enrolment; and to an agent whose request is refused."""

from central.domain.saying import Message

NO_CHECK_POINT = Message("no_check_point", "没有编号为 {check_point_id} 的检票设备", "there is no check point {check_point_id}")
NO_CHECK_POINT_OF_SITE = Message(
    "no_check_point_of_site",
    "景区 {site_id} 没有编号为 {check_point_id} 的检票设备",
    "there is no check point {check_point_id} at site {site_id}",
)
MOST_CHECK_POINTS = Message("most_check_points", "每个景区最多 {most} 个检票设备", "a site has at most {most} check points")
CHECK_POINT_RETIRED = Message(
    "check_point_retired",
    "检票设备 {check_point_id} 已退役，请新增一个",
    "check point {check_point_id} is retired; add a new one",
)
CHECK_POINT_HAS_RECORDED = Message(
    "check_point_has_recorded",
    "检票设备 {check_point_id} 已有通行记录，不能删除，请改为退役",
    "check point {check_point_id} has recorded passages; retire it instead",
)
NO_AGENT_OF_SITE = Message(
    "no_agent_of_site", "景区 {site_id} 没有编号为 {agent_id} 的设备", "there is no agent {agent_id} at site {site_id}"
)
MANY_CODES_OPEN = Message("many_codes_open", "未使用的注册码过多，请十分钟后再试", "too many codes are open; wait ten minutes")
MANY_ENROLMENTS = Message("many_enrolments", "注册过于频繁，请一分钟后再试", "too many enrolments; wait a minute")
KEY_NOT_PROVED = Message(
    "key_not_proved", "请求未能证明发送方持有密钥", "the request does not prove that its sender holds the key"
)
CODE_UNKNOWN = Message(
    "code_unknown",
    "注册码无效，或已超过十分钟，请获取新的注册码",
    "the code is not known or its ten minutes are over; ask for a new one",
)
CODE_OR_KEY_USED = Message(
    "code_or_key_used",
    "注册码或密钥已使用过，请获取新的注册码并生成新的密钥",
    "the code or the key was used before; ask for a new code, make a new key",
)
AGENT_UNKNOWN = Message(
    "agent_unknown", "没有编号为 {agent_id} 的设备，请先注册本机", "there is no agent {agent_id}; enrol this device"
)
VERSIONS_APART = Message(
    "versions_apart",
    "协议版本不兼容：中心为 {ours}，设备为 {theirs}，请更新较旧的一方",
    "protocol versions {ours} here and {theirs} there have none in common: update the side that is behind",
)
REQUEST_UNPROVED = Message("request_unproved", "请求签名无效（{reason}）", "the request is not proved: {reason}")
SEQUENCE_USED = Message(
    "sequence_used",
    "序号 {sequence} 已使用过，请用新的序号重新签名",
    "sequence {sequence} was used before; sign again with a new one",
)
