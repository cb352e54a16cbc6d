"""Uploads the journal to central.

Laws: batches are contiguous from the last receipt, and sending one again is harmless; only a proved receipt moves the mark;
entries that central lost are sent again; a journal that central contradicts goes on under a new id (law 5).
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import structlog

from edge.central_client import AgentRevoked
from edge.journal.journal import Journal
from edge.sync.schedule import IDLE_WAIT_MS, wait_ms
from protocol.errors import PeerError
from protocol.identifiers import JournalId, Sequence
from protocol.instants import MS_PER_SECOND
from protocol.journal.events import ClockReading
from protocol.sync.answers import Receipt
from protocol.sync.messages import JournalBatch, JournalGap

Sleep = Callable[[float], Awaitable[None]]

# An entry is often an admission whose release comes next: the release goes first, because the upload shares its loop.
RELEASE_FIRST_S = 0.02

_log = structlog.get_logger()


class Central(Protocol):
    """A receiver of batches."""

    async def upload(self, batch: JournalBatch) -> Receipt | JournalGap:
        """Return a proved receipt, or the gap that names the entry to send from; raise PeerError where neither came."""
        ...


class Step(StrEnum):
    """The result of one step of the upload."""

    NOTHING = "nothing"
    SENT = "sent"
    SENT_APART = "sent-apart"  # stored in quarantine
    BEGUN_AGAIN = "begun-again"  # stored, but the journal goes on under a new id
    GOING_BACK = "going-back"  # central lacks entries; the next step sends them


@dataclass(frozen=True, slots=True)
class UploadPorts:
    """What the upload needs: the agent's clock, and the trust store's mark of how far the journal is acknowledged."""

    clock: Callable[[], ClockReading]
    save_mark: Callable[[JournalId, Sequence], None]


async def upload_once(journal: Journal, central: Central, ports: UploadPorts) -> Step:
    """Send one batch. Raise PeerError where central fails or answers the impossible; StorageError where a file of ours fails."""
    batch = journal.unsent(ports.clock())
    if batch is None:
        return Step.NOTHING
    answer = await central.upload(batch)
    if answer.journal_id != batch.journal_id:
        raise PeerError(f"central answers about journal {answer.journal_id.hex()} when it was sent {batch.journal_id.hex()}")
    if isinstance(answer, JournalGap):
        journal.resend_from(answer.journal_id, answer.expected)
        return Step.GOING_BACK
    return _acknowledge(journal, batch, answer, ports)


def _acknowledge(journal: Journal, batch: JournalBatch, receipt: Receipt, ports: UploadPorts) -> Step:
    sent = batch.head.head.sequence
    if receipt.sequence < sent:
        raise PeerError(f"central acknowledges entry {receipt.sequence} when it was sent entries up to {sent}")
    goes_on = journal.acknowledge(receipt)
    ports.save_mark(batch.journal_id, sent)
    if not goes_on:
        journal.begin_again(f"central stored entries up to {receipt.sequence} ({receipt.quarantine or 'ahead'})", ports.clock())
        return Step.BEGUN_AGAIN
    return Step.SENT_APART if receipt.quarantine else Step.SENT


@dataclass(frozen=True, slots=True)
class Pace:
    """How a loop waits: `sleep` in seconds, `chance` from 0 to 1."""

    chance: Callable[[], float]
    sleep: Sleep

    async def sleep_after(self, failures: int) -> None:
        """Wait before the next try, after so many failures in a row."""
        await self.sleep(wait_ms(failures, self.chance()) / MS_PER_SECOND)


class Uploader:
    """Uploads for as long as the agent lives. Lifetime: `run` is one task; cancel it to end."""

    def __init__(self, journal: Journal, central: Central, ports: UploadPorts, pace: Pace) -> None:
        self._journal = journal
        self._central = central
        self._ports = ports
        self._pace = pace
        self._recorded = asyncio.Event()

    def wake(self) -> None:
        """Note that there is a new entry to send."""
        self._recorded.set()

    async def run(self) -> None:
        """Upload each new entry. Ends only with a fault: AgentRevoked, or a StorageError of our own files."""
        failures = 0
        while True:
            self._recorded.clear()
            try:
                step = await upload_once(self._journal, self._central, self._ports)
            except AgentRevoked:
                raise
            except PeerError as error:
                failures += 1
                _log.warning("upload failed", failures=failures, detail=str(error))
                await self._pace.sleep_after(failures)
                continue
            failures = 0
            if step is Step.NOTHING:
                self._journal.checkpoint()
                await self._until_recorded()

    async def _until_recorded(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(IDLE_WAIT_MS / MS_PER_SECOND):
                await self._recorded.wait()
            await self._pace.sleep(RELEASE_FIRST_S)


async def keep_head_signed(
    journal: Journal, clock: Callable[[], ClockReading], sleep: Callable[[float], Awaitable[None]]
) -> None:
    """Sign the journal's head in time, with or without a network. Ends only with a fault: JournalClosed."""
    while True:
        await sleep(IDLE_WAIT_MS / MS_PER_SECOND)
        journal.sign_head_if_due(clock())
