"""Figures from central's database, read beside the running server."""

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

from protocol.journal.codec import decode_entry
from protocol.journal.events import Refusal


class Books:
    """Journals and ledger."""

    def __init__(self, database: Path) -> None:
        self._address = f"file:{database}?mode=ro"

    def refusals(self) -> Counter[str]:
        """Count the refusals in the uploaded journals, by reason."""
        entries = [decode_entry(data) for (data,) in self._select("SELECT data FROM journal_entry")]
        return Counter(entry.event.reason for entry in entries if isinstance(entry.event, Refusal))

    def into_fen(self, accounts: str) -> int:
        """Return the sum paid into all accounts of a kind (`cash`, `clearing`)."""
        return self._sum(f"SELECT sum(amount_fen) FROM ledger_entry WHERE debit LIKE '{accounts}/%'")  # noqa: S608 - our own word

    def out_of_fen(self, accounts: str) -> int:
        """Return the sum paid out of all accounts of a kind."""
        return self._sum(f"SELECT sum(amount_fen) FROM ledger_entry WHERE credit LIKE '{accounts}/%'")  # noqa: S608 - our own word

    def balance_fen(self, accounts: str) -> int:
        """Return the balance of all accounts of a kind."""
        return self.into_fen(accounts) - self.out_of_fen(accounts)

    def _sum(self, query: str) -> int:
        return int(self._select(query)[0][0] or 0)

    def _select(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self._address, uri=True)) as connection:
            return connection.execute(query).fetchall()
