"""The files of protocol/vectors and the function that makes each."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.vectors.feed import content_vectors, role_vectors
from tests.vectors.journal import journal_vectors
from tests.vectors.sync import answer_vectors, message_vectors, request_vectors
from tests.vectors.tables import admission_vectors, table_vectors
from tests.vectors.tickets import credential_vectors, keyring_vectors, ticket_vectors

DIRECTORY = Path(__file__).parents[2] / "protocol" / "vectors"
FILES: Mapping[str, Callable[[], dict[str, object]]] = {
    "tickets": ticket_vectors,
    "keyring": keyring_vectors,
    "credentials": credential_vectors,
    "tables": table_vectors,
    "admission": admission_vectors,
    "journal": journal_vectors,
    "feed_content": content_vectors,
    "feed_roles": role_vectors,
    "messages": message_vectors,
    "requests": request_vectors,
    "answers": answer_vectors,
}


def path_of(name: str) -> Path:
    """Return the path of the vectors of that name."""
    return DIRECTORY / f"{name}.json"


def text_of(vectors: dict[str, object]) -> str:
    """Return a file's text: one line for each entry of a list or map at the top, so that a change is easy to see."""
    parts = [f"{json.dumps(name)}: {_lines(value)}" for name, value in vectors.items()]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _lines(value: object) -> str:
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(f"  {_flat(item)}" for item in value) + "\n]"
    if isinstance(value, dict) and value:
        return "{\n" + ",\n".join(f"  {json.dumps(key)}: {_flat(item)}" for key, item in value.items()) + "\n}"
    return _flat(value)


def _flat(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
