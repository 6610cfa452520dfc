"""`console run`: prepares the installation, then serves it and keeps its worker at work."""

from __future__ import annotations

import ctypes
import errno
import gc
import hashlib
import logging
import os
import signal
import socket
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click
import gunicorn.app.base
from flask import Flask
from gunicorn.glogging import Logger
from jinja2 import FileSystemBytecodeCache, FileSystemLoader

from console import demo, health, logs, migrate, slimming, worker
from console.app import create_app
from console.config import Config
from console.db import db
from console.processes import end_all, follow_parent, has_ended, spawn

log = logging.getLogger(__name__)

#: Seconds that requests under way get when the console is told to end.
GRACE = 15
#: Seconds before a worker that died is started again.
PAUSE = 1.0
REQUEST_TIMEOUT = 60
#: What the C library is told, by the numbers of its `malloc.h`: pieces of half a megabyte and
#: more are given back at once, and all threads share one heap. Else it keeps the 19 MB of the
#: first password that is checked, and a heap for each thread.
MALLOC = {"mmap threshold": (-3, 1 << 19), "trim threshold": (-1, 1 << 20), "heaps": (-8, 1)}


def run(config: Config) -> int:
    """Serve until SIGTERM or SIGINT; end all that was started, and return the exit code."""
    logs.start()
    for warning in config.warnings:
        log.warning(warning)
    _return_memory()
    listener = listen(config)
    slimming.forget_words()
    gc.freeze()
    app = prepare(config)
    slimming.forget_words(slimming.OWN)
    _warm(app, config)
    with app.app_context():
        for warning in health.advise():
            log.warning(warning)
    for pages in app.iter_blueprints():
        pages.deferred_functions.clear()  # they were for mounting, which is over
    with app.app_context():
        db.engine.dispose()
    gc.collect()
    gc.freeze()  # what is there now stays: no search for garbage need look at it again
    gc.enable()
    return _supervise(app, config, listener)


def _return_memory() -> None:
    """Have what was freed given back to the machine, where the C library can be told so."""
    tell = getattr(ctypes.CDLL(None), "mallopt", None)
    if tell is None:
        return
    for number, size in MALLOC.values():
        tell(number, size)


def listen(config: Config) -> socket.socket:
    """Take the port first: who comes early waits, and who is second is told at once."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((config.host, config.port))
    except OSError as problem:
        taken = problem.errno == errno.EADDRINUSE
        reason = "is in use" if taken else f"cannot be used: {problem.strerror}"
        raise click.ClickException(f"Port {config.port} {reason}; PORT names another.") from None
    listener.listen(512)
    return listener


def prepare(config: Config) -> Flask:
    """Bring the tables up to date, build the application, and load the demo if there is room."""
    report = migrate.migrate_database(config)
    for owner, names in report.applied.items():
        log.info("migrated %s: %s", owner, ", ".join(names))
    app = create_app(config)
    with app.app_context():
        if demo.is_wanted():
            demo.load(click.echo)
    return app


def _warm(app: Flask, config: Config) -> None:
    """Compile all templates that changed since the last start, so that nobody waits for it.

    Those of every page are loaded before the workers part, which then share them; others when
    somebody asks for a page of theirs.
    """
    kept = config.instance / "cache" / "templates"
    kept.mkdir(mode=0o700, parents=True, exist_ok=True)
    pages = app.jinja_env
    pages.bytecode_cache = FileSystemBytecodeCache(str(kept))
    with app.app_context():
        names = pages.list_templates(extensions=["html"])
        known, note = _digest_templates(app, config), kept / "compiled"
        if not note.exists() or note.read_text("utf-8") != known:
            # Apart, because the compiler leaves 10 MB behind that every worker would carry.
            _pid, fault = os.waitpid(spawn(lambda: _compile(app, names)), 0)
            if not fault:
                note.write_text(known, "utf-8")
        for name in names:
            if name.startswith("console/"):
                pages.get_template(name)


def _compile(app: Flask, names: list[str]) -> None:
    for name in names:
        app.jinja_env.get_template(name)


def _digest_templates(app: Flask, config: Config) -> str:
    """Return what another file or compiler of templates changes.

    A file that changed unnoticed is compiled when it is drawn, only later.
    """
    folders = {config.instance / "templates", Path(app.root_path) / "templates"}
    for each in app.iter_blueprints():
        if isinstance(each.jinja_loader, FileSystemLoader):
            folders.update(map(Path, each.jinja_loader.searchpath))
    found = hashlib.sha256(f"{sys.version} {version('jinja2')}".encode())
    for file in sorted(file for folder in folders for file in folder.rglob("*.html")):
        seen = file.stat()
        found.update(f"{file} {seen.st_mtime_ns} {seen.st_size}\0".encode())
    return found.hexdigest()


def _supervise(app: Flask, config: Config, listener: socket.socket) -> int:
    ending: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda received, _frame: ending.append(received))
    web = spawn(lambda: _serve(app, config, listener))
    helper = spawn(lambda: worker.run(app))
    restart_at = 0.0
    while not ending:
        if has_ended(web):
            end_all([helper], GRACE)
            return 1
        if helper and has_ended(helper):
            log.error("the worker ended; it is started again")
            helper, restart_at = 0, time.monotonic() + PAUSE
        if not helper and time.monotonic() > restart_at:
            helper = spawn(lambda: worker.run(app))
        time.sleep(0.1)
    end_all(filter(None, (web, helper)), GRACE + 5)
    return 0


def _serve(app: Flask, config: Config, listener: socket.socket) -> None:
    follow_parent(signal.SIGTERM)
    _Server(app, config, listener).run()


def address(config: Config) -> str:
    """Return where a person finds the console."""
    host = "127.0.0.1" if config.host in ("0.0.0.0", "::") else config.host  # noqa: S104
    return config.base_url or f"http://{f'[{host}]' if ':' in host else host}:{config.port}"


class _QuietLogger(Logger):  # type: ignore[misc]
    """Gunicorn's log goes where all logs go."""

    def setup(self, cfg: Any) -> None:
        self.error_log.handlers.clear()
        self.error_log.propagate = True
        self.error_log.setLevel(logging.WARNING)


class _Server(gunicorn.app.base.BaseApplication):  # type: ignore[misc]
    """Gunicorn with the application of this process, on a socket that is open already."""

    def __init__(self, app: Flask, config: Config, listener: socket.socket) -> None:
        self.flask, self.config, self.listener = app, config, listener
        super().__init__()

    def load_config(self) -> None:
        shared = Path("/dev/shm")  # noqa: S108 - gunicorn's heartbeat should not touch a disk
        settings = {
            "bind": f"fd://{self.listener.fileno()}",
            "worker_class": "gthread",
            "workers": self.config.workers or (1 if self.config.is_sqlite else 2),
            "threads": self.config.threads,
            "timeout": REQUEST_TIMEOUT,
            "graceful_timeout": GRACE,
            "keepalive": 5,
            "preload_app": True,
            "control_socket_disable": True,
            "logger_class": _QuietLogger,
            "worker_tmp_dir": str(shared) if shared.is_dir() else None,
            "forwarded_allow_ips": "",
            "when_ready": self._announce,
            "post_fork": self._forget_connections,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self.flask

    def _announce(self, _arbiter: Any) -> None:
        click.echo(f"The console is at {address(self.config)}")

    def _forget_connections(self, _arbiter: Any, _worker: Any) -> None:
        with self.flask.app_context():
            db.engine.dispose(close=False)


def develop(config: Config) -> None:
    """Serve one person who writes code: reloads on change, shows tracebacks; loopback only."""
    from werkzeug.serving import is_running_from_reloader, run_simple

    from console.config import LOOPBACK

    if config.host not in LOOPBACK:
        raise click.ClickException("`console dev` shows its insides and serves loopback only.")
    logs.start()
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    app = prepare(config)
    if is_running_from_reloader():
        with app.app_context():
            db.engine.dispose()
        spawn(lambda: worker.run(app))
    click.echo(f"The console is at {address(config)}")
    sys.stdout.flush()
    folder = config.plugin_folder
    app.debug = True  # lets faults pass to the debugger
    run_simple(
        config.host,
        config.port,
        app,
        use_reloader=True,
        use_debugger=True,
        use_evalex=False,
        threaded=True,
        extra_files=[str(file) for file in folder.rglob("*.py")] if folder else None,
    )
