"""The two checksums that the simulated wires carry, written from their definitions; they share no code with a driver."""

_MODBUS_POLYNOMIAL = 0xA001
_XMODEM_POLYNOMIAL = 0x1021
_WORD = 0xFFFF
_TOP_BIT = 0x8000
_BITS = 8


def modbus_crc(data: bytes) -> bytes:
    """CRC-16/MODBUS (reflected 0x8005, start 0xFFFF) as its two wire bytes, low byte first."""
    crc = _WORD
    for byte in data:
        crc ^= byte
        for _ in range(_BITS):
            crc = (crc >> 1) ^ _MODBUS_POLYNOMIAL if crc & 1 else crc >> 1
    return crc.to_bytes(2, "little")


def xmodem_crc(data: bytes) -> bytes:
    """CRC-16/XMODEM (0x1021, start 0) as its two wire bytes, high byte first."""
    crc = 0
    for byte in data:
        crc ^= byte << _BITS
        for _ in range(_BITS):
            crc = ((crc << 1) ^ _XMODEM_POLYNOMIAL if crc & _TOP_BIT else crc << 1) & _WORD
    return crc.to_bytes(2, "big")
