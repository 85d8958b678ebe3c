"""The files of texts."""

import os
from pathlib import Path

import pytest

from service.record.texts import Living, TextFiles, files_of
from tests.service.record.recording import Clock


def everything(_: object) -> dict[int, Living]:
    """Say that every run is there, the first two of one team, and all its texts."""
    return {1: Living(1, 0.0), 2: Living(1, 0.0), 3: Living(2, 0.0)}


def read(folder: Path, place: tuple[str, int, int]) -> bytes:
    """Return a frame."""
    name, offset, length = place
    return (folder / name).read_bytes()[offset : offset + length]


def test_frames_are_where_they_are_said_to_be(tmp_path: Path) -> None:
    """Each run has its own file, and a second writer others."""
    texts, others = TextFiles(tmp_path, 1e9), TextFiles(tmp_path, 1e9)
    places = [*texts.add(1, [b"one", b"two"]), *texts.add(2, [b"three"]), *others.add(1, [b"four"])]
    texts.sync()
    assert [b"one", b"two", b"three", b"four"] == [read(tmp_path, place) for place in places]
    assert 2 == len(files_of(tmp_path, 1))
    assert {0o600} == {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    texts.close()
    others.close()


def test_the_oldest_files_go_first(tmp_path: Path) -> None:
    """Over the cap, whole files go, and what is added afterwards is there."""
    texts = TextFiles(tmp_path, 1600)
    places = [texts.add(1, [b"x" * 100])[0] for _ in range(20)]
    for at, path in enumerate(sorted(tmp_path.iterdir(), key=lambda path: int(path.name.rpartition("-")[2][:-6]))):
        os.utime(path, (at, at))
    assert texts.is_over
    texts.tidy(everything, 0)
    assert not texts.is_over
    assert [False] * 5 + [True] * 15 == [(tmp_path / place[0]).exists() for place in places]
    assert (tmp_path / texts.add(1, [b"y"])[0][0]).exists()
    texts.close()


def test_the_team_that_has_the_most_makes_room(tmp_path: Path) -> None:
    """Its oldest files go, of whichever run, though another team's are older; and there is room for more then."""
    texts = TextFiles(tmp_path, 1600)
    theirs = [texts.add(3, [b"x" * 100])[0] for _ in range(6)]
    mine = [texts.add(1 + number % 2, [b"x" * 100])[0] for number in range(11)]
    for at, place in enumerate([*theirs, *mine]):
        os.utime(tmp_path / place[0], (at, at))
    texts.tidy(everything, 0)
    assert [True] * 6 == [(tmp_path / place[0]).exists() for place in theirs]
    assert [False] * 2 + [True] * 9 == [(tmp_path / place[0]).exists() for place in mine]
    assert 1500 == texts.total_bytes
    texts.close()


def test_no_team_gives_way_for_one_that_has_more(tmp_path: Path) -> None:
    """Both end with the same, where both have more than their part."""
    texts = TextFiles(tmp_path, 1600)
    places = {run: [texts.add(run, [b"x" * 100])[0] for _ in range(number)] for run, number in ((1, 40), (3, 10))}
    texts.tidy(everything, 0)
    assert [7, 8] == [sum((tmp_path / each[0]).exists() for each in places[run]) for run in (1, 3)]
    texts.close()


def test_files_go_with_their_run_and_with_time(tmp_path: Path) -> None:
    """Those of a run that is gone, though not at once; and those that nothing was added to for so long."""
    clock = Clock()
    texts = TextFiles(tmp_path, 1e9, clock=clock)
    places = {run: texts.add(run, [b"x"])[0] for run in (1, 2, 9)}
    os.utime(tmp_path / places[2][0], (5, 5))
    texts.tidy(everything, 10)
    assert [True, False, True] == [(tmp_path / place[0]).exists() for place in places.values()]
    clock.now += 100
    texts.tidy(everything, 10)
    assert [True, False, False] == [(tmp_path / place[0]).exists() for place in places.values()]
    texts.close()


def test_files_go_whose_texts_were_deleted_elsewhere(tmp_path: Path) -> None:
    """Those begun before, though something was added since; what is added afterwards is there."""
    clock = Clock()
    texts = TextFiles(tmp_path, 1e9, clock=clock)
    gone, stays = texts.add(1, [b"x"])[0], texts.add(2, [b"x"])[0]
    deleted_at = clock.now + 0.1
    clock.now += 0.2
    assert gone[0] == texts.add(1, [b"y"])[0][0]
    for _ in range(2):
        texts.tidy(lambda _: {1: Living(1, deleted_at), 2: Living(1, 0.0)}, 0)
        kept = texts.add(1, [b"z"])[0]
        assert [False, True, True] == [(tmp_path / place[0]).exists() for place in (gone, stays, kept)]
    texts.close()


def test_a_file_that_somebody_deleted_is_let_go(tmp_path: Path) -> None:
    """What is added goes into a new one, and the disk gets the old one's blocks back."""
    texts = TextFiles(tmp_path, 1e9)
    gone = tmp_path / texts.add(1, [b"x"])[0][0]
    gone.unlink()
    place = texts.add(1, [b"y"])[0]
    assert b"y" == read(tmp_path, place)
    (tmp_path / place[0]).unlink()
    texts.tidy(everything, 0)
    held = [str(each.readlink()) for each in Path("/proc/self/fd").iterdir() if each.is_symlink()]
    assert not [each for each in held if str(tmp_path) in each]
    texts.close()


def test_a_full_disk_leaves_no_half_of_a_frame(tmp_path: Path) -> None:
    """What could not be written whole is not there, and the next goes on when there is room."""
    room = [2]

    def write(descriptor: int, data: bytes) -> int:
        if not room[0]:
            raise OSError(28, "No space left on device")
        taken = os.write(descriptor, data[: room[0]])
        room[0] -= taken
        return taken

    texts = TextFiles(tmp_path, 1e9, write)
    with pytest.raises(OSError, match="No space"):
        texts.add(1, [b"abc"])
    assert [0] == [path.stat().st_size for path in files_of(tmp_path, 1)]
    room[0] = 100
    assert b"abc" == read(tmp_path, texts.add(1, [b"abc"])[0])
    texts.close()
