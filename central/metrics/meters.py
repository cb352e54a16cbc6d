"""What this process counts as it works: requests, and how late the event loop runs.

Laws: labels are bounded: an operation by its id, never a path, a number or a person; a caller that leaves is counted too.
"""

import asyncio

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

LOOK_EVERY_S = 0.5
NO_OPERATION = "none"
CALLER_LEFT = "left"
_DURATIONS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_LAGS_S = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)


class Meters:
    """The meters of one application; it is the web's `Traffic`."""

    def __init__(self) -> None:
        """Make the meters, with a registry of their own."""
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = Counter(
            "paifang_http_requests", "Requests that are over.", ("operation", "status"), registry=self.registry
        )
        self._durations = Histogram(
            "paifang_http_request_duration_seconds",
            "From a request's headers to the end of its handler; long polls included.",
            ("operation",),
            buckets=_DURATIONS_S,
            registry=self.registry,
        )
        self._in_flight = Gauge("paifang_http_requests_in_flight", "Requests that are being handled.", registry=self.registry)
        self._lag = Histogram(
            "paifang_event_loop_lag_seconds",
            f"How late the event loop came back to a task that slept for {LOOK_EVERY_S} s.",
            buckets=_LAGS_S,
            registry=self.registry,
        )

    def begun(self) -> None:
        """Count a request that has come."""
        self._in_flight.inc()

    def ended(self, operation_id: str, status: int | None, duration_s: float) -> None:
        """Count a request that is over."""
        operation = operation_id or NO_OPERATION
        self._in_flight.dec()
        self._requests.labels(operation, CALLER_LEFT if status is None else str(status)).inc()
        self._durations.labels(operation).observe(duration_s)

    async def watch_loop(self) -> None:
        """Measure the event loop's lag until this task is cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            began_s = loop.time()
            await asyncio.sleep(LOOK_EVERY_S)
            self._lag.observe(max(0.0, loop.time() - began_s - LOOK_EVERY_S))
