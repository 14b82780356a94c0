"""Which steps somebody has done. All else about progress is derived."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from curriculum.models.content import Step


class StepProgress(models.Model):
    """A step that is ticked off; unticking it takes the row away."""

    student = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="steps_done",
        verbose_name=_("student"),
    )
    step = models.ForeignKey(Step, models.CASCADE, related_name="done_by", verbose_name=_("step"))
    done_at = models.DateTimeField(_("done"))

    class Meta:
        verbose_name = _("step done")
        verbose_name_plural = _("steps done")
        ordering = ["done_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["student", "step"], name="step_done_once")]

    def __str__(self) -> str:
        return f"{self.student_id} {self.step_id}"
