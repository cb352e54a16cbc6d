"""The numbers and tokens that both sides use as identifiers.

Laws: an identifier is compared, never computed with; each kind has its own type, so that a site is not taken for a ticket type.
Sizes are those of the wire (SPEC.md): no process sends a value outside its range.
"""

from typing import NewType

SiteId = NewType("SiteId", int)  # u16
TicketTypeId = NewType("TicketTypeId", int)  # u16; the ticket type as a gate knows it
EntitlementId = NewType("EntitlementId", int)  # u16; one right of a ticket type: a single has one, a package several
CheckPointId = NewType("CheckPointId", int)  # u32; 检票设备
TicketId = NewType("TicketId", int)  # u64, random, never zero
KeyId = NewType("KeyId", int)  # u16; names a key in the root-signed keyring
AgentId = NewType("AgentId", int)  # u32; a computer with a key and a journal
JournalId = NewType("JournalId", bytes)  # 16 random bytes; a new one after a rewind
Sequence = NewType("Sequence", int)  # u64, from 1, without gap, in one journal
AttemptId = NewType("AttemptId", bytes)  # 16 random bytes; one showing of one credential
BootId = NewType("BootId", bytes)  # 8 random bytes; one run of an agent

U8_MAX = 0xFF
U16_MAX = 0xFFFF
U32_MAX = 0xFFFF_FFFF
U64_MAX = 0xFFFF_FFFF_FFFF_FFFF

JOURNAL_ID_BYTES = 16
ATTEMPT_ID_BYTES = 16
BOOT_ID_BYTES = 8
