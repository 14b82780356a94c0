"""Files that browsers and crawlers ask for by name."""

from django.contrib.staticfiles import finders


def test_crawlers_are_kept_out_of_what_needs_a_sign_in(client):
    response = client.get("/robots.txt")
    assert response["Content-Type"] == "text/plain"
    assert "Disallow: /api/\n" in response.content.decode()
    assert "Disallow: /\n" not in response.content.decode()


def test_an_icon_is_there_for_whoever_asks_by_the_old_name(client):
    response = client.get("/favicon.ico")
    assert response.status_code == 302
    assert finders.find(response["Location"].removeprefix("/static/"))


def test_pages_name_icons_and_a_manifest_that_are_there(client, db):
    page = client.get("/").content.decode()
    for name in ("img/mark.svg", "img/touch.png", "site.webmanifest"):
        assert f"/static/{name}" in page
        assert finders.find(name)
