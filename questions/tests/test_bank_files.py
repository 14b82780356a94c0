"""Reading the files of the bank: what is in them, and what each mistake is answered with."""

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from curriculum.content_heads import ContentError
from questions.bank_files import WORDS, QuestionFile, SubjectFile, read_subjects
from questions.kinds import KINDS, Material, kind_of

SHIPPED = Path(__file__).parents[1] / "content"

BANK = """\
code: baking
name: Baking
description: What happens in an oven.
tracks: [DP, FSD]
chapters:
  - {name: Dough, weight: 60}
  - {name: Heat, weight: 40}
questions:
  - ref: baking-yeast
    type: SINGLE
    chapter: Dough
    difficulty: easy
    marks: 1
    tags: [yeast, rising]
    text: |
      Why does dough rise?

      ```python
      bake(dough)
      ```
    choices:
      - {text: Gas, correct: true}
      - {text: Heat, feedback: It rises in the cold too.}
    explanation: Yeast makes gas.
  - ref: baking-oven
    type: NUMERIC
    chapter: Heat
    difficulty: hard
    marks: 1.5
    tags: [oven]
    text: How warm is half of 220 °C?
    value: 110
    tolerance: 1
    units: [{unit: °C, factor: 1}]
    explanation: Half of 220 is 110.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "content"
    folder.mkdir()
    (folder / "baking.yaml").write_text(BANK)
    return folder


def refused(folder: Path, old: str, new: str, name: str = "baking.yaml") -> str:
    """What is said when a file has `new` where it should have `old`."""
    assert old in BANK
    (folder / name).write_text(BANK.replace(old, new, 1))
    with pytest.raises(ContentError) as raised:
        read_subjects(folder)
    return str(raised.value)


@pytest.fixture(scope="module")
def shipped() -> list[SubjectFile]:
    return read_subjects(SHIPPED)


def questions_of(subjects: list[SubjectFile]) -> list[QuestionFile]:
    return [question for subject in subjects for question in subject.questions]


class TestWhatIsRead:
    def test_a_subject_with_chapters_and_questions(self, folder: Path) -> None:
        (subject,) = read_subjects(folder)

        assert (subject.file, subject.code, subject.tracks) == (
            "content/baking.yaml",
            "baking",
            ("DP", "FSD"),
        )
        assert [(each.name, each.weight) for each in subject.chapters] == [
            ("Dough", 60),
            ("Heat", 40),
        ]
        assert [each.ref for each in subject.questions] == ["baking-yeast", "baking-oven"]

    def test_a_question_with_its_facts(self, folder: Path) -> None:
        first, second = read_subjects(folder)[0].questions

        assert first.outline.type == "SINGLE"
        assert first.outline.text.endswith("bake(dough)\n```")
        assert [(each.text, each.is_correct) for each in first.outline.choices] == [
            ("Gas", True),
            ("Heat", False),
        ]
        assert (first.chapter, first.difficulty, first.tags, first.explanation) == (
            *("Dough", "easy"),
            ("yeast", "rising"),
            "Yeast makes gas.",
        )
        assert (first.marks, second.marks) == (Decimal(1), Decimal("1.5"))
        assert second.outline.key["value"] == "110"

    def test_hidden_files_are_nobodys(self, folder: Path) -> None:
        (folder / ".notes").write_text("later")

        assert len(read_subjects(folder)) == 1

    def test_every_kind_has_its_words(self) -> None:
        assert set(WORDS) == set(KINDS)


class TestMistakes:
    @pytest.mark.parametrize(
        ("old", "new", "said"),
        [
            ("code: baking", "code: cooking", "baking.yaml:1: `code` of this subject is cooking"),
            ("name: Baking\n", "", "This subject lacks `name`"),
            ("tracks: [DP, FSD]", "tracks: [dp]", "such as DP"),
            ("weight: 40}", "weight: 30}", "baking.yaml:5: `chapters` of this subject weigh 90"),
            ("name: Heat,", "name: Dough,", "name `Dough` twice"),
            ("weight: 60}", "weight: 60, share: 1}", "A chapter has no `share`"),
            ("weight: 60}", "weight: 0}", "a whole number from 1 to 100"),
            ("description: What", "motto: Bake\ndescription: What", "A subject has no `motto`"),
            ("difficulty: easy", "difficulty: simple", "one of easy, medium, hard"),
            ("chapter: Heat", "chapter: Cold", "write one of `Dough`, `Heat`"),
            ("ref: baking-oven", "ref: baking-yeast", "`ref: baking-yeast` stands twice"),
            ("ref: baking-oven", "ref: The Oven", "lower-case words joined by hyphens"),
            ("type: SINGLE", "type: RIDDLE", "should be one of SINGLE, MULTIPLE"),
            ("    explanation: Yeast makes gas.\n", "", "lacks `explanation`"),
            ("explanation: Yeast makes gas.", "explanation: ''", "`explanation` of this question"),
            ("marks: 1\n", "marks: 0\n", "a number above 0"),
            ("marks: 1\n", "marks: -1\n", "a number above 0"),
            ("marks: 1\n", "marks: 1e3\n", "a number above 0"),
            ("tags: [oven]", "tags: [oven, oven]", "names `oven` twice"),
            ("tolerance: 1\n", "tolerance: 1\n    hint: cold\n", "A question has no `hint`"),
            ("tolerance: 1\n", "tolerance: 1\n    answer: true\n", "A question has no `answer`"),
            ("correct: true}", "corect: true}", "A choice has no `corect`"),
            ("factor: 1}", "times: 1}", "A unit has no `times`"),
            ("    marks: 1\n", "    marks: 1\n    marks: 2\n", "stands twice"),
            ("questions:\n", "questions: []\nothers:\n", "A subject has no `others`"),
            ("name: Baking\n", "name: [Baking\n", "This is no YAML"),
            ("value: 110", "value: !!python/name:os.system", "This is no YAML"),
        ],
    )
    def test_each_is_said_with_its_place(self, folder: Path, old: str, new: str, said: str) -> None:
        message = refused(folder, old, new)

        assert message.startswith("content/baking.yaml:")
        assert said in message

    def test_what_the_kind_finds_is_said_with_ref_and_field(self, folder: Path) -> None:
        assert refused(folder, "correct: true}", "correct: false}") == (
            "content/baking.yaml:9: baking-yeast: `choices`: "
            "Mark one choice as correct, and only one."
        )

    def test_all_that_the_kind_finds_is_said_at_once(self, folder: Path) -> None:
        message = refused(folder, "value: 110\n    tolerance: 1", "value: warm\n    tolerance: -1")

        assert "`value`: Write a number." in message
        assert "`tolerance`: Write a number from 0" in message

    def test_a_ref_of_another_file_is_a_twin(self, folder: Path) -> None:
        (folder / "cooking.yaml").write_text(BANK.replace("code: baking", "code: cooking"))

        with pytest.raises(ContentError, match=r"baking-yeast` is also in content/baking\.yaml"):
            read_subjects(folder)

    @pytest.mark.parametrize("text", ["", "- just\n- a list\n", "code\n"])
    def test_what_is_no_subject(self, folder: Path, text: str) -> None:
        (folder / "baking.yaml").write_text(text)

        with pytest.raises(ContentError, match=r"content/baking\.yaml"):
            read_subjects(folder)

    def test_a_question_that_is_only_a_word(self, folder: Path) -> None:
        text = BANK[: BANK.index("  - ref: baking-yeast")] + "  - Why?\n"
        (folder / "baking.yaml").write_text(text)

        with pytest.raises(ContentError, match="A question is written as"):
            read_subjects(folder)

    def test_another_encoding(self, folder: Path) -> None:
        (folder / "baking.yaml").write_bytes(BANK.encode("latin-1"))

        with pytest.raises(ContentError, match="Not UTF-8"):
            read_subjects(folder)

    def test_a_file_of_another_kind(self, folder: Path) -> None:
        (folder / "notes.txt").write_text("later")

        with pytest.raises(ContentError, match="call it like"):
            read_subjects(folder)

    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(ContentError, match="no such folder"):
            read_subjects(tmp_path / "content")


class TestWhatIsShipped:
    def test_each_question_can_be_written_and_read_again(self, shipped: list[SubjectFile]) -> None:
        for question in questions_of(shipped):
            kind = kind_of(question.outline.type)
            written = kind.write(question.outline)

            assert set(written) <= {"text", *WORDS[question.outline.type]}, question.ref
            assert kind.read(written) == (question.outline, []), question.ref

    def test_the_right_answer_to_each_question_gets_full_marks(
        self, shipped: list[SubjectFile]
    ) -> None:
        for question in questions_of(shipped):
            kind, outline = kind_of(question.outline.type), question.outline
            material = Material(**vars(outline))
            right = kind.right_response(material)
            if right is not None:
                grade = kind.grade(material, kind.parse(material, right))
                assert grade.is_correct, question.ref
            else:
                assert kind.is_graded_by_hand or outline.key["pattern"], question.ref

    def test_each_chapter_has_questions(self, shipped: list[SubjectFile]) -> None:
        for subject in shipped:
            asked = {question.chapter for question in subject.questions}
            assert asked == {chapter.name for chapter in subject.chapters}, subject.file

    def test_the_right_choice_stands_in_no_favourite_place(
        self, shipped: list[SubjectFile]
    ) -> None:
        places = Counter(
            [each.is_correct for each in question.outline.choices].index(True)
            for question in questions_of(shipped)
            if question.outline.type == "SINGLE" and len(question.outline.choices) == 4
        )

        assert max(places.values()) <= 2 * min(places[place] for place in range(4))
