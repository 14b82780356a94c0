"""What curriculum puts into the registries of the floors below."""

from core.files.purposes import file_purposes
from core.registries import DemoPart, demo_content, preparations, tracks
from curriculum import demo, policies
from curriculum.actions.files import PURPOSE
from curriculum.files import SUBMISSION_FILES
from curriculum.loading import load_own_content
from curriculum.tracks import published_tracks

file_purposes.register(PURPOSE, SUBMISSION_FILES)
tracks.register("curriculum", published_tracks)
preparations.register("2 curriculum content", load_own_content)
demo_content.register("2 curriculum", DemoPart(demo.make_learning, demo.is_learning_made))

__all__ = ["policies"]
