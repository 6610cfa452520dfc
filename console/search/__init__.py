"""Finding records by words: one index for lists, pickers and the palette."""

from __future__ import annotations

from console.search.declared import FoundBy
from console.search.keeping import forget_words, keep_words
from console.search.sources import SearchHit, SearchSource

__all__ = ["FoundBy", "SearchHit", "SearchSource", "forget_words", "keep_words"]
