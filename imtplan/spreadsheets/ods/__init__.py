"""OpenDocument spreadsheets in and out, by the same rules and with the same looks as XLSX."""
