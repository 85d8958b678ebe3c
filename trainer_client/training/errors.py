"""Everything that this package raises on purpose.

```
ValueError
└── RecipeError         a recipe that cannot be trained, and what to change in it
```
"""

__all__ = ["RecipeError"]


class RecipeError(ValueError):
    """The recipe says something that cannot be done."""
