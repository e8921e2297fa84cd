"""Slow, obvious twins of the kernels: same names, same arguments, same answers, no cleverness."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal, localcontext
from functools import reduce
from itertools import combinations, groupby, pairwise, product
from operator import itemgetter, or_

import numpy as np

from kernels.arrays import F64, I8, I32, I64, U8, U16, U64, Bools, Integers, Unsigned


def code(hashes: U64, keys: U64, slots: I32, used: int) -> tuple[I32, I64]:
    table = {int(key): int(slot) for key, slot in zip(keys, slots, strict=True) if key}
    codes: list[int] = []
    fresh: list[int] = []
    for i, value in enumerate(hashes.tolist()):
        if value and value not in table:
            if len(table) == len(keys) * 11 // 16:
                break
            table[value] = used + len(fresh)
            fresh.append(i)
        codes.append(table[value] if value else -1)
    keys[: len(table)] = list(table)
    slots[: len(table)] = list(table.values())
    return np.array(codes, np.int32), np.array(fresh, np.int64)


def grow(keys: U64, slots: I32, bigger_keys: U64, bigger_slots: I32) -> None:
    bigger_keys[: len(keys)], bigger_slots[: len(slots)] = keys, slots


def known(hashes: U64, keys: U64, slots: I32) -> I32:
    table = {int(key): int(slot) for key, slot in zip(keys, slots, strict=True) if key}
    return np.array([table.get(value, -1) for value in hashes.tolist()], np.int32)


def texts(data: U8, starts: I64) -> list[bytes]:
    return [bytes(data[begin:end]) for begin, end in pairwise(starts.tolist())]


def fnv(text: bytes, hashed: int) -> int:
    for sign in text:
        hashed = (hashed ^ sign) * 0x100000001B3 % 2**64
    return hashed


def rough(data: U8, starts: I64, signs: U8) -> I64:
    kinds = [[int(signs[sign]) for sign in text] for text in texts(data, starts)]
    return integers([k for k, of in enumerate(kinds) if 0 in of or (2, 2) in pairwise(of)])


def read_keys(data: U8, starts: I64, seeds: U64) -> tuple[U64, I64, Bools]:
    hashes, serials, wild = [], [], []
    for text, seed in zip(texts(data, starts), seeds.tolist(), strict=True):
        digits = re.search(b"[0-9]{0,8}$", text)[0]  # type: ignore[index]
        stem = fnv(text.removesuffix(digits), seed)
        stem = (stem ^ stem >> 33) * 0xFF51AFD7ED558CCD % 2**64
        hashes.append(fnv(text, seed))
        serials.append((stem >> 33 << 32) + int(digits) if digits else -1)
        wild.append(bool(re.search(rb"[*?%]", text)))
    return np.array(hashes, np.uint64), integers(serials), np.array(wild, np.bool_)


def read_times(data: U8, starts: I64, layout: U8, signs: U8) -> I64:
    kinds = layout.tolist()
    times = []
    for text in texts(data, starts):
        digits: dict[int, str] = dict.fromkeys(range(9), "")
        for field, sign in zip(kinds, text, strict=False):
            digits[field] += chr(sign)
        written = "".join(chr(sign) for field, sign in zip(kinds, signs, strict=True) if not field)
        half = digits.pop(8).upper()
        plain = all(re.fullmatch("[0-9]*", said) for field, said in digits.items() if field)
        fits = len(text) == len(kinds) and digits[0] == written and plain
        fits &= half in ("AM", "PM") if 8 in kinds else True
        year, month, day, hour, twelfth, minute, second = (
            int(digits[k] or 0) if plain else 0 for k in range(1, 8)
        )
        if 8 in kinds:
            fits &= 1 <= twelfth <= 12
            hour = twelfth % 12 + 12 * (half == "PM")
        try:
            since = datetime(year, month, day, hour, minute, second) - datetime(1970, 1, 1)
        except ValueError:
            fits = False
        times.append(int(since.total_seconds()) * 1000 if fits else -(2**63))
    return integers(times)


def read_names(data: U8, starts: I64) -> tuple[I64, U64, Bools]:
    letters, surnames, initial = [], [], []
    for text in texts(data, starts):
        name = text.decode().split("|")[0]
        signs = [ord(sign) - 64 if "A" <= sign <= "Z" else 0 for sign in name.ljust(13)[:13]]
        letters.append(reduce(lambda value, sign: 27 * value + sign, signs))
        before = name.partition(",")[0].strip(" ").encode() if "," in name else b""
        surnames.append(fnv(before, 0xCBF29CE484222325) if before else 0)
        initial.append(bool(re.search(r"^[^ ]?,|,[^ ]?$|^[^ ]?$", name)))
    return integers(letters), np.array(surnames, np.uint64), np.array(initial, np.bool_)


def choose(subject: I32, written: I32, keys: I32, beside: I32) -> tuple[I32, I32]:
    pairs = []
    for i, writing in enumerate(written.tolist()):
        key = int(keys[writing]) if writing >= 0 else -1
        if subject[i] < 0:
            subject[i] = key
        elif key >= 0 and key != subject[i] and beside[key] != subject[i]:
            beside[key] = subject[i]
            pairs.append((int(subject[i]), key))
    return pairs_of(pairs)


def largest(held: Integers, subject: I32, written: I32, values: Integers) -> None:
    for s, writing in zip(subject.tolist(), written.tolist(), strict=True):
        if s >= 0 and writing >= 0:
            held[s] = max(held[s], values[writing])


def mix(numbers: Unsigned, digests: U64) -> None:
    for i, number in enumerate(numbers.tolist()):
        value = (int(digests[i]) ^ number) * 0x9E3779B97F4A7C15 % 2**64
        digests[i] = value ^ value >> 32


def hash_views(
    views: U64, valid: U8, first: int, data: U8, buffer: int, salt: int, blank: bool, hashes: U64, begin: int
) -> int:
    bits = "".join(f"{byte:08b}"[::-1] for byte in valid.tolist())
    for i in range(begin, len(hashes)):
        head, tail = views[2 * i : 2 * i + 2].tolist()
        length, words = head % 2**32, [tail]
        if (bits and bits[first + i] == "0") or (blank and not length):
            hashes[i] = 0
            continue
        if length > 12:
            if tail % 2**32 != buffer:
                return i
            text = bytes(data[tail >> 32 :][:length])
            parts = [*(text[at : at + 8] for at in range(0, length - 8, 8)), text[-8:]]
            words = [int.from_bytes(part, "little") for part in parts]
        hashes[i] = mixed_words([head ^ mixed_words([salt]), *words]) or 1
    return len(hashes)


def mixed_words(words: list[int]) -> int:
    value = 0
    for word in words:
        value ^= word
        for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
            value = (value ^ value >> 33) * factor % 2**64
        value ^= value >> 33
    return value


def group(codes: I32, count: int) -> tuple[I64, I32]:
    members = [[i for i, c in enumerate(codes) if c == k] for k in range(count)]
    starts = [sum(len(m) for m in members[:k]) for k in range(count + 1)]
    return integers(starts), np.array([i for m in members for i in m], np.int32)


def group_in_time(codes: I32, times: I64, starts: I64, order: I32, when: I64) -> None:
    starts[:], rows = group(codes, len(starts) - 1)
    rows = np.array(sorted(rows, key=lambda i: (codes[i], times[i], i)), np.int32)
    order[: len(rows)], when[: len(rows)] = rows, times[rows]


def destinations(codes: I32, count: int, place: I32) -> None:
    rows = sorted(range(len(codes)), key=lambda i: (codes[i] if codes[i] >= 0 else count, i))
    for at, row in enumerate(rows):
        place[row] = at


def move(column: Unsigned, places: I32, moved: Unsigned) -> None:
    moved[places] = column


def gather(column: Unsigned, order: I32, gathered: Unsigned) -> None:
    gathered[:] = [column[i] for i in order]


def collapse(
    starts: I64, times: I64, subjects: I32, cascades: I32, n_subjects: int, n_cascades: int, window: int
) -> I32:
    action = []
    opened = 0
    for rows in groups(starts):
        by_cascade: dict[int, int] = {}
        by_subject: dict[int, tuple[int, int]] = {}
        for i in rows:
            time, subject, cascade = int(times[i]), int(subjects[i]), int(cascades[i])
            if cascade >= 0 and cascade in by_cascade:
                joined = by_cascade[cascade]
            elif cascade < 0 and subject in by_subject and time - by_subject[subject][1] <= window:
                joined = by_subject[subject][0]
            else:
                joined = opened
                opened += 1
            if cascade >= 0:
                by_cascade[cascade] = joined
            elif subject >= 0:
                by_subject[subject] = joined, time
            action.append(joined)
    return np.array(action, np.int32)


def pairs_of(pairs: list[tuple[int, int]]) -> tuple[I32, I32]:
    left, right = np.array(pairs, np.int32).reshape(-1, 2).T
    return left, right


def renumber(subject: I32, users: I32, times: I64, hashes: U64) -> tuple[I32, I32]:
    order: list[int] = []
    rows = zip(users.tolist(), times.tolist(), subject.tolist(), strict=True)
    for _, moment in groupby(rows, key=itemgetter(0, 1)):
        new = {s for _, _, s in moment if s >= 0}.difference(order)
        order += sorted(new, key=lambda s: int(hashes[s]))
    order += sorted(set(range(len(hashes))).difference(order), key=lambda s: int(hashes[s]))
    rank = np.argsort(np.array(order, np.int32), kind="stable").astype(np.int32)
    subject[:] = np.append(rank, -1)[subject]
    return rank, np.array(order, np.int32)


def neighbours(starts: I64, rows: I32, times: I64, subjects: I32, kinds: U8) -> tuple[I32, I32]:
    pairs: list[tuple[int, int]] = []
    beside: dict[int, int] = {}
    for group in groups(starts):
        named = [int(i) for i in rows[group.start : group.stop] if subjects[i] >= 0]
        ordered = sorted(named, key=lambda i: (times[i], kinds[subjects[i]], subjects[i]))
        for one, other in pairwise(int(subjects[i]) for i in ordered):
            if one != other and beside.get(other) != one:
                beside[other] = one
                pairs.append((one, other))
    return pairs_of(pairs)


def moments(users: I32, times: I64, subjects: I32, kinds: U8, window: int) -> tuple[I32, I32]:
    named = [i for i in range(len(users)) if users[i] >= 0 and subjects[i] >= 0]
    ordered = sorted(named, key=lambda i: (users[i], times[i], kinds[subjects[i]], subjects[i]))
    near = [(a, b) for a, b in pairwise(ordered) if users[a] == users[b] and times[b] - times[a] <= window]
    return pairs_of([(a, b) for a, b in near if kinds[subjects[a]] != kinds[subjects[b]]])


def faithful(left: I32, right: I32, kinds: U8, least: int, share: float) -> tuple[I32, I32]:
    both = [
        *zip(left.tolist(), right.tolist(), strict=True),
        *zip(right.tolist(), left.tolist(), strict=True),
    ]
    together = Counter(both)
    of_kind = Counter((one, kinds[other]) for one, other in both)
    kept = {
        (one, other)
        for (one, other), count in together.items()
        if count >= least and count / of_kind[one, kinds[other]] >= share
    }
    mutual = [(one, other) for one, other in kept if one < other and (other, one) in kept]
    return pairs_of(sorted(mutual, key=lambda pair: (pair[0], kinds[pair[1]])))


def unite(left: I32, right: I32, count: int) -> I32:
    components = [{c} for c in range(count)]
    for a, b in zip(left.tolist(), right.tolist(), strict=True):
        if a >= 0 and b >= 0:
            both = components[a] | components[b]
            for c in both:
                components[c] = both
    return np.array([min(component) for component in components], np.int32)


def recurring(starts: I64, codes: I32, n_codes: int) -> tuple[I64, I32, I32]:
    groups_of, pairs = np.zeros(n_codes, np.int32), []
    for rows in groups(starts):
        mine: dict[int, list[int]] = {}
        for i in rows:
            if codes[i] >= 0:
                mine.setdefault(int(codes[i]), []).append(i)
        groups_of[list(mine)] += 1
        pairs += [pair for pair in mine.values() if len(pair) > 1]
    begins = np.cumsum([0, *map(len, pairs)]).astype(np.int64)
    return begins, np.array([i for pair in pairs for i in pair], np.int32), groups_of


def repeated_days(starts: I64, times: I64, days: I32, marks: Bools, gap: int) -> tuple[I32, I32, I32]:
    n_days, n_rows, first = (np.full(len(starts) - 1, fill, np.int32) for fill in (0, 0, -1))
    for pair, rows in enumerate(groups(starts)):
        marked = [i for i in rows if marks[i]]
        if marked:
            opened = [days[marked[0]]]
            for before, i in pairwise(marked):
                if days[i] != opened[-1] and times[i] - times[before] >= gap:
                    opened.append(days[i])
            n_days[pair], n_rows[pair], first[pair] = len(opened), len(marked), marked[0]
    return n_days, n_rows, first


def on_days(codes: I32, days: I32, n_codes: int, least: int) -> Bools:
    return np.array([len(set(days[codes == code].tolist())) >= least for code in range(n_codes)], np.bool_)


def days_of_others(starts: I64, days: I32, codes: I32, n_codes: int) -> tuple[I32, I32]:
    n_days, others = [], np.zeros(len(codes), np.int32)
    for rows in groups(starts):
        met = [{int(codes[i]) for i in run} for _, run in groupby(rows, key=lambda i: int(days[i]))]
        n_days.append(len(met))
        for i in rows:
            others[i] = sum(one != {int(codes[i])} for one in met)
    return np.array(n_days, np.int32), others


def on_same_days(
    groups: I32, starts: I64, days: I32, marks: Bools, crowd: int, least: int
) -> tuple[I32, I32, I32, I32]:
    days_of = [{int(days[i]) for i in range(a, b) if marks[i]} for a, b in pairwise(starts.tolist())]
    shared: Counter[tuple[int, int]] = Counter()
    for group in set(groups.tolist()):
        mine = np.flatnonzero(groups == group).tolist()
        for day in {day for pair in mine for day in days_of[pair]}:
            met = [pair for pair in mine if day in days_of[pair]]
            if len(met) <= crowd:
                shared.update(combinations(met, 2))
    told = np.array([(*two, n) for two, n in sorted(shared.items()) if n >= least], np.int32).reshape(-1, 3)
    one, other, often = told.T.copy()
    return one, other, often, np.array([len(of) for of in days_of], np.int32)


def first_meetings(starts: I64, subjects: I32, n_subjects: int) -> Bools:
    first = [
        subjects[i] >= 0 and subjects[i] not in subjects[rows.start : i]
        for rows in groups(starts)
        for i in rows
    ]
    return np.array(first, np.bool_)


def first_alike(starts: I64, codes: I64) -> I32:
    rows = [row for row in groups(starts) for _ in row]
    alike = [
        row.start + list(codes[row.start : row.stop]).index(code)
        for row, code in zip(rows, codes, strict=True)
    ]
    return np.where(codes >= 0, np.array(alike, np.int32), np.int32(-1))


def distinct(starts: I64, codes: I32, n_codes: int) -> tuple[I32, I32]:
    known = [[int(codes[i]) for i in rows if codes[i] >= 0] for rows in groups(starts)]
    return np.array([len(set(k)) for k in known], np.int32), np.array([len(k) for k in known], np.int32)


def distinct_of_many(starts: I64, codes: I32) -> I32:
    return distinct(starts, codes, 0)[0]


def follows(
    starts: I64, times: I64, subjects: I32, first: Bools, then: Bools, within: int, n_subjects: int
) -> tuple[Bools, Bools]:
    followed, following = np.zeros(len(times), np.bool_), np.zeros(len(times), np.bool_)
    for rows in groups(starts):
        for j, i in product(rows, rows):
            same = subjects[j] == subjects[i] >= 0 and 0 <= times[i] - times[j] <= within
            if first[j] and then[i] and same:
                followed[j] = following[i] = True
    return followed, following


def furthest(starts: I64, ends: I64) -> I64:
    return integers([max(ends[rows[0] : j + 1]) for rows in groups(starts) for j in rows])


def closest(
    starts: I64,
    begins: I64,
    ends: I64,
    reaches: I64,
    names: I32,
    kinds: I32,
    groups: I32,
    codes: I32,
    times: I64,
    near: U8,
) -> None:
    for i, (group, code, time) in enumerate(zip(groups, codes, times, strict=True)):
        spans = range(starts[group], starts[group + 1]) if 0 <= group < len(starts) - 1 and code >= 0 else []
        named = {int(names[j]) for j in spans if begins[j] <= time <= ends[j]} - {-1}
        kind = kinds[code] if len(kinds) and named else -1
        near[i] = 2 if code in named else int(kind >= 0 and kind in kinds[list(named)])


def first_rows(hashes: U64, slots: I32) -> I32:
    given = hashes.tolist()
    firsts = [given.index(value) if value else -1 for value in given]
    kept = sorted({row for row in firsts if row >= 0})
    slots[: len(kept)] = [row + 1 for row in kept]
    return np.array(firsts, np.int32)


def rows_of(lines: U64, hashes: U64, firsts: I32, slots: I32) -> I32:
    rows = {value: row for value, row in zip(hashes.tolist(), firsts.tolist(), strict=True) if value}
    return np.array([rows.get(value, -1) for value in lines.tolist()], np.int32)


def earliest(starts: I32, times: I64, codes: Integers, ranks: I32, taken: Integers) -> None:
    for a, rows in enumerate(groups(starts)):
        known = [
            (int(times[i]), int(ranks[codes[i]] if len(ranks) else codes[i]), int(codes[i])) for i in rows
        ]
        taken[a] = min((one for one in known if one[2] >= 0), default=(0, 0, -1))[2]


def contested(starts: I32, times: I64, codes: I32, count: int) -> Bools:
    beside = np.zeros(count, np.bool_)
    for rows in groups(starts):
        known = [i for i in rows if codes[i] >= 0]
        at_first = {int(codes[i]) for i in known if times[i] == times[known[0]]}
        if len(at_first) > 1:
            beside[[*at_first]] = True
    return beside


def came_back(starts: I64, times: I64, users: I32, apart: int, n_users: int) -> Bools:
    again = np.zeros(len(users), np.bool_)
    for rows in groups(starts):
        for i in rows:
            theirs = [times[j] for j in rows if users[j] == users[i]]
            again[i] = users[i] >= 0 and max(theirs) - min(theirs) >= apart
    return again


def homes(starts: I64, codes: I32, marks: Bools, n_codes: int) -> tuple[I32, Bools, I64, I64]:
    found = []
    for rows in groups(starts):
        mine = [int(codes[i]) for i in rows if codes[i] >= 0]
        marked = {int(codes[i]) for i in rows if codes[i] >= 0 and marks[i]}
        home = min(set(mine), key=lambda code: (-mine.count(code), code not in marked, code), default=-1)
        found.append((home, home in marked, len(set(mine) - {home}), len(marked - {home})))
    home, at_home, others, of_those = np.array(found, np.int64).reshape(-1, 4).T
    return home.astype(np.int32), at_home.astype(np.bool_), others.copy(), of_those.copy()


def commonest(starts: I64, codes: I32, n_codes: int) -> I32:
    answer = []
    for rows in groups(starts):
        said = [int(codes[i]) for i in rows if codes[i] >= 0]
        answer.append(max(sorted(set(said)), key=said.count) if said else -1)
    return np.array(answer, np.int32)


def union(starts: I32, bits: U16, united: U16) -> None:
    for a, rows in enumerate(groups(starts)):
        united[a] = reduce(or_, bits[[*rows]].tolist(), 0)


def written_twice(starts: I64, times: I64, digests: U64) -> Bools:
    twice = []
    for rows in groups(starts):
        seen: set[tuple[int, int]] = set()
        for i in rows:
            row = int(times[i]), int(digests[i])
            twice.append(row in seen)
            seen.add(row)
    return np.array(twice, np.bool_)


def own_hours(starts: I64, hours: I8, width: int) -> tuple[I8, I64]:
    best = []
    for rows in groups(starts):
        inside = [sum((int(hours[i]) - window) % 24 < width for i in rows) for window in range(24)]
        best.append((inside.index(max(inside)), max(inside)))
    return np.array([window for window, _ in best], np.int8), integers([most for _, most in best])


def sessions(starts: I64, times: I64, silence: int) -> tuple[I64, I32]:
    begins, owner = [], []
    for k, rows in enumerate(groups(starts)):
        for i in rows:
            if i == rows[0] or times[i] - times[i - 1] >= silence:
                begins.append(i)
                owner.append(k)
    return integers([*begins, len(times)]), np.array(owner, np.int32)


def long_sessions(starts: I64, times: I64, silence: int, length: int) -> tuple[I64, I64, I64, I32]:
    begins, owner = sessions(starts, times, silence)
    long = [j for j in range(len(owner)) if times[begins[j + 1] - 1] - times[begins[j]] > length]
    count = np.bincount(owner, minlength=len(starts) - 1).astype(np.int64)
    return count, begins[:-1][long], begins[1:][long], owner[long]


def day_streaks(starts: I64, days: I32, rest: int) -> tuple[I64, I64, I64, I64]:
    table = []
    for rows in groups(starts):
        active = {int(days[i]) for i in rows}
        longest, begin, end = 0, 0, 0
        for first in sorted(active):
            last = first
            while later := [day for day in active if last < day <= last + 1 + rest]:
                last = max(later)
            run = last - first + 1
            if run > longest:
                inside = [i for i in rows if first <= days[i] < first + run]
                longest, begin, end = run, inside[0], inside[-1] + 1
        table.append((len(active), longest, begin, end))
    active_days, longest_runs, begins, ends = columns(table, 4)
    return active_days, longest_runs, begins, ends


def paces(
    starts: I64, times: I64, days: I32, marks: Bools, occasion: int, since: int, month: int, months: int
) -> tuple[I64, I64, I64]:
    made, active, most = np.zeros((3, len(starts) - 1, months), np.int64)
    for k, rows in enumerate(groups(starts)):
        once = [
            [i for i in rows if marks[i] and times[i] // occasion == span] for span in set(times // occasion)
        ]
        occasions = [same[0] for same in once if same]
        for _, stretch in groupby(rows, lambda i: days[i]):
            of_day = list(stretch)
            cell, count = (days[of_day[0]] - since) // month, len(set(of_day) & set(occasions))
            made[k, cell] += count
            active[k, cell] += 1
            most[k, cell] = max(most[k, cell], count)
    return made, active, most


def densest(starts: I64, times: I64, window: int) -> tuple[I64, I64, I64]:
    table = []
    for rows in groups(starts):
        count, begin, end = 0, 0, 0
        for i in rows:
            inside = [j for j in rows if times[i] <= times[j] < times[i] + window]
            if len(inside) > count:
                count, begin, end = len(inside), inside[0], inside[-1] + 1
        table.append((count, begin, end))
    counts, begins, ends = columns(table, 3)
    return counts, begins, ends


def sequential(starts: I64, times: I64, serials: I64) -> tuple[I64, I64, I64, I64]:
    table = []
    for rows in groups(starts):
        keys = sorted((int(times[i]), int(serials[i])) for i in rows)
        steps = [b[1] - a[1] if min(a[1], b[1]) >= 0 else 0 for a, b in pairwise(keys)]
        longest, begin, end = 0, 0, 0
        for first in range(len(keys)):
            for last in range(first, len(keys)):
                moves = set(steps[first:last])
                one_way = moves in (set(), {1}, {-1}) and keys[first][1] >= 0
                if one_way and last + 1 - first > longest:
                    held = [i for i in rows if keys[first][0] <= times[i] <= keys[last][0]]
                    longest, begin, end = last + 1 - first, held[0], held[-1] + 1
        table.append((sum(abs(step) == 1 for step in steps), longest, begin, end))
    step_counts, longest_runs, begins, ends = columns(table, 4)
    return step_counts, longest_runs, begins, ends


def distinct_in_window(
    starts: I64, times: I64, users: I32, window: int, n_users: int
) -> tuple[I64, I64, I64]:
    table = []
    for rows in groups(starts):
        most, begin, end = 0, 0, 0
        for i in rows:
            inside = [j for j in rows if times[i] <= times[j] < times[i] + window]
            distinct = {int(users[j]) for j in inside} - {-1}
            if len(distinct) > most:
                most, begin, end = len(distinct), inside[0], inside[-1] + 1
        table.append((most, begin, end))
    mosts, begins, ends = columns(table, 3)
    return mosts, begins, ends


def tally(starts: I64, kinds: U8, n_kinds: int) -> I64:
    count = [[sum(int(kinds[i]) == kind for i in rows) for kind in range(n_kinds)] for rows in groups(starts)]
    return np.array(count, np.int64).reshape(-1, n_kinds)


def sums(starts: I64, values: Integers) -> I64:
    return np.array([sum(int(values[i]) for i in rows) for rows in groups(starts)], np.int64)


def tally_once(starts: I64, codes: I32, kinds: U8, cells: U8, n_kinds: int, n_cells: int) -> I32:
    count = np.zeros((n_kinds, len(starts) - 1, n_cells), np.int32)
    for j in range(n_kinds):
        for k, rows in enumerate(groups(starts)):
            of_kind = [i for i in rows if codes[i] >= 0 and kinds[i] >> j & 1]
            for code in {int(codes[i]) for i in of_kind}:
                count[j, k, cells[next(i for i in of_kind if codes[i] == code)]] += 1
    return count


def owners(starts: I64, near: I32, bits: int, rows: I32) -> I32:
    where = [k for k, its in enumerate(groups(starts)) for _ in its]
    return np.array([where[row] if row < len(where) else -1 for row in rows], np.int32)


def poisson_tail(k: I64 | F64, mu: F64) -> F64:
    def upper(k: Decimal, mu: Decimal) -> Decimal:
        term = (-mu).exp() * mu ** int(k) / math.factorial(int(k))
        total = Decimal(0)
        while k <= mu or term > total * Decimal("1e-30"):
            total += term
            k += 1
            term *= mu / k
        return total

    return exactly(lambda k, mu: certain(k <= 0) if k <= 0 or mu == 0 else upper(k, mu), k, mu)


def binomial_tail(k: I64 | F64, n: I64 | F64, p: F64) -> F64:
    def density(j: int, n: int, p: Decimal) -> Decimal:
        return math.comb(n, j) * power(p, j) * power(1 - p, n - j)

    return exactly(lambda k, n, p: sum_up(lambda j: density(j, int(n), p), k, n), k, n, p)


def beta_binomial_tail(k: I64 | F64, n: I64 | F64, a: F64, b: F64) -> F64:
    def density(j: int, n: int, a: Decimal, b: Decimal) -> Decimal:
        return math.comb(n, j) * rising(a, j) * rising(b, n - j) / rising(a + b, n)

    return exactly(lambda k, n, a, b: sum_up(lambda j: density(j, int(n), a, b), k, n), k, n, a, b)


def uneven_tail(k: I64, n: I64, middle: F64, scatter: F64, odds: Bools, nodes: F64, weights: F64) -> F64:
    tails = np.zeros(len(k))
    for node, weight in zip(nodes.tolist(), weights.tolist(), strict=True):
        each = middle + scatter * node
        p = np.where(odds, 1 / (1 + np.exp(-each)), np.minimum(np.exp(each), 0.999))
        tails += weight * binomial_tail(k, n, p)
    return tails


def exactly(tail: Callable[..., Decimal], *arguments: I64 | F64) -> F64:
    """Apply a formula to each element in 60 digits; a sum of positive terms keeps them."""
    with localcontext(prec=60):
        rows = zip(*([Decimal(x) for x in column.tolist()] for column in arguments), strict=True)
        return np.array([float(tail(*row)) for row in rows], np.float64)


def sum_up(density: Callable[[int], Decimal], k: Decimal, n: Decimal) -> Decimal:
    return certain(True) if k <= 0 else sum(map(density, range(int(k), int(n) + 1)), Decimal(0))


def certain(true: bool) -> Decimal:
    return Decimal(int(true))


def power(x: Decimal, n: int) -> Decimal:
    return x**n if n else Decimal(1)


def rising(x: Decimal, n: int) -> Decimal:
    """Multiply x (x + 1) ... (x + n - 1)."""
    return math.prod((x + j for j in range(n)), start=Decimal(1))


def groups(starts: I64) -> Iterator[range]:
    """Give the rows of each group."""
    for k in range(len(starts) - 1):
        yield range(int(starts[k]), int(starts[k + 1]))


def integers(values: list[int]) -> I64:
    return np.array(values, np.int64)


def columns(table: Sequence[tuple[int, ...]], width: int) -> I64:
    """Turn rows of figures into one array a column."""
    return np.array(table, np.int64).reshape(-1, width).T
