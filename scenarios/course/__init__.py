"""A simulated course: the same patients over several visits, under plans as drafted, under usual care, and left alone.

It tests how the program behaves when it plans again and again from a record that moves, not medicine.
"""
