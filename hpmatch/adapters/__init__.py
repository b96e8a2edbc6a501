"""Other libraries, as stages of this one or as what runs it; each module is imported only when it is used."""
