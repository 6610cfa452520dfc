"""Rules of addresses that cost a start nothing, and read no number that no row can have."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, ClassVar

from werkzeug.routing import IntegerConverter, Map, Rule
from werkzeug.routing.rules import RulePart

#: The largest whole number that both engines can compare an id with.
MOST_ID = 2**63 - 1


class RowNumber(IntegerConverter):
    """`<int:…>`: a number that a row may have; there is no page for a larger one."""

    def __init__(self, map: Map, *args: Any, **more: Any) -> None:
        more.setdefault("max", MOST_ID)
        super().__init__(map, *args, **more)


class LateRule(Rule):
    """A rule that compiles what builds its address when one is first built; most never are.

    Werkzeug compiles two functions a rule: a quarter of a second for the rules of all plugins.
    What most rules have in common is kept once.
    """

    known: ClassVar[dict[Hashable, Any]] = {}

    def compile(self) -> None:
        """Read the address into parts, each of which is kept once for all rules."""
        super().compile()
        self._parts = [self._share(part) for part in self._parts]
        self._trace = [self.known.setdefault(step, step) for step in self._trace]
        self.arguments = self.known.setdefault(frozenset(self.arguments), self.arguments)
        if self.methods is not None:
            self.methods = self.known.setdefault(frozenset(self.methods), self.methods)

    def _share(self, part: RulePart) -> RulePart:
        same = (part.content, part.final, part.static, part.suffixed)
        known: RulePart = self.known.setdefault(same, part)
        return known if known == part else part

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        return _build_unknown if append_unknown else _build

    def build_by(self, kept_as: str, append_unknown: bool, values: dict[str, Any]) -> Any:
        """Compile what builds addresses, keep it by this name, and build the first."""
        built = super()._compile_builder(append_unknown).__get__(self, None)
        setattr(self, kept_as, built)
        return built(**values)


def _build(rule: LateRule, /, **values: Any) -> Any:
    return rule.build_by("_build", False, values)


def _build_unknown(rule: LateRule, /, **values: Any) -> Any:
    return rule.build_by("_build_unknown", True, values)
