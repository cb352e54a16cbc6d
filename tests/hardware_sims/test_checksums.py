"""Both checksums against their catalogue's check value."""

from hardware_sims.checksums import modbus_crc, xmodem_crc

CHECK = b"123456789"


def test_catalogue_values() -> None:
    assert modbus_crc(CHECK) == bytes.fromhex("374B")
    assert xmodem_crc(CHECK) == bytes.fromhex("31C3")
