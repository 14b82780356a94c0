"""What curriculum puts into the registries of the floors below."""

from core.files.purposes import file_purposes
from core.registries import tracks
from curriculum import policies
from curriculum.actions.files import PURPOSE
from curriculum.files import SUBMISSION_FILES
from curriculum.tracks import published_tracks

file_purposes.register(PURPOSE, SUBMISSION_FILES)
tracks.register("curriculum", published_tracks)

__all__ = ["policies"]
