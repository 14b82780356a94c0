"""Which trainer looks after which student, now and before."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.querysets import TrainerAssignments
from accounts.rules import TRAINER_PLACES


class TrainerAssignment(models.Model):
    """A student in one of a trainer's numbered places: the database keeps them from overflowing."""

    trainer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="assignments_as_trainer",
        verbose_name=_("trainer"),
    )
    student = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="assignments_as_student",
        verbose_name=_("student"),
    )
    slot = models.PositiveSmallIntegerField(_("place"))
    started_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("to"), null=True)

    objects = TrainerAssignments.as_manager()

    class Meta:
        verbose_name = _("trainer's student")
        verbose_name_plural = _("trainers' students")
        indexes = [models.Index(fields=["student", "-started_at"], name="assignment_history")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(slot__gte=1, slot__lte=TRAINER_PLACES),
                name="assignment_slot_in_range",
            ),
            models.UniqueConstraint(
                fields=["trainer", "slot"],
                condition=models.Q(ended_at=None),
                name="assignment_one_student_a_slot",
            ),
            models.UniqueConstraint(
                fields=["student"],
                condition=models.Q(ended_at=None),
                name="assignment_one_trainer_a_student",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trainer_id} {self.slot}: {self.student_id}"
