"""The command `make vectors`: writes protocol/vectors again. A changed file is a changed wire format: raise its version."""

from tests.vectors.files import DIRECTORY, FILES, path_of, text_of


def main() -> None:
    """Write every file."""
    DIRECTORY.mkdir(exist_ok=True)
    for name, make in FILES.items():
        path_of(name).write_text(text_of(make()), encoding="utf-8")


if __name__ == "__main__":
    main()
