"""Make a PDF on standard output from HTML on standard input: the child process of `imtplan.paper`.

It is run by its path, and imports nothing of ours.
"""

import mimetypes
import sys
from pathlib import Path

import weasyprint
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

if sys.platform != "win32":
    import resource

# The base of the page's relative addresses. There is no such host, and nothing is asked of it.
ORIGIN = "https://static.invalid/"
MEMORY = 1024**3


class OurFiles(URLFetcher):
    """Reads the files of one folder, and nothing else: no network, no other folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(allowed_protocols=())
        self.folder = folder.resolve()

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        path = (self.folder / url.removeprefix(ORIGIN)).resolve()
        if not url.startswith(ORIGIN) or not path.is_relative_to(self.folder):
            raise ValueError(f"not one of our files: {url}")
        if not path.is_file():
            # A mistake of ours: better no document than one without its style.
            raise FatalURLFetchingError(f"no such file: {url}")
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})


def limit(seconds: int) -> None:
    """Have the kernel end us beyond these seconds of work, even if nobody waits for us."""
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def main(folder: Path, seconds: int) -> None:
    limit(seconds)
    html = sys.stdin.buffer.read().decode()
    page = weasyprint.HTML(string=html, base_url=ORIGIN, url_fetcher=OurFiles(folder))
    sys.stdout.buffer.write(page.write_pdf(pdf_variant="pdf/ua-1"))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
