"""Days that people mean. At the ends of the calendar, the day after is no date any more.

Nor is the same moment in another time zone, so that no page could show it.
"""

from datetime import date

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)


def is_day(day: date) -> bool:
    return FIRST_DAY <= day <= LAST_DAY
