"""Column types that SQLite and PostgreSQL agree on.

Laws: money is whole fen, an instant is whole milliseconds; a u64 is stored as the signed number of the same bits, because neither
database has an unsigned type. Such a column is compared for equality and by ranges of its top bits, never summed.
"""

from typing import Any

from sqlalchemy import BigInteger, Dialect, Integer, MetaData, TypeDecorator
from sqlmodel import SQLModel

_U64 = 1 << 64
_I64_MAX = (1 << 63) - 1

# SQLite numbers rows by itself only in a column declared INTEGER; on PostgreSQL that word means 32 bits.
RowNumber = BigInteger().with_variant(Integer(), "sqlite")


def to_signed(value: int) -> int:
    """Return the signed 64-bit number with the bits of an unsigned one."""
    assert 0 <= value < _U64, "an unsigned 64-bit number"
    return value - _U64 if value > _I64_MAX else value


def to_unsigned(value: int) -> int:
    """Return the unsigned 64-bit number with the bits of a signed one."""
    return value + _U64 if value < 0 else value


class U64(TypeDecorator[int]):
    """An unsigned 64-bit number, stored in two's complement."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - the overridden signature
        """Return what the database keeps."""
        return None if value is None else to_signed(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> int | None:  # noqa: ANN401, ARG002 - the overridden signature
        """Return what the program uses."""
        return None if value is None else to_unsigned(value)


class Table(SQLModel):
    """The base of all tables. Constraints are named by rule, so that both databases and every migration agree on them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
