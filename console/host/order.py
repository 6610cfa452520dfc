"""Putting plugins in order: each after those it requires; what cannot be met is left out."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from console.host.discovery import Quarantine
from console.i18n import _
from console.plugin import API, Plugin


def put_in_order(
    manifests: Mapping[str, type[Plugin]],
) -> tuple[list[type[Plugin]], dict[str, Quarantine]]:
    """Return the manifests in mounting order, and why others cannot be mounted."""
    out: dict[str, Quarantine] = {}
    left = dict(manifests)
    while True:
        needs = {name: _wanted(cls, left) for name, cls in sorted(left.items())}
        try:
            names = list(TopologicalSorter(needs).static_order())
            break
        except CycleError as problem:
            ring = " → ".join(problem.args[1])
            for name in set(problem.args[1]):
                out[name] = Quarantine(_("It requires itself: %(ring)s.", ring=ring))
                del left[name]
    ordered: list[type[Plugin]] = []
    for name in names:
        objection = _objection(left[name], left, out)
        if objection is None:
            ordered.append(left[name])
        else:
            out[name] = Quarantine(objection)
    return ordered, out


def _wanted(manifest: type[Plugin], left: Mapping[str, type[Plugin]]) -> list[str]:
    return sorted((set(manifest.requires) | set(manifest.works_with)) & set(left))


def _objection(
    manifest: type[Plugin], left: Mapping[str, type[Plugin]], out: Mapping[str, Quarantine]
) -> object:
    if manifest.api != API:
        return _(
            "It was written for console API %(theirs)s; this console has %(ours)s.",
            theirs=manifest.api,
            ours=API,
        )
    for name, wanted in manifest.requires.items():
        if name not in left or name in out:
            return _("It needs the plugin “%(name)s”.", name=name)
        try:
            if left[name].version not in SpecifierSet(wanted):
                return _(
                    "It needs %(name)s %(wanted)s; here is %(version)s.",
                    name=name,
                    wanted=wanted,
                    version=left[name].version,
                )
        except InvalidSpecifier:
            return _("It states a version that cannot be read: %(wanted)s.", wanted=wanted)
    return None
