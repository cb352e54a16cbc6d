"""Tables say what sentences say: one set of words for methods and states of refunds."""

import re
from collections.abc import Mapping

import pytest

from central.domain.saying import Message
from central.payments import messages as messages_of_payments
from central.payments.methods import Method
from central.refunds import messages as messages_of_refunds
from central.refunds.service import RefundState
from central.reports import words
from central.reports.words import Vocabulary, word

VOCABULARIES: dict[str, Vocabulary] = {name: one for name, one in vars(words).items() if name.isupper()}


@pytest.mark.parametrize(
    ("in_tables", "in_sentences", "codes"),
    [
        (words.METHODS, messages_of_payments.METHODS, Method),
        (words.REFUND_STATES, messages_of_refunds.REFUND_STATES, RefundState),
    ],
)
def test_a_cell_has_the_words_of_the_sentences_for_every_code(
    in_tables: Vocabulary, in_sentences: Mapping[str, Message], codes: type[Method] | type[RefundState]
) -> None:
    assert set(in_tables) == set(codes)
    for code in codes:
        said = in_sentences[code]
        english = word(in_tables, code, chinese=False)
        assert word(in_tables, code, chinese=True) == said.zh
        assert english is not None
        assert english[0].isupper()
        assert english.lower() == said.en.lower()


@pytest.mark.parametrize("name", VOCABULARIES)
def test_every_word_of_a_table_is_in_both_languages(name: str) -> None:
    for zh, en in VOCABULARIES[name].values():
        assert re.search("[\u4e00-\u9fff]", zh)
        assert re.fullmatch(r"[A-Z][ -~]*", en)


def test_a_code_that_is_not_known_is_shown_as_it_is() -> None:
    assert word(words.METHODS, "shells", chinese=True) == "shells"
    assert word(words.METHODS, None, chinese=True) is None
