"""Figures and tables for a paper, looked at by other programs: gnuplot draws them, poppler reads the
PDFs, expat the SVGs, pylatexenc and markdown-it the tables.

/usr/bin/python3 tests/report/paper/paper_test.py build/dev/bin/make_example_figures
"""
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

import markdown_it
import numpy
from pylatexenc import latex2text, latexwalker

MAKE_EXAMPLE = None
HOSTILE_NAMES = [
    'it\'s `id` "$x" @macro; quit',
    "100 %s % 5 \\ \\n {/Bold x}",
    "</text><script>alert(1)</script>",
    "\\end{tabular} \\input{x} $a^2$ ~#&",
    "| [x](http://x.org) *b* _c_ <b>",
]
LABEL_COLUMNS = 26  # a longer name ends in an ellipsis


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def draw(folder, kind):
    """Writes an example's files, draws its figures, gives back the names of what must be drawn."""
    drawn = output_of(MAKE_EXAMPLE, folder, kind).split()
    scripts = sorted(path.name for path in pathlib.Path(folder).glob("*.gp"))
    said = subprocess.run(["gnuplot", "--default-settings", *scripts], cwd=folder, check=True,
                          capture_output=True, text=True)
    return drawn, said.stdout + said.stderr


def cells_of_latex(text):
    """Rows of the one tabular of a text, as plain text; a mistake of syntax is an exception."""
    walker = latexwalker.LatexWalker(text, tolerant_parsing=False)
    nodes = walker.get_latex_nodes()[0]
    table = next(node for node in nodes if getattr(node, "environmentname", "") == "table")
    tabular = next(node for node in table.nodelist
                   if getattr(node, "environmentname", "") == "tabular")
    rows, cell, row = [], [], []
    as_text = latex2text.LatexNodes2Text()

    def end_cell():
        text = as_text.nodelist_to_text(cell).strip()
        for set_by_latex, written in ("ˆ^", "”\"", "’'"):  # as they look on paper
            text = text.replace(set_by_latex, written)
        row.append(text)
        cell.clear()

    for node in tabular.nodelist:
        if getattr(node, "macroname", "") in ("toprule", "midrule", "bottomrule"):
            continue
        if getattr(node, "specials_chars", "") == "&":
            end_cell()
        elif getattr(node, "macroname", "") == "\\":
            end_cell()
            rows.append(list(row))
            row.clear()
        else:
            cell.append(node)
    return rows


def cells_of_markdown(text):
    tokens = markdown_it.MarkdownIt("commonmark").enable("table").parse(text)
    rows = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        if token.type == "inline" and rows:
            unexpected = [child.type for child in token.children if child.type != "text"]
            assert not unexpected, unexpected
            rows[-1].append("".join(child.content for child in token.children))
    return rows


class Drawn(unittest.TestCase):
    """The files of one made-up study."""
    kind = None

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.drawn, cls.said = draw(cls.folder, cls.kind)


class Plain(Drawn):
    """A study of twelve pairs."""
    kind = "plain"

    def grey(self, name, dpi=150):
        """The page in grey, 0 black to 255 white."""
        stem = self.folder / "page"
        output_of("pdftoppm", "-gray", "-r", str(dpi), "-singlefile", self.folder / name, stem)
        content = stem.with_suffix(".pgm").read_bytes()
        _, width, height, _ = content.split(maxsplit=4)[:4]
        pixels = numpy.frombuffer(content[-int(width) * int(height):], dtype=numpy.uint8)
        return pixels.reshape(int(height), int(width)).astype(float)

    def test_every_kind_of_figure_is_drawn_and_gnuplot_has_nothing_to_say(self):
        self.assertEqual(self.said, "")
        for name in self.drawn:
            self.assertGreater((self.folder / name).stat().st_size, 2000, name)
        kinds = {name.rsplit("-", 1)[0] for name in self.drawn}
        self.assertLessEqual({"comparison", "effects", "heat-map", "sensitivity-1", "sensitivity-2",
                              "needs", "trade-off-1", "trade-off-12", "session"}, kinds)

    def test_every_font_of_every_pdf_is_embedded(self):
        for name in (name for name in self.drawn if name.endswith(".pdf")):
            fonts = output_of("pdffonts", self.folder / name).splitlines()[2:]
            self.assertTrue(fonts, name)
            for font in fonts:
                embedded = font.split()[-5]
                self.assertEqual(embedded, "yes", f"{name}: {font}")

    def test_figures_are_as_wide_as_a_column_or_two(self):
        for name in (name for name in self.drawn if name.endswith(".pdf")):
            size = next(line for line in output_of("pdfinfo", self.folder / name).splitlines()
                        if line.startswith("Page size"))
            width_cm, height_cm = (float(size.split()[i]) / 72 * 2.54 for i in (2, 4))
            self.assertAlmostEqual(width_cm, 8.5 if "-1col" in name else 17.5, delta=0.1, msg=name)
            self.assertLess(height_cm, 24.5, name)

    def test_every_svg_is_well_formed_and_holds_its_text_as_text(self):
        for name in (name for name in self.drawn if name.endswith(".svg")):
            root = xml.etree.ElementTree.parse(self.folder / name).getroot()
            self.assertTrue(list(root.iter("{http://www.w3.org/2000/svg}text")), name)

    def test_bars_of_both_kinds_differ_in_grey(self):
        pixels = self.grey("comparison-1col.pdf", 300)
        longest = []  # of each line of pixels: begin and length of the longest dark stretch
        for line in pixels:
            edges = numpy.flatnonzero(numpy.diff(numpy.r_[0, (line > 60) & (line < 115), 0]))
            lengths = edges[1::2] - edges[::2]
            best = lengths.argmax() if len(lengths) else None
            longest.append((0, 0) if best is None else (edges[2 * best], lengths[best]))
        top = max(range(len(longest)), key=lambda line: longest[line][1])
        begin, length = longest[top]
        self.assertGreater(length, pixels.shape[1] / 4, "the solid bar of the slowest pair")
        bottom = top
        while longest[bottom][1] > length / 2:
            bottom += 1
        height = bottom - top
        across = slice(begin + 5, begin + length // 2)
        solid = pixels[top + height // 4:bottom - height // 4, across]
        hatched = pixels[bottom + height // 4:bottom + 3 * height // 4, across]
        self.assertLess(solid.std(), 10)
        self.assertGreater(hatched.std(), 20)
        self.assertGreater(hatched.mean() - solid.mean(), 50)

    def test_the_two_modes_differ_in_sign_and_line(self):
        for script in ("sensitivity-1.gp", "trade-off-1.gp"):
            text = (self.folder / script).read_text()
            for style in ("pointtype 7", "pointtype 8", "dashtype 1", "dashtype (6,3)"):
                self.assertIn(style, text, script)

    def test_the_scale_of_the_heat_map_only_grows_lighter(self):
        pixels = self.grey("heat-map-2col.pdf", 100)
        scale = pixels[int(pixels.shape[0] * 0.06)]
        inside = scale[int(len(scale) * 0.25):int(len(scale) * 0.9)]
        steps = numpy.diff(inside)
        self.assertGreaterEqual(steps.min(), -3)
        self.assertGreater(inside[-1] - inside[0], 120)

    def test_captions_tell_what_has_to_be_known(self):
        for caption in self.folder.glob("*.txt"):
            self.assertIn("synthetic data", caption.read_text(), caption.name)
        self.assertIn("over n repetitions", (self.folder / "comparison.txt").read_text())

    def test_both_tables_hold_the_same_cells(self):
        for path in self.folder.glob("*.tex"):
            latex = cells_of_latex(path.read_text())
            markdown = cells_of_markdown(path.with_suffix(".md").read_text())
            self.assertEqual(len(latex), len(markdown), path.name)
            self.assertEqual([len(row) for row in latex], [len(row) for row in markdown], path.name)

    def test_tables_and_data_hold_the_same_numbers(self):
        rows = cells_of_markdown((self.folder / "effects.md").read_text())
        block = (self.folder / "effects.dat").read_text().split("\n\n")[0]
        data = [line.split("\t") for line in block.splitlines() if not line.startswith("#")]
        self.assertEqual(len(rows), len(data) + 1)
        for row, numbers in zip(rows[1:], data):
            self.assertEqual(row[0], numbers[-1])
            self.assertAlmostEqual(float(row[1].split()[0].replace("−", "-")), float(numbers[1]),
                                   delta=abs(float(numbers[1])) * 1e-3)


class Hostile(Drawn):
    """Names that mean something to gnuplot, LaTeX, Markdown or XML."""

    kind = "hostile"

    def test_stand_in_the_figures_as_text(self):
        self.assertEqual(self.said, "")
        for figure in ("comparison-2col", "heat-map-2col", "sensitivity-1-1col"):
            root = xml.etree.ElementTree.parse(self.folder / (figure + ".svg")).getroot()
            self.assertFalse(list(root.iter("{http://www.w3.org/2000/svg}script")))
            shown = {"".join(text.itertext()).strip() for text in root.iter("{http://www.w3.org/2000/svg}text")}
            for number, name in enumerate(HOSTILE_NAMES, 1):
                label = f"{number} {name}"
                if len(label) > LABEL_COLUMNS:
                    label = label[:LABEL_COLUMNS - 1] + "…"
                self.assertIn(label, shown, figure)

    def test_stand_in_the_tables_as_text(self):
        for path in sorted(self.folder.glob("*.tex")):
            cells_of_latex(path.read_text())
            cells_of_markdown(path.with_suffix(".md").read_text())
        latex = [row[0] for row in cells_of_latex((self.folder / "effects.tex").read_text())[1:]]
        markdown = [row[0] for row in cells_of_markdown((self.folder / "effects.md").read_text())[1:]]
        wanted = [f"{number} {name}" for number, name in enumerate(HOSTILE_NAMES, 1)]
        self.assertEqual(markdown, wanted)
        self.assertEqual(latex, wanted)

    def test_leave_the_data_in_its_columns(self):
        for line in (self.folder / "session.dat").read_text().splitlines():
            if not line.startswith("#"):
                self.assertEqual(len(line.split("\t")), 5, line)

    def test_estimated_energy_is_told_in_each_caption_with_energy(self):
        for name in ("comparison", "effects", "sensitivity-1", "trade-off-1"):
            self.assertIn("energy estimated", (self.folder / (name + ".txt")).read_text())


if __name__ == "__main__":
    MAKE_EXAMPLE = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
