"""What signing in at a provider needs to know."""

from __future__ import annotations

from dataclasses import dataclass

RETURN_PATH = "/login/provider/back"
"""Of our own, where the provider sends people back to."""


@dataclass(frozen=True, slots=True)
class SignOnSettings:
    """What provider and this server know of each other.

    Attributes:
        issuer: The provider's address, exactly as it calls itself.
        redirect_uri: Where the provider sends people back to.
        claim: What of an identity is the login of an account here.
        label: What people call the provider.
    """

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str
    claim: str
    scopes: tuple[str, ...]
    label: str
