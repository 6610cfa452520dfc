"""The admin views of membership."""

from plugins.membership.admin.consent_texts import ConsentTextsView
from plugins.membership.admin.duplicates import DuplicatesView
from plugins.membership.admin.importing import MemberImport
from plugins.membership.admin.join_codes import JoinCodeAdmin
from plugins.membership.admin.levels import BenefitAdmin, GiftAdmin, LevelAdmin
from plugins.membership.admin.members import MemberAdmin
from plugins.membership.admin.offers import (
    ExposureView,
    PurseKindAdmin,
    RechargeAdmin,
    TierAdmin,
)
from plugins.membership.admin.points import PointsView
from plugins.membership.admin.requests import CardRequestAdmin
from plugins.membership.admin.tags import TagAdmin

VIEWS = (
    MemberAdmin,
    DuplicatesView,
    TagAdmin,
    LevelAdmin,
    BenefitAdmin,
    GiftAdmin,
    TierAdmin,
    PurseKindAdmin,
    RechargeAdmin,
    ExposureView,
    PointsView,
    JoinCodeAdmin,
    CardRequestAdmin,
    ConsentTextsView,
    MemberImport,
)
