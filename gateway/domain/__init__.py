"""The words of the trade and the rules between them: pure, synchronous, without a clock."""
