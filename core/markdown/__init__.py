"""Markdown for the whole house: from what somebody wrote to HTML that any page may show.

Text goes through `parsing` (which syntax there is), `outline` and `addresses` (what becomes of
headings, links and pictures), `rendering` (HTML, in which nothing of the text is markup) and last
`cleaning`, a second net that knows nothing of the others and lets only listed elements through.
"""

from core.markdown.rendering import LONGEST, render_markdown

__all__ = ["LONGEST", "render_markdown"]
