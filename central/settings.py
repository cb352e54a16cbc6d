"""What an operator may set: environment variables `PAIFANG_...`, or a TOML file that `PAIFANG_CONFIG` names.

Laws: every setting has a default with which the embedded server runs; an unknown or wrong setting is refused by name; only
`central.__main__` and `central.assembly` read settings.
"""

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from protocol.errors import SettingsError

CONFIG_VARIABLE = "PAIFANG_CONFIG"
PREFIX = "PAIFANG_"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class CentralSettings(BaseSettings):
    """Settings of central.

    `data_dir` holds the embedded database and the keys; `database_url` names another database; `console_dir` holds the builds of
    the web console; `public_origin` is the address
    that agents and browsers dial where a proxy stands in front; `root_passphrase` opens the root key (made with it at first
    start; without it a passphrase is made and shown once); `log_level` says which calls of the API are kept; `metrics_port` gives
    the metrics an address of their own, at `metrics_host`.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    data_dir: Path = Path("var/central")
    database_url: str = ""
    console_dir: Path = Path(__file__).parent / "console" / "dist"
    listen_host: str = "127.0.0.1"
    listen_port: Annotated[int, Field(ge=0, le=65_535)] = 8080
    public_origin: Annotated[str, Field(pattern=r"^(https?://[^/\s]+)?$")] = ""
    root_passphrase: SecretStr | None = None
    log_level: Literal["nothing", "failures", "changes", "everything"] = "changes"
    metrics_host: str = "127.0.0.1"
    metrics_port: Annotated[int | None, Field(ge=0, le=65_535)] = None

    @property
    def url(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / 'central.db'}"

    @property
    def shows_metrics_beside_api(self) -> bool:
        """Whether metrics stand on the API's address: they have none of their own, and only this machine reaches the API's."""
        return self.metrics_port is None and not self.public_origin and self.listen_host in _LOOPBACK

    @property
    def keys_dir(self) -> Path:
        """Where the key files are."""
        return self.data_dir / "keys"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment take precedence over the file."""
        del dotenv_settings, file_secret_settings
        file = os.environ.get(CONFIG_VARIABLE)
        sources = (init_settings, env_settings)
        return (*sources, TomlConfigSettingsSource(settings_cls, file)) if file else sources


def read_settings() -> CentralSettings:
    """Return the settings; SettingsError that names the first wrong one."""
    file = os.environ.get(CONFIG_VARIABLE)
    if file and not Path(file).is_file():
        raise SettingsError(f"{CONFIG_VARIABLE} names {file}, which is no file")
    try:
        return CentralSettings()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"setting {PREFIX}{name.upper()}: {first['msg']}") from error
