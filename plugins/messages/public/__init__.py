"""What members see of messages on their phones."""

from plugins.messages.public.inbox import routes

__all__ = ["routes"]
