"""Money that moves: payments, deposits, expenses and checks, journal entries."""
