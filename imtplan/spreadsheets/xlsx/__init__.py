"""XLSX workbooks in: the book, its texts and formats, its sheets, and what each cell means."""
