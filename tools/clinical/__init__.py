"""The words that all tools use: quantities, facts, conditions, knowledge files, plans. Knows no other tool."""
