"""Who may read a private file: the policy of its purpose says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.files.purposes import file_purposes
from core.policies import can, policy

if TYPE_CHECKING:
    from core.files.models import StoredFile


@policy("core.read_file")
def read_file(user: Any, file: StoredFile | None) -> bool:
    """Read a private file, as far as the policy of its purpose allows it"""
    if file is None:
        return True
    purpose = file_purposes.get(file.purpose)
    return purpose is not None and can(user, purpose.policy, file)
