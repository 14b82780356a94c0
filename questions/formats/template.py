"""What the template to download holds: a worked example of each type, and words on each column."""

from __future__ import annotations

from collections.abc import Mapping

from questions.formats.drafts import Draft
from questions.kinds import KINDS

EXAMPLES: tuple[Draft, ...] = (
    {
        "type": "SINGLE",
        "reference": "example-single",
        "tags": ["joins"],
        "text": "Which join keeps every row of the left table?",
        "choices": [
            {"text": "`LEFT JOIN`", "correct": True},
            {"text": "`INNER JOIN`", "feedback": "It drops rows without a partner."},
            {"text": "`CROSS JOIN`"},
        ],
        "explanation": "Rows without a partner come with `NULL` on the right.",
        "difficulty": "easy",
    },
    {
        "type": "MULTIPLE",
        "reference": "example-multiple",
        "text": "Which of these are immutable in Python?",
        "choices": [
            {"text": "`tuple`", "correct": True},
            {"text": "`list`"},
            {"text": "`str`", "correct": True},
        ],
        "scoring": "partial",
        "marks": "2",
    },
    {
        "type": "TRUE_FALSE",
        "reference": "example-true-false",
        "text": "An index makes every write faster.",
        "answer": False,
        "feedback_true": "Each write has to keep the index as well.",
    },
    {
        "type": "NUMERIC",
        "reference": "example-numeric",
        "text": "How far does light travel in a microsecond?",
        "value": "299.79",
        "tolerance": "0.5",
        "units": [{"unit": "m", "factor": "1"}, {"unit": "km", "factor": "1000"}],
        "unit_required": True,
    },
    {
        "type": "SHORT_TEXT",
        "reference": "example-short-text",
        "text": "Which clause filters groups?",
        "accepted": ["HAVING", "the HAVING clause"],
    },
    {
        "type": "MATCHING",
        "reference": "example-matching",
        "text": "What does each status say?",
        "pairs": [{"left": "404", "right": "Not found"}, {"left": "409", "right": "Conflict"}],
        "distractors": ["Gone"],
    },
    {
        "type": "ORDERING",
        "reference": "example-ordering",
        "text": "Put these in the order in which SQL weighs them.",
        "items": ["`FROM`", "`WHERE`", "`GROUP BY`", "`SELECT`"],
        "scoring": "partial",
    },
    {
        "type": "FILL_BLANKS",
        "reference": "example-fill-blanks",
        "text": "A {{first}} B is a subset of {{second}}.",
        "blanks": {"first": {"accepted": ["∩", "intersect"]}, "second": {"accepted": ["A", "B"]}},
    },
    {
        "type": "ESSAY",
        "reference": "example-essay",
        "text": "Why are migrations written to be reversible?",
        "min_words": 50,
        "max_words": 300,
        "model_answer": "A release that fails has to be taken back without losing data.",
        "marks": "5",
    },
    {
        "type": "FILE_UPLOAD",
        "reference": "example-file-upload",
        "text": "Hand in the diagram of your tables.",
        "max_files": 2,
    },
    {
        "type": "CODE",
        "reference": "example-code",
        "text": "Write a function that says whether a word is a palindrome.",
        "language": "python",
        "starter": "def is_palindrome(word):\n    ...",
        "model_answer": "def is_palindrome(word):\n    return word == word[::-1]",
    },
)

LISTS: Mapping[str, tuple[str, ...]] = {
    "type": tuple(KINDS),
    "difficulty": ("easy", "medium", "hard"),
    "scoring": ("all_or_nothing", "partial"),
}

EXPLAINED: Mapping[str, str] = {
    "reference": "A name of your own. A file with the same reference changes that question.",
    "type": "One of the list.",
    "subject": "Its code or name, or nothing.",
    "chapter": "Its name within the subject, or nothing.",
    "difficulty": "easy, medium or hard; medium if empty.",
    "marks": "A number above 0; 1 if empty.",
    "tags": "Parted by commas.",
    "text": "The question, in Markdown. Blanks are written as {{name}}.",
    "correct": "SINGLE, MULTIPLE: numbers of the right choices, such as 1, 3. "
    "TRUE_FALSE: TRUE or FALSE.",
    "choice_1 … choice_20": "SINGLE, MULTIPLE: the choices. ORDERING: the items in order. "
    "MATCHING: left sides. FILL_BLANKS: what counts in each blank, an answer a line.",
    "match_1 … match_20": "MATCHING: right sides. One without a left side belongs to none.",
    "feedback_1 … feedback_20": "What is said of a choice. TRUE_FALSE: 1 is for True, 2 for False.",
    "explanation": "Shown once the attempt allows it. Markdown.",
    "scoring": "MULTIPLE, ORDERING: all_or_nothing, or partial for points for parts.",
    "value, tolerance": "NUMERIC: the number, and how far off is right: 0.5, or 2%.",
    "units": "NUMERIC: a line each, with how many of the value's own unit it is: km = 1000.",
    "unit_required": "NUMERIC: TRUE if an answer without a unit is wrong.",
    "accepted": "SHORT_TEXT: what counts, an answer a line.",
    "pattern": "SHORT_TEXT: a regular expression (RE2) that counts too.",
    "case_sensitive": "SHORT_TEXT: TRUE or FALSE. FILL_BLANKS: TRUE, or names of blanks.",
    "keep_spaces": "SHORT_TEXT: TRUE if spaces count.",
    "min_words, max_words": "ESSAY: how long it should be.",
    "max_files": "FILE_UPLOAD: how many files at most.",
    "language, starter": "CODE: its language, and what stands there at first.",
    "model_answer": "ESSAY, FILE_UPLOAD, CODE: for whoever grades.",
    "sources": "A list in JSON, as exports write it.",
}
