"""An API key that ends where the calendar does: its list could not show it in every time zone."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("moment", ["2200-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_moment_that_nobody_means_ends_no_key(api_of, admin, moment):
    body = {"name": "Far", "scopes": ["users:read"], "expires_at": moment}
    answer = api_of(admin).post("/api/auth/api-keys/", body, format="json")
    assert answer.status_code == 400
    assert set(answer.json()["error"]["details"]) == {"expires_at"}
