"""The pages of the staff: what was sent, and the sandbox of the demo."""

from plugins.messages.admin.messages import MessageAdmin
from plugins.messages.admin.sandbox import SandboxAdmin

VIEWS = (MessageAdmin, SandboxAdmin)

__all__ = ["VIEWS", "MessageAdmin", "SandboxAdmin"]
