"""Asking a provider, outside any unit: what goes wrong is either a refusal or an unknown."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from console import api
from plugins.cashier.online import OnlineProvider, OutcomeUnknown, ProviderRefused
from plugins.cashier.services.online import circuit
from plugins.cashier.services.online.providers import providers

log = logging.getLogger(__name__)
R = TypeVar("R")


def ask(key: str, act: Callable[[OnlineProvider], R]) -> R:
    """Return what a provider answers; `ProviderRefused`, or `OutcomeUnknown` for all else.

    A provider that failed too often in a row is not asked for a while.
    """
    if api.in_unit():
        raise RuntimeError("nothing in a unit may touch the network")
    provider = providers().get(key)
    if provider is None or circuit.is_open(key):
        raise OutcomeUnknown("it is not asked now")
    api.db.session.rollback()
    found: list[R] = []
    api.fail_point("before_provider")
    problem = api.attempt(lambda: found.append(act(provider)))
    api.fail_point("after_provider")
    answered = problem is None or isinstance(problem, ProviderRefused)
    circuit.note_answer(key, answered=answered)
    if problem is None:
        return found[0]
    if isinstance(problem, ProviderRefused | OutcomeUnknown):
        raise problem
    log.error("provider %s failed", key, exc_info=problem)
    raise OutcomeUnknown(type(problem).__name__)
