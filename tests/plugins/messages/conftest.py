"""The channel that fails on request, for all tests of messages."""

from tests.support.messages import pier

__all__ = ["pier"]
