"""What people may change: one function, one transaction, one audit row, one fact."""
