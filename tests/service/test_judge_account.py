"""What a service says of its judge."""

import httpx

from service.judge_account import Account, account


def told(reply: httpx.Response) -> Account:
    """Return what is read from a reply."""
    return account("http://service", "key", httpx.MockTransport(lambda _: reply))


def test_an_account_is_read_and_the_difference_told() -> None:
    """Money is spoken of where prices are set."""
    counts = {"calls": 5, "prompt_tokens": 1000, "completion_tokens": 20, "cached": 3}
    now = told(httpx.Response(200, json={"name": "m@1", "spent_usd": 0.5, **counts}))
    assert Account("m@1", 5, 1000, 20, 0.5, 3) == now
    assert Account("m@1", 1, 1000, 20, 0.5, 3) == now.since(Account("m@1", calls=4))
    assert "5 calls (3 more answered from the cache), 1,000 tokens asked and 20 answered, 0.5000 USD" == str(now)
    assert "USD" not in str(now.since(now))


def test_a_service_that_does_not_tell_has_no_judge() -> None:
    """An older one has no such route; one without a judge says so."""
    silent = [httpx.Response(404, json={}), httpx.Response(200, text="hello"), httpx.Response(200, json=[1])]
    assert [Account()] * 3 == [told(reply) for reply in silent]
    assert told(httpx.Response(200, json={"name": None, "calls": 0})).name is None
