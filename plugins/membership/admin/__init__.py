"""The admin views of membership."""

from plugins.membership.admin.importing import MemberImport
from plugins.membership.admin.members import MemberAdmin
from plugins.membership.admin.tags import TagAdmin

VIEWS = (MemberAdmin, TagAdmin, MemberImport)
