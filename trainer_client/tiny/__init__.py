"""A whole lesson in GRPO for a laptop: a model small enough to train in a minute, and rewards over HTTP."""

from trainer_client.tiny.lesson import LessonResult, run_lesson

__all__ = ["LessonResult", "run_lesson"]
