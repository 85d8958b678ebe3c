"""What can be wrong with keys and teams.

TeamsError             the message says what to do
├── NoSuchError        there is no key or team of this name
├── TeamNameError      a team cannot be called that
├── KeyEndedError      a key is revoked or expired, and nothing follows it
└── UnsafeBindError    the service would be open to the network
"""


class TeamsError(Exception):
    """What was asked for cannot be done; the message says why, and what to do."""


class NoSuchError(TeamsError):
    """There is no key or team of this name."""


class TeamNameError(TeamsError):
    """A team cannot be called that."""


class KeyEndedError(TeamsError):
    """A key is revoked or expired, and nothing follows it."""


class UnsafeBindError(TeamsError):
    """The service would be open to anyone on the network."""
