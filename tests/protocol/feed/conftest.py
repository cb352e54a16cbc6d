"""A feed published in memory, and a gate that believes it."""

import pytest

from protocol.feed.trust import (
    TrustState,
    begin,
)
from tests.builders.feed import (
    SITE,
    FeedSimulator,
)
from tests.builders.feed_trust import follow


@pytest.fixture
def feed() -> FeedSimulator:
    return FeedSimulator()


@pytest.fixture
def state(feed: FeedSimulator) -> TrustState:
    return follow(feed, begin(SITE, feed.keyrings[0][1]))
