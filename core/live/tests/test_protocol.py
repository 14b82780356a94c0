"""What is written of the protocol, held against what it is."""

import re

from django.conf import settings

from core.live.codes import Close


def test_every_code_that_closes_a_socket_is_told_of_and_no_other():
    told = (settings.BASE_DIR / "docs" / "live.md").read_text()
    rows = re.findall(r"^\| ([\d, ]+) \|", told, re.MULTILINE)
    codes = {int(code) for row in rows for code in row.split(", ")}
    of_the_network = {1001, 1006, 1012}
    assert codes - of_the_network == set(Close)


def test_pages_know_no_code_that_the_server_does_not():
    source = (settings.BASE_DIR / "static" / "js" / "live" / "codes.js").read_text()
    assert {int(code) for code in re.findall(r"\b\d{4}\b", source)} <= set(Close)
