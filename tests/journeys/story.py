"""The demo's output: the events, line by line, and the final table that must be right."""

import asyncio
import sys
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

from tests.journeys.processes import JourneyFailed


@dataclass
class Story:
    """Prints and counts. A wrong number fails the journey, after the table was shown."""

    console: Console = field(default_factory=lambda: Console(highlight=False))
    rows: list[tuple[str, int, int]] = field(default_factory=list)

    def chapter(self, title: str) -> None:
        self.console.print(f"\n[bold]{title}[/bold]")

    def tell(self, line: str) -> None:
        self.console.print(f"  {line}")

    async def begin_when_ready(self) -> None:
        """Wait until the person at the terminal is ready to watch; without a terminal, do not wait."""
        if sys.stdin.isatty():
            self.tell("press Enter when the page is open: the visitors come then")
            await asyncio.to_thread(sys.stdin.readline)

    def check(self, what: str, *, holds: bool) -> None:
        """Print a fact that must hold; raise JourneyFailed where it does not."""
        self.console.print(f"  {'✓' if holds else '✗'} {what}")
        if not holds:
            raise JourneyFailed(what)

    def count(self, name: str, value: int, expected: int) -> None:
        """Put a number into the final table."""
        self.rows.append((name, value, expected))

    def finish(self) -> None:
        """Show the table; raise JourneyFailed where a number is wrong."""
        table = Table("", "counted", "must be", title="\nWhat is accounted for")
        for name, value, expected in self.rows:
            mark = "" if value == expected else "  ✗"
            table.add_row(name, f"{value}{mark}", str(expected))
        self.console.print(table)
        wrong = [name for name, value, expected in self.rows if value != expected]
        if wrong:
            raise JourneyFailed(f"these numbers are wrong: {', '.join(wrong)}")
