"""Gemini as Google's own library meets it."""

import json
from collections import Counter

import httpx
import pytest
from google import genai
from google.genai import errors, types
from jsonschema import validate

from sandbox.services.gemini import KEY

MODEL = "gemini-2.5-flash"
TYPES = [
    "SINGLE",
    "MULTIPLE",
    "TRUE_FALSE",
    "NUMERIC",
    "SHORT_TEXT",
    "FILL_BLANKS",
    "MATCHING",
    "ORDERING",
]
TEXTS = {"type": "array", "items": {"type": "string"}}


def record(*required, **properties):
    return {"type": "object", "properties": properties, "required": list(required)}


def array_of(item):
    return {"type": "array", "items": item}


QUIZ = record(
    "questions",
    questions=array_of(
        record(
            "type",
            "text",
            "explanation",
            type={"type": "string", "enum": TYPES},
            text={"type": "string"},
            difficulty={"type": "string", "enum": ["easy", "medium", "hard"]},
            choices=array_of(
                record("text", "correct", text={"type": "string"}, correct={"type": "boolean"})
            ),
            answer={"type": ["boolean", "null"]},
            value={"type": ["number", "null"]},
            accepted=TEXTS,
            items=TEXTS,
            pairs=array_of(
                record("left", "right", left={"type": "string"}, right={"type": "string"})
            ),
            blanks=array_of(record("name", "accepted", name={"type": "string"}, accepted=TEXTS)),
            explanation={"type": "string"},
        )
    ),
)
ANSWER = record("number", "answer", number={"type": "integer"}, answer=TEXTS)
ANSWERS = record("answers", answers=array_of(ANSWER))
HELLO = {"contents": [{"parts": [{"text": "Hello"}]}]}


@pytest.fixture
def gemini(sandbox_server):
    options = types.HttpOptions(base_url=f"{sandbox_server.url}/gemini", timeout=60_000)
    client = genai.Client(api_key=KEY, http_options=options)
    yield client
    client.close()


def ask(gemini, prompt, schema=QUIZ, **config):
    asked = types.GenerateContentConfig(
        response_mime_type="application/json", response_json_schema=schema, **config
    )
    return gemini.models.generate_content(model=MODEL, contents=prompt, config=asked)


def questions_in(answer):
    said = json.loads(answer.text)
    validate(said, QUIZ)
    return said["questions"]


def test_a_prompt_and_a_schema_give_questions_that_fit_both(gemini):
    answer = ask(gemini, "Write 12 hard questions about joins in SQL.")
    questions = questions_in(answer)
    assert len(questions) == 12
    assert {question["difficulty"] for question in questions} == {"hard"}
    assert any("SQL" in question["text"] for question in questions)
    assert len({question["text"] for question in questions}) == 12


@pytest.mark.parametrize("kind", TYPES)
def test_each_type_comes_with_a_key_of_its_own(gemini, kind):
    schema = json.loads(json.dumps(QUIZ))
    schema["properties"]["questions"]["items"]["properties"]["type"]["enum"] = [kind]
    for question in questions_in(ask(gemini, "Write 4 questions about Python.", schema)):
        assert question["type"] == kind
        right = [choice for choice in question.get("choices", []) if choice["correct"]]
        match kind:
            case "SINGLE":
                assert len(right) == 1
                assert len(question["choices"]) == 4
            case "MULTIPLE":
                assert 1 <= len(right) < len(question["choices"])
            case "TRUE_FALSE":
                assert question["answer"] in (True, False)
            case "NUMERIC":
                assert isinstance(question["value"], int | float)
            case "SHORT_TEXT":
                assert question["accepted"]
            case "FILL_BLANKS":
                assert all(
                    f"{{{{{blank['name']}}}}}" in question["text"] for blank in question["blanks"]
                )
            case "MATCHING":
                assert len(question["pairs"]) > 2
            case "ORDERING":
                assert len(question["items"]) > 2


def test_the_same_prompt_gets_the_same_and_another_prompt_something_else(gemini):
    prompt = "Write 5 questions about Git."
    assert ask(gemini, prompt).text == ask(gemini, prompt).text
    assert ask(gemini, prompt).text != ask(gemini, f"{prompt} Others, please.").text


def test_fifty_different_questions_are_no_trouble(gemini):
    questions = questions_in(ask(gemini, "Write 50 questions about pandas."))
    assert len({question["text"] for question in questions}) == 50


def test_what_the_prompt_says_was_asked_is_not_asked_again(gemini):
    first = questions_in(ask(gemini, "Write 6 questions about HTTP."))
    texts = "\n".join(question["text"] for question in first)
    more = questions_in(ask(gemini, f"Write 6 questions about HTTP, none of these:\n{texts}"))
    assert not {question["text"] for question in first} & {question["text"] for question in more}


def test_a_language_that_it_knows_is_honoured(gemini):
    schema = json.loads(json.dumps(QUIZ))
    schema["properties"]["questions"]["items"]["properties"]["type"]["enum"] = ["SINGLE"]
    (question,) = questions_in(ask(gemini, "Write 1 question about SQL in Deutsch.", schema))
    assert question["text"].startswith(("W", "E"))
    hindi = questions_in(ask(gemini, "Write 10 questions. Write everything in Hindi.", schema))
    assert all(any("\u0900" <= letter <= "\u097f" for letter in each["text"]) for each in hindi)


def test_a_text_is_asked_about_with_the_sentence_that_the_question_rests_on(gemini):
    source = " ".join(
        f"The {animal} of the northern {place} gathers {food} before winter begins in earnest."
        for animal, place, food in (
            ("squirrel", "forest", "hazelnuts"),
            ("bumblebee", "meadows", "blossoms"),
            ("reindeer", "tundra", "lichens"),
            ("mountain hare", "hillsides", "branches"),
        )
    )
    schema = json.loads(json.dumps(QUIZ))
    schema["properties"]["questions"]["items"]["properties"]["quote"] = {"type": "string"}
    said = json.loads(
        ask(gemini, f"Write 3 questions about this text.\n\n---\n{source}", schema).text
    )
    assert len(said["questions"]) == 3
    assert all(question["quote"] in source for question in said["questions"])


def test_the_other_dialect_of_schemas_is_understood(gemini):
    answer = gemini.models.generate_content(
        model=MODEL,
        contents="Write 2 questions about CSS.",
        config=types.GenerateContentConfig(
            response_mime_type="application/json",
            response_schema=types.Schema(
                type=types.Type.ARRAY,
                items=types.Schema(
                    type=types.Type.OBJECT,
                    required=["question", "options", "correctIndex"],
                    properties={
                        "question": types.Schema(type=types.Type.STRING),
                        "options": types.Schema(
                            type=types.Type.ARRAY, items=types.Schema(type=types.Type.STRING)
                        ),
                        "correctIndex": types.Schema(type=types.Type.INTEGER),
                    },
                ),
            ),
        ),
    )
    for question in json.loads(answer.text):
        assert 0 <= question["correctIndex"] < len(question["options"]) == 4


def test_a_schema_of_anything_else_gets_something_that_fits(gemini):
    schema = record(
        "name",
        "kind",
        "parts",
        name={"type": "string"},
        kind={"type": "string", "enum": ["one", "two"]},
        parts={**array_of(record("size", size={"type": "integer", "minimum": 3})), "minItems": 2},
        note={"anyOf": [{"type": "null"}, {"type": "string"}]},
    )
    validate(json.loads(ask(gemini, "Describe a box.", schema).text), schema)


def without_keys(questions):
    return [
        {
            "number": number,
            "type": question["type"],
            "text": question["text"],
            "choices": [choice["text"] for choice in reversed(question.get("choices", []))],
            "left": [pair["left"] for pair in reversed(question.get("pairs", []))],
        }
        for number, question in enumerate(questions, start=7)
    ]


def solve(gemini, questions):
    prompt = f"Answer these questions:\n{json.dumps(without_keys(questions))}"
    answers = json.loads(ask(gemini, prompt, ANSWERS).text)["answers"]
    return {answer["number"]: answer["answer"] for answer in answers}


def test_its_own_questions_are_answered_rightly_without_their_keys(gemini):
    questions = questions_in(ask(gemini, "Write 16 questions about Python."))
    answers = solve(gemini, questions)
    for number, question in enumerate(questions, start=7):
        right = [choice["text"] for choice in question.get("choices", []) if choice["correct"]]
        assert not right or sorted(answers[number]) == sorted(right)
        if question["type"] == "TRUE_FALSE":
            assert answers[number] == [str(question["answer"]).lower()]
        if question["type"] == "MATCHING":
            assert answers[number] == [pair["right"] for pair in question["pairs"]][::-1]
        if question["type"] == "ORDERING":
            assert answers[number] == question["items"]


def test_a_second_opinion_can_be_made_to_disagree(sandbox_server, gemini):
    questions = questions_in(ask(gemini, "Write 4 questions about Git."))
    right = solve(gemini, questions)
    sandbox_server.play("gemini", "disagrees", count=1)
    wrong = solve(gemini, questions)
    assert all(right[number] != wrong[number] for number in right)
    assert solve(gemini, questions) == right


def test_a_prompt_can_ask_that_its_questions_are_disputed_later(gemini):
    questions = questions_in(ask(gemini, "Write 3 questions about Git. [[gemini: disagrees]]"))
    answers = solve(gemini, questions)
    for number, question in enumerate(questions, start=7):
        right = [choice["text"] for choice in question.get("choices", []) if choice["correct"]]
        assert not right or answers[number] != right


def test_what_stands_between_marks_says_what_it_is_about(gemini):
    listed = " ".join(["joins in SQL"] * 30)
    prompt = f"Write 4 questions.\n<wish>News of Git</wish>\nAsked already: {listed}"
    assert "git" in ask(gemini, prompt).text.lower()


def test_a_faulty_question_of_its_own_is_mended(sandbox_server, gemini):
    sandbox_server.play("gemini", "two_keys", count=1)
    questions = questions_in(ask(gemini, "Write 8 questions about SQL."))
    faulty = [
        question
        for question in questions
        if question["type"] == "SINGLE"
        and sum(choice["correct"] for choice in question["choices"]) == 2
    ]
    assert faulty
    prompt = f"Repair these: exactly one choice may be correct.\n{json.dumps(faulty)}"
    mended = questions_in(ask(gemini, prompt))
    assert [one["text"] for one in mended] == [one["text"] for one in faulty]
    assert all(sum(choice["correct"] for choice in one["choices"]) == 1 for one in mended)


def test_one_that_was_asked_already_is_replaced_and_not_mended(gemini):
    first, second = questions_in(ask(gemini, "Write 2 questions about Git."))
    rows = [
        {"number": 1, "faults": ["Say why it is right."], "question": first},
        {"number": 2, "faults": ["This is asked already."], "question": second},
    ]
    prompt = f"Repair these, or ask something else.\n{json.dumps(rows)}"
    mended, other = questions_in(ask(gemini, prompt))
    assert mended["text"] == first["text"]
    assert other["text"] not in {first["text"], second["text"]}
    assert other["type"] == second["type"]


def test_what_a_search_has_found_is_asked_about_with_its_passage(gemini):
    search = types.GenerateContentConfig(tools=[types.Tool(google_search=types.GoogleSearch())])
    found = gemini.models.generate_content(model=MODEL, contents="Facts on Git", config=search)
    schema = json.loads(json.dumps(QUIZ))
    schema["properties"]["questions"]["items"]["properties"]["quote"] = {"type": "string"}
    prompt = f"Write 4 questions.\n<material>\n{found.text}\n</material>"
    said = json.loads(ask(gemini, prompt, schema).text)
    assert len(said["questions"]) == 4
    assert all(question["quote"] in found.text for question in said["questions"])


def test_what_a_list_says_to_leave_out_does_not_choose_the_topic(gemini):
    listed = "\n".join(["- What does a join in SQL do?"] * 30)
    prompt = f"Write 4 questions about Git.\nThese are asked already:\n{listed}"
    assert "git" in ask(gemini, prompt).text.lower()


def test_search_gives_sources_and_the_parts_that_rest_on_them(gemini):
    search = types.Tool(google_search=types.GoogleSearch())
    answer = gemini.models.generate_content(
        model=MODEL,
        contents="What is new in CSS?",
        config=types.GenerateContentConfig(tools=[search]),
    )
    grounding = answer.candidates[0].grounding_metadata
    assert grounding.web_search_queries
    hosts = {httpx.URL(chunk.web.uri).host for chunk in grounding.grounding_chunks}
    assert hosts == {"docs.example.org"}
    said = answer.text.encode()
    for support in grounding.grounding_supports:
        part = support.segment
        assert said[part.start_index : part.end_index].decode().strip() == part.text
        assert support.grounding_chunk_indices


def test_search_and_a_json_answer_do_not_go_together_on_this_model(gemini):
    with pytest.raises(errors.ClientError) as refused:
        ask(gemini, "Search.", tools=[types.Tool(google_search=types.GoogleSearch())])
    assert "Tool use with a response mime type" in str(refused.value)


def test_a_schema_that_stands_in_the_prompt_is_answered_in_a_fence(gemini):
    search = types.Tool(google_search=types.GoogleSearch())
    answer = gemini.models.generate_content(
        model=MODEL,
        contents=f"Write 3 questions about Git as JSON by this schema: {json.dumps(QUIZ)}",
        config=types.GenerateContentConfig(tools=[search]),
    )
    assert answer.text.startswith("```json\n")
    said = json.loads(answer.text.removeprefix("```json\n").removesuffix("\n```"))
    validate(said, QUIZ)
    assert len(said["questions"]) == 3


def test_what_an_answer_cost_is_told(gemini):
    prompt = "Write 3 questions about Git."
    answer = ask(gemini, prompt)
    usage = answer.usage_metadata
    counted = gemini.models.count_tokens(model=MODEL, contents=prompt).total_tokens
    assert usage.prompt_token_count == counted > 0
    assert usage.candidates_token_count > 50
    told = usage.prompt_token_count + usage.candidates_token_count + usage.thoughts_token_count
    assert usage.total_token_count == told
    assert answer.model_version == MODEL
    assert answer.response_id


def test_a_stream_brings_the_same_bit_by_bit(gemini):
    prompt = "Tell me about Git."
    whole = gemini.models.generate_content(model=MODEL, contents=prompt)
    pieces = [*gemini.models.generate_content_stream(model=MODEL, contents=prompt)]
    assert len(pieces) > 1
    assert "".join(piece.text for piece in pieces) == whole.text
    assert pieces[-1].candidates[0].finish_reason == types.FinishReason.STOP


def test_models_are_listed_and_shown(gemini):
    assert f"models/{MODEL}" in [model.name for model in gemini.models.list()]
    assert gemini.models.get(model=MODEL).output_token_limit > 0


@pytest.mark.parametrize(
    ("key", "status", "word"), [("wrong", 400, "API key not valid"), ("", 403, "unregistered")]
)
def test_without_the_right_key_nothing_is_answered(sandbox_server, browse, key, status, word):
    headers = {"x-goog-api-key": key} if key else {}
    path = f"/gemini/v1beta/models/{MODEL}:generateContent"
    answer = browse.post(path, json=HELLO, headers=headers)
    assert answer.status_code == status
    assert word in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"contents": []},
        {"contents": [{"role": "user", "parts": []}]},
        {"contents": [{"role": "king", "parts": [{"text": "x"}]}]},
        {"contents": [7]},
        {**HELLO, "generationConfig": {"temperature": 9}},
        {**HELLO, "generationConfig": {"maxOutputTokens": 0}},
        {
            "contents": [{"parts": [{"text": "x"}]}],
            "generationConfig": {"responseSchema": {"type": "STRING"}},
        },
        {**HELLO, "tools": 1},
        {"contents": [{"parts": [{"inlineData": {"mimeType": "text/plain", "data": "!"}}]}]},
    ],
)
def test_a_body_that_makes_no_sense_is_refused_as_google_does(browse, sandbox_server, body):
    path = f"/gemini/v1beta/models/{MODEL}:generateContent"
    answer = browse.post(path, json=body, headers={"x-goog-api-key": KEY})
    assert answer.status_code == 400
    assert answer.json()["error"]["status"] == "INVALID_ARGUMENT"


def test_a_model_that_is_not_there_is_not_found(sandbox_server, gemini):
    with pytest.raises(errors.ClientError) as missing:
        gemini.models.generate_content(model="gemini-nine", contents="Hello")
    assert missing.value.code == 404


def test_a_call_stands_in_the_log_without_its_key(sandbox_server, gemini, browse):
    ask(gemini, "Write 1 question about Git.")
    (call,) = sandbox_server.calls(service="gemini")
    assert dict(call["request"]["headers"])["x-goog-api-key"] == "••••"
    page = browse.get(f"/calls/{call['id']}").text
    assert "Write 1 question about Git." in page
    assert KEY not in page


@pytest.mark.parametrize(
    ("fault", "status"), [("500", 500), ("503", 503), ("invalid_key", 400), ("forbidden", 403)]
)
def test_a_refusal_is_told_as_google_tells_it(sandbox_server, gemini, fault, status):
    sandbox_server.play("gemini", fault, count=1)
    with pytest.raises(errors.APIError) as refused:
        ask(gemini, "Write 1 question.")
    assert refused.value.code == status
    assert sandbox_server.calls(service="gemini")[0]["fault"] == fault
    assert questions_in(ask(gemini, "Write 1 question."))


@pytest.mark.parametrize(("after", "told"), [(None, []), (7, ["7s"])])
def test_429_says_when_to_come_again_or_does_not(sandbox_server, gemini, after, told):
    sandbox_server.play("gemini", "429", count=1, retry_after=after)
    with pytest.raises(errors.ClientError) as refused:
        ask(gemini, "Write 1 question.")
    details = refused.value.details["error"]["details"]
    assert [each["retryDelay"] for each in details if "retryDelay" in each] == told


def test_an_answer_can_be_blocked_on_the_way_in_and_on_the_way_out(sandbox_server, gemini):
    sandbox_server.play("gemini", "blocked_prompt", count=1)
    answer = ask(gemini, "Write 1 question.")
    assert answer.prompt_feedback.block_reason == types.BlockedReason.SAFETY
    assert not answer.candidates
    sandbox_server.play("gemini", "blocked_answer", count=1)
    assert ask(gemini, "Write 1 question.").candidates[0].finish_reason == types.FinishReason.SAFETY
    sandbox_server.play("gemini", "no_candidates", count=1)
    assert not ask(gemini, "Write 1 question.").candidates


@pytest.mark.parametrize("fault", ["cut_off", "malformed_json"])
def test_json_can_be_broken(sandbox_server, gemini, fault):
    sandbox_server.play("gemini", fault, count=1)
    with pytest.raises(ValueError, match=r"line 1"):
        json.loads(ask(gemini, "Write 3 questions.").text)


def test_more_than_the_tokens_allow_is_cut_off(gemini):
    answer = ask(gemini, "Write 9 questions about SQL.", max_output_tokens=50)
    assert answer.candidates[0].finish_reason == types.FinishReason.MAX_TOKENS


def test_content_can_be_wrong_in_each_way(sandbox_server, gemini):
    sandbox_server.play("gemini", "wrong_schema", count=1)
    assert "questions" not in json.loads(ask(gemini, "Write 3 questions.").text)
    sandbox_server.play("gemini", "duplicates", count=1)
    texts = Counter(each["text"] for each in questions_in(ask(gemini, "Write 4 questions.")))
    assert texts.most_common(1)[0][1] == 2
    sandbox_server.play("gemini", "obeys_injection", count=1)
    said = ask(gemini, "Write 6 questions.").text
    assert "<script>" in said
    assert "javascript:" in said


def test_a_prompt_can_ask_for_a_fault_and_how_often(sandbox_server, gemini):
    prompt = "Write 2 questions. [[gemini: 503 2]] [[gemini: duplicates]]"
    for _ in range(2):
        with pytest.raises(errors.ServerError):
            ask(gemini, prompt)
    first, second = questions_in(ask(gemini, prompt))
    assert first == second
