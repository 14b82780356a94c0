"""What the demo's students and trainers write."""

NOTES = (
    "The README says how to run it. I was unsure about the last step and did the simpler thing; "
    "the reason is in the second paragraph there.",
    "Everything from the list is in. **One thing I would do differently:** I would write the tests "
    "first next time, since two faults showed only at the end.",
    "Two notes before you look:\n\n- it needs `python3.11` or newer\n- the sample data are made by "
    "the script, so nothing has to be downloaded",
    "Took longer than planned, mostly because of an encoding fault in the input:\n\n"
    '```python\ntext = path.read_text(encoding="utf-8-sig")\n```\n\nWith that line it works.',
    "I followed the steps and checked each *done when*. The optional one is missing.",
    "Done together with nobody, but Kabir read it once and found a typing mistake.",
)

REWORK = (
    "Thank you, that was helpful. I renamed the functions, took the repetition out and added the "
    "two cases that you asked for.",
    "Mended: the empty input no longer breaks it, and the README says so. I left the table as it "
    "was, since the rubric asks for it.",
)

COMMENTS = (
    "About the second point: do you mean the check at the beginning, or the one in the loop?",
    "I can see it now, thank you. I will hand in a new revision tomorrow evening.",
)

FEEDBACK = {
    "approved": (
        "Clear work, and easy to follow. The names say what things are, which is the hardest part. "
        "For the next project: keep the commits this small.",
        "Good. I ran it twice and got the same both times. One small thing for later: write down "
        "where a number comes from next to it.",
        "Well done. Your explanation of what you left out convinced me more than a longer list "
        "would have.",
    ),
    "changes_requested": (
        "Nearly there. Two things before I can approve it:\n\n1. What happens with an empty file? "
        "At the moment it stops with a traceback.\n2. The README should say how to run the tests.",
        "The idea is right. Please split the long function, it does three things at once, and show "
        "me one case where the input is wrong.",
    ),
    "rejected": (
        "These files belong to another project, so there is nothing here that I could review. Talk "
        "to me when you read this, then we open it again.",
    ),
}

PHRASES = {
    "Run it from scratch": "I cloned it into an empty folder and followed the README word for "
    "word. It stopped at:",
    "Small commits": "Please make smaller commits: one thing each, with a message that says why.",
    "Good names": "The names say what things are. Keep that up.",
    "Missing test": "Add a test that fails without your change, then hand it in again.",
}

README = """# {title}

{what}, handed in for review.

## Run it

1. Clone the repository.
2. `python -m venv .venv && .venv/bin/pip install -r requirements.txt`
3. `.venv/bin/python -m pytest`

## What I learned

That the first version is for oneself, and the second one is for whoever comes after.
"""
