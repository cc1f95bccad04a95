"""The yearly collection: campaigns, submissions, and what surrounds the typing."""

from imtplan.campaigns.models.campaign import Campaign, CampaignStage, Extension
from imtplan.campaigns.models.entry import (
    CollectedFigure,
    IdempotencyKey,
    KeptInput,
    Proposal,
)
from imtplan.campaigns.models.submission import Receipt, Remark, Submission

__all__ = [
    "Campaign",
    "CampaignStage",
    "CollectedFigure",
    "Extension",
    "IdempotencyKey",
    "KeptInput",
    "Proposal",
    "Receipt",
    "Remark",
    "Submission",
]
