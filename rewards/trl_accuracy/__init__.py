"""The completion's LaTeX answer is mathematically equal to the solution's, as TRL judges it."""
