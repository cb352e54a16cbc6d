"""The sheets that the page orders, printed one after another on each printer, and each id once.

Laws: that a print begins is durable before its first byte is sent, so that after a power cut it is not printed again unseen; a
print whose outcome is not known stays so, until a person has looked and the page orders it by a new id; what is printed is kept
in memory only, and for no longer than it waits.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol

import structlog

from edge.counter import sentences
from edge.counter.bilevel_png import raster_of
from edge.counter.messages import Outcome, Print, Printed, PrintFailed, ToPage
from edge.counter.sentences import Said
from edge.counter.store import PrintState
from edge.devices.ports import DeviceFault, NothingPrinted, PrinterState, Raster, Sheetful, TicketPrinter
from protocol.errors import InputError, StorageError

MAX_WAITING = 100
MAX_REMEMBERED = 1_000  # contents of prints, as hashes that this process alone can compute

_log = structlog.get_logger()


class PrintStates(Protocol):
    """What is known of prints, by their ids; it outlives the agent."""

    def print_state(self, print_id: str) -> PrintState:
        """Return what is known of a print."""
        ...

    def save_print(self, print_id: str, state: PrintState) -> None:
        """Keep it; durable on return."""
        ...


class PrintQueues:
    """A queue for each printer."""

    def __init__(self, printers: Mapping[str, TicketPrinter], states: PrintStates, tell: Callable[[ToPage], None]) -> None:
        self._printers = printers
        self._states = states
        self._tell = tell
        self._queues: dict[str, asyncio.Queue[Print]] = {name: asyncio.Queue(MAX_WAITING) for name in printers}
        self._waiting: set[str] = set()
        self._contents: dict[str, int] = {}

    def order(self, wanted: Print) -> None:
        """Print a sheet, or tell again what became of it."""
        name = wanted.printer or next(iter(self._printers), "")
        queue = self._queues.get(name)
        if not self._is_as_before(wanted):
            self._tell_failure(wanted, Outcome.NOTHING, PrinterState.UNKNOWN, sentences.ANOTHER_CONTENT)
            return
        if wanted.id in self._waiting:
            return
        if queue is None:
            self._fail(wanted, Outcome.NOTHING, PrinterState.UNKNOWN, sentences.NO_PRINTER)
            return
        state = self._printers[name].state
        try:
            known = self._states.print_state(wanted.id)
        except StorageError as fault:
            _log.error("a print was refused", detail=str(fault))
            self._fail(wanted, Outcome.NOTHING, state, sentences.NOT_WRITTEN_DOWN)
            return
        if known is PrintState.PRINTED:
            self._tell(Printed(id=wanted.id))
        elif known is not PrintState.NEW:
            self._fail(wanted, Outcome.UNKNOWN, state, sentences.STARTED_BEFORE)
        elif queue.full():
            self._fail(wanted, Outcome.NOTHING, state, sentences.TOO_MANY)
        else:
            self._waiting.add(wanted.id)
            queue.put_nowait(wanted)

    async def run(self) -> None:
        """Print what is ordered, until cancelled; raise StorageError where a print cannot be written down."""
        async with asyncio.TaskGroup() as tasks:
            for name, printer in self._printers.items():
                tasks.create_task(self._serve(printer, self._queues[name]))

    async def _serve(self, printer: TicketPrinter, queue: asyncio.Queue[Print]) -> None:
        while True:
            wanted = await queue.get()
            try:
                await self._print(printer, wanted)
            finally:
                self._waiting.discard(wanted.id)

    async def _print(self, printer: TicketPrinter, wanted: Print) -> None:
        try:
            sheet = _content(wanted)
            self._states.save_print(wanted.id, PrintState.BEGUN)
        except InputError as fault:
            self._fail(wanted, Outcome.NOTHING, printer.state, (sentences.DOTS_UNREADABLE_ZH, str(fault)))
            return
        except StorageError:
            self._fail(wanted, Outcome.NOTHING, printer.state, sentences.NOT_WRITTEN_DOWN)
            raise
        try:
            await printer.print(sheet)
        except DeviceFault as fault:
            nothing, state = isinstance(fault, NothingPrinted), printer.state
            self._states.save_print(wanted.id, PrintState.NEW if nothing else PrintState.UNKNOWN)
            said = sentences.of_failed_sheet(state, str(fault), may_be_out=not nothing)
            self._fail(wanted, Outcome.NOTHING if nothing else Outcome.UNKNOWN, state, said)
            return
        self._states.save_print(wanted.id, PrintState.PRINTED)
        self._tell(Printed(id=wanted.id))

    def _is_as_before(self, wanted: Print) -> bool:
        """Return whether the id was not used for another sheet."""
        content = hash((wanted.printer, tuple(wanted.lines), wanted.code, wanted.png))
        known = self._contents.setdefault(wanted.id, content)
        if len(self._contents) > MAX_REMEMBERED:
            del self._contents[next(iter(self._contents))]
        return known == content

    def _fail(self, wanted: Print, outcome: Outcome, state: PrinterState, said: Said) -> None:
        # A page that repeats it in answer to this must find it no longer waiting.
        self._waiting.discard(wanted.id)
        if outcome is Outcome.NOTHING:
            self._contents.pop(wanted.id, None)
        self._tell_failure(wanted, outcome, state, said)

    def _tell_failure(self, wanted: Print, outcome: Outcome, state: PrinterState, said: Said) -> None:
        self._tell(PrintFailed(id=wanted.id, outcome=outcome, state=state, said_zh=said[0], said_en=said[1]))


def _content(wanted: Print) -> Sheetful | Raster:
    return raster_of(wanted.png) if wanted.png else Sheetful(tuple(wanted.lines), wanted.code)
