"""Other libraries' parts as stages of this one; each module is imported only when it is used."""
