"""What imports say to people: what is wrong with a file, line by line."""

from central.domain.saying import Message

NO_REPORT = Message(
    "no_report",
    "没有编号为 {report_id} 的可用导入报告：请重新上传文件",
    "there is no report {report_id} of yours that can be applied; bring the file again",
)
LINES_CHANGED = Message(
    "lines_changed",
    "有 {count} 行已不能导入，所有内容均未保存",
    "{count} line(s) cannot be stored any more; nothing was",
)
ORDER_FOR_NAMES_ONLY = Message(
    "order_for_names_only",
    "导入团队名单须指定团队单（order_id），导入其他内容则不填",
    "name the group order (order_id) for group names, and for nothing else",
)
FILE_UNREADABLE = Message(
    "file_unreadable",
    "无法读取：请用 CSV（UTF-8 或 GB18030）或 XLSX",
    "The file cannot be read: use CSV (UTF-8 or GB18030) or XLSX.",
)
FILE_EMPTY = Message("file_empty", "文件没有数据行", "The file has no lines below its headers.")
FILE_TOO_LONG = Message("file_too_long", "行数过多，请分成几个文件", "There are too many lines; divide the file.")
COLUMN_UNKNOWN = Message("column_unknown", "未知的列，请删除或改名", "This column is not known; remove or rename it.")
COLUMN_TWICE = Message("column_twice", "该列重复", "This column stands twice.")
COLUMN_MISSING = Message("column_missing", "缺少该列", "This column is missing.")
CELL_EMPTY = Message("cell_empty", "必填", "This must not be empty.")
CELL_MALFORMED = Message("cell_malformed", "格式有误", "This is not of the form that the column has.")
LINE_TWICE = Message("line_twice", "与前面的行重复", "An earlier line says this already.")
ALREADY_THERE = Message("already_there", "已存在", "This exists already.")
NONE_OF_THIS_NAME = Message("none_of_this_name", "未找到", "There is none of this name.")
SEVERAL_OF_THIS_NAME = Message(
    "several_of_this_name", "有多个同名项：请为其中一个改名", "Several have this name; rename one of them."
)
BEYOND_PLANNED_PERSONS = Message("beyond_planned_persons", "超过团队计划人数", "The group is planned for fewer persons.")
ROLE_NOT_HELD = Message(
    "role_not_held", "您自己没有该权限，不能授予", "You do not hold this yourself, so that you cannot give it."
)
