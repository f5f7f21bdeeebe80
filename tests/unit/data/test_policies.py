"""The policies are searched, cited by slug and read aloud by agents: their form is a contract."""

import re
from pathlib import Path

import pytest

POLICIES = sorted((Path(__file__).parents[3] / "data" / "policies").glob("*.md"))


def test_there_are_at_least_twelve_policies() -> None:
    assert len(POLICIES) >= 12


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.stem)
class TestEachPolicy:
    def test_its_file_name_is_a_slug_that_an_address_can_carry(self, path: Path) -> None:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", path.stem)

    def test_it_starts_with_a_title_and_has_nothing_before_the_first_section(self, path: Path) -> None:
        title, first_section, *_ = path.read_text().split("\n## ")
        assert re.fullmatch(r"# [A-Z][^\n]+\n", title)
        assert first_section

    def test_its_sections_are_named_apart_so_that_a_link_finds_one(self, path: Path) -> None:
        names = re.findall(r"^## (.+)$", path.read_text(), re.MULTILINE)
        assert len(names) == len(set(names)) >= 2

    def test_each_section_is_one_to_four_sentences_on_one_line(self, path: Path) -> None:
        for section in path.read_text().split("\n## ")[1:]:
            name, _, text = section.partition("\n")
            assert "\n" not in text.strip(), name
            sentences = re.findall(r"[^.]+[.](?=\s|$)", text)
            assert 1 <= len(sentences) <= 4, (name, sentences)

    def test_it_states_a_number(self, path: Path) -> None:
        numbers = r"\d|\b(one|two|three|four|five|six|seven|ten|once)\b"
        assert re.search(numbers, path.read_text()), "a policy without a number helps nobody on the telephone"
