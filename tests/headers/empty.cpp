// Its content comes by -include.
