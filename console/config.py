"""What an installation is told from outside: environment, then instance/config.toml, then defaults."""

from __future__ import annotations

import os
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

#: What a process returns that was configured wrongly (EX_CONFIG).
EXIT_CODE = 78


class ConfigError(Exception):
    """The configuration cannot be used; `problems` names everything that is wrong with it."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Config:
    """One checked configuration."""

    instance: Path
    database_url: str
    secret_key: str
    secret_key_fallbacks: tuple[str, ...] = ()
    base_url: str = ""
    trusted_hosts: tuple[str, ...] = ()
    host: str = "127.0.0.1"
    port: int = 8000
    threads: int = 8
    workers: int = 1
    proxies: int = 0
    demo: bool = True
    plugin_folder: Path | None = None
    plugin_distributions: frozenset[str] = frozenset()
    plain_http_in_lan: bool = False
    testing: bool = False

    @property
    def https(self) -> bool:
        """Whether people reach the console by https."""
        return self.base_url.startswith("https://")

    def for_flask(self) -> dict[str, Any]:
        """Return the settings of Flask and its extensions."""
        return {
            "SECRET_KEY": self.secret_key,
            "SECRET_KEY_FALLBACKS": list(self.secret_key_fallbacks),
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            "TESTING": self.testing,
            "TRUSTED_HOSTS": list(self.trusted_hosts) or None,
            "MAX_CONTENT_LENGTH": 32 * 1024 * 1024,
            "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
            "SESSION_COOKIE_NAME": "__Host-console" if self.https else "console",
            "SESSION_COOKIE_SECURE": self.https,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
            "PREFERRED_URL_SCHEME": "https" if self.https else "http",
        }


def load_config(environ: Mapping[str, str] | None = None, instance: Path | None = None) -> Config:
    """Read and check the configuration; a `ConfigError` names all that is wrong."""
    environ = os.environ if environ is None else environ
    folder = (instance or Path(environ.get("CONSOLE_INSTANCE", "instance"))).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "config.toml"
    told: dict[str, Any] = tomllib.loads(file.read_text("utf-8")) if file.exists() else {}
    key_file = folder / "secret_key"
    key = environ.get("SECRET_KEY") or (key_file.read_text().strip() if key_file.exists() else "")
    if not key:
        raise ConfigError(["SECRET_KEY is missing: `console run` makes instance/secret_key"])
    url = environ.get("DATABASE_URL") or told.get("database_url")
    return Config(
        instance=folder,
        database_url=url or f"sqlite:///{folder / 'console.sqlite'}",
        secret_key=key,
        host=environ.get("HOST", "127.0.0.1"),
        port=int(environ.get("PORT", "8000")),
        demo=environ.get("DEMO", "1") != "0",
    )


def make_secret_key(instance: Path) -> None:
    """Make the key file, readable by its owner alone, unless there is one."""
    file = instance / "secret_key"
    if file.exists():
        return
    instance.mkdir(parents=True, exist_ok=True)
    fd = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(fd, "w") as opened:
        opened.write(secrets.token_urlsafe(48) + "\n")
