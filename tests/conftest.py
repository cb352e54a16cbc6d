"""What every test shares: Hypothesis without time limits, and the law that a test proves in its report."""

import gc
from collections import Counter

import pytest
import structlog
from hypothesis import settings

pytest_plugins = ["pytester", "tests.durations"]

_SLICES = (
    *("admissions", "agencies", "audit", "catalog", "identity", "issuing", "parameters"),
    *("faces", "imports", "live", "metrics", "payments", "promoters", "refunds", "reports", "sales", "shifts", "shop"),
)
_OF_A_SLICE = 6
_OF_SYNC = 4
# Only PostgreSQL has several processes: these run whole.
_OF_SEVERAL_PROCESSES = tuple(f"tests/central/sync/test_{name}.py" for name in ("two_processes", "publisher", "capacity"))
settings.register_profile("house", deadline=None, print_blob=True, max_examples=25)
settings.register_profile("sweep", settings.get_profile("house"), max_examples=1_000)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let what is sampled be done as a whole, or a simulation run for longer, or one schedule be played again."""
    parser.addoption("--sweep", action="store_true", help="do as a whole what is sampled otherwise")
    parser.addoption("--schedules", type=int, default=60, help="how many seeded schedules tests/simulation plays")
    parser.addoption(
        "--api-examples", type=int, default=1, help="how many calls of each kind Schemathesis makes to each operation"
    )
    parser.addoption("--payment-schedules", type=int, default=10, help="how many of them are of payments")
    parser.addoption("--schedule", type=int, default=None, help="play the schedule of this seed alone")


def pytest_configure(config: pytest.Config) -> None:
    """Choose how many examples each property meets, before any test is imported."""
    settings.load_profile("sweep" if config.getoption("--sweep") else "house")


@pytest.fixture(scope="session")
def is_sweep(pytestconfig: pytest.Config) -> bool:
    """Whether this run does as a whole what is sampled otherwise."""
    return bool(pytestconfig.getoption("--sweep"))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is sampled, and keep what runs against the real clock on two workers: never more than two share the machine."""
    if not items or not items[0].config.getoption("--sweep"):
        _leave_out(items)
    for item in items:
        function = getattr(item, "obj", None)
        samples = _sample(item)[1] > 1 or "is_sweep" in getattr(item, "fixturenames", ())
        if samples or getattr(function, "is_hypothesis_test", False):
            item.add_marker(pytest.mark.sweep)
        if item.nodeid.startswith("tests/architecture/"):
            item.add_marker(pytest.mark.xdist_group("architecture"))  # they share what they have read of the files
        if item.get_closest_marker("real_time") is not None:
            is_contract = item.nodeid.startswith(("tests/contracts/", "tests/edge/"))
            item.add_marker(pytest.mark.xdist_group("real_time_1" if is_contract else "real_time_2"))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Let the collector of garbage pass over what was imported and collected: it lives as long as the run."""
    gc.collect()
    gc.freeze()
    if getattr(session.config.option, "loadgroup", False):
        _demand_groups(session.items)


def _demand_groups(items: list[pytest.Item]) -> None:
    """Refuse to run where groups are not kept together: four browsers and real clocks at once fail on two cores."""
    for item in items:
        if item.get_closest_marker("xdist_group") is not None and "@" not in item.nodeid.rpartition("]")[2]:
            message = f"pytest-xdist does not keep the group of {item.nodeid} together: check the versions in pyproject.toml"
            raise pytest.UsageError(message)


def _leave_out(items: list[pytest.Item]) -> None:
    """Keep one of so many items of a sampled test, on each database beginning with the first."""
    met: Counter[tuple[str, bool]] = Counter()
    left_out = []
    for item in items:
        kind, share = _sample(item)
        if met[kind] % share:
            left_out.append(item)
        met[kind] += 1
    if left_out:
        gone = set(left_out)
        items[:] = [item for item in items if item not in gone]
        left_out[0].config.hook.pytest_deselected(items=left_out)


def _sample(item: pytest.Item) -> tuple[tuple[str, bool], int]:
    """Return what an item is a sample of, and of how many one is run.

    The slices of central run whole on SQLite. On PostgreSQL one of six tests of each file shows that it understands their
    statements; of the sync with gates one of four. The store, the jobs, the API, and all that several processes do, run whole on
    both.
    """
    is_postgresql = item.get_closest_marker("postgresql") is not None
    sampled = item.get_closest_marker("sampled")
    if sampled is not None:
        return (item.nodeid.partition("[")[0], is_postgresql), int(sampled.args[0])
    if is_postgresql and item.nodeid.startswith(tuple(f"tests/central/{name}/" for name in _SLICES)):
        return (item.nodeid.partition("::")[0], True), _OF_A_SLICE
    if is_postgresql and item.nodeid.startswith("tests/central/sync/") and not item.nodeid.startswith(_OF_SEVERAL_PROCESSES):
        return (item.nodeid.partition("::")[0], True), _OF_SYNC
    return (item.nodeid, is_postgresql), 1


def pytest_runtest_teardown() -> None:
    """Take back how a command that ran within a test has the log written: to a stream that pytest closes after it."""
    structlog.reset_defaults()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Put the numbers of the laws into the report, which travels from the workers to the process that prints it."""
    for mark in item.iter_markers("law"):
        item.user_properties.append(("law", mark.args[0]))
