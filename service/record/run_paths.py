"""Routes under `/v1/runs/{run}`, where a run may be called anything: `exp/7` is asked for as `exp%2F7`."""

from typing import cast
from urllib.parse import unquote

from starlette.routing import Match
from starlette.types import Scope
from typing_extensions import override

from service.fast_json import FastJsonRoute


class RunRoute(FastJsonRoute):
    """A route that tells a slash in a name from one between names, by the path as it was sent."""

    @override
    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http":
            return Match.NONE, {}
        sent = cast("bytes", scope.get("raw_path") or scope["path"].encode())
        match, found = super().matches({**scope, "path": sent.partition(b"?")[0].decode("ascii", "replace")})
        if match is not Match.NONE:
            found["path_params"] = {name: unquote(text) for name, text in found["path_params"].items()}
        return match, found
