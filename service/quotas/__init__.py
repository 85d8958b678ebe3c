"""What a team may have scored: how many samples a minute, how many at once, in how large requests."""
