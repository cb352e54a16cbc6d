"""Readings as metric families, by the conventions of Prometheus: base units, `_total` for what only rises, bounded labels."""

from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from platform import python_version

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from sqlalchemy import QueuePool
from sqlalchemy.ext.asyncio import AsyncEngine

from central.jobs.runs import Runs
from central.metrics.readings import Readings, Waiting
from central.store.engine import Database
from protocol.instants import MS_PER_SECOND, Instant

PACKAGE = "paifang"


def of_readings(found: Readings, now: Instant) -> Iterator[Metric]:
    """Yield what the database says."""
    yield _gauge(
        "feed_head_age_seconds",
        "Since the newest signed timestamp of a site was published.",
        ("site",),
        (((site,), _age_s(at, now)) for site, at in found.heads.items()),
    )
    yield from _of_agents(found.agents, now)
    yield _counter(
        "journal_entries_ingested",
        "Entries of gates' journals, and of the journal of online admissions, up to each one's first gap.",
        ("kind",),
        (((kind,), count) for kind, count in found.entries.items()),
    )
    yield from _waiting("payments_waiting", "payments that central still follows", "state", found.payments, now)
    yield from _waiting("refunds_waiting", "refunds that are not paid out", "state", found.refunds, now)
    yield from _waiting("payment_refunds_waiting", "refunds under way at an institution", "state", found.returns, now)
    yield from _waiting("feed_changes_waiting", "changes of tickets that gates were not told of", "site", found.feed_changes, now)
    yield _gauge("exports_running", "Exports that are being made.", (), [((), found.exports)])


def of_jobs(by_name: Mapping[str, Runs]) -> Iterator[Metric]:
    """Yield how the jobs and loops of this process ran."""
    outcomes = [((name, "success"), one.succeeded) for name, one in by_name.items()]
    outcomes += [((name, "failure"), one.failed) for name, one in by_name.items()]
    yield _counter("job_runs", "Runs of jobs and loops in this process.", ("job", "outcome"), outcomes)
    for what, at in (
        ("success", {name: one.succeeded_at for name, one in by_name.items()}),
        ("failure", {name: one.failed_at for name, one in by_name.items()}),
    ):
        yield _gauge(
            f"job_last_{what}_timestamp_seconds",
            f"When a job or loop of this process last ended in {what}.",
            ("job",),
            (((name,), one / MS_PER_SECOND) for name, one in at.items() if one is not None),
        )


def of_process(database: Database, *, answers: bool, leads: bool) -> Iterator[Metric]:
    """Yield what this process knows without the database."""
    yield _gauge("database_up", "1 where the database answered this scrape in time.", (), [((), int(answers))])
    yield _gauge("leader", "1 where this process leads: it publishes, and runs the leader's jobs.", (), [((), int(leads))])
    pools = _pools(database)
    yield _gauge(
        "database_connections_in_use",
        "Connections that are handed out.",
        ("pool",),
        (((name,), pool.checkedout()) for name, pool in pools.items()),
    )
    yield _gauge(
        "database_connections_most",
        "Connections that a pool may open.",
        ("pool",),
        (((name,), pool.size()) for name, pool in pools.items()),
    )
    yield _gauge("build_info", "What runs here; always 1.", ("version", "python"), [((version(PACKAGE), python_version()), 1)])


def _of_agents(agents: Mapping[str, Waiting], now: Instant) -> Iterator[Metric]:
    counts = (((state,), one.count) for state, one in agents.items())
    ages = (((state,), _age_s(one.oldest_at, now)) for state, one in agents.items())
    yield _gauge("agents", "Enrolled computers.", ("state",), counts)
    yield _gauge("agents_oldest_seen_age_seconds", "Since the agent that is silent for longest was seen.", ("state",), ages)


def _waiting(name: str, what: str, label: str, found: Mapping[str, Waiting], now: Instant) -> Iterator[Metric]:
    counts = (((key,), one.count) for key, one in found.items())
    ages = (((key,), _age_s(one.oldest_at, now)) for key, one in found.items())
    yield _gauge(name, f"How many: {what}.", (label,), counts)
    yield _gauge(f"{name}_oldest_age_seconds", f"The age of the oldest: {what}.", (label,), ages)


def _pools(database: Database) -> dict[str, QueuePool]:
    """Return the pools by their names; on PostgreSQL long reads share the one pool."""
    engines: dict[str, AsyncEngine] = {"main": database.engine}
    if database.long_reads is not database.engine:
        engines["long_reads"] = database.long_reads
    return {name: pool for name, one in engines.items() if isinstance(pool := one.sync_engine.pool, QueuePool)}


def _gauge(name: str, said: str, labels: tuple[str, ...], values: Iterable[tuple[tuple[str, ...], float]]) -> Metric:
    family = GaugeMetricFamily(f"paifang_{name}", said, labels=labels)
    for key, value in values:
        family.add_metric(key, value)
    return family


def _counter(name: str, said: str, labels: tuple[str, ...], values: Iterable[tuple[tuple[str, ...], float]]) -> Metric:
    family = CounterMetricFamily(f"paifang_{name}", said, labels=labels)
    for key, value in values:
        family.add_metric(key, value)
    return family


def _age_s(at: Instant, now: Instant) -> float:
    return max(0, now - at) / MS_PER_SECOND
