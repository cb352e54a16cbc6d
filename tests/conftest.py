"""What every test shares: Hypothesis without time limits, and the law that a test proves in its report."""

from collections import Counter

import pytest
import structlog
from hypothesis import settings

pytest_plugins = ["pytester", "tests.durations"]

settings.register_profile("house", deadline=None, print_blob=True, max_examples=25)
settings.register_profile("sweep", settings.get_profile("house"), max_examples=1_000)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let what is sampled be done as a whole, or a simulation run for longer, or one schedule be played again."""
    parser.addoption("--sweep", action="store_true", help="do as a whole what is sampled otherwise")
    parser.addoption("--schedules", type=int, default=100, help="how many seeded schedules tests/simulation plays")
    parser.addoption(
        "--api-examples", type=int, default=1, help="how many calls of each kind Schemathesis makes to each operation"
    )
    parser.addoption("--payment-schedules", type=int, default=16, help="how many of them are of payments")
    parser.addoption("--schedule", type=int, default=None, help="play the schedule of this seed alone")


def pytest_configure(config: pytest.Config) -> None:
    """Choose how many examples each property meets, before any test is imported."""
    settings.load_profile("sweep" if config.getoption("--sweep") else "house")


@pytest.fixture(scope="session")
def is_sweep(pytestconfig: pytest.Config) -> bool:
    """Whether this run does as a whole what is sampled otherwise."""
    return bool(pytestconfig.getoption("--sweep"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is sampled, and keep what runs against the real clock on two workers: never more than two share the machine."""
    if not items or not items[0].config.getoption("--sweep"):
        _leave_out(items)
    for item in items:
        function = getattr(item, "obj", None)
        samples = item.get_closest_marker("sampled") is not None or "is_sweep" in getattr(item, "fixturenames", ())
        if samples or getattr(function, "is_hypothesis_test", False):
            item.add_marker(pytest.mark.sweep)
        if item.get_closest_marker("real_time") is not None:
            is_contract = item.nodeid.startswith(("tests/contracts/", "tests/edge/"))
            item.add_marker(pytest.mark.xdist_group("real_time_1" if is_contract else "real_time_2"))


def _leave_out(items: list[pytest.Item]) -> None:
    """Keep one of so many items of a sampled test, on each database beginning with the first."""
    met: Counter[tuple[str, bool]] = Counter()
    left_out = []
    for item in items:
        sampled = item.get_closest_marker("sampled")
        if sampled is not None:
            kind = item.nodeid.partition("[")[0], item.get_closest_marker("postgresql") is not None
            if met[kind] % sampled.args[0]:
                left_out.append(item)
            met[kind] += 1
    if left_out:
        items[:] = [item for item in items if item not in set(left_out)]
        left_out[0].config.hook.pytest_deselected(items=left_out)


def pytest_runtest_teardown() -> None:
    """Take back how a command that ran within a test has the log written: to a stream that pytest closes after it."""
    structlog.reset_defaults()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Put the numbers of the laws into the report, which travels from the workers to whoever prints it."""
    for mark in item.iter_markers("law"):
        item.user_properties.append(("law", mark.args[0]))
