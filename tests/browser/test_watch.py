"""The watch itself: what it would let pass, every other test of this folder would miss."""

from playwright.sync_api import Page


def test_it_sees_words_on_the_console_faults_violations_and_strangers(
    page: Page, watch, live_platform
):
    page.goto("/accounts/login/")
    assert watch.faults == []
    page.evaluate("console.info('a word')")
    page.evaluate("setTimeout(() => { throw new Error('a fault') })")
    page.evaluate("document.body.setAttribute('style', 'color: red')")
    page.goto(live_platform.url.replace("localhost", "127.0.0.1") + "/health/live")
    found = "\n".join(watch.unexpected())
    for expected in [
        "info: a word",
        "uncaught: a fault",
        "The policy stopped style-src-attr",
        "a request to another host: http://127.0.0.1",
    ]:
        assert expected in found
    watch.expect("")
