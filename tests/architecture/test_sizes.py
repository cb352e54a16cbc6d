"""Files of at most 400 lines, functions of at most 50, at most 6 parameters. An exception is named here, with its reason."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, named, python_files

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 50
MAX_PARAMETERS = 6

FILE_EXCEPTIONS: dict[str, str] = {}
FUNCTION_EXCEPTIONS: dict[str, str] = {
    "protocol/admission/check_codec.py:check_to_value": "one arm a check, all flat",
    "protocol/admission/checks.py:_failure_of": "one arm a check, all flat",
}
PARAMETER_EXCEPTIONS: dict[str, str] = {}
# A migration is a record of what was done to a database once; a split would only hide its order.
UNCAPPED_DIRECTORIES = ("central/store/migrations/versions",)

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions_of(source: str, prefix: str = "") -> Iterator[tuple[str, Function]]:
    """Yield each function of a module, with the names of the classes and functions around it."""
    yield from _functions_in(ast.parse(source), prefix)


def _functions_in(node: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
    for child in ast.iter_child_nodes(node):
        name = prefix
        if isinstance(child, ast.ClassDef | Function):
            name = f"{prefix}.{child.name}" if prefix else child.name
        if isinstance(child, Function):
            yield name, child
        yield from _functions_in(child, name)


def lines_of(function: Function) -> int:
    """Return the lines of a function from `def` to its last, the docstring not counted."""
    assert function.end_lineno is not None
    has_docstring = ast.get_docstring(function, clean=False) is not None
    docstring = function.body[0] if has_docstring else None
    without = (docstring.end_lineno or 0) - docstring.lineno + 1 if docstring is not None else 0
    return function.end_lineno - function.lineno + 1 - without


def parameters_of(function: Function) -> int:
    """Return how many parameters a caller may give; self and cls are not given."""
    given = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return len([argument for argument in given if argument.arg not in {"self", "cls"}])


def too_long_files(paths: list[Path]) -> dict[str, int]:
    counted = {named(path): path.read_text(encoding="utf-8").count("\n") for path in paths}
    return {name: lines for name, lines in counted.items() if lines > MAX_FILE_LINES and name not in FILE_EXCEPTIONS}


def too_large_functions(name: str, source: str) -> dict[str, str]:
    found = {}
    for function_name, function in functions_of(source):
        place = f"{name}:{function_name}"
        if lines_of(function) > MAX_FUNCTION_LINES and place not in FUNCTION_EXCEPTIONS:
            found[place] = f"{lines_of(function)} lines"
        elif (
            parameters_of(function) > MAX_PARAMETERS and place not in PARAMETER_EXCEPTIONS and not _is_tabled_test(name, function)
        ):
            found[place] = f"{parameters_of(function)} parameters"
    return found


def _is_tabled_test(name: str, function: Function) -> bool:
    """Whether this is a test whose parameters are the columns of a table."""
    return name.startswith("tests/") and function.name.startswith("test_")


CAPPED = [path for path in python_files() if not named(path).startswith(UNCAPPED_DIRECTORIES)]


def test_no_file_is_too_long() -> None:
    assert too_long_files(CAPPED) == {}


def test_no_function_is_too_large() -> None:
    found: dict[str, str] = {}
    for path in CAPPED:
        found |= too_large_functions(named(path), path.read_text(encoding="utf-8"))
    assert found == {}


@pytest.mark.parametrize("place", [*FILE_EXCEPTIONS, *FUNCTION_EXCEPTIONS, *PARAMETER_EXCEPTIONS])
def test_each_exception_still_exists(place: str) -> None:
    path, _, function = place.partition(":")
    assert (ROOT / path).is_file()
    assert not function or function in {name for name, _ in functions_of((ROOT / path).read_text(encoding="utf-8"))}


def test_a_planted_giant_is_found(tmp_path: Path) -> None:
    long_file = tmp_path / "long.py"
    long_file.write_text("x = 1\n" * (MAX_FILE_LINES + 1), encoding="utf-8")
    assert list(too_long_files([long_file]).values()) == [MAX_FILE_LINES + 1]
    body = "    x = 1\n" * MAX_FUNCTION_LINES
    assert too_large_functions("a.py", f"class A:\n  def f(self):\n{body}") == {"a.py:A.f": "51 lines"}
    assert too_large_functions("a.py", f'def f():\n    """{"x" * 9}"""\n{body[:-10]}') == {}
    assert too_large_functions("a.py", "def f(a, b, c, d, *, e, f, g): pass") == {"a.py:f": "7 parameters"}
    assert too_large_functions("a.py", "class A:\n  async def f(self, a, b, c, d, e, f): pass") == {}
