"""How texts are cut into words, and numbers brought into one spelling."""

from __future__ import annotations

import pytest

from console.search.marking import marks_of
from console.search.words import LONGEST_WORD, normalise, words_of


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("陈诗雅", "陈 诗雅 雅 chenshiya shiya ya csy sy"),
        ("单小乐", "shan dan xiaole"),
        ("欧阳静", "ouyang oyj yangjing"),
        ("吕布", "lvbu lübu"),
        ("Anna Li", "anna li annali nna"),
        ("Müller", "müller"),
        ("日式美甲 60分钟", "rishi meijia 美甲 60 60fenzhong"),
        ("ＶＩＰ客户", "vip kehu"),
        ("会员138", "138 huiyuan"),
    ],
)
def test_a_text_is_found_from_each_letter_and_syllable_on(text: str, typed: str) -> None:
    words = words_of([text])
    for word in typed.split():
        assert any(each.startswith(normalise(word)) for each in words), (word, words)


def test_a_text_of_signs_alone_has_no_words() -> None:
    assert words_of(["", " ", "!?·", "\0"]) == []


def test_long_texts_are_cut() -> None:
    words = words_of(["美" * 500])
    assert len(words) < 200
    assert max(map(len, words)) == LONGEST_WORD


@pytest.mark.parametrize(
    ("label", "text", "marks"),
    [
        ("陈诗雅", "csy", [(0, 3)]),
        ("陈诗雅", "shi", [(1, 2)]),
        ("陈诗雅", "chens", [(0, 2)]),
        ("陈诗雅", "诗雅 chen", [(0, 3)]),
        ("陈诗雅", "zzz", []),
        ("Anna Li", "li", [(5, 7)]),
        ("M20260001 · 138****8000", "8000", [(19, 23)]),
        ("", "x", []),
    ],
)
def test_the_letters_that_answer_are_told(
    label: str, text: str, marks: list[tuple[int, int]]
) -> None:
    assert marks_of(label, text) == marks
