"""A plan as a workbook: `sheets` says what it holds, `writing` makes it, `reading` and `loading`
take one back through the very forms and services of the pages."""
