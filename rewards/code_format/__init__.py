"""The answer block holds a fenced piece of code in the wanted language."""
