"""Questions of the bank as files, sheets to begin with, and sheets of what went wrong."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from io import StringIO
from tempfile import TemporaryFile
from typing import Any, TypeVar
from uuid import UUID

from django.core.files.storage import default_storage
from django.db.models import Exists, OuterRef
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase

from core.files.models import StoredFile, place_of
from core.files.names import extension_of
from core.spreadsheets import BYTE_ORDER_MARK
from questions.actions.import_job import rows_of
from questions.files import IMAGE
from questions.formats import Draft, Format, Row, read_entry, written_as, written_of
from questions.formats.cells import cells_of, columns_of, neutral
from questions.formats.drafts import each_text
from questions.formats.pictures import NO_PICTURES, BankPicture, Taken, without_marks
from questions.formats.template import EXAMPLES
from questions.formats.xlsx import template as workbook_template
from questions.formats.xlsx import write_sheet_with_problems
from questions.models import ImportBatch, QuestionVersion, VersionImage
from questions.planning import entry_of

AT_ONCE = 500
CHUNK = 64 * 1024

AnswerT = TypeVar("AnswerT", bound=HttpResponseBase)


def drafts_of(questions: Any) -> Iterator[tuple[str, Draft]]:
    """Fetched in parts, so that memory stays the same however many there are."""
    for question in questions.with_newest().iterator(chunk_size=AT_ONCE):
        yield question.reference or str(question.pk), written_of(entry_of(question))


def pictures_of(questions: Any) -> Taken:
    """What their newest versions show, in one query: names alone, and bytes once they are asked."""
    newest = QuestionVersion.objects.newest().filter(question__in=questions.order_by())
    shown = VersionImage.objects.filter(version__in=newest, file=OuterRef("pk"))
    files = StoredFile.objects.of(IMAGE).filter(Exists(shown))
    return _ThereStill(
        (file.pk, BankPicture(_name_of(file), file.content_type, partial(_pieces, file.place)))
        for file in files.iterator()
    )


def export_answer(format_: Format, questions: Any) -> StreamingHttpResponse:
    """A file to save, written while it is sent."""
    taken = pictures_of(questions) if format_.has_pictures else NO_PICTURES
    content = written_as(format_, drafts_of(questions), [], taken)
    answer = StreamingHttpResponse(content, content_type=format_.content_type)
    return to_save(answer, f"questions{format_.extensions[0]}")


def to_save(answer: AnswerT, name: str) -> AnswerT:
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def template_workbook() -> bytes:
    return workbook_template(_examples())


def template_csv() -> bytes:
    columns, written = columns_of(6, 6), StringIO(newline="")
    writer: Any = csv.writer(written)
    writer.writerow([BYTE_ORDER_MARK + columns[0], *columns[1:]])
    for example in _examples():
        cells = cells_of(example)
        writer.writerow([neutral(cells.get(name, "")) for name in columns])
    return written.getvalue().encode()


def errors_workbook(batch: ImportBatch) -> Iterator[bytes]:
    """The wrong rows as they were sent, each with what is wrong: to mend and to send again."""
    wrong = {
        row["row"]: "\n".join(f"{each['column']}: {each['message']}" for each in row["problems"])
        for row in batch.report.get("rows", ())
        if row["state"] == "wrong"
    }
    rows = [row for row in rows_of(batch) if row.number in wrong]
    said = [each_text(_as_cells(row), without_marks) for row in rows]
    known = columns_of(6, 6)
    others = {name for cells in said for name in cells}
    columns = [name for name in known if name in others] + sorted(others - set(known))
    lines = (
        [str(row.number), wrong[row.number], *(cells.get(name, "") for name in columns)]
        for row, cells in zip(rows, said, strict=True)
    )
    with TemporaryFile() as kept:
        write_sheet_with_problems(["row", "what is wrong", *columns], lines, kept)
        kept.seek(0)
        while chunk := kept.read(CHUNK):
            yield chunk


class _ThereStill(dict[UUID, BankPicture]):
    """Without those whose bytes are gone, which is found out once, when somebody asks."""

    def __init__(self, pictures: Iterable[tuple[UUID, BankPicture]]) -> None:
        super().__init__(pictures)
        self._found: set[UUID] = set()

    def get(self, mark: UUID, default: Any = None) -> Any:
        if mark in self and mark not in self._found:
            if not default_storage.exists(place_of(mark.hex)):
                del self[mark]
                return default
            self._found.add(mark)
        return super().get(mark, default)


def _name_of(file: StoredFile) -> str:
    """By which the bank knows it again, whatever else it was called."""
    return f"{file.pk}{extension_of(file.name)}"


def _pieces(place: str) -> Iterator[bytes]:
    with default_storage.open(place) as stored:
        yield from stored.chunks(CHUNK)


def _examples() -> Iterator[Draft]:
    for example in EXAMPLES:
        if (entry := read_entry(example).entry) is not None:
            yield written_of(entry)


def _as_cells(row: Row) -> Mapping[str, str]:
    if row.cells is not None:
        return row.cells
    return {
        str(name): said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
        for name, said in (row.written or {}).items()
    }
