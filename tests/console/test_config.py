"""The configuration: all that is wrong is said at once, and nothing unsafe starts."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from flask import Flask

from console import surroundings
from console.config import EXIT_CODE, Config, ConfigError, load_config, make_secret_key
from tests.support.app import KEY
from tests.support.processes import console_environment, run_console

SAFE = {"SECRET_KEY": KEY}


def problems(folder: Path, **environ: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load_config({**SAFE, **environ}, folder)
    return "\n".join(caught.value.problems)


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("port = 8001\nthreads = 3\ndemo = false\n")
    config = load_config({**SAFE, "PORT": "8002"}, tmp_path)
    assert (config.port, config.threads, config.demo, config.host) == (8002, 3, False, "127.0.0.1")


def test_without_a_word_it_is_an_sqlite_file_in_the_instance_folder(tmp_path: Path) -> None:
    config = load_config(SAFE, tmp_path)
    assert config.database_url == f"sqlite:///{tmp_path}/console.sqlite"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_always_names_its_driver(tmp_path: Path, scheme: str) -> None:
    config = load_config({**SAFE, "DATABASE_URL": f"{scheme}://me@db/salon"}, tmp_path)
    assert config.database_url == "postgresql+psycopg://me@db/salon"


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('prot = 1\nworkers = "many"\ndemo = "perhaps"\n')
    said = problems(
        tmp_path,
        SECRET_KEY="short",  # noqa: S106 - one to be refused
        PORT="eighty",
        CONSOLE_BASE_URL="salon.example",
        CONSOLE_PLUGIN_FOLDER=str(tmp_path / "none"),
        DATABASE_URL="mysql://db/salon",
    )
    for part in ("'prot'", "workers", "demo", "SECRET_KEY", "PORT", "CONSOLE_BASE_URL"):
        assert part in said
    assert "CONSOLE_PLUGIN_FOLDER" in said
    assert "mysql" in said


@pytest.mark.parametrize(
    "key",
    [
        "short",
        "changeme-changeme-changeme-changeme",
        "a" * 64,
        "this is a sample of a secret key 123",
    ],
)
def test_a_key_that_is_short_or_known_is_refused(tmp_path: Path, key: str) -> None:
    assert "SECRET_KEY" in problems(tmp_path, SECRET_KEY=key)


def test_a_former_key_must_be_good_as_well(tmp_path: Path) -> None:
    assert "SECRET_KEY" in problems(tmp_path, **{"SECRET_KEY_FALLBACKS": "short"})


def test_without_a_key_nothing_starts(tmp_path: Path) -> None:
    assert "missing" in problems(tmp_path, SECRET_KEY="")


def test_the_key_file_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    folder = tmp_path / "instance"
    make_secret_key(folder)
    made = (folder / "secret_key").read_text()
    make_secret_key(folder)
    assert (folder / "secret_key").read_text() == made
    assert stat.S_IMODE((folder / "secret_key").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert load_config({}, folder).secret_key == made.strip()


def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    make_secret_key(tmp_path)
    (tmp_path / "secret_key").chmod(0o644)
    assert "chmod 600" in problems(tmp_path, SECRET_KEY="")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("port = = 1")
    assert "config.toml cannot be read" in problems(tmp_path)


def test_others_are_not_served_by_plain_http_unless_somebody_decided_so(tmp_path: Path) -> None:
    lan = {"HOST": "192.168.1.5", "CONSOLE_TRUSTED_HOSTS": "till.lan"}
    assert "plain http" in problems(tmp_path, **lan)
    config = load_config({**SAFE, **lan, "CONSOLE_PLAIN_HTTP_IN_LAN": "1"}, tmp_path)
    assert "plain http" in config.warnings[0]


def test_whoever_serves_others_says_by_which_names(tmp_path: Path) -> None:
    everywhere = {"HOST": "::", "CONSOLE_PLAIN_HTTP_IN_LAN": "1"}
    assert "CONSOLE_TRUSTED_HOSTS" in problems(tmp_path, **everywhere)


def test_with_https_cookies_are_locked_to_this_host(tmp_path: Path) -> None:
    config = load_config({**SAFE, "CONSOLE_BASE_URL": "https://salon.example"}, tmp_path)
    told = config.for_flask()
    assert told["SESSION_COOKIE_NAME"] == "__Host-console"
    assert told["SESSION_COOKIE_SECURE"] is True
    assert "salon.example" in config.trusted_hosts
    assert load_config(SAFE, tmp_path).for_flask()["SESSION_COOKIE_SECURE"] is False


def test_a_database_on_a_network_disk_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surroundings, "file_system", lambda _folder: "nfs4")
    assert "nfs4" in problems(tmp_path)


def test_a_database_in_memory_is_refused(tmp_path: Path) -> None:
    assert "needs a file" in problems(tmp_path, DATABASE_URL="sqlite://")


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "is not a folder" in problems(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path}/file/db")


def test_a_clock_before_the_program_was_made_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surroundings, "BUILT_AT", surroundings.BUILT_AT.replace(year=2999))
    assert "clock is wrong" in problems(tmp_path)


def test_a_wrong_configuration_ends_with_78_and_every_reason(tmp_path: Path) -> None:
    environment = console_environment("mysql://db/salon", tmp_path, PORT="0")
    done = run_console(environment, "check")
    assert done.returncode == EXIT_CODE
    assert "mysql" in done.stderr
    assert "PORT" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_configuration_reaches_the_application(app: Flask) -> None:
    config: Config = app.extensions["console_config"]
    assert app.config["MAX_CONTENT_LENGTH"] == config.for_flask()["MAX_CONTENT_LENGTH"]
