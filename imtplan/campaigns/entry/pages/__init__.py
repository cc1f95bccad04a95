"""The pages on which a school enters its figures and sees what became of them."""
