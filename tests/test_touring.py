"""The walker of tours notices what is not true."""

import json

import httpx
import pytest

from tests.touring import Tour

CALL = "```http\nPOST /things/\nAuthorization: Bearer <access>\n\n{}\n```\n"
ANSWER = {"id": 7, "token": "eyJ.a", "items": [{"n": 1}, {"n": 2}], "error": None}


@pytest.fixture
def walk(tmp_path):
    """Walk a page of these blocks; each call is answered with `ANSWER` and what was sent."""

    def handle(request: httpx.Request) -> httpx.Response:
        sent = json.loads(request.content or "null")
        return httpx.Response(
            201, json={**ANSWER, "sent": sent, "bearer": request.headers["Authorization"]}
        )

    def walked(*blocks: str, mails: tuple[str, ...] = ()) -> Tour:
        page = tmp_path / "tour.md"
        page.write_text("\n".join(blocks))
        with httpx.Client(
            base_url="http://platform.test", transport=httpx.MockTransport(handle)
        ) as client:
            tour = Tour(
                page,
                client,
                files={},
                mails_to=lambda _address: list(mails),
                later=lambda _time: None,
                hands={"double": lambda number, _shown: number * 2},
            )
            tour.known["access"] = "abc"
            tour.walk()
            return tour

    return walked


def answer(body: object, *words: str) -> str:
    return f"```json {' '.join(words or ('201',))}\n{json.dumps(body)}\n```\n"


def test_a_name_stands_for_what_was_captured(walk):
    tour = walk(
        CALL,
        answer({"id": "<thing>", "token": "eyJ.<rest>", "bearer": "Bearer abc"}),
        "```double <thing> -> <twice>\nits double\n```",
        CALL.replace("{}", '{"whole": "<twice>", "inside": "no. <twice>"}'),
        answer({"sent": {"whole": 14, "inside": "no. 14"}, "id": "<thing>"}),
    )
    assert tour.known == {"access": "abc", "thing": 7, "rest": "a", "twice": 14}


@pytest.mark.parametrize(
    "body",
    [
        {"items": ["…"], "token": "…", "error": None},
        {"items": [{"n": 1}, "…"]},
        {"items": [{"n": 1}, {"n": 2}], "error": "…"},
        {"token": "eyJ…", "id": 7},
    ],
)
def test_what_is_left_out_does_not_matter(walk, body):
    walk(CALL, answer(body))


@pytest.mark.parametrize(
    "body",
    [
        {"missing": "…"},
        {"id": 8},
        {"id": "7"},
        {"id": True},
        {"token": "ey"},
        {"items": [{"n": 1}]},
        {"items": [{"n": 1}, {"n": 2}, {"n": 3}, "…"]},
        {"items": {"n": 1}},
        {"error": {}},
    ],
)
def test_what_differs_is_told_with_its_line(walk, body):
    with pytest.raises(AssertionError, match=r"tour\.md:8: "):
        walk(CALL, answer(body))


@pytest.mark.parametrize(
    "blocks",
    [
        [CALL, answer({}, "200")],
        [CALL, answer({}, "201", "Retry-After")],
        [CALL, CALL, answer({})],
        [answer({})],
        [CALL],
        [CALL, answer({"id": "<thing>"}), CALL, answer({"token": "<thing>"})],
        [CALL, "```json 201\n(empty)\n```"],
        ["```magic\nabc\n```"],
        ["```magic a -> <b>\nabc\n```"],
        ["```mail asha@example.org\nAnother: <link>\n```"],
    ],
)
def test_a_tour_that_is_not_true_is_not_walked(walk, blocks):
    with pytest.raises(AssertionError):
        walk(*blocks, mails=("Confirm: http://here/x/",))


def test_the_newest_mail_that_says_it_is_read(walk):
    tour = walk(
        "```mail asha@example.org\nConfirm: http://here/<key>/\n```",
        mails=("Hello,", "Confirm: http://here/new-1/\nBye.", "Confirm: http://here/old/"),
    )
    assert tour.known["key"] == "new-1"
