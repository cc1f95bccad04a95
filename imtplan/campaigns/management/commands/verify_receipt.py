import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from imtplan.campaigns.review.receipts.receipt_verification import LONGEST_FILE, verify

DIFFERS, UNKNOWN = 1, 2


class Command(BaseCommand):
    help = (
        "Say whether FILE is, byte for byte, a receipt of this site, and whether the figures "
        "stored today still say the same. Exit code: 0 all the same, 1 something differs, "
        "2 no receipt of this site."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="the JSON of a receipt")

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = verify(self._read(options["file"]))
        for sentence in verdict.sentences:
            self.stdout.write(sentence)
        if not verdict.is_same:
            sys.exit(DIFFERS if verdict.is_known else UNKNOWN)

    def _read(self, path: Path) -> bytes:
        """Returns one byte more than the longest receipt tells enough of a longer file."""
        try:
            with path.open("rb") as file:
                return file.read(LONGEST_FILE + 1)
        except OSError as error:
            message = f"The file cannot be read: {error.strerror}."
            raise CommandError(message, returncode=UNKNOWN) from error
