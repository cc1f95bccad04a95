"""Read the one sheet of a file in a test."""

from imtplan.spreadsheets.reading import read_tables
from imtplan.spreadsheets.tables import Table, Unreadable


def read_table(data: bytes) -> Table:
    """Returns the first sheet that is neither hidden nor empty."""
    for table in read_tables(data):
        if table.rows and not table.is_hidden:
            return table
    raise Unreadable("no sheet is both seen and filled")
