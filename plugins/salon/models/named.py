"""Names that a salon gives in its own language and may translate for its readers."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Mapped

from console import api
from console.api import _


class Named:
    """A record with a name and its translations; mix it in before `api.Model`.

    `name` is in the salon's own language and is what staff search and sort by; `names` holds
    the words for readers of other languages, by locale.
    """

    label_column = "name"
    found_by = api.FoundBy(names=("name", "names"))
    name: Mapped[str] = api.column(api.lazy_pgettext("of a thing", "Name"))
    names: Mapped[dict[str, Any]] = api.column(_("In other languages"), default=dict)

    @property
    def shown_name(self) -> str:
        """The name in the reader's language, or else as the salon wrote it."""
        return api.translate(self.name, self.names)
