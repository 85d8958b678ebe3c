"""The OpenAPI document: FastAPI's, with the problem schema that every route's errors refer to."""

from typing import Any

from fastapi import FastAPI

from service.errors import Place, Problem


def install(app: FastAPI) -> None:
    """Make the app serve the completed document."""
    complete = app.openapi

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            schemas = complete().setdefault("components", {}).setdefault("schemas", {})
            for model in (Place, Problem):
                schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
                schema.pop("$defs", None)
                schemas[model.__name__] = schema
        return complete()

    app.openapi = document  # type: ignore[method-assign]
