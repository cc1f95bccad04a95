"""Spreadsheets in and out: typed columns and formula-safe cells, without a word of the plan."""

from imtplan.spreadsheets.book_tables import book_response, book_table, sheet_of_pairs
from imtplan.spreadsheets.books import BookFormat
from imtplan.spreadsheets.columns import Column, ColumnType, Flavour, safe_text
from imtplan.spreadsheets.csv.writing import (
    ROWS_AT_A_TIME,
    csv_lines,
    csv_response,
    csv_with_preface,
)

__all__ = [
    "ROWS_AT_A_TIME",
    "BookFormat",
    "Column",
    "ColumnType",
    "Flavour",
    "book_response",
    "book_table",
    "csv_lines",
    "csv_response",
    "csv_with_preface",
    "safe_text",
    "sheet_of_pairs",
]
