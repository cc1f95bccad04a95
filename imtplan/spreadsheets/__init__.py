"""Rows in and rows out of spreadsheets: typed columns, formula-safe cells; no domain word."""

from imtplan.spreadsheets.columns import Column, Flavour, Kind, safe_text
from imtplan.spreadsheets.csv_out import (
    ROWS_AT_A_TIME,
    csv_lines,
    csv_response,
    csv_with_preface,
)
from imtplan.spreadsheets.xlsx_out import XLSX, sheet_of_pairs, xlsx_response, xlsx_table

__all__ = [
    "ROWS_AT_A_TIME",
    "XLSX",
    "Column",
    "Flavour",
    "Kind",
    "csv_lines",
    "csv_response",
    "csv_with_preface",
    "safe_text",
    "sheet_of_pairs",
    "xlsx_response",
    "xlsx_table",
]
