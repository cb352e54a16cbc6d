"""What admissions say to people: of conflicts, and how one was settled."""

from collections.abc import Mapping

from central.domain.saying import Message

NO_CONFLICT = Message(
    "no_conflict",
    "检票日志 {journal} 的第 {sequence} 条没有冲突",
    "there is no conflict of entry {sequence} of journal {journal}",
)
CONFLICT_SETTLED = Message(
    "conflict_settled",
    "{name} 已处理此冲突，结果为“{outcome}”：请查看其备注",
    "{name} has settled it already as {outcome}; read it for the note",
)
CONFLICT_CHARGED_AGAIN = Message("conflict_charged_again", "已补收", "charged-again")
CONFLICT_MISTAKEN = Message("conflict_mistaken", "误判", "mistaken")
CONFLICT_NO_LOSS = Message("conflict_no_loss", "无损失", "no-loss")
CONFLICT_LOSS = Message("conflict_loss", "有损失", "loss")
# What people call the outcomes of a conflict, by the stored words.
CONFLICT_OUTCOMES: Mapping[str, Message] = {
    "charged-again": CONFLICT_CHARGED_AGAIN,
    "mistaken": CONFLICT_MISTAKEN,
    "no-loss": CONFLICT_NO_LOSS,
    "loss": CONFLICT_LOSS,
}
