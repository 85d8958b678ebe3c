"""Every wire's routes."""

from fastapi import APIRouter

from service.compat import nemo_gym, openrlhf, sandbox_fusion, slime, verl
from service.compat.desk import Desk


def router(desk: Desk) -> APIRouter:
    """Return the routes of all wires."""
    router = APIRouter()
    for wire in (openrlhf, slime, verl, nemo_gym, sandbox_fusion):
        router.include_router(wire.router(desk))
    return router
