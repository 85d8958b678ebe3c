"""The routes answer what the document promises, for good requests and for all the others."""

import json
from typing import Any

import httpx
import pytest

MOODY = "/v1/rewards/moody@v1/score"
MATCHES = "/v1/rewards/matches@v1/score"
RANK = "/v1/rewards/rank@v1/score"
LENGTH = "/v1/rewards/length@v1/score"


def post(client: httpx.Client, path: str, body: object) -> dict[str, Any]:
    """Return the answer to a body that is right."""
    reply = client.post(path, json=body)
    assert 200 == reply.status_code, reply.text[:500]
    found: dict[str, Any] = reply.json()
    return found


def problem(client: httpx.Client, path: str, body: object, status: int) -> dict[str, Any]:
    """Return the problem that a body gets."""
    reply = client.post(path, json=body)
    return check_problem(reply, status)


def check_problem(reply: httpx.Response, status: int) -> dict[str, Any]:
    """Return a reply's problem, which has the fields of RFC 9457."""
    assert status == reply.status_code, reply.text[:500]
    assert "application/problem+json" == reply.headers["content-type"]
    found: dict[str, Any] = reply.json()
    assert status == found["status"]
    assert {"type", "title", "status", "detail", "errors"} == set(found)
    return found


def values(answer: dict[str, Any]) -> list[float | None]:
    """Return the value of each outcome."""
    return [outcome["value"] for outcome in answer["outcomes"]]


def test_the_catalogue_says_what_each_reward_is(live: httpx.Client) -> None:
    """The list and the entry say the same, schemas and digests included."""
    entries = live.get("/v1/rewards").json()["rewards"]
    ids = [entry["id"] for entry in entries]
    assert sorted(ids) == ids
    assert "math_equal@v1" in ids
    for entry in entries:
        assert entry == live.get(f"/v1/rewards/{entry['id']}").json()
        assert entry["build"].startswith("sha256:")
        assert entry["summary"]
        assert entry["doc"].startswith(entry["summary"])
        assert entry["range"][0] < entry["range"][1]
        assert "properties" in entry["params"]
    assert "answer" in next(entry for entry in entries if entry["id"] == "math_equal@v1")["reference"]["properties"]


def test_the_catalogue_knows_needs_and_groups(testbed: httpx.Client) -> None:
    """What a caller must send is in the entry."""
    assert ["moody@v1"] == testbed.get("/v1/rewards/doubled@v1").json()["needs"]
    assert testbed.get("/v1/rewards/rank@v1").json()["group"] is True
    assert testbed.get("/v1/rewards/length@v1").json()["reference"] is None


def test_every_published_reward_scores(live: httpx.Client) -> None:
    """One typed route per version."""
    for entry in live.get("/v1/rewards").json()["rewards"]:
        prompt = "How many clips did she sell in both of the months?"
        sample: dict[str, Any] = {"completion": "the answer is 72", "id": "a", "prompt": prompt}
        sample |= {"completion_tokens": 4, "completion_ids": [1, 2, 3, 4]}
        if schema := entry["reference"]:
            sample["reference"] = {name: schema["properties"][name]["examples"][0] for name in schema["required"]}
        samples = [{**sample, "id": name, "group": "g"} for name in "ab"] if entry["group"] else [sample]
        answer = post(live, f"/v1/rewards/{entry['id']}/score", {"samples": samples})
        assert entry["id"] == answer["reward"]
        assert (entry["behaviour"], entry["build"]) == (answer["behaviour"], answer["build"])
        assert [each["id"] for each in samples] == [outcome["id"] for outcome in answer["outcomes"]]
        found = {outcome.get("kind", "scored") for outcome in answer["outcomes"]}
        assert found == {"judge_unavailable" if entry["judged"] and "scored" not in found else "scored"}, answer


def test_one_reward_over_a_batch(testbed: httpx.Client) -> None:
    """Outcomes come in order with the ids of their samples."""
    samples = [
        {"completion": "Yes", "reference": {"answer": "yes"}, "id": "a"},
        {"completion": "no", "reference": {"answer": "yes"}},
        {"completion": "yes"},
        {"completion": "yes", "reference": None},
    ]
    answer = post(testbed, MATCHES, {"samples": samples, "params": {"ignore_case": True}, "deadline_ms": 5000})
    assert [1.0, 0.0, None, None] == values(answer)
    assert ["a", None, None, None] == [outcome["id"] for outcome in answer["outcomes"]]
    assert {"length": 3} == answer["outcomes"][0]["details"]
    assert "missing_reference" == answer["outcomes"][2]["kind"]
    assert answer["outcomes"][2]["retryable"] is False
    assert answer["elapsed_ms"] > 0


def test_several_rewards_over_one_batch(testbed: httpx.Client) -> None:
    """References are unioned, a null field is an absent one, and each reward has its own params."""
    samples = [
        {"completion": "Yes", "reference": {"answer": "yes", "number": 3, "alternative": None}},
        {"completion": "No", "reference": {"number": 4}},
        {"completion": "yes"},
    ]
    asks = [
        {"reward": "matches@v1", "params": {"ignore_case": True}},
        {"reward": "matches@v1"},
        {"reward": "odd@v1"},
        {"reward": "doubled@v1"},
    ]
    results = post(testbed, "/v1/score", {"rewards": asks, "samples": samples})["results"]
    assert [ask["reward"] for ask in asks] == [result["reward"] for result in results]
    assert [1.0, None, None] == values(results[0])
    assert [0.0, None, None] == values(results[1])
    assert [1.0, 1.0, None] == values(results[2])
    assert [2.0, 2.0, 2.0] == values(results[3])


def test_a_group_reward_compares_a_group(testbed: httpx.Client) -> None:
    """Groups are put together from wherever their samples stand in the batch."""
    samples = [
        {"completion": "aaa", "group": "1"},
        {"completion": "b", "group": "2"},
        {"completion": "a", "group": "1"},
    ]
    assert [1.0, 0.0, 0.0] == values(post(testbed, RANK, {"samples": samples}))
    several = post(testbed, "/v1/score", {"rewards": [{"reward": "rank@v1"}], "samples": samples})
    assert [1.0, 0.0, 0.0] == values(several["results"][0])


def test_a_group_reward_without_groups_is_refused(testbed: httpx.Client) -> None:
    """Both routes say which sample has none."""
    samples = [{"completion": "a", "group": "1"}, {"completion": "b"}]
    assert "body.samples.1.group" == problem(testbed, RANK, {"samples": samples}, 422)["errors"][0]["path"]
    body = {"rewards": [{"reward": "rank@v1"}], "samples": samples}
    assert "body.samples.1.group" == problem(testbed, "/v1/score", body, 422)["errors"][0]["path"]


@pytest.mark.parametrize("path", ["/v1/rewards/math_equals@v1/score", "/v1/rewards/math_equal@v9/score"])
def test_an_unknown_reward_has_a_suggestion(live: httpx.Client, path: str) -> None:
    """A 404 on its own route."""
    assert "Did you mean math_equal@v" in problem(live, path, {"samples": []}, 404)["detail"]
    assert "Did you mean math_equal@v" in check_problem(live.get(path.removesuffix("/score")), 404)["detail"]


def test_an_unknown_reward_of_a_batch_is_shown(live: httpx.Client) -> None:
    """A 422 with the place, and nothing on the samples; a huge name is neither searched nor repeated."""
    body = {
        "rewards": [{"reward": "math_equal@v9"}, {"reward": "q" * 5_000_000}, {"reward": "math_equal@v1"}],
        "samples": [{"completion": "1", "reference": {"answers": "1"}}],
    }
    found = problem(live, "/v1/score", body, 422)
    assert ["body.rewards.0.reward", "body.rewards.1.reward"] == [error["path"] for error in found["errors"]]
    assert "Did you mean math_equal@v" in found["errors"][0]["message"]
    assert "GET /v1/rewards" in found["errors"][1]["message"]
    assert len(json.dumps(found)) < 2000


def test_wrong_params_of_a_batch_hide_no_reference(live: httpx.Client) -> None:
    """The reward is known, and so are its fields: only what is wrong is named, with what would be right."""
    sample = {"completion": "1", "reference": {"answer": "1"}}
    body = {"rewards": [{"reward": "math_equal@v2", "params": {"unit": True}}], "samples": [sample]}
    (error,) = problem(live, "/v1/score", body, 422)["errors"]
    assert error["path"] == "body.rewards.0.params.unit"
    assert "There is no such field; there are rounding, percent, units" in error["message"]
    body["samples"] = [{"completion": "1", "reference": {"answers": "1"}}]
    paths = [one["path"] for one in problem(live, "/v1/score", body, 422)["errors"]]
    assert paths == ["body.rewards.0.params.unit", "body.samples.0.reference.answers"]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "body.samples"),
        ({"samples": [{}]}, "body.samples.0.completion"),
        ({"samples": [{"completion": 3}]}, "body.samples.0.completion"),
        ({"samples": {"completion": "a"}}, "body.samples"),
        ({"samples": [], "extra": 1}, "body.extra"),
        ({"samples": [{"completion": "a", "extra": 1}]}, "body.samples.0.extra"),
        ({"samples": [{"completion": "a", "reference": {"answer": 3}}]}, "body.samples.0.reference.answer"),
        ({"samples": [{"completion": "a", "reference": {"answer": "b", "c": 1}}]}, "body.samples.0.reference.c"),
        ({"samples": [], "params": {"ignore_case": "perhaps"}}, "body.params.ignore_case"),
        ({"samples": [], "params": {"other": 1}}, "body.params.other"),
        ({"samples": [], "deadline_ms": 0}, "body.deadline_ms"),
        ({"samples": [{"completion": "a", "completion_tokens": -1}]}, "body.samples.0.completion_tokens"),
        ({"samples": [{"completion": "a", "completion_ids": [2**63]}]}, "body.samples.0.completion_ids.0"),
        ({"samples": [{"completion": "a", "completion_tokens": 2**64}]}, "body.samples.0.completion_tokens"),
        ([], "body"),
        ("text", "body"),
    ],
)
def test_what_does_not_fit_is_named(testbed: httpx.Client, body: object, path: str) -> None:
    """A 422 names the place in the body, and quotes nothing."""
    found = problem(testbed, MATCHES, body, 422)
    assert any(error["path"].startswith(path) for error in found["errors"]), found


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"rewards": [], "samples": []}, "body.rewards"),
        ({"rewards": [{"reward": "matches@v1", "params": {"x": 1}}], "samples": []}, "body.rewards.0.params.x"),
        (
            {"rewards": [{"reward": "matches@v1"}], "samples": [{"completion": "a", "reference": {"answer": 3}}]},
            "body.samples.0.reference.answer",
        ),
        (
            {"rewards": [{"reward": "length@v1"}], "samples": [{"completion": "a", "reference": {"answer": "b"}}]},
            "body.samples.0.reference.answer",
        ),
    ],
)
def test_what_does_not_fit_a_batch_is_named(testbed: httpx.Client, body: object, path: str) -> None:
    """The route for several rewards checks what their own routes check."""
    assert path in [error["path"] for error in problem(testbed, "/v1/score", body, 422)["errors"]]


def test_many_errors_are_counted_and_twenty_listed(testbed: httpx.Client) -> None:
    """A wrong batch does not get a larger answer than a right one."""
    body = {"rewards": [{"reward": f"none@v{n}"} for n in range(1, 51)], "samples": []}
    found = problem(testbed, "/v1/score", body, 422)
    assert 20 == len(found["errors"])
    assert "50 errors" in found["detail"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"samples": [{}] * 400_000}, 413),
        ({"samples": [{"completion": "x", **{f"field {n}": n for n in range(300)}}]}, 422),
        ({"samples": [{"completion": "x", "completion_ids": [-1] * 400_000}]}, 422),
        ({"samples": [{"completion": "x", "reference": {f"field {n}": n for n in range(300)}}]}, 422),
        ({"samples": [{}] * 400}, 422),
    ],
    ids=["samples", "fields", "token ids", "reference fields", "wrong samples"],
)
def test_a_body_made_of_errors_is_refused_early(testbed: httpx.Client, body: object, status: int) -> None:
    """What is wrong a hundred thousand times is said once."""
    assert 1 == len(problem(testbed, MATCHES, body, status)["errors"] or [None])


def test_an_empty_batch_is_answered(testbed: httpx.Client) -> None:
    """Zero samples are 200 on both routes."""
    assert [] == post(testbed, MATCHES, {"samples": []})["outcomes"]
    several = post(testbed, "/v1/score", {"rewards": [{"reward": "rank@v1"}], "samples": []})
    assert [] == several["results"][0]["outcomes"]


def test_a_batch_over_the_limit_is_refused(testbed: httpx.Client) -> None:
    """As many as allowed are scored; one more is 413 and says how many."""
    body = {"samples": [{"completion": "abc"}] * 500}
    assert [3.0] * 500 == values(post(testbed, LENGTH, body))
    body["samples"].append({"completion": "abc"})
    assert "500 samples, this one has 501" in problem(testbed, LENGTH, body, 413)["detail"]


def test_a_hundred_thousand_samples_are_refused_and_not_scored(live: httpx.Client) -> None:
    """The limit holds for a body that is small in bytes."""
    body = {"samples": [{"completion": "a"}] * 100_000}
    assert "Split it" in problem(live, "/v1/rewards/xml_count@v1/score", body, 413)["detail"]


def test_long_texts_are_too_long(live: httpx.Client) -> None:
    """Ten million characters cost the completion its score, and a prompt or a reference is a failure."""
    long = "x" * 10_000_000
    samples = [
        {"completion": long, "reference": {"answer": "1"}},
        {"completion": "1", "reference": {"answer": long}},
        {"completion": "1", "reference": {"answer": "1"}, "prompt": long},
        {"completion": "1", "reference": {"answer": "1"}},
    ]
    outcomes = post(live, "/v1/rewards/math_equal@v1/score", {"samples": samples})["outcomes"]
    assert (0.0, "too_long") == (outcomes[0]["value"], outcomes[0]["reason"])
    assert ["too_long", "too_long"] == [outcome["kind"] for outcome in outcomes[1:3]]
    assert 1.0 == outcomes[3]["value"]


def test_any_unicode_is_text(testbed: httpx.Client) -> None:
    """NUL bytes and characters off the first plane are counted, not refused."""
    texts = ["a\x00b", "\x00" * 9, "🪨" * 4, "\u2028", "\ufffe"]
    assert [3.0, 9.0, 4.0, 1.0, 1.0] == values(post(testbed, LENGTH, {"samples": [{"completion": t} for t in texts]}))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"nonsense",
        b'{"samples": [{"completion": "\\ud800"}]}',
        b'{"samples": [{"completion": "\xff"}]}',
        b'{"samples": [{"completion": NaN}]}',
        b'{"samples": [], "deadline_ms": 1e999}',
        b'{"samples": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_what_is_not_json_is_400(testbed: httpx.Client, content: bytes) -> None:
    """Broken JSON, bytes that are not UTF-8, lone surrogates, NaN and absurd nesting."""
    reply = testbed.post(LENGTH, content=content, headers={"Content-Type": "application/json"})
    if content:
        assert "valid UTF-8" in check_problem(reply, 400)["detail"]
    else:
        check_problem(reply, 422)


@pytest.mark.parametrize("depth", [100, 300, 1000])
def test_deep_nesting_is_answered(testbed: httpx.Client, depth: int) -> None:
    """As deep as the parser goes, nothing breaks behind it."""
    deep = b"[" * depth + b"]" * depth
    content = b'{"rewards": [{"reward": "odd@v1", "params": {"a": ' + deep + b"}}], "
    content += b'"samples": [{"completion": "a", "reference": {"number": ' + deep + b"}}]}"
    check_problem(testbed.post("/v1/score", content=content, headers={"Content-Type": "application/json"}), 422)


@pytest.mark.parametrize("media_type", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_the_missing_header_is_named(testbed: httpx.Client, media_type: str | None) -> None:
    """What curl sends without `-H` gets the one hint that helps."""
    headers = {"Content-Type": media_type} if media_type else {}
    reply = testbed.post(LENGTH, content=b'{"samples": []}', headers=headers)
    assert "Content-Type: application/json" in check_problem(reply, 422)["detail"]


def test_the_last_assistant_message_is_scored(testbed: httpx.Client) -> None:
    """Chat messages, parts and fields of other services."""
    chats = [
        [{"role": "user", "content": "12345"}, {"role": "assistant", "content": "abc", "tool_calls": []}],
        [{"role": "assistant", "content": [{"type": "text", "text": "ab"}, {"type": "image_url", "image_url": {}}]}],
        [{"role": "assistant", "content": "abcd"}, {"role": "tool", "content": "x"}],
        [{"role": "assistant", "content": None}],
        [],
    ]
    samples = [{"completion": chat, "prompt": [{"role": "user", "content": "?"}]} for chat in chats]
    assert [3.0, 2.0, 4.0, 0.0, 0.0] == values(post(testbed, LENGTH, {"samples": samples}))


def test_failures_are_null_and_never_zero(testbed: httpx.Client) -> None:
    """A crash, a value out of range and a late sample all have no value; what was expensive has the lowest."""
    moods = ["fine", "raise", "nan", "bad_reference", "burn"]
    outcomes = post(testbed, MOODY, {"samples": [{"completion": mood} for mood in moods]})["outcomes"]
    assert [1.0, None, None, None, -1.0] == [outcome["value"] for outcome in outcomes]
    assert ["crash", "out_of_range", "bad_reference"] == [outcome["kind"] for outcome in outcomes[1:4]]
    late = post(testbed, MOODY, {"samples": [{"completion": "sleep"}], "deadline_ms": 200})["outcomes"][0]
    assert (None, "deadline", True) == (late["value"], late["kind"], late["retryable"])


def test_what_no_frame_can_carry_is_a_bad_reference(testbed: httpx.Client) -> None:
    """A number that JSON has and a worker's frame has not costs its sample, and neither its batch nor a worker."""
    body = {"samples": [{"completion": "a", "reference": {"number": str(2**70)}}]}
    for _ in range(5):
        assert "bad_reference" == post(testbed, "/v1/rewards/odd@v1/score", body)["outcomes"][0]["kind"]
    assert [1.0] == values(post(testbed, LENGTH, {"samples": [{"completion": "a"}]}))


def test_health_and_readiness(testbed: httpx.Client) -> None:
    """Both answer with the same fields; `/health` is the name that other servers use."""
    for path in ("/healthz", "/health", "/readyz"):
        found = testbed.get(path).json()
        assert {"status", "version", "workers", "workers_ready", "queued", "restarts"} == set(found)
        assert 2 == found["workers"]


def test_other_paths_and_methods_are_problems(testbed: httpx.Client) -> None:
    """404 and 405 look like every other error."""
    check_problem(testbed.get("/nothing"), 404)
    check_problem(testbed.get(LENGTH), 405)
    check_problem(testbed.put("/v1/score"), 405)
    assert "POST" == testbed.get(LENGTH).headers["allow"]


def test_the_documentation_needs_no_network(live: httpx.Client) -> None:
    """The page names no other host, and what it loads is there."""
    page = live.get("/docs").text
    assets = [part.split('"')[0] for part in page.replace("'", '"').split('"/')[1:]]
    local = [f"/{asset}" for asset in assets if asset.startswith("static-offline-docs/")]
    assert len(local) >= 2
    assert "http://" not in page
    assert "https://" not in page
    for asset in local:
        assert live.get(asset).content
