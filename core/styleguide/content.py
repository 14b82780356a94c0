"""What the samples are filled with: people, forms and lists that exist nowhere else."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.urls import reverse
from django.utils.datastructures import MultiValueDict

from core import widgets
from core.charts import Chart, ChartKind, Series
from core.clock import now
from core.differences import Difference, compare
from core.navigation import Navigation, Place, PlaceGroup
from core.tables import Column, Heading, table

COLUMNS = (
    Column("name", "Student", order_by=("name",)),
    Column("project", "Project", order_by=("project",)),
    Column("state", "State"),
    Column("score", "Score", kind="number", order_by=("score",)),
    Column("actions", "Actions", kind="actions"),
)
PEOPLE = (
    ("Ishani Rao", "Warehouse from scratch", "positive", "Approved", "96.5", 18),
    ("Mateo Quintero", "Streaming orders", "caution", "Changes requested", "71.0", 3),
    ("Zofia Małecka", "Warehouse from scratch", "accent", "Waiting for review", "-", 26),
    ("Oluwaseun Adeyemi", "A dashboard that is believed", "neutral", "Draft", "-", 49),
)
WEEKS = tuple(f"Week {number}" for number in range(1, 9))
HOURS = (9, 12, 10, 18, 11, 8, 13, 12)
SNIPPET = """\
def effective_deadline(sitting: Sitting, *, at: datetime) -> datetime:
    \"\"\"The one moment that clock, save, submit, sweep and monitor all use.\"\"\"
    granted = sitting.started_at + sitting.paper.duration + sitting.extra_time(at)
    return min(granted, sitting.window_ends_at)
"""


MARKDOWN = """\
# What a transaction promises

A transaction is **one** change to the world, however many statements it takes. Either *all* of it
is there afterwards or none, and nobody sees the middle. Read
[the chapter on isolation](https://www.postgresql.org/docs/current/transaction-iso.html) before you
go on; `SET TRANSACTION` is ~~the only way~~ one of three ways to choose a level.

## Before you begin

- Start two shells on the same database.
- Set `default_transaction_isolation` in the second one.
  - Write down what you expect.
  - Then try it.

1. Open a transaction in each.
2. Count the rows in both.

### What to hand in

- [x] Two shells are open
- [x] The anomaly is on the screen
- [ ] A paragraph says why

> If it is not in the database, it did not happen.
>
> > But who says so?

| Level            | Dirty reads | Phantoms | Seconds a run |
|:-----------------|:-----------:|:--------:|--------------:|
| Read committed   | no          | yes      |           4.2 |
| Repeatable read  | no          | no       |           4.4 |
| **Serializable** | no          | no       |          11.0 |

Of $n$ transactions that each touch $k$ of $N$ rows, about $n^2 k^2 / 2N$ pairs meet:

$$
P(\\text{some pair meets}) = 1 - \\prod_{i=1}^{n-1}
\\left(1 - \\frac{i \\, k^2}{N}\\right)
\\approx 1 - e^{-n^2 k^2 / 2N}
$$

```sql
-- The second count must not see what came in between.
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT count(*) AS orders, sum(total) FROM orders WHERE day >= '2026-01-01' AND total > 12.50;
```

```python
@dataclass(frozen=True)
class Account:
    \"\"\"What one may spend.\"\"\"

    owner: str
    balance: int = 0  # in paise

    def after(self, amount: int) -> "Account":
        if self.balance + amount < 0:
            raise ValueError(f"{self.owner} lacks {-amount - self.balance}")
        return replace(self, balance=self.balance + amount)
```

```diff
-SELECT balance FROM accounts WHERE id = 7;
+SELECT balance FROM accounts WHERE id = 7 FOR UPDATE;
```

---

More of it is at https://www.postgresql.org/docs/.
"""
REMARK = "Use `FOR UPDATE`, and say why:\n\n- in one line,\n- *before* the query."
OLD_CODE = """\
import csv
from pathlib import Path

FOLDER = Path("data")


def read(name):
    rows = csv.DictReader(open(FOLDER / name))
    return list(rows)


def load(name, table):
    rows = read(name)
    for row in rows:
        table.insert(row)
    print("done")


def main():
    load("orders.csv", orders)
    load("people.csv", people)


if __name__ == "__main__":
    main()
"""
NEW_CODE = """\
import csv
from pathlib import Path

FOLDER = Path("data")


def read(name):
    with open(FOLDER / name, newline="") as file:
        return list(csv.DictReader(file))


def load(name, table):
    rows = read(name)
    table.insert_many(rows)
    print(f"{len(rows)} rows")


def main():
    load("orders.csv", orders)
    load("people.csv", people)


if __name__ == "__main__":
    main()
"""
OLD_TEXT = "I would add an index.\n\nThe load takes two minutes, which is too long."
NEW_TEXT = (
    "I would add an index on the day.\n\nThe load takes twenty seconds, which is still too long.\n"
    "A copy in one go would be faster."
)


class SampleForm(forms.Form):
    """One of each kind of field."""

    name = forms.CharField(
        label="Full name",
        max_length=80,
        help_text="As it should stand on a certificate.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label="E-mail address", widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    password = forms.CharField(
        label="Password", widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    track = forms.ChoiceField(
        label="Track",
        choices=[
            ("", "Choose one"),
            ("FSD", "Full-Stack Development"),
            ("DP", "Data Professional"),
        ],
    )
    note = forms.CharField(
        label="Note to your trainer",
        max_length=280,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What should they look at first?",
    )
    weeks = forms.IntegerField(label="Hours a week", min_value=1, max_value=60, initial=12)
    starts_on = forms.DateField(label="First day", widget=widgets.DateInput)
    opens_at = forms.DateTimeField(
        label="Opens", widget=widgets.DateTimeInput, help_text="In your zone, Asia/Kolkata."
    )
    locked = forms.CharField(
        label="Student number", initial="AN-2041", disabled=True, required=False
    )


class MarkdownForm(forms.Form):
    comment = forms.CharField(
        label="What should be better?",
        max_length=2_000,
        help_text="Say what is good, too.",
        widget=widgets.MarkdownInput,
        initial="The query is **right**. It reads the whole table:\n\n- add an index on `day`",
    )


class ChoicesForm(forms.Form):
    order = forms.ChoiceField(
        label="Order of the questions",
        choices=[("fixed", "As written"), ("shuffled", "Shuffled for each student")],
        widget=forms.RadioSelect,
        initial="shuffled",
    )
    mode = forms.ChoiceField(
        label="What is it for?",
        choices=[("practice", "Practice"), ("exam", "Exam"), ("survey", "Survey")],
        widget=widgets.RadioCards(
            explained={
                "practice": "As often as one likes, with feedback at once.",
                "exam": "Once, in a window, against a clock.",
                "survey": "Nobody is graded.",
            }
        ),
        initial="exam",
    )
    kinds = forms.MultipleChoiceField(
        label="Kinds of question",
        choices=[("single", "One answer"), ("numeric", "A number"), ("code", "Code")],
        widget=forms.CheckboxSelectMultiple,
        initial=["single", "code"],
    )
    rooms = forms.MultipleChoiceField(
        label="Workspaces",
        choices=[("code", "Editor"), ("superset", "Superset")],
        widget=widgets.CheckboxCards(
            explained={"code": "Files, terminal, Git.", "superset": "Charts over a warehouse."}
        ),
        required=False,
        initial=["code"],
    )
    terms = forms.BooleanField(
        label="I have read the rules of this exam", help_text="They are one page long."
    )


class SwitchForm(forms.Form):
    mail = forms.BooleanField(
        label="Mail me when a review is in",
        help_text="At most one mail an hour.",
        widget=widgets.Switch,
        required=False,
        initial=True,
    )
    slack = forms.BooleanField(label="Post to our channel", widget=widgets.Switch, required=False)
    phone = forms.BooleanField(
        label="Text me", widget=widgets.Switch, required=False, disabled=True
    )


class FilesForm(forms.Form):
    work = forms.FileField(label="Your work", widget=widgets.FileDrop(multiple=True))


class PointsForm(forms.Form):
    points = forms.IntegerField(label="It starts from a fresh clone", min_value=0, max_value=20)
    word = forms.CharField(label="A word on it", required=False)
    few = forms.IntegerField(label="It has a licence", min_value=0, max_value=3)


class FilterForm(forms.Form):
    q = forms.CharField(
        label="Find a student",
        widget=widgets.SearchInput(attrs={"placeholder": "Name or address"}),
        required=False,
    )
    state = forms.ChoiceField(
        label="State",
        choices=[("", "Any state"), ("pending", "Waiting"), ("approved", "Approved")],
        required=False,
    )
    track = forms.ChoiceField(
        label="Track", choices=[("", "Any track"), ("FSD", "FSD"), ("DP", "DP")], required=False
    )


class Person:
    """Somebody to fill the shell with."""

    is_authenticated = True
    email = "ishani@example.org"

    def get_full_name(self) -> str:
        return "Ishani Rao"

    def get_role_display(self) -> str:
        return "Student"


def content(request: HttpRequest) -> dict[str, Any]:
    return {
        "user": Person(),
        "sample_navigation": _navigation(),
        "form": SampleForm(prefix="plain"),
        "wrong_form": _wrong_form(),
        "markdown": MARKDOWN,
        "remark": REMARK,
        "markdown_form": MarkdownForm(prefix="markdown"),
        "choices_form": ChoicesForm(prefix="choices"),
        "wrong_choices_form": _wrong_choices_form(),
        "switch_form": SwitchForm(prefix="switch"),
        "files_form": FilesForm(prefix="files"),
        "wrong_files_form": _wrong_files_form(),
        "points_form": PointsForm(initial={"points": 15}, prefix="points"),
        "wrong_points_form": _wrong_points_form(),
        "quick_points": {"many": [0, 5, 10, 15, 20], "few": [0, 1, 2, 3]},
        "filter_form": FilterForm(request.GET),
        "headings": _headings(request),
        "people": [
            dict(zip(("name", "project", "tone", "state", "score", "hours"), each, strict=True))
            for each in PEOPLE
        ],
        "charts": _charts(),
        "hours": HOURS,
        "page": Paginator(range(412), 20).get_page(request.GET.get("page", 4)),
        "first_page": Paginator(range(60), 20).get_page(1),
        "trail": [("Tracks", "#"), ("Full-Stack Development", "#")],
        "steps": _steps(),
        "marks": _marks(),
        "tabs": _tabs(),
        "facts": _facts(),
        "snippet": SNIPPET,
        "differences": {
            "code": compare(OLD_CODE, NEW_CODE),
            "text": compare(OLD_TEXT, NEW_TEXT),
            "nothing": compare(OLD_TEXT, OLD_TEXT),
            "too_long": Difference(is_too_long=True),
        },
        "half": Decimal("41.5"),
        "just_now": now(),
        "earlier": now() - timedelta(hours=3),
        "yesterday": now() - timedelta(days=1, hours=2),
        "long_ago": now() - timedelta(days=200),
        "soon": now() + timedelta(hours=5, minutes=10),
    }


def _headings(request: HttpRequest) -> list[Heading]:
    return table(COLUMNS, request.GET, default="name").headings


def _charts() -> dict[str, Chart]:
    handed_in = (4, 6, 9, 12, 11, 15, 17, 20)
    reviewed = (2, 5, 7, 12, 10, 13, None, 19)
    states = {
        "Approved": (3, 4, 6, 8, 7, 9, 12, 14),
        "Changes requested": (1, 2, 1, 3, 2, 4, 3, 4),
        "Waiting": (0, 0, 2, 1, 2, 2, 2, 2),
    }
    days = {"Mon": (62, 71, 80), "Wed": (55, 90, 84), "Fri": (40, 58, None)}
    work = [
        Series("Hours", (6, 9, 11, 13, 16, 20, 22)),
        Series("Score", (48, 61, 58, 72, 79, 84, 93)),
    ]
    return {
        "hours": Chart(ChartKind.BAR, "Week", WEEKS, [Series("Hours", HOURS)], unit="h"),
        "work": Chart(
            ChartKind.LINE,
            "Week",
            WEEKS,
            [Series("Handed in", handed_in), Series("Reviewed", reviewed)],
        ),
        "states": Chart(
            ChartKind.STACKED, "Week", WEEKS, [Series(name, each) for name, each in states.items()]
        ),
        "scores": Chart(ChartKind.SCATTER, "Student", [f"Student {n}" for n in range(1, 8)], work),
        "days": Chart(
            ChartKind.HEAT,
            "Hour",
            ("Morning", "Afternoon", "Evening"),
            [Series(name, each) for name, each in days.items()],
        ),
    }


def _navigation() -> Navigation:
    here = reverse("styleguide")
    learn = [
        Place("Dashboard", "layout-dashboard", here, is_current=True, on_phone=True),
        Place("Tracks", "layers", here, is_current=False, on_phone=True),
        Place("Quizzes", "list-checks", here, is_current=False, on_phone=True, count=3),
        Place("Exams", "timer", here, is_current=False, on_phone=True),
    ]
    work = [
        Place("Workspace", "terminal", here, is_current=False),
        Place("Certificates", "award", here, is_current=False),
    ]
    return Navigation([PlaceGroup("", learn), PlaceGroup("Work", work)])


def _steps() -> list[dict[str, str]]:
    return [
        {"label": "Read the brief", "state": "done", "href": "#"},
        {"label": "Model the orders", "state": "done", "href": "#", "note": "2 deliverables"},
        {"label": "Load a day of data", "state": "current", "href": "#", "note": "Due Friday"},
        {"label": "Hand in", "state": "todo"},
        {"label": "Capstone", "state": "locked", "note": "After project 9"},
    ]


def _marks() -> list[dict[str, Any]]:
    states = ("done", "done", "current", "locked", "locked")
    return [
        {"at": at, "state": state, "star": at == 12}
        for at, state in zip((1, 3, 5.5, 8, 12), states, strict=True)
    ]


def _tabs() -> list[dict[str, Any]]:
    return [
        {"label": "Outline", "href": "#", "is_current": True, "icon": "list"},
        {"label": "Submissions", "href": "#", "count": 4},
        {"label": "Discussion", "href": "#", "count": 0},
        {"label": "Settings", "href": "#"},
    ]


def _facts() -> list[tuple[str, str]]:
    return [
        ("Track", "Full-Stack Development"),
        ("Cohort", "Autumn 2026"),
        ("Trainer", "Mateo Quintero"),
        ("Due", "27 November 2026, 18:00"),
        ("Revision", "3"),
    ]


def _wrong_points_form() -> PointsForm:
    form = PointsForm({"wrong-points-points": "24"}, prefix="wrong-points")
    form.is_valid()
    return form


def _wrong_form() -> SampleForm:
    form = SampleForm(
        {
            "wrong-name": "",
            "wrong-email": "ishani@",
            "wrong-password": "x",
            "wrong-track": "FSD",
            "wrong-note": "Please look at the second query: it is slow, and I do not see why.",
            "wrong-weeks": "90",
            "wrong-starts_on": "2026-11-23",
            "wrong-opens_at": "2026-11-23T09:00",
        },
        prefix="wrong",
    )
    form.add_error(None, "Nothing was saved. What you typed is still here.")
    return form


def _wrong_choices_form() -> ChoicesForm:
    form = ChoicesForm({"wrong-choices-kinds": "single"}, prefix="wrong-choices")
    form.is_valid()
    return form


def _wrong_files_form() -> FilesForm:
    form = FilesForm({}, MultiValueDict(), prefix="wrong-files")
    form.add_error("work", "notes.exe is a program, and programs are not taken. Zip archives are.")
    return form
