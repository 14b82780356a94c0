"""What the question bank puts into the registries of the floors below."""

from core.files.purposes import file_purposes
from core.personal_data import personal_data
from core.registries import (
    content_loaders,
    generated_docs,
    navigation,
    preparations,
    written_by_actions,
)
from questions import own_data, places, policies
from questions.actions import import_job
from questions.files import IMAGE, IMAGE_FILES, IMPORT, IMPORT_FILES
from questions.formats.table import question_formats_part
from questions.loading import load_and_tell, prepare_bank

file_purposes.register(IMPORT, IMPORT_FILES)
file_purposes.register(IMAGE, IMAGE_FILES)
preparations.register("3 question bank", prepare_bank)
content_loaders.register("3 question bank", load_and_tell)
personal_data.register("3 questions", own_data.PERSONAL_DATA)
generated_docs.register("question-formats", question_formats_part)
for name, place in places.PLACES.items():
    navigation.register(f"questions {name}", place)
written_by_actions.register("questions", policies.WRITTEN_BY_ACTIONS)

# Policies and kinds of jobs declare themselves.
__all__ = ["import_job", "policies"]
