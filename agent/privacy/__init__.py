"""What may leave for a language model: nothing by default, then coded facts only, and never a known identifier."""
