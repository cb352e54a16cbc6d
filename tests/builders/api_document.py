"""The OpenAPI document of all operations, made once in a process and not while tests are collected."""

from functools import cache
from typing import Any

from central.operations import OPERATIONS
from central.web.openapi import document


@cache
def api_document() -> Any:  # noqa: ANN401 - JSON
    """Return the document. A test reads it and changes nothing in it."""
    return document(OPERATIONS, "Paifang", "1")
