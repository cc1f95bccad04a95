"""Looking at what was entered: how far it is, submitting and deciding, receipts, effects, mails."""
