"""What is said about a submission, and the sentences that one keeps for it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Invalid
from core.events.actions import record
from curriculum.events import CommentWritten
from curriculum.hints import tell_reviewers, tell_student
from curriculum.models import Comment, SavedPhrase, Submission
from curriculum.models.reviews import COMMENT_LENGTH, PHRASE_LENGTH

MOST_PHRASES = 100


@transaction.atomic
def write_comment(submission: Submission, *, body: str, by: User, at: datetime) -> Comment:
    comment = Comment.objects.create(
        submission=submission, author=by, body=_checked(body, COMMENT_LENGTH), created_at=at
    )
    written = CommentWritten(
        comment_id=comment.pk,
        submission_id=submission.pk,
        student_id=submission.student_id,
        author_id=by.pk,
    )
    record(written, by=by, at=at)
    tell_reviewers(submission.pk, but=by, at=at)
    tell_student(submission, by=by)
    return comment


@transaction.atomic
def edit_comment(comment: Comment, *, body: str, at: datetime) -> Comment:
    comment.body, comment.edited_at = _checked(body, COMMENT_LENGTH), at
    comment.save(update_fields=["body", "edited_at"])
    return comment


def delete_comment(comment: Comment) -> None:
    comment.delete()


@transaction.atomic
def save_phrase(owner: User, *, label: str, text: str, at: datetime) -> SavedPhrase:
    """Under a label that is new; the same again says the new text from now on."""
    if owner.saved_phrases.exclude(label=label).count() >= MOST_PHRASES:
        raise Invalid(None, label=[_("Keep at most %(most)d sentences.") % {"most": MOST_PHRASES}])
    phrase, _is_new = SavedPhrase.objects.update_or_create(
        owner=owner,
        label=_checked(label, 60, "label"),
        defaults={"text": _checked(text, PHRASE_LENGTH, "text")},
        create_defaults={"text": _checked(text, PHRASE_LENGTH, "text"), "created_at": at},
    )
    return phrase


def delete_phrase(phrase: SavedPhrase) -> None:
    phrase.delete()


def _checked(text: str, longest: int, field: str = "body") -> str:
    said = text.strip()
    if not said:
        raise Invalid(None, **{field: [_("Write something first.")]})
    if len(said) > longest:
        raise Invalid(
            None, **{field: [_("Write at most %(longest)d characters.") % {"longest": longest}]}
        )
    return said
