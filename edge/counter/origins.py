"""Who may knock: a page's origin, and the name by which it calls this computer. Pure.

Laws: an origin is compared as a browser writes it, whole and exact; a name other than loopback's is refused, so that a foreign
name that resolves to this computer (DNS rebinding) reaches nothing.
"""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from protocol.errors import SettingsError

LOOPBACK = "127.0.0.1"
_NAMES = (LOOPBACK, "localhost")
_ORIGIN = re.compile(r"https?://(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::[1-9][0-9]{0,4})?")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def origin_of(url: str) -> str:
    """Return the origin of an address, as a browser writes it; raise SettingsError where it has none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
        parts = urlsplit("")
    if not host or parts.scheme not in _DEFAULT_PORTS:
        raise SettingsError(f"{url}: has no origin; write it as https://paifang.example")
    named = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{named}" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{parts.scheme}://{named}:{port}"


def checked(origin: str) -> str:
    """Return an origin that is written as browsers write it; raise ValueError with the remedy for any other text."""
    if not _ORIGIN.fullmatch(origin):
        raise ValueError(f"{origin!r} is no origin; write scheme, name and port alone, such as https://paifang.example")
    if origin_of(origin) != origin:
        raise ValueError(f"{origin!r} is not as browsers write it; write {origin_of(origin)}")
    return origin


def refusal(hosts: Sequence[str], origins: Sequence[str], port: int, allowed: Sequence[str]) -> str:
    """Return why a knock is refused; nothing where it is welcome. `hosts` and `origins` are all such headers of the request."""
    if len(hosts) != 1 or hosts[0].lower() not in [f"{name}:{port}" for name in _NAMES]:
        return "call this computer by 127.0.0.1 or localhost"
    if len(origins) != 1 or origins[0] not in allowed:
        return "this page's origin is not allowed here; see [counter] origins in the agent's settings"
    return ""
