"""Finding plugins: installed ones by entry point, others as modules in a folder."""

from __future__ import annotations

import importlib
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import FrameType, ModuleType

from console.i18n import _
from console.plugin import Plugin

GROUP = "console.plugins"
#: The package whose modules are those of the plugin folder.
FOLDER = "console_folder"
#: Seconds that a plugin of somebody else may take to be imported, and any to be mounted.
PATIENCE = 10
OWN = "salon-console"


@dataclass(frozen=True)
class Quarantine:
    """Why a plugin is out: words for the owner, a traceback for whoever mends it."""

    reason: object
    trace: str = ""


@dataclass
class Found:
    """What discovery came back with: manifests by name, and what could not be loaded."""

    manifests: dict[str, type[Plugin]] = field(default_factory=dict)
    quarantined: dict[str, Quarantine] = field(default_factory=dict)
    #: The names that came from another distribution than the console's own.
    foreign: set[str] = field(default_factory=set)

    def add(self, label: str, manifest: object, *, foreign: bool) -> None:
        """Take *manifest* in, or say why not; a name is taken by who comes first."""
        if not (isinstance(manifest, type) and issubclass(manifest, Plugin)):
            self.quarantined[label] = Quarantine(_("It does not hold a plugin."))
        elif manifest.name in self.manifests:
            if self.manifests[manifest.name] is not manifest:
                self.quarantined[label] = Quarantine(_("Its name is taken by another plugin."))
        else:
            self.manifests[manifest.name] = manifest
            if foreign:
                self.foreign.add(manifest.name)


class TookTooLong(BaseException):
    """A plugin was not done in time.

    It may be raised anywhere, so that it is nothing that an import or a plugin would catch.
    """


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise `TookTooLong` when the block takes longer; only the main thread can be alarmed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise TookTooLong(seconds)

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def explain(problem: BaseException) -> Quarantine:
    """Turn an exception into a quarantine with its traceback."""
    trace = "".join(traceback.format_exception(problem))
    if isinstance(problem, TookTooLong):
        return Quarantine(_("It took longer than %(seconds)s seconds.", seconds=problem), trace)
    return Quarantine(f"{type(problem).__name__}: {problem}", trace)


def discover(
    folder: Path | None = None,
    extra: tuple[type[Plugin], ...] = (),
    distributions: frozenset[str] = frozenset(),
) -> Found:
    """Load every manifest there is; one that cannot be loaded costs only itself.

    When *distributions* is not empty, only these (and the console's own) may bring plugins.
    """
    found = Found()
    for manifest in extra:
        found.add(manifest.name, manifest, foreign=False)
    for point in sorted(entry_points(group=GROUP), key=lambda p: (_source(p) != OWN, p.name)):
        own = _source(point) == OWN
        if not own and distributions and _source(point) not in distributions:
            continue
        _load(found, point.name, point, foreign=not own)
    if folder is not None:
        for path in _candidates(folder):
            _load(found, path.stem, path, foreign=False)
    return found


def _source(point: EntryPoint) -> str:
    return point.dist.name if point.dist else ""


#: What could not be loaded in this process. It is not tried again: a second import would fail
#: by what the first left behind, such as its tables, and hide the reason.
_failed: dict[EntryPoint | Path, Quarantine] = {}


def _load(found: Found, label: str, source: EntryPoint | Path, *, foreign: bool) -> None:
    if source in _failed:
        found.quarantined[label] = _failed[source]
        return
    limit = time_limit(PATIENCE) if foreign or isinstance(source, Path) else nullcontext()
    try:
        with limit:
            manifests = [source.load()] if isinstance(source, EntryPoint) else _from_path(source)
    except (Exception, SystemExit, TookTooLong) as problem:
        found.quarantined[label] = _failed[source] = explain(problem)
        return
    if not manifests:
        found.quarantined[label] = Quarantine(_("It does not hold a plugin."))
    for manifest in manifests:
        found.add(label, manifest, foreign=foreign)


def _candidates(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    packages = [p for p in folder.iterdir() if (p / "__init__.py").is_file()]
    modules = [p for p in folder.glob("*.py") if p.stem != "__init__"]
    return sorted((*packages, *modules))


def _from_path(path: Path) -> list[type[Plugin]]:
    module = _import_file(path)
    modules = [module]
    if path.is_dir() and (path / "plugin.py").is_file():
        modules.append(importlib.import_module(f"{module.__name__}.plugin"))
    manifests: list[type[Plugin]] = []
    for each in modules:
        for thing in vars(each).values():
            ours = isinstance(thing, type) and issubclass(thing, Plugin) and thing is not Plugin
            if ours and thing.__module__ == each.__name__ and thing not in manifests:
                manifests.append(thing)
    return manifests


def _import_file(path: Path) -> ModuleType:
    """Import a module of the folder as `console_folder.<name>`, so that neighbours find it too."""
    folder = sys.modules.setdefault(FOLDER, ModuleType(FOLDER))
    former, place = folder.__dict__.get("__path__", [""])[0], str(path.parent)
    if former != place:
        names = [name for name in sys.modules if name.startswith(f"{FOLDER}.")]
        _shelf[former] = {name: sys.modules.pop(name) for name in names}
        sys.modules.update(_shelf.get(place, {}))  # models cannot be defined a second time
        folder.__path__ = [place]
    return importlib.import_module(f"{FOLDER}.{path.stem}")


#: The modules of plugin folders that other applications of this process use.
_shelf: dict[str, dict[str, ModuleType]] = {}
