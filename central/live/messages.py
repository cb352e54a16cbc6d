"""What the live channel says to people."""

from central.domain.saying import Message

POSITION_UNKNOWN = Message(
    "position_unknown",
    "此位置无效：请填写某条消息的 id，或不填",
    "this is no position; give the `id` of an event, or nothing",
)
TOO_MANY_OWN_STREAMS = Message(
    "too_many_own_streams",
    "您已打开 {most} 个实时推送：请关闭一个，或让多个页面共用一个",
    "{most} streams of yours are open; close one, or let pages share one",
)
TOO_MANY_STREAMS = Message("too_many_streams", "打开的实时推送过多：请稍后再试", "too many streams are open here; try again")
