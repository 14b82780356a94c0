"""Little documents of each kind, made as programs make them."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"


def zipped(**parts: str | bytes) -> bytes:
    """`word__document` is `word/document.xml`."""
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(f"{name.replace('__', '/')}.xml", content)
    return packed.getvalue()


def docx(*paragraphs: tuple[str, str], before: str = "") -> bytes:
    """Each a style and a text; the style `list` makes it an item of one."""
    body = "".join(_paragraph(style, text) for style, text in paragraphs)
    document = f'{before}<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'
    return zipped(word__document=document)


def pptx(*slides: tuple[str, tuple[str, ...]]) -> bytes:
    """Each a title and its lines."""
    parts: dict[str, str | bytes] = {"ppt__presentation": f'<p:presentation xmlns:p="{P}"/>'}
    for number, (title, lines) in enumerate(slides, start=1):
        parts[f"ppt__slides__slide{number}"] = (
            f'<p:sld xmlns:p="{P}" xmlns:a="{A}">{_shape("title", (title,))}{_shape("", lines)}'
            f"{_shape('sldNum', ('7',))}</p:sld>"
        )
    return zipped(**parts)


def pdf(*pages: str) -> bytes:
    """One font, one column; each line of a page is one line of text."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>"]
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode())
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    for number, page in enumerate(pages):
        stream = _page_stream(page)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    return _with_table(objects)


def _paragraph(style: str, text: str) -> str:
    if style == "list":
        properties = "<w:pPr><w:numPr><w:ilvl w:val='0'/></w:numPr></w:pPr>"
    else:
        properties = f"<w:pPr><w:pStyle w:val='{style}'/></w:pPr>" if style else ""
    return f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"


def _shape(kind: str, lines: tuple[str, ...]) -> str:
    placeholder = f'<p:ph type="{kind}"/>' if kind else ""
    rows = "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in lines)
    about = f"<p:nvSpPr><p:nvPr>{placeholder}</p:nvPr></p:nvSpPr>"
    return f"<p:sp>{about}<p:txBody>{rows}</p:txBody></p:sp>"


def _page_stream(page: str) -> bytes:
    rows = []
    for line in page.split("\n"):
        escaped = line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        rows.append(f"({escaped}) Tj T*")
    return f"BT /F1 11 Tf 14 TL 50 740 Td {' '.join(rows)} ET".encode("latin-1")


def _with_table(objects: list[bytes]) -> bytes:
    written, places = BytesIO(), []
    written.write(b"%PDF-1.4\n")
    for number, content in enumerate(objects, start=1):
        places.append(written.tell())
        written.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    start = written.tell()
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    written.write(b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, rows))
    written.write(
        b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    )
    return written.getvalue()
