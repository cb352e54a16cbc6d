"""The event loop's own time, which only measures how long something takes: rules and records take the time as an argument."""

import asyncio


def loop_s() -> float:
    """Return the seconds of the running loop's clock."""
    return asyncio.get_running_loop().time()
