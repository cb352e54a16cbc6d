"""A counter: its devices on one side, the page that holds them on the other.

Laws: a page that is slow, silent or hostile never delays a device, and a device that fails never ends a page's connection; what a
scanner or card reader has read goes to the page that holds the devices, or is dropped, and is never logged or kept (law 9).
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import structlog

from edge.counter import messages, sentences
from edge.counter.door import Act, Door, Effect, End, Greet, PageNumber, Say
from edge.counter.messages import (
    Card,
    DeviceKind,
    Devices,
    DeviceView,
    DrawerFailed,
    DrawerOpened,
    Lamps,
    OpenDrawer,
    Print,
    RefusedFor,
    Scan,
    ToPage,
)
from edge.counter.pairing import Pairing
from edge.counter.printing import PrintQueues, PrintStates
from edge.devices.ports import (
    CardReader,
    CodeReader,
    DeviceFault,
    DeviceHealth,
    DeviceState,
    DrawerPulse,
    Signal,
    TicketPrinter,
)

MAX_DRAWER_ORDERS = 4

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Drawer:
    """The cash drawer: the printer on which it hangs, and its pulse."""

    printer: str
    pulse: DrawerPulse


@dataclass(frozen=True, slots=True)
class CounterDevices:
    """The devices of a counter, by their names in health reports."""

    scanners: Mapping[str, CodeReader]
    card_readers: Mapping[str, CardReader]
    printers: Mapping[str, TicketPrinter]
    lamps: Mapping[str, Signal]
    drawer: Drawer | None = None

    @property
    def kinds(self) -> dict[str, DeviceKind]:
        """The kind of each device, in order."""
        kinds: tuple[tuple[DeviceKind, Mapping[str, object]], ...] = (
            (DeviceKind.SCANNER, self.scanners),
            (DeviceKind.CARD_READER, self.card_readers),
            (DeviceKind.PRINTER, self.printers),
            (DeviceKind.LAMPS, self.lamps),
        )
        return {name: kind for kind, devices in kinds for name in devices}


class PageLine(Protocol):
    """The connection to a page. No method waits, and none raises."""

    def say(self, text: str) -> None:
        """Send a text, in its turn; a page that is too far behind is cut off."""
        ...

    def end(self, text: str, reason: RefusedFor) -> None:
        """Send the last text, then close."""
        ...

    def hang_up(self) -> None:
        """Close once all that waits is sent."""
        ...


Serve = Callable[["Counter"], Awaitable[None]]


class Counter:
    """`serve` lets pages in until it is cancelled."""

    def __init__(self, devices: CounterDevices, states: PrintStates, pairing: Pairing, door: Door, serve: Serve) -> None:
        self._devices = devices
        self._kinds = devices.kinds
        self._pairing = pairing
        self._door = door
        self._serve = serve
        self._lines: dict[PageNumber, PageLine] = {}
        self._health: dict[str, DeviceHealth] = {}
        self._prints = PrintQueues(devices.printers, states, self.tell)
        self._openings: asyncio.Queue[OpenDrawer] = asyncio.Queue(MAX_DRAWER_ORDERS)

    @property
    def open_pages(self) -> int:
        """How many pages are connected."""
        return self._door.open_pages

    async def run(self) -> None:
        """Serve until cancelled; raise StorageError where a print cannot be written down."""
        async with asyncio.TaskGroup() as tasks:
            for name, scanner in self._devices.scanners.items():
                tasks.create_task(self._tell_scans(name, scanner))
            for reader in self._devices.card_readers.values():
                tasks.create_task(self._tell_cards(reader))
            tasks.create_task(self._prints.run())
            tasks.create_task(self._open_drawer())
            tasks.create_task(_awaited(self._serve(self)))

    def report(self, health: DeviceHealth) -> None:
        """Take a change of a device's state."""
        if health.device in self._kinds:
            self._health[health.device] = health
            self.tell(self._views())

    def begin_pairing(self) -> str:
        """Return a code by which one page may pair itself."""
        return self._pairing.begin()

    def unpair(self) -> None:
        """Forget all paired pages and cut them off."""
        self._do(self._door.unpaired())

    def opened(self, line: PageLine) -> PageNumber:
        """Let a page in; it holds nothing yet."""
        page = self._door.opened()
        self._lines[page] = line
        return page

    def closed(self, page: PageNumber) -> None:
        """Note that a page is gone."""
        self._door.closed(page)
        self._lines.pop(page, None)

    def heard(self, page: PageNumber, text: str) -> None:
        """Do what a page asks; raise StorageError where its pairing cannot be read or kept."""
        self._do(self._door.heard(page, text))

    def hang_up(self) -> None:
        """End all connections: the agent stops."""
        for line in self._lines.values():
            line.hang_up()

    def tell(self, message: ToPage) -> None:
        """Tell the page that holds the devices, if there is one."""
        line = self._lines.get(self._door.holder) if self._door.holder is not None else None
        if line is not None:
            line.say(messages.write(message))

    def _do(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            match effect:
                case Act():
                    self._act(effect.order)
                case Say():
                    self._lines[effect.page].say(messages.write(effect.message))
                case Greet():
                    self._lines[effect.page].say(messages.write(self._views()))
                case End():
                    _log.info("a page's connection was ended", why=effect.reason.value)
                    self._lines[effect.page].end(messages.write(effect.last_words), effect.reason)

    def _act(self, order: Print | OpenDrawer | Lamps) -> None:
        match order:
            case Print():
                self._prints.order(order)
            case Lamps():
                for lamps in self._devices.lamps.values():
                    lamps.show(order.sign)
            case OpenDrawer() if self._devices.drawer is None:
                self._drawer_failed(order, sentences.DRAWER_ABSENT)
            case OpenDrawer() if self._openings.full():
                self._drawer_failed(order, sentences.TOO_MANY)
            case OpenDrawer():
                self._openings.put_nowait(order)

    async def _open_drawer(self) -> None:
        while True:
            order, drawer = await self._openings.get(), self._devices.drawer
            assert drawer is not None, "an order without a drawer is refused"
            try:
                await self._devices.printers[drawer.printer].open_drawer(drawer.pulse)
            except DeviceFault as fault:
                self._drawer_failed(order, (sentences.DRAWER_FAILED_ZH, str(fault)))
            else:
                self.tell(DrawerOpened(id=order.id))

    def _drawer_failed(self, order: OpenDrawer, said: sentences.Said) -> None:
        self.tell(DrawerFailed(id=order.id, said_zh=said[0], said_en=said[1]))

    async def _tell_scans(self, name: str, scanner: CodeReader) -> None:
        async for read in scanner.reads():
            self.tell(Scan(device=name, text=read.payload.decode("utf-8", errors="replace")))

    async def _tell_cards(self, reader: CardReader) -> None:
        async for read in reader.cards():
            card = Card(
                device=read.device,
                name=read.name,
                number=read.document.number,
                document_type=read.document.kind,
                country=read.document.country,
                born=None if read.born is None else read.born.isoformat(),
                region=read.region,
            )
            self.tell(card)

    def _views(self) -> Devices:
        return Devices(devices=[self._view(name, kind) for name, kind in self._kinds.items()])

    def _view(self, name: str, kind: DeviceKind) -> DeviceView:
        printer, drawer = self._devices.printers.get(name), self._devices.drawer
        health = self._health.get(name, DeviceHealth(name, DeviceState.CONNECTING, ""))
        state = None if printer is None else printer.state
        said_zh, said_en = sentences.of_device(kind, health, state)
        return DeviceView(
            name=name,
            kind=kind,
            state=health.state,
            printer_state=state,
            opens_drawer=drawer is not None and drawer.printer == name,
            said_zh=said_zh,
            said_en=said_en,
        )


async def _awaited(work: Awaitable[None]) -> None:
    await work
