"""What a page about a submission shows, for its student and for whoever reviews it alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from accounts.models import User
from core.policies import can
from curriculum.comparing import Comparison, compare
from curriculum.forms import CommentForm
from curriculum.models import Comment, Revision, Submission


def parts_of(
    submission: Submission, *, user: User, asked: Mapping[str, str] | None = None
) -> dict[str, object]:
    """Of a submission that was fetched `with_everything`; `asked` names revisions to compare."""
    revisions: Sequence[Revision] = list(submission.revisions.all())
    return {
        "submission": submission,
        "deliverable": submission.deliverable,
        "project": submission.deliverable.project,
        "track": submission.deliverable.project.track,
        "revisions": revisions,
        "newest": revisions[0],
        "earlier": revisions[1:],
        "comparison": _compared(revisions, asked or {}),
        **thread_of(submission, user=user),
    }


def thread_of(
    submission: Submission, *, user: User, form: CommentForm | None = None
) -> dict[str, object]:
    """The conversation; `form` is one that came back with errors."""
    comments = Comment.objects.filter(submission=submission).with_authors()
    return {
        "submission": submission,
        "comments": list(comments),
        "comment_form": form or CommentForm(),
        "may_comment": can(user, "curriculum.comment", submission),
    }


def _compared(revisions: Sequence[Revision], asked: Mapping[str, str]) -> Comparison | None:
    by_number = {str(revision.number): revision for revision in revisions}
    before, after = by_number.get(asked.get("from", "")), by_number.get(asked.get("to", ""))
    if before is None or after is None or before == after:
        return None
    return compare(*sorted((before, after), key=lambda revision: revision.number))
