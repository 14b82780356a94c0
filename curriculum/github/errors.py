"""The ways in which GitHub says no. Nothing of a token is in their words."""


class GitHubError(Exception):
    """All of them."""


class TokenRefusedError(GitHubError):
    """The token opens nothing any more: its owner took it back, or it never was good."""


class NotThereError(GitHubError):
    """There is no such thing, or none that this token may see: GitHub tells both alike."""


class RefusedError(GitHubError):
    """It will not do that, however often it is asked."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status} {message}")
        self.status = status
        self.message = message


class RateLimitedError(GitHubError):
    """Too many calls; it answers again in `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"for {seconds} s")
        self.seconds = seconds


class AwayError(GitHubError):
    """It does not answer, or not as it should: the same may well work a little later."""
