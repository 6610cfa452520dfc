"""Rules of addresses that cost a start nothing, and read no number that no row can have."""

from __future__ import annotations

from collections.abc import Callable
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
    """

    #: The parts of all addresses: most have theirs in common with others.
    known: ClassVar[dict[tuple[str, bool, bool, bool], RulePart]] = {}
    steps: ClassVar[dict[tuple[bool, str], tuple[bool, str]]] = {}

    def compile(self) -> None:
        """Read the address into parts, each of which is kept once for all rules."""
        super().compile()
        self._parts = [self._share(part) for part in self._parts]
        self._trace = [self.steps.setdefault(step, step) for step in self._trace]

    def _share(self, part: RulePart) -> RulePart:
        same = (part.content, part.final, part.static, part.suffixed)
        known = self.known.setdefault(same, part)
        return known if known == part else part

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        def build(rule: Rule, *args: Any, **values: Any) -> tuple[str, str]:
            built = super(LateRule, self)._compile_builder(append_unknown).__get__(rule, None)
            setattr(rule, "_build_unknown" if append_unknown else "_build", built)
            address: tuple[str, str] = built(*args, **values)
            return address

        return build
