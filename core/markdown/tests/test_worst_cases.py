"""Texts that are made to take long, and what they cost."""

import pytest

from core.markdown import LONGEST, render_markdown
from core.tests.runaways import not_running_away

# A quarter of what is rendered at all. What grew by the square would take minutes even so.
SIZE = LONGEST // 4

BOMBS = {
    "quotes": ">" * SIZE,
    "quotes in lines": (">" * 9 + "a\n") * 2_500,
    "lists": "- a\n" * 6_250,
    "lists in lists": "".join(f"{'  ' * depth}- a\n" for depth in range(9)) * 150,
    "quotes and lists, then a paragraph": "> - > - a\n" + "b\n" * 12_000,
    "tasks": "- [ ] a\n" * 3_100,
    "brackets": "[" * SIZE,
    "brackets that close": "[" * 12_500 + "]" * 12_500,
    "links that never end": "[a](" * 6_250,
    "links in links": "[a](b" * 5_000,
    "pictures in pictures": "![" * 12_500,
    "references": "[a]: /u\n\n" + "[a] " * 6_000,
    "definitions": "".join(f"[{number}]: /u\n" for number in range(2_000)),
    "definitions that never end": "[a]: <" * 4_000,
    "labels over lines": "[a\n" * 8_300,
    "emphasis": "*a_" * 8_300,
    "emphasis within words": "_a" * 12_500,
    "stars": "*" * SIZE,
    "strikes": "~~a" * 8_300,
    "backticks": "".join("`" * number + " " for number in range(1, 220)),
    "angles": "<a " * 8_300,
    "autolinks": "<http://" * 3_000,
    "addresses": "https://a.example " * 1_300,
    "an address of brackets": "https://a.example/" + ")" * SIZE,
    "entities": "&a" * 12_500,
    "backslashes": "\\" * SIZE,
    "a wide table": "|a" * 1_000 + "|\n" + "|-" * 1_000 + "|\n" + "|\n" * 10_000,
    "many tables": "a|b\n-|-\n" * 3_000,
    "a long table": "|a|b|\n|-|-|\n" + "|a|b|\n" * 4_000,
    "headings": "# a\n" * 6_250,
    "headings over lines": "a\n=\n" * 6_250,
    "code": "```\n```\n" * 3_000,
    "coloured code": "```py\na=1\n```\n" * 1_700,
    "formulas": "$a$ " * 6_250,
    "formulas of many signs": f"$${'a&' * 900}$$\n\n" * 13,
    "formulas that never end": "$a\n\n" * 6_250,
    "formulas in lines that never end": "$$a\n" * 6_250,
    "formulas in lists that never end": "- $$a\n" * 4_000,
    "blanks in a formula": ("$$a" + " " * 1_990) * 12,
    "escaped dollars": "$a" + "\\$" * 12_000,
    "dollars": "$" * SIZE,
    "braces in a formula": f"${'{' * 900}{'}' * 900}$ " * 13,
    "roots in roots": f"${chr(92)}sqrt{{" * 3_500,
    "a huge matrix": f"$$\\begin{{matrix}}{'a&' * 900}\\end{{matrix}}$$\n\n" * 13,
    "matrices in matrices": f"$${chr(92)}begin{{matrix}}" * 1_500,
    "names that grow": "$\\def\\a{\\b\\b}\\def\\b{\\a\\a}\\a$ " * 700,
    "a line": "a" * SIZE,
    "blanks": " " * SIZE,
    "lines": "\n" * SIZE,
    "paragraphs": "a\n\n" * 8_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_it_takes_no_longer_than_any_text_of_its_length(name):
    with not_running_away():
        html = render_markdown(BOMBS[name])
    assert len(html) < 30 * SIZE
