"""The next plan from the last: a draft with what of it goes on."""
