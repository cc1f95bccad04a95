"""What a school pastes or gives back as a file, read by one reader into one proposal."""
