"""Static files as in production, in less time: compressed where a page of ours loads them."""

from typing import Any

from whitenoise.compress import Compressor

from core.static_files import QuickCompressor, StaticFiles

OURS = ("css/", "js/", "vendor/", "django_htmx/")


class OursCompressed(StaticFiles):
    def create_compressor(self, **kwargs: Any) -> Compressor:
        return CompressorOfOurs(**kwargs)


class CompressorOfOurs(QuickCompressor):
    def should_compress(self, filename: str) -> bool:
        return filename.startswith(OURS) and super().should_compress(filename)
