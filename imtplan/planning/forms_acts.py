"""Acts that are not one row: putting aside and bringing back."""

from collections.abc import Mapping
from typing import Any

from django import forms

from imtplan.accounts.models import User
from imtplan.planning.forms import ActForm
from objectives.services import archive, bring_back


class ArchiveForm(ActForm, forms.Form):
    """Puts a row aside, or brings it back: nothing to type but the reason."""

    def __init__(self, *args: Any, row: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.row = row

    def stored(self) -> Mapping[str, Any]:
        return {"archived_at": self.row.archived_at}

    def said(self, name: str, value: Any) -> str:
        return str(value or "")

    @property
    def is_change(self) -> bool:
        return True

    def store(self, *, by: User, reason: str) -> Any:
        act = bring_back if self.row.archived_at else archive
        return act(element=self.row, by=by, reason=reason)
