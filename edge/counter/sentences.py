"""What staff at a counter are told of their devices, in Chinese and English. Pure.

Laws: the English sentence is the supervisor's own; the Chinese one says what can be done at the counter.
"""

from collections.abc import Mapping

from edge.counter.messages import DeviceKind
from edge.devices.ports import DeviceHealth, DeviceState, PrinterState

Said = tuple[str, str]
_KINDS: Mapping[DeviceKind, str] = {
    DeviceKind.SCANNER: "扫码枪",
    DeviceKind.CARD_READER: "身份证阅读器",
    DeviceKind.PRINTER: "打印机",
    DeviceKind.LAMPS: "指示灯",
}
_PRINTER: Mapping[PrinterState, str] = {
    PrinterState.PAPER_LOW: "纸快用完了，请备好新纸卷",
    PrinterState.OFFLINE: "打印机脱机，请按联机键",
    PrinterState.PAPER_OUT: "打印机缺纸，请装入新纸卷",
    PrinterState.COVER_OPEN: "打印机上盖未合，请合上",
    PrinterState.OVERHEATED: "打印头过热，请稍候",
    PrinterState.CUTTER_JAMMED: "切刀卡住，请清理切刀",
    PrinterState.FAILED: "打印机故障，请关机再开；仍不行请更换",
}
DRAWER_ABSENT: Said = ("没有设置钱箱，请在设置文件中写明", "no drawer is set; name its printer under [counter.drawer]")
DRAWER_FAILED_ZH = "钱箱未打开，请检查打印机的电源和连线，或用钥匙打开"
NO_PRINTER: Said = ("没有这台打印机，请检查设置", "there is no such printer; check the settings")
TOO_MANY: Said = ("等待打印的太多，请稍候再试", "too many sheets wait; try again when some have come out")
DOTS_UNREADABLE_ZH = "票面图无法读取，请重新取票面"
ANOTHER_CONTENT: Said = (
    "这个编号已用于另一张，没有打印；请刷新页面",
    "this id was used for another sheet, nothing was printed; load the page again",
)
STARTED_BEFORE: Said = ("这张上次打印时中断，请看是否已出票", "this sheet broke off before; look whether it came out")
NOT_WRITTEN_DOWN: Said = ("本机文件写入失败，没有打印", "a file of this computer failed, nothing was printed; check its disk")


def of_device(kind: DeviceKind, health: DeviceHealth, printer: PrinterState | None) -> Said:
    """Return how a device is."""
    match health.state:
        case DeviceState.READY:
            return "正常", "ready"
        case DeviceState.CONNECTING:
            return "正在连接", "connecting"
        case DeviceState.FAULT:
            known = _PRINTER.get(printer) if printer is not None else None
            return known or f"{_KINDS[kind]}没有应答，请检查电源和连线", health.detail


def of_failed_sheet(state: PrinterState, detail: str, *, may_be_out: bool) -> Said:
    """Return why a sheet was not confirmed."""
    why = _PRINTER.get(state, "打印机没有应答，请检查电源和连线")
    return f"{why}；{'请看是否已出票' if may_be_out else '没有打印'}", detail
