"""What every test shares: Hypothesis without time limits, and the law that a test proves in its report."""

import os

import pytest
import structlog
from hypothesis import settings

pytest_plugins = ["pytester"]

settings.register_profile("house", deadline=None, print_blob=True)
settings.register_profile("thorough", settings.get_profile("house"), max_examples=2_000)
settings.load_profile(os.environ.get("PAIFANG_HYPOTHESIS", "house"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a simulation run for longer, or play one schedule again."""
    parser.addoption("--schedules", type=int, default=200, help="how many seeded schedules tests/simulation plays")
    parser.addoption(
        "--api-examples", type=int, default=1, help="how many calls of each kind Schemathesis makes to each operation"
    )
    parser.addoption("--payment-schedules", type=int, default=40, help="how many of them are of payments")
    parser.addoption("--schedule", type=int, default=None, help="play the schedule of this seed alone")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep on one worker what runs against the real clock."""
    for item in items:
        if item.get_closest_marker("real_time") is not None:
            item.add_marker(pytest.mark.xdist_group("real_time"))


def pytest_runtest_teardown() -> None:
    """Take back how a command that ran within a test has the log written: to a stream that pytest closes after it."""
    structlog.reset_defaults()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Put the numbers of the laws into the report, which travels from the workers to whoever prints it."""
    for mark in item.iter_markers("law"):
        item.user_properties.append(("law", mark.args[0]))
