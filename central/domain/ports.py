"""What the assembly hands to services of many slices."""

from collections.abc import Callable

# Returns so many random bytes.
RandomBytes = Callable[[int], bytes]
# Wakes the publisher: gates must hear of a change.
Wake = Callable[[], None]
