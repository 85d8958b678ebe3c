"""The native routes that score: one typed route per reward version, and several rewards at once."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Any, NamedTuple

import orjson
from fastapi import APIRouter, Body, Request
from pydantic import TypeAdapter, ValidationError
from starlette.responses import Response

from rewards.declare import Reward
from rewards.digest import Digests
from rewards.frames import EncodedOutcome, Json
from rewards.registry import Registry
from service import batch_intake, errors, statistics, wire
from service.batch_intake import Read
from service.call import Call
from service.catalogue import unknown
from service.examples import BATCH_EXAMPLES, request_examples
from service.fast_json import FastJsonRoute
from service.intake import RequestIntake
from service.retirement import Retirements
from service.scoring import Ask
from service.serving import ServedScorer
from service.settings import Settings
from service.shortcut import Shortcut, Shortcuts
from service.submissions import places_of

_JSON = "application/json"
_REWARD_ASKS = TypeAdapter(wire.RewardAsks)


class _Terms(NamedTuple):
    """What a request says beside its rewards and samples."""

    call: Call
    deadline_ms: int | None
    statistics: bool
    """Whether the answer holds them."""


class ScoreRoutes:
    """The routes that score, and what they share."""

    def __init__(
        self,
        settings: Settings,
        registry: Registry,
        digests: Mapping[str, Digests],
        scorer: ServedScorer,
        retirements: Retirements,
    ) -> None:
        self._settings = settings
        self._registry = registry
        self._digests = digests
        self._scorer = scorer
        self._retirements = retirements
        self._intakes = {reward.id: batch_intake.of_reward(reward, registry) for reward in registry.values()}
        """For a route and its short way alike: a model of each sample takes milliseconds to make."""

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(tags=["score"], route_class=FastJsonRoute)
        for reward in self._registry.values():
            router.add_api_route(
                f"/v1/rewards/{reward.id}/score",
                self._reward_endpoint(reward),
                methods=["POST"],
                operation_id=f"score_{reward.family}_v{reward.version}",
                summary=reward.summary,
                description=reward.doc,
                response_model=wire.ScoreResponse,
                responses=errors.responses(400, 401, 403, 413, 422, 503),
                deprecated=reward.id in self._retirements,
            )
        router.add_api_route(
            "/v1/rewards/{reward_id}/score", self.unknown_reward, methods=["POST"], include_in_schema=False
        )
        router.add_api_route(
            "/v1/score",
            self.score_many,
            methods=["POST"],
            operation_id="score",
            summary="Score one batch with several rewards",
            response_model=wire.BatchResponse,
            responses=errors.responses(400, 401, 403, 413, 422, 503),
        )
        return router

    def _reward_endpoint(self, reward: Reward) -> Callable[..., Awaitable[Response]]:
        intake = self._intakes[reward.id]

        async def score(request: Request, body: Any) -> Response:  # noqa: ANN401 - annotated below, per reward
            read = await intake.read(request.state.samples)
            terms = _Terms(request.state.call, body.deadline_ms, body.statistics)
            return await self._answer_one(terms, Ask(reward, body.params), read)

        model = wire.request_model(reward, self._registry)
        score.__annotations__["body"] = Annotated[model, Body(openapi_examples=request_examples(reward))]
        return score

    def shortcuts(self) -> Shortcuts:
        """Return the short ways to these routes, for requests that are plainly right."""
        own = {f"/v1/rewards/{reward.id}/score": self._reward_shortcut(reward) for reward in self._registry.values()}
        return Shortcuts({**own, "/v1/score": self._shortcut_many})

    def _reward_shortcut(self, reward: Reward) -> Shortcut:
        samples = self._intakes[reward.id]
        requests = RequestIntake({"samples", "params", "deadline_ms", "statistics"}, self._settings.max_batch)

        async def answer(call: Call, body: object) -> Response | None:
            fields = requests.read(body)
            if fields is None:
                return None
            try:
                params = reward.params.model_validate(fields.get("params", {}))
            except ValidationError:
                return None
            read = await samples.read(fields["samples"])
            return await self._answer_one(_terms(call, fields), Ask(reward, params), read)

        return answer

    async def score_many(
        self, request: Request, body: Annotated[wire.BatchRequest, Body(openapi_examples=BATCH_EXAMPLES)]
    ) -> Response:
        """Score the completions once with each reward. `reference` carries the union of the rewards' fields."""
        asks, places = self._asks(body.rewards)
        rewards = [reward for ask in body.rewards if (reward := self._registry.get(ask.reward)) is not None]
        if len(rewards) < len(body.rewards):  # nobody knows what the samples should look like
            raise errors.invalid(places)
        read = await batch_intake.of_rewards(rewards, self._registry).read(request.state.samples, places)
        terms = _Terms(request.state.call, body.deadline_ms, body.statistics)
        return await self._answer_many(terms, asks, read)

    async def _shortcut_many(self, call: Call, body: object) -> Response | None:
        requests = RequestIntake({"rewards", "samples", "deadline_ms", "statistics"}, self._settings.max_batch)
        fields = requests.read(body)
        if fields is None:
            return None
        try:
            asked = _REWARD_ASKS.validate_python(fields.get("rewards"))
        except ValidationError:
            return None
        asks, places = self._asks(asked)
        if places:
            return None
        samples = batch_intake.of_rewards([ask.reward for ask in asks], self._registry)
        return await self._answer_many(_terms(call, fields), asks, await samples.read(fields["samples"]))

    async def unknown_reward(self, reward_id: str) -> Response:
        """Answer a path that names no served version."""
        raise errors.ProblemError("unknown-reward", 404, unknown(reward_id, self._registry))

    def _asks(self, asked: Sequence[wire.RewardAsk]) -> tuple[list[Ask], list[errors.Place]]:
        """Return the rewards asked for with their params, and what is wrong with those that do not exist or fit."""
        asks: list[Ask] = []
        places: list[errors.Place] = []
        for index, ask in enumerate(asked):
            reward = self._registry.get(ask.reward)
            if reward is None:
                path = ("body", "rewards", index, "reward")
                places.append(errors.place(path, unknown(ask.reward, self._registry)))
                continue
            try:
                asks.append(Ask(reward, reward.params.model_validate(ask.params)))
            except ValidationError as error:
                places += places_of(("body", "rewards", index, "params"), error, reward.params)
        return asks, places

    async def _answer_one(self, terms: _Terms, ask: Ask, read: Read) -> Response:
        (result,) = await self._score(terms, [ask], read)
        return Response(result, media_type=_JSON)

    async def _answer_many(self, terms: _Terms, asks: Sequence[Ask], read: Read) -> Response:
        results = await self._score(terms, asks, read)
        return Response(b'{"results":[%b]}' % b",".join(results), media_type=_JSON)

    async def _score(self, terms: _Terms, asks: Sequence[Ask], read: Read) -> list[bytes]:
        """Return one `ScoreResponse` per ask, in JSON."""
        submissions, ids = read
        wall_s = self._settings.wall_s(terms.deadline_ms)
        served = await self._scorer.score(terms.call, asks, submissions, wall_s)
        results = []
        for ask, outcomes, counts in zip(asks, served.outcomes, served.counts, strict=True):
            head = self._head(ask.reward, served.seconds)
            if terms.statistics:
                head["statistics"] = statistics.figures(ask.reward, counts)
            results.append(_result(head, ids, outcomes))
        return results

    def _head(self, reward: Reward, seconds: float) -> Json:
        """Return what a `ScoreResponse` says before its outcomes."""
        digests = self._digests[reward.id]
        return {
            "reward": reward.id,
            "behaviour": digests.behaviour,
            "build": digests.build,
            "elapsed_ms": round(seconds * 1000, 3),
        }


def _terms(call: Call, fields: Mapping[str, Any]) -> _Terms:
    """Return the terms of a request that was read without its model."""
    return _Terms(call, fields.get("deadline_ms"), fields.get("statistics", False))


def _result(head: Json, ids: Sequence[str | None], outcomes: Sequence[EncodedOutcome]) -> bytes:
    """Return one `ScoreResponse` in JSON."""
    return b'%b,"outcomes":[%b]}' % (orjson.dumps(head)[:-1], wire.render(ids, outcomes))
