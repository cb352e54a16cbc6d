"""Acts of people, recorded in the transaction of the act."""
