"""What the audit says to people: who changed what, and by which version."""

from central.domain.saying import Message

MUST_BE_VERSION = Message("must_be_version", "须为现行版本 {number}", "must be {number}, the version that stands")
NO_SUCH_VERSION = Message("no_such_version", "版本号不存在：请重新读取", "the version is not one of this thing: read it again")
CHANGED_BY = Message(
    "changed_by",
    "{name} 已于 {at} 修改 {fields}（{action}）：请重新读取",
    "{name} changed {fields} at {at} ({action}): read it again",
)
BATCH_MISSING = Message("batch_missing", "缺少第 {number} 批记录", "batch {number} is missing")
BATCH_OUT_OF_ORDER = Message(
    "batch_out_of_order", "第 {number} 批记录与前一批不衔接", "batch {number} does not follow the one before it"
)
BATCH_COUNT_DIFFERS = Message(
    "batch_count_differs",
    "第 {number} 批有 {found} 条记录，原有 {expected} 条",
    "batch {number} has {found} records and had {expected}",
)
BATCH_CHANGED = Message("batch_changed", "第 {number} 批中有记录被改动", "a record of batch {number} was changed")
BATCH_NOT_SIGNED = Message(
    "batch_not_signed", "第 {number} 批的签名不属于本系统的密钥", "batch {number} is not signed by a key of this house"
)
RECORDS_KEPT = Message(
    "records_kept", "操作日志须保留 {days} 天：请选择更早的日期", "records are kept for {days} days; give an earlier day"
)
CHAIN_BROKEN = Message(
    "chain_broken",
    "{fault}：请先查明原因，再删除记录",
    "{fault}; find out why before anything is deleted",
)
