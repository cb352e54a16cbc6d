"""What is said of a field that does not fit its model: Pydantic's kinds of error as messages of ours.

Laws: every kind that a request can cause stands here, so that no reader meets a library's words; a validator of ours says its own
message by `unfit`.
"""

from collections.abc import Mapping
from typing import Any

from pydantic_core import ErrorDetails, PydanticCustomError

from central.domain.saying import Message, Parameter, Said

OTHERWISE = Message("field_wrong", "内容有误（{reason}）", "is not valid ({reason})")
_TEXT = Message("must_be_text", "须为文字", "must be a text")
_WHOLE = Message("must_be_whole_number", "须为整数", "must be a whole number")
_NUMBER = Message("must_be_number", "须为数字", "must be a number")
_YES_NO = Message("must_be_yes_or_no", "须为 true 或 false", "must be true or false")
_LIST = Message("must_be_list", "须为列表", "must be a list")
_OBJECT = Message("must_be_object", "须为对象", "must be an object")
_DAY = Message("must_be_day", "须为日期，如 2026-10-01", "must be a day, such as 2026-10-01")
_TIME = Message("must_be_time", "须为时刻，如 08:30", "must be a time of day, such as 08:30")
_INSTANT = Message(
    "must_be_instant",
    "须为带时区的时间，如 2026-10-01T08:30:00Z",
    "must be an instant with its zone, such as 2026-10-01T08:30:00Z",
)
_CHOICE = Message("must_be_one_of", "须为其中之一：{expected}", "must be one of: {expected}")
_TAG = Message(
    "must_be_one_of_kinds", "{discriminator} 须为其中之一：{expected_tags}", "{discriminator} must be one of: {expected_tags}"
)
_CHOICES = frozenset({"expected", "expected_tags"})  # Pydantic lists them as English: 'a', 'b' or 'c'
_ADDRESS = Message("must_be_address", "须为网址", "must be an address of the web")
_BINARY = Message("must_be_base64", "须为 Base64 编码的内容", "must be bytes in Base64")
MESSAGES: Mapping[str, Message] = {
    "missing": Message("field_missing", "必填", "is missing"),
    "extra_forbidden": Message("field_unknown", "没有此字段", "is not a field of this"),
    "none_required": Message("must_be_null", "须为空", "must be null"),
    "json_invalid": Message("json_invalid", "内容不是有效的 JSON：{error}", "the body is no JSON: {error}"),
    "json_type": _TEXT,
    "string_type": _TEXT,
    "string_sub_type": _TEXT,
    "string_unicode": _TEXT,
    "string_too_short": Message("text_too_short", "至少 {min_length} 个字符", "must have at least {min_length} characters"),
    "string_too_long": Message("text_too_long", "最多 {max_length} 个字符", "must have at most {max_length} characters"),
    "string_pattern_mismatch": Message(
        "text_malformed", "格式有误，或含有不允许的字符（{pattern}）", "has a form or characters that are not allowed ({pattern})"
    ),
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "decimal_type": _NUMBER,
    "decimal_parsing": _NUMBER,
    "greater_than": Message("must_be_above", "须大于 {gt}", "must be greater than {gt}"),
    "greater_than_equal": Message("must_be_at_least", "不能小于 {ge}", "must be at least {ge}"),
    "less_than": Message("must_be_below", "须小于 {lt}", "must be less than {lt}"),
    "less_than_equal": Message("must_be_at_most", "不能大于 {le}", "must be at most {le}"),
    "multiple_of": Message("must_be_multiple", "须为 {multiple_of} 的倍数", "must be a multiple of {multiple_of}"),
    "bool_type": _YES_NO,
    "bool_parsing": _YES_NO,
    "enum": _CHOICE,
    "literal_error": _CHOICE,
    "union_tag_invalid": _TAG,
    "union_tag_not_found": Message("kind_missing", "缺少 {discriminator}", "{discriminator} is missing"),
    "list_type": _LIST,
    "tuple_type": _LIST,
    "set_type": _LIST,
    "frozen_set_type": _LIST,
    "too_short": Message("too_few_items", "至少 {min_length} 项", "must have at least {min_length} items"),
    "too_long": Message("too_many_items", "最多 {max_length} 项", "must have at most {max_length} items"),
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "date_from_datetime_inexact": _DAY,
    "time_type": _TIME,
    "time_parsing": _TIME,
    "datetime_type": _INSTANT,
    "datetime_parsing": _INSTANT,
    "datetime_from_date_parsing": _INSTANT,
    "datetime_object_invalid": _INSTANT,
    "timezone_aware": _INSTANT,
    "timezone_naive": Message("must_be_local", "须为不带时区的当地时间", "must be a local time, without a zone"),
    "url_type": _ADDRESS,
    "url_parsing": _ADDRESS,
    "url_scheme": _ADDRESS,
    "url_syntax_violation": _ADDRESS,
    "url_too_long": _ADDRESS,
    "bytes_type": _BINARY,
    "bytes_too_short": _BINARY,
    "bytes_too_long": _BINARY,
    "bytes_invalid_encoding": _BINARY,
}


def unfit(said: Said) -> PydanticCustomError:
    """Return the error that a validator raises to say a message of ours."""
    return PydanticCustomError("unfit", "{text}", {"text": str(said), "said": said})


def of_error(error: ErrorDetails) -> Said:
    """Return what is said of one error; its context must be with it."""
    context: Mapping[str, Any] = error.get("ctx", {})
    said = context.get("said")
    if isinstance(said, Said):
        return said
    message = MESSAGES.get(error["type"])
    if message is None:
        return OTHERWISE.of(reason=error["msg"])
    return message.of(**{name: _plain(name, context[name]) for name in message.names()})


def _plain(name: str, value: object) -> Parameter:
    if name in _CHOICES:
        return str(value).replace(" or ", ", ").replace("'", "")
    return value if isinstance(value, int) else str(value)
