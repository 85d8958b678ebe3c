"""The wires of trainers that call a reward service of their own making, spoken as those trainers speak them."""
