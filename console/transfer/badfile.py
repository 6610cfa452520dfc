"""The one error of a file that cannot be taken in."""

from __future__ import annotations

from console.errors import Refused


class BadFile(Refused):
    """A file cannot be taken in; `reason_code` is for programs, `message` for the reader."""

    status = 422

    def __init__(self, reason_code: str, message: object) -> None:
        super().__init__(message)
        self.reason_code = reason_code
