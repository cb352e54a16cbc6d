"""What wakes a loop of the runner."""

import asyncio


class Wake:
    """Wakes one loop."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def __call__(self) -> None:
        """Wake the loop: there is work."""
        self._event.set()

    async def wait(self) -> None:
        """Wait for work."""
        await self._event.wait()
        self._event.clear()
