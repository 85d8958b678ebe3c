"""How well a judge tells right solutions from wrong ones, measured on solutions whose mistakes are known."""
