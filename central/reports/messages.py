"""What reports say to people: how far they reach, and how exports stand."""

from collections.abc import Mapping

from central.domain.saying import Message

STATISTICS_AT_MOST = Message(
    "statistics_at_most", "统计最多查询 {most_days} 天", "statistics reach over {most_days} days at most"
)
REPORT_AT_MOST = Message("report_at_most", "日报最多查询 {most_days} 天", "a report by day reaches over {most_days} days at most")
BILLS_AT_MOST = Message("bills_at_most", "对账单最多查询 {most_days} 天", "bills are shown over {most_days} days at most")
LIST_NEEDS_DAYS = Message("list_needs_days", "{what}须指定 first_day 和 last_day", "{what} needs first_day and last_day")
LIST_AT_MOST = Message("list_at_most", "{what}最多查询 {most_days} 天", "{what} reaches over {most_days} days at most")
SORTED_BY_MONEY = Message("sorted_by_money", "按金额排序的列表", "a list sorted by money")
A_SUM = Message("a_sum", "合计", "a sum")
ORDERS_BY_METHOD = Message("orders_by_method", "按支付方式筛选的订单列表", "a list of orders by method")
ENTRIES_BOUNDED = Message(
    "entries_bounded",
    "请指定 first_day 和 last_day（最多 {most_days} 天），或一个订单，或一个班次",
    "name first_day and last_day, at most {most_days} days, or an order, or a shift",
)
SAY_SHOWN_OR_GATE = Message(
    "say_shown_or_gate",
    "请填写游客出示的内容（text 或 document），或在哪个检票设备（check_point_id）",
    "say what the visitor shows (text, document), or at which gate it was (check_point_id)",
)
SHEET_FULL = Message(
    "sheet_full",
    "一个工作表最多 {most_rows} 行：请缩短日期范围，或改为导出 CSV",
    "a sheet holds {most_rows} rows; ask for fewer days, or for csv",
)
EXPORTS_BUSY = Message("exports_busy", "已有 {most} 个导出正在进行：请稍后再试", "{most} exports are under way; try again")
NO_EXPORT = Message(
    "no_export",
    "没有编号为 {export_id} 的导出：导出只保留一天",
    "there is no export {export_id}; it is kept for a day",
)
EXPORT_NOT_MADE = Message(
    "export_not_made",
    "导出{state}：{rows_done} / {rows_wanted} 行",
    "the export is {state}: {rows_done} of {rows_wanted} rows",
)
EXPORT_RUNNING = Message("export_running", "正在进行", "running")
EXPORT_DONE = Message("export_done", "已完成", "done")
EXPORT_CANCELLED = Message("export_cancelled", "已取消", "cancelled")
EXPORT_FAILED = Message("export_failed", "已失败", "failed")
EXPORT_STATES: Mapping[str, Message] = {
    "running": EXPORT_RUNNING,
    "done": EXPORT_DONE,
    "cancelled": EXPORT_CANCELLED,
    "failed": EXPORT_FAILED,
}
EXPORT_TOO_LARGE = Message(
    "export_too_large",
    "文件超过 {most_bytes} 字节：请缩短日期范围",
    "it is larger than {most_bytes} bytes; ask for fewer days",
)
TOO_MANY_EXPORTS = Message(
    "too_many_exports", "您已保留 {most} 个导出：请先删除一个", "you keep {most} exports; delete one of them"
)
