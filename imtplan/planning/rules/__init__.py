"""The plan office's rules of figures: how one is written, and tried before it is switched on."""
