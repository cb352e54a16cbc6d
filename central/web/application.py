"""The aiohttp application over a set of declared operations."""

from collections.abc import Callable

from aiohttp import web

from central.web.access import Authenticator
from central.web.bodies import MAX_BODY_BYTES
from central.web.middleware import dated, problems, request_ids
from central.web.once import RUNNING, Running
from central.web.operations import AUTHENTICATOR, CLOCK, Operation, add_operations
from protocol.instants import Clock


def make_application(
    operations: tuple[Operation, ...],
    *,
    clock: Clock,
    authenticator: Authenticator,
    random_bytes: Callable[[int], bytes],
    most_body_bytes: int = MAX_BODY_BYTES,
) -> web.Application:
    """Return the application; the caller puts each slice's service under that slice's key.

    `most_body_bytes` bounds every body, raw operations included (journal batches are larger than JSON).
    """
    app = web.Application(middlewares=[request_ids(random_bytes), dated(clock), problems], client_max_size=most_body_bytes)
    app[CLOCK] = clock
    app[RUNNING] = Running()
    app[AUTHENTICATOR] = authenticator
    add_operations(app, operations)
    return app
