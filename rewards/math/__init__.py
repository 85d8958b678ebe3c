"""What the mathematical rewards share; once a released version uses a module it is never edited."""
