"""GRPO training with rewards from a service; needs the extra `train`."""

from trainer_client.training.errors import RecipeError
from trainer_client.training.progress import Progress, Silent
from trainer_client.training.recipe import Recipe
from trainer_client.training.report import HeldOut, TrainingReport
from trainer_client.training.run import train

__all__ = ["HeldOut", "Progress", "Recipe", "RecipeError", "Silent", "TrainingReport", "train"]
