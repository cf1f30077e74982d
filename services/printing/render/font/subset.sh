#!/usr/bin/env bash
# Makes the embedded font: Noto Sans Mono CJK TC Regular with what slips of Taiwanese shops need.
#
#   bash subset.sh      # needs Debian's fonts-noto-cjk 1:20220127+repack1-1, python3 and pip
#
# The mono face has CJK of exactly one em and ASCII of half an em, so columns are dots. The subset
# has CP950 and HKSCS (堃 喆 峯 着 are in neither Big5 nor CP950), Latin with Vietnamese, and 〓 for
# what is missing. Everything is pinned, so the same machine makes the same bytes.
set -euo pipefail
cd "$(dirname "$0")"

ttc=/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc
mono_tc=8
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet fonttools==4.68.0

"$work/venv/bin/python" - > "$work/unicodes" <<'PY'
wanted = set()
for codec in ("cp950", "big5hkscs"):
    for lead in range(0x81, 0xFF):
        for trail in range(0x40, 0xFF):
            try:
                wanted.update(map(ord, bytes((lead, trail)).decode(codec)))
            except UnicodeDecodeError:
                pass
for first, last in (
    (0x20, 0x7E), (0xA0, 0x17F),      # ASCII, Latin-1, Latin Extended-A
    (0x1A0, 0x1B0), (0x1EA0, 0x1EF9), # Vietnamese
    (0x2010, 0x2027), (0x2030, 0x205E), (0x20A0, 0x20BF), (0x2100, 0x22FF),
    (0x2460, 0x24FF), (0x2500, 0x25FF), (0x2600, 0x266F),
    (0x3000, 0x30FF), (0x3100, 0x312F), (0x31A0, 0x31BF), (0x3200, 0x33FF),
    (0xFE30, 0xFE4F), (0xFF01, 0xFFEF),
):
    wanted.update(range(first, last + 1))
# Left to the missing sign: private use.
wanted = {c for c in wanted if not 0xE000 <= c <= 0xF8FF}
print(",".join(f"U+{c:X}" for c in sorted(wanted)))
PY

SOURCE_DATE_EPOCH=0 "$work/venv/bin/pyftsubset" "$ttc" --font-number="$mono_tc" \
    --unicodes-file="$work/unicodes" --layout-features='' --no-hinting \
    --drop-tables+=GSUB,GPOS,GDEF,BASE,VORG,vhea,vmtx,DSIG --name-IDs='0,1,2,3,4,5,6,13,14' \
    --no-recalc-timestamp --output-file=NotoSansMonoCJKtc-subset.otf
ls -l NotoSansMonoCJKtc-subset.otf
