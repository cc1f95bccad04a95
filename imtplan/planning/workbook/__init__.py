"""A plan as a workbook: `sheets` declares it, `writing` makes it, `reading` reads it, and `loading`
stores its lines through the forms and services of the pages."""
