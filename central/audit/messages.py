"""What the audit says to people: who changed what, and by which version."""

from central.domain.saying import Message

MUST_BE_VERSION = Message("must_be_version", "须为现行版本 {number}", "must be {number}, the version that stands")
NO_SUCH_VERSION = Message("no_such_version", "版本号不存在：请重新读取", "the version is not one of this thing: read it again")
CHANGED_BY = Message(
    "changed_by",
    "{name} 已于 {at} 修改 {fields}（{action}）：请重新读取",
    "{name} changed {fields} at {at} ({action}): read it again",
)
