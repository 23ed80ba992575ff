"""The report as a picture: one bar a row, with its gate and its aim."""
from xml.sax.saxutils import escape

WIDTH, LABEL, BAR, LINE, TOP = 980, 400, 440, 26, 64
COLORS = {"aim": "#2e7d4f", "ok": "#c9a227", "FAIL": "#b3372f"}


def draw(rows, machine):
    """Bars grow with how good a value is: ratios as they are; of what must be small, the gate divided by the value."""
    height = TOP + LINE * len(rows) + 24
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="system-ui, sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        text(16, 24, "Nestbox against the limits of the same run", size=15),
        text(16, 44, f"{machine['processor']}, Linux {machine['kernel']}. Solid line: gate; dashed: aim.", color="#666")]
    for number, row in enumerate(rows):
        y = TOP + LINE * number
        value, gate, aim = (goodness(row, each) for each in (row.value, row.gate, row.aim))
        full = max(1.25, 1.05 * max(gate, aim))
        scale = BAR / full
        parts.append(text(LABEL - 10, y + 14, row.work, anchor="end"))
        parts.append(f'<rect x="{LABEL}" y="{y + 3}" width="{min(value, full) * scale:.1f}" height="14" fill="{COLORS[row.verdict]}"/>')
        parts.append(mark(LABEL + gate * scale, y, ""))
        parts.append(mark(LABEL + aim * scale, y, ' stroke-dasharray="3 2"'))
        shown = f"{row.value:.2f} {row.unit}".strip()
        parts.append(text(LABEL + BAR + 10, y + 14, f"{shown}  ({'<=' if row.is_at_most else '>='} {row.gate:g}, {row.aim:g})"))
    return "\n".join([*parts, "</svg>", ""])


def goodness(row, value):
    return row.gate / max(value, 1e-9) if row.is_at_most else value


def text(x, y, content, *, size=12, color="#222", anchor="start"):
    return f'<text x="{x}" y="{y}" font-size="{size}" fill="{color}" text-anchor="{anchor}">{escape(content)}</text>'


def mark(x, y, dash):
    return f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y}" y2="{y + 20}" stroke="#222" stroke-width="1.5"{dash}/>'
