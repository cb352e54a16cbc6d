"""The line of a setting in its file."""

import pytest

from edge.toml_lines import SettingPath, line_of

FILE = """data_dir = "/d"
# [[lanes]]
[[lanes]]
name = "a"
  [lanes.turnstile]  # the arm
  port = "/dev/a"
  fire = {index = 1}
[[lanes.readers]]
driver = "x"
[[lanes.readers]]
driver = "y"

[[lanes]]
"name" = "b"
[[lanes.readers]]
driver = "z"
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("data_dir",), 1),
        (("lanes", 0), 3),
        (("lanes", 0, "name"), 4),
        (("lanes", 0, "turnstile"), 5),
        (("lanes", 0, "turnstile", "port"), 6),
        (("lanes", 0, "turnstile", "fire", "index"), 7),
        (("lanes", 0, "turnstile", "missing"), 5),
        (("lanes", 0, "readers", 0, "driver"), 9),
        (("lanes", 0, "readers", 1, "driver"), 11),
        (("lanes", 1, "name"), 14),
        (("lanes", 1, "readers", 0, "driver"), 16),
        (("lanes", 7), 1),
        (("nothing",), 1),
        ((), 1),
    ],
)
def test_a_setting_is_found_or_the_table_around_it(path: SettingPath, line: int) -> None:
    assert line_of(FILE, path) == line
