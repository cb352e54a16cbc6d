"""A version of a site's feed, as orders, refunds and the publisher speak of it. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class FeedVersion:
    """A version of a site's feed; a later epoch is later, with any version."""

    epoch: int
    version: int
