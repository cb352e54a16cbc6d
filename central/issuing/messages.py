"""What issuing says to people: why a ticket is not found, or cannot be changed."""

from central.domain.saying import Message

NO_TICKET_OF_ID = Message("no_ticket_of_id", "没有该编号的门票", "there is no ticket of that id")
NO_TICKET_OF_NUMBER = Message("no_ticket_of_number", "没有该票号的门票", "there is no ticket of that short number")
NO_FREE_NUMBERS = Message("no_free_numbers", "暂无可用票号，请重试", "no free ticket numbers were found; try again")
NOT_TO_BE_ACTIVATED = Message(
    "not_to_be_activated",
    "门票状态为“{state}”，只有未激活的门票可以激活",
    "the ticket is {state}; only an inactive one is activated",
)
VOID_NOT_EXTENDED = Message("void_not_extended", "门票已作废，请重新售票", "the ticket is void; sell a new one")
END_BEFORE_BEGINNING = Message(
    "end_before_beginning", "新的截止时间须晚于门票的开始时间", "the new end must be after the ticket's beginning"
)
NOT_REISSUED = Message(
    "not_reissued",
    "门票状态不是有效，或已补办 255 次，不能再补办",
    "the ticket is not active, or was re-issued 255 times",
)
