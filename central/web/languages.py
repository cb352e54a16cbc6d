"""The language in which the caller reads: Chinese, or else English."""

from collections.abc import Mapping


def reads_chinese(headers: Mapping[str, str]) -> bool:
    """Return whether the caller prefers Chinese (`Accept-Language`, RFC 9110, section 12.5.4)."""
    return headers.get("Accept-Language", "").lower().startswith("zh")
