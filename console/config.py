"""What an installation is told from outside: environment, then config.toml, then defaults."""

from __future__ import annotations

import os
import secrets
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

from console.surroundings import find_faults, is_private

#: What a process returns that was configured wrongly (EX_CONFIG).
EXIT_CODE = 78
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
SAMPLES = ("changeme", "change-me", "secret", "sample", "example", "development", "password")
SHORTEST_KEY = 32


class ConfigError(Exception):
    """The configuration cannot be used; `problems` names everything that is wrong with it."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, kw_only=True)
class Config:
    """One checked configuration; each field but *instance* is a key of config.toml."""

    instance: Path
    database_url: str
    secret_key: str
    #: Former keys, so that a new key signs nobody out.
    secret_key_fallbacks: tuple[str, ...] = ()
    #: Where people reach the console, such as https://salon.example.
    base_url: str = ""
    trusted_hosts: tuple[str, ...] = LOOPBACK
    host: str = "127.0.0.1"
    port: int = 8000
    #: 0 stands for what was measured best on the kind of database.
    threads: int = 8
    workers: int = 0
    #: How many proxies of our own stand before the console and set X-Forwarded-For.
    proxies: int = 0
    #: Whether demo data may be loaded and one-click sign-in offered.
    demo: bool = True
    plugin_folder: Path | None = None
    plugin_distributions: frozenset[str] = frozenset()
    plain_http_in_lan: bool = False
    testing: bool = False
    #: What is allowed but should be known; `console check` and the start show it.
    warnings: tuple[str, ...] = ()

    @property
    def https(self) -> bool:
        """Whether people reach the console by https."""
        return self.base_url.startswith("https://")

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a file of ours."""
        return self.database_url.startswith("sqlite")

    def for_flask(self) -> dict[str, Any]:
        """Return the settings of Flask and its extensions."""
        return {
            "SECRET_KEY": self.secret_key,
            "SECRET_KEY_FALLBACKS": list(self.secret_key_fallbacks),
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            "TESTING": self.testing,
            "TRUSTED_HOSTS": list(self.trusted_hosts),
            "MAX_CONTENT_LENGTH": 32 * 1024 * 1024,
            "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
            "MAX_FORM_PARTS": 2000,
            "SESSION_COOKIE_NAME": "__Host-console" if self.https else "console",
            "SESSION_COOKIE_SECURE": self.https,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "SESSION_COOKIE_PATH": "/",
            "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
            "PREFERRED_URL_SCHEME": "https" if self.https else "http",
        }


#: The names in the environment that are not CONSOLE_ and the field's name.
PLAIN = {"database_url", "secret_key", "secret_key_fallbacks", "host", "port", "demo"}
TOLD = [f.name for f in fields(Config) if f.name not in {"instance", "testing", "warnings"}]


def load_config(environ: Mapping[str, str] | None = None, instance: Path | None = None) -> Config:
    """Read and check the configuration; a `ConfigError` names all that is wrong."""
    environ = os.environ if environ is None else environ
    folder = (instance or instance_folder(environ)).absolute()
    problems: list[str] = []
    told = _read_file(folder / "config.toml", problems)
    values = {name: _parse(name, environ, told, problems) for name in TOLD}
    values = {name: value for name, value in values.items() if value is not None}
    values["database_url"] = _normalise(values.get("database_url", ""), folder)
    values["secret_key"] = values.get("secret_key") or _read_key(folder)
    if "base_url" in values and "trusted_hosts" not in values:
        host = urlsplit(values["base_url"]).hostname or ""
        values["trusted_hosts"] = (*LOOPBACK, host)
    warnings: list[str] = []
    config = Config(instance=folder, **values)
    _check_keys(config, problems)
    _check_reach(config, "trusted_hosts" in values, problems, warnings)
    find_faults(folder, config.database_url, problems, warnings)
    if problems:
        raise ConfigError(problems)
    return Config(instance=folder, **values, warnings=tuple(warnings))


def instance_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of the installation's own data."""
    return Path(environ.get("CONSOLE_INSTANCE") or "instance")


def make_secret_key(instance: Path) -> None:
    """Make the folder and the key file, for their owner alone, unless there is a key already."""
    instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = instance / "secret_key"
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w") as opened:
        opened.write(secrets.token_urlsafe(48) + "\n")


def _read_file(file: Path, problems: list[str]) -> dict[str, Any]:
    try:
        told = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as problem:
        problems.append(f"{file.name} cannot be read: {problem}")
        return {}
    problems.extend(f"{file.name}: there is no setting {key!r}" for key in told if key not in TOLD)
    if "secret_key" in told and not is_private(file):
        problems.append(f"{file} holds a secret and others may read it: chmod 600 {file}")
    return told


def _parse(
    name: str, environ: Mapping[str, str], told: Mapping[str, Any], problems: list[str]
) -> Any:
    """Return the value of one field, or None when nobody gave it."""
    variable = name.upper() if name in PLAIN else f"CONSOLE_{name.upper()}"
    source = variable if environ.get(variable) else f"config.toml: {name}"
    given = environ.get(variable) or told.get(name)
    if given is None:
        return None
    try:
        parse: Callable[[Any], Any] = PARSERS.get(name, _parse_text)
        return parse(given)
    except ValueError as problem:
        problems.append(f"{source} {problem}")
        return None


def _fail(words: str) -> NoReturn:
    raise ValueError(words)


def _parse_text(given: Any) -> str:
    return given.strip() if isinstance(given, str) else _fail("must be a text")


def _parse_list(given: Any) -> tuple[str, ...]:
    if isinstance(given, str):
        return tuple(given.replace(",", " ").split())
    if isinstance(given, list) and all(isinstance(each, str) for each in given):
        return tuple(given)
    return _fail("must be a list of texts")


def _parse_switch(given: Any) -> bool:
    if isinstance(given, bool):
        return given
    switches = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    known = switches.get(str(given).lower())
    return known if known is not None else _fail("must be 1 or 0")


def _number(least: int, most: int) -> Callable[[Any], int]:
    def parse(given: Any) -> int:
        text = str(given)
        if not (text.isascii() and text.isdecimal() and least <= int(text) <= most):
            _fail(f"must be a whole number from {least} to {most}")
        return int(text)

    return parse


def _parse_url(given: Any) -> str:
    parts = urlsplit(_parse_text(given))
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
        _fail("must be such as https://salon.example")
    return f"{parts.scheme}://{parts.netloc}"


def _parse_folder(given: Any) -> Path:
    folder = Path(_parse_text(given)).absolute()
    return folder if folder.is_dir() else _fail("is not a folder")


PARSERS: dict[str, Callable[[Any], Any]] = {
    "base_url": _parse_url,
    "demo": _parse_switch,
    "plain_http_in_lan": _parse_switch,
    "plugin_distributions": lambda given: frozenset(_parse_list(given)),
    "plugin_folder": _parse_folder,
    "port": _number(1, 65535),
    "proxies": _number(0, 9),
    "secret_key_fallbacks": _parse_list,
    "threads": _number(1, 64),
    "trusted_hosts": _parse_list,
    "workers": _number(0, 64),
}


def _normalise(url: str, instance: Path) -> str:
    """Name the driver, which SQLAlchemy would else choose by its version."""
    if not url:
        return f"sqlite:///{instance / 'console.sqlite'}"
    scheme, _, rest = url.partition("://")
    plain = scheme in ("postgres", "postgresql")
    return f"postgresql+psycopg://{rest}" if plain else url


def _read_key(instance: Path) -> str:
    file = instance / "secret_key"
    return file.read_text("utf-8").strip() if file.is_file() else ""


def _check_keys(config: Config, problems: list[str]) -> None:
    file = config.instance / "secret_key"
    if not config.secret_key:
        problems.append(f"SECRET_KEY is missing: `console init` makes {file}")
    for key in filter(None, (config.secret_key, *config.secret_key_fallbacks)):
        if len(key.encode()) < SHORTEST_KEY or len(set(key)) < SHORTEST_KEY // 4:
            problems.append(f"SECRET_KEY is too short: it needs {SHORTEST_KEY} random characters")
        elif any(sample in key.lower() for sample in SAMPLES):
            problems.append("SECRET_KEY is a sample that everybody knows")
    if file.is_file() and not is_private(file):
        problems.append(f"others may read {file}: chmod 600 {file}")


def _check_reach(config: Config, hosts_told: bool, problems: list[str], warn: list[str]) -> None:
    """Check who can reach the console, by which name, and whether anybody can listen."""
    in_lan = f"[{config.host}]" not in LOOPBACK and config.host not in LOOPBACK
    base = urlsplit(config.base_url).hostname or ""
    plain = (in_lan and not config.https) or (
        config.base_url.startswith("http://") and base not in LOOPBACK
    )
    if plain and not config.plain_http_in_lan:
        problems.append(
            "others reach the console by plain http: set CONSOLE_BASE_URL to its https address,"
            " or CONSOLE_PLAIN_HTTP_IN_LAN=1 for a shop's own network"
        )
    if plain and config.plain_http_in_lan:
        warn.append("plain http: whoever is in the same network can read passwords and phones")
    if in_lan and not hosts_told:
        problems.append(
            "set CONSOLE_BASE_URL, or CONSOLE_TRUSTED_HOSTS to the names people type"
            f" for the console, since HOST is {config.host}"
        )
