"""Emotion events of live calls, from an emostream server."""

from .feed import EmostreamError, Feed
from .moderate import moderate
from .sequence import Missed

__all__ = ["EmostreamError", "Feed", "Missed", "moderate"]
