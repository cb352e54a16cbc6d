"""An ESC/POS printer: the driver watches it while it is idle, and asks after each sheet whether the sheet came out.

Laws: the driver sends nothing to a printer that reports that it cannot print; a sheet counts as printed when the printer confirms
in its turn that all before is on paper, and confirms at once that nothing is wrong; the driver guesses no state: a printer that
does not answer is UNKNOWN. A fault before the first byte of a sheet is NothingPrinted; after it, what came out is not known.
"""

import asyncio
from typing import ClassVar, Literal

from pydantic import Field

from edge.devices.driver_api import Baud, SerialDeviceSettings, Sheet, Surroundings, TicketPrinterDriver, TicketPrinterSettings
from edge.devices.drivers.printer_lines import PrinterLine, SerialPrinterLine, TcpPrinterLine, UsbPrinterLine
from edge.devices.drivers.usb_settings import UsbDeviceSettings
from edge.devices.framing import escpos
from edge.devices.framing.escpos import StatusBytes
from edge.devices.ports import DeviceFault, DrawerPulse, HealthLine, NothingPrinted, PrinterState, Raster, Sheetful

LOOK_PERIOD_S = 1.0
REPLY_LIMIT_S = 0.3
NO_WAIT_S = 0.001
PRINT_LIMIT_S = 20.0
SILENT_LOOKS = 2
_MAY_PRINT = (PrinterState.READY, PrinterState.PAPER_LOW, PrinterState.UNKNOWN)
_REMEDIES = {
    PrinterState.PAPER_LOW: "lay a new roll ready",
    PrinterState.PAPER_OUT: "put a new roll in",
    PrinterState.COVER_OPEN: "close its cover",
    PrinterState.CUTTER_JAMMED: "free its cutter",
    PrinterState.OVERHEATED: "let its head cool down",
    PrinterState.OFFLINE: "press its online key",
    PrinterState.FAILED: "switch it off and on; if that does not help, replace it",
}
_VERIFIED = (
    "Commands and status bits of published manuals.",
    "The simulated printer, which also draws what python-escpos sends, codes and rasters alike.",
)
_LIMITS = (
    "Characters that GBK lacks are printed as a question mark.",
    "A printer that always answers that all is well cannot be found out.",
    "DTR/DSR flow control is not used; keep sheets of text below the printer's buffer.",
    "Whether a drawer has opened cannot be seen.",
    "Tickets as dots need 115,200 baud or a USB or network printer.",
)


class _PrinterSettings(TicketPrinterSettings):
    """What all printers share. `status` none suits those that never answer; `module_dots` is the width of a code's module."""

    status: Literal["full", "none"] = "full"
    module_dots: int = Field(default=6, ge=2, le=16)

    def make(self, around: Surroundings) -> TicketPrinterDriver:
        """Return the driver."""
        return EscPosPrinter(around.name, self.line(), tells=self.status == "full", module_dots=self.module_dots)

    def line(self) -> PrinterLine:
        """Return the line to the printer."""
        raise NotImplementedError


class SerialPrinterSettings(SerialDeviceSettings, _PrinterSettings):
    """A printer on a tty."""

    sheet: ClassVar[Sheet] = Sheet(
        "ESC/POS printers, serial", "ESC/POS, 9,600 to 115,200 baud 8N1; DLE EOT 1 to 4, GS r, GS v 0, ESC p", _VERIFIED, _LIMITS
    )
    baud: Baud = 9600

    def line(self) -> PrinterLine:
        """See above."""
        return SerialPrinterLine(self.port, self.baud)


class TcpPrinterSettings(_PrinterSettings):
    """A printer on the network."""

    sheet: ClassVar[Sheet] = Sheet(
        "ESC/POS printers, network", "ESC/POS over TCP, port 9100; status on the same connection", _VERIFIED, _LIMITS
    )
    host: str = Field(min_length=1)
    port: int = Field(default=9100, ge=1, le=65_535)

    @property
    def addresses(self) -> tuple[str, ...]:
        """The address."""
        return (f"{self.host}:{self.port}",)

    def line(self) -> PrinterLine:
        """See above."""
        return TcpPrinterLine(self.host, self.port)


class UsbPrinterSettings(UsbDeviceSettings, _PrinterSettings):
    """A printer of the USB printer class."""

    sheet: ClassVar[Sheet] = Sheet("ESC/POS printers, USB", "ESC/POS over USB bulk transfers (pyusb)", _VERIFIED, _LIMITS)

    def line(self) -> PrinterLine:
        """See above."""
        return UsbPrinterLine(self.address)


class EscPosPrinter:
    """Implements `ports.TicketPrinter` and `ports.SupervisedDevice`. `tells` says whether it answers questions."""

    def __init__(self, name: str, line: PrinterLine, *, tells: bool, module_dots: int) -> None:
        self.name = name
        self._line = line
        self._tells = tells
        self._module_dots = module_dots
        self._turn = asyncio.Lock()
        self._open = False
        self._state = PrinterState.UNKNOWN
        self._statuses = StatusBytes()
        self._answers: list[int] = []
        self._printed = False
        self._broke_off = False  # the line failed within the last sheet

    @property
    def state(self) -> PrinterState:
        """What its sensors reported last; UNKNOWN while it is not connected or does not answer."""
        return self._state

    async def run(self, health: HealthLine) -> None:
        """Watch the printer until it fails; see the port."""
        try:
            await self._line.open()
            self._open = True
            self._statuses = StatusBytes()
            silent = 0
            while True:
                async with self._turn:
                    await self._look()
                silent = silent + 1 if self._tells and self._state is PrinterState.UNKNOWN else 0
                if silent == SILENT_LOOKS:
                    raise DeviceFault(f"{self.name}: the printer is silent; check its power and cable, or set status to none")
                if not silent:
                    self._report(health)
                await asyncio.sleep(LOOK_PERIOD_S)
        finally:
            self._open = False
            self._state = PrinterState.UNKNOWN
            await self._line.close()

    async def print(self, sheet: Sheetful | Raster) -> None:
        """Print one sheet; see the port."""
        async with self._turn:
            await self._begin()
            broke_off, self._broke_off = self._broke_off, True
            if broke_off:
                await self._line.write(escpos.GIVE_UP)
            if isinstance(sheet, Raster):
                await self._prepare_for_dots()
            printed = await self._send(escpos.encode(sheet, self._module_dots))
            self._broke_off = False
            if not self._tells:
                return
            self._refuse_unless_able("the sheet may be incomplete")
            if not printed:
                raise DeviceFault(f"{self.name}: the printer does not say that it printed; look at what came out")

    async def _prepare_for_dots(self) -> None:
        """Return once the printer obeys no command that dots happen to spell."""
        if not await self._send(escpos.BEFORE_DOTS) and self._tells:
            raise NothingPrinted(f"{self.name}: the printer takes no dots, nothing was printed; switch it off and on")

    async def _send(self, data: bytes) -> bool:
        """Send bytes; return whether the printer says that all of them are printed."""
        await self._line.write(data)
        if not self._tells:
            return False
        self._printed = False
        await self._line.write(escpos.ASK_WHEN_PRINTED)
        printed = await self._await_printed()
        await self._look()
        return printed

    async def open_drawer(self, pulse: DrawerPulse) -> None:
        """Send the pulse; see the port. A printer without paper still opens the drawer."""
        async with self._turn:
            if not self._open:
                raise self._not_connected()
            await self._line.write(escpos.kick(pulse))

    async def _begin(self) -> None:
        """Raise NothingPrinted unless the printer can print now."""
        if not self._open:
            raise self._not_connected()
        try:
            await self._look()
            self._refuse_unless_able("nothing was printed")
        except DeviceFault as fault:
            raise NothingPrinted(str(fault)) from fault

    def _not_connected(self) -> NothingPrinted:
        return NothingPrinted(f"{self.name}: the printer is not connected; check its power and cable")

    def _refuse_unless_able(self, outcome: str) -> None:
        if self._state not in _MAY_PRINT or (self._tells and self._state is PrinterState.UNKNOWN):
            remedy = _REMEDIES.get(self._state, "check its power and cable")
            raise DeviceFault(f"{self.name}: {self._state}, {outcome}; {remedy}")

    async def _await_printed(self) -> bool:
        """Wait for the answer that comes in its turn, for as long as the printer can print."""
        for _ in range(int(PRINT_LIMIT_S / LOOK_PERIOD_S)):
            await self._read(LOOK_PERIOD_S)
            if self._printed:
                return True
            await self._look()
            if self._printed or self._state not in _MAY_PRINT:
                break
        return self._printed

    async def _look(self) -> None:
        """Ask for each status, and note the worst. Bytes not yet read are older answers."""
        if not self._tells:
            return
        told: dict[int, int] = {}
        while await self._read(NO_WAIT_S):
            pass
        for kind in escpos.REPLY_KINDS:
            self._answers.clear()
            await self._line.write(escpos.ask(kind))
            while not self._answers and await self._read(REPLY_LIMIT_S):
                pass
            if not self._answers:
                break
            told[kind] = self._answers[-1]
        whole = len(told) == len(escpos.REPLY_KINDS)
        self._state = escpos.state_of(told) if whole else PrinterState.UNKNOWN

    async def _read(self, limit_s: float) -> bool:
        """Sort the printer's answers; return whether there were any."""
        data = await self._line.read(limit_s)
        answers, printed = self._statuses.feed(data)
        self._answers += answers
        self._printed = self._printed or printed > 0
        return bool(data)

    def _report(self, health: HealthLine) -> None:
        if self._state in (PrinterState.READY, PrinterState.UNKNOWN):
            health.ready()
        else:
            health.fault(f"{self.name}: {self._state}; {_REMEDIES[self._state]}")
