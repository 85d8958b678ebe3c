"""A reward that needs another."""

from rewards.declare import reward
from rewards.types import Needs, NoParams, NoReference, Sample, Score


@reward(range=(-2.0, 2.0), needs=("moody@v1",))
def score(sample: Sample[NoReference], params: NoParams, needs: Needs) -> Score:
    """Twice what `moody@v1` says."""
    return Score(2 * needs["moody@v1"].value, "doubled", "Doubled.")
