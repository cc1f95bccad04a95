"""What is decided of a campaign and of people: terms, more time, roles, accounts, reminders."""
