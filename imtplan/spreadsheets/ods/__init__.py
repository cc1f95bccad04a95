"""OpenDocument spreadsheets: read by the same rules as XLSX, and written with the same looks."""
