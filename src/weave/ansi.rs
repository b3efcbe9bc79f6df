//! What a program printed to a terminal, as HTML: colours become classes, and what was written over
//! is gone. The only file that knows anstyle-parse.

use anstyle_parse::{Params, Parser, Perform};

use super::escape::escape;

/// The HTML of printed text: `<span class="ansi-red">` and the like around what is not plain.
pub fn html(text: &str) -> String {
    if is_plain(text) {
        return escape(text);
    }
    let line = |line: Line| line.chunk_by(|(_, a), (_, b)| a == b).map(run).collect::<String>();
    lines(text).map(line).collect::<Vec<_>>().join("\n")
}

/// Printed text as readers see it, without its colours.
pub fn plain(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let line = |line: Line| line.into_iter().map(|(c, _)| c).collect::<String>();
    lines(text).map(line).collect::<Vec<_>>().join("\n")
}

fn is_plain(text: &str) -> bool {
    !text.contains(|c: char| c.is_control() && c != '\n' && c != '\t')
}

fn lines(text: &str) -> impl Iterator<Item = Line> {
    let mut parser = Parser::<anstyle_parse::DefaultCharAccumulator>::new();
    let mut screen = Screen::default();
    for byte in text.bytes() {
        parser.advance(&mut screen, byte);
    }
    screen.above.into_iter().chain([screen.line])
}

/// The HTML of characters of one style.
fn run(run: &[(char, Style)]) -> String {
    let text: String = run.iter().map(|(c, _)| *c).collect();
    let classes = run[0].1.classes();
    if classes.is_empty() {
        escape(&text)
    } else {
        format!("<span class=\"{classes}\">{}</span>", escape(&text))
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Style {
    bold: bool,
    dim: bool,
    italic: bool,
    underline: bool,
    /// Of the eight that every terminal has; a theme has one shade of each.
    colour: Option<u16>,
}

const COLOURS: [&str; 8] = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

impl Style {
    fn classes(self) -> String {
        let words = [
            (self.bold, "bold"),
            (self.dim, "dim"),
            (self.italic, "italic"),
            (self.underline, "underline"),
        ];
        let words = words.into_iter().filter(|(is_set, _)| *is_set).map(|(_, word)| word);
        let colour = self.colour.and_then(|index| COLOURS.get(usize::from(index)).copied());
        let classes: Vec<String> = words.chain(colour).map(|word| format!("ansi-{word}")).collect();
        classes.join(" ")
    }

    /// Takes the parameters of "select graphic rendition".
    ///
    /// Source: ECMA-48, 8.3.117; the bright colours are xterm's.
    fn select(&mut self, params: &Params) {
        if params.is_empty() {
            *self = Self::default();
        }
        // Parts of a colour may be parted by colons too, with the name of a space before red.
        let mut params = params.iter().flat_map(|param| match param {
            [38 | 48, 2, _, red, green, blue, ..] => vec![param[0], 2, *red, *green, *blue],
            [38 | 48, ..] => param.to_vec(),
            _ => vec![param.first().copied().unwrap_or(0)],
        });
        while let Some(param) = params.next() {
            match param {
                0 => *self = Self::default(),
                1 => self.bold = true,
                2 => self.dim = true,
                3 => self.italic = true,
                4 => self.underline = true,
                22 => (self.bold, self.dim) = (false, false),
                23 => self.italic = false,
                24 => self.underline = false,
                30..=37 => self.colour = Some(param - 30),
                90..=97 => self.colour = Some(param - 90),
                39 => self.colour = None,
                38 | 48 => {
                    let mut next = || params.next().unwrap_or(0);
                    let colour = match next() {
                        5 => Some(of_256(next())),
                        2 => Some(nearest([next(), next(), next()])),
                        _ => None,
                    };
                    if param == 38 {
                        self.colour = colour;
                    }
                }
                _ => {}
            }
        }
    }
}

/// Of 256 colours the first 16 are the eight and their bright forms, then comes a cube of 6 × 6 × 6, and a row of
/// 24 greys.
///
/// Source: xterm, "256colres.h".
fn of_256(index: u16) -> u16 {
    match index {
        0..16 => index % 8,
        16..232 => nearest([36, 6, 1].map(|step| (index - 16) / step % 6 * 51)),
        _ => nearest([8 + 10 * index.saturating_sub(232); 3]),
    }
}

/// The one of the eight that is most like a colour of red, green and blue, each from 0 to 255: a theme has
/// shades of those that can be read on its ground.
fn nearest(parts: [u16; 3]) -> u16 {
    let least = parts.into_iter().min().unwrap_or(0);
    let most = parts.into_iter().max().unwrap_or(0);
    // What has hardly a hue is a grey, and most of these are meant to be quiet.
    let middle = if most - least < 32 { 160 } else { (most + least) / 2 };
    parts.into_iter().rev().fold(0, |index, part| 2 * index + u16::from(part > middle))
}

type Line = Vec<(char, Style)>;

/// The line that is being written, and those before it.
#[derive(Default)]
struct Screen {
    above: Vec<Line>,
    line: Line,
    /// Where in the line the next character goes.
    cursor: usize,
    style: Style,
}

impl Perform for Screen {
    fn print(&mut self, c: char) {
        let written = (c, self.style);
        match self.line.get_mut(self.cursor) {
            Some(place) => *place = written,
            None => self.line.push(written),
        }
        self.cursor += 1;
    }

    fn execute(&mut self, byte: u8) {
        match byte {
            b'\n' => {
                self.above.push(std::mem::take(&mut self.line));
                self.cursor = 0;
            }
            b'\t' => self.print('\t'),
            b'\r' => self.cursor = 0,
            // Backspace.
            8 => self.cursor = self.cursor.saturating_sub(1),
            _ => {}
        }
    }

    fn csi_dispatch(&mut self, params: &Params, _: &[u8], _: bool, action: u8) {
        let first = params.iter().next().and_then(|param| param.first().copied()).unwrap_or(0);
        match (action, first) {
            (b'm', _) => self.style.select(params),
            // "Erase in line": from the cursor on, or all of it.
            (b'K', 0) => self.line.truncate(self.cursor),
            (b'K', 2) => {
                self.line.clear();
                self.cursor = 0;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{html, plain};

    #[test]
    fn colours_are_classes() {
        for (printed, woven) in [
            ("a < b\n", "a &lt; b\n"),
            (
                "\x1b[1m\x1b[91merror\x1b[0m: <x>\n",
                "<span class=\"ansi-bold ansi-red\">error</span>: &lt;x&gt;\n",
            ),
            ("\x1b[38;5;12mblue\x1b[39m\n", "<span class=\"ansi-blue\">blue</span>\n"),
            (
                "\x1b[38;2;255;165;0;1mbold\x1b[m",
                "<span class=\"ansi-bold ansi-yellow\">bold</span>",
            ),
            ("\x1b[38;2;250;200;200mpink\x1b[m", "<span class=\"ansi-red\">pink</span>"),
            ("\x1b[38;5;240mgrey\x1b[m", "<span class=\"ansi-black\">grey</span>"),
            ("\x1b[38;5;21mblue\x1b[m", "<span class=\"ansi-blue\">blue</span>"),
            (
                "\x1b[38:2::0:200:0;1mgreen\x1b[m",
                "<span class=\"ansi-bold ansi-green\">green</span>",
            ),
            ("\x1b[38:5:9mred\x1b[m", "<span class=\"ansi-red\">red</span>"),
            ("\x1b[38;5;51mcyan\x1b[m", "<span class=\"ansi-cyan\">cyan</span>"),
            ("\x1b[48;5;1mplain\x1b[49m", "plain"),
            (
                "\x1b[33mtwo\nlines\x1b[0m",
                "<span class=\"ansi-yellow\">two</span>\n<span class=\"ansi-yellow\">lines</span>",
            ),
            ("\x1b]8;;https://a.org\x1b\\link\x1b]8;;\x1b\\", "link"),
            ("nul\0, bell\x07", "nul, bell"),
        ] {
            assert_eq!(html(printed), woven, "{printed:?}");
        }
    }

    #[test]
    fn what_was_written_over_is_gone() {
        for (printed, woven) in [
            ("10 %\r20 %\rdone\x1b[K\n", "done\n"),
            ("10 %\r5\n", "50 %\n"),
            ("ends so\r\n", "ends so\n"),
            ("ab\x08c\n", "ac\n"),
            ("gone\x1b[2Khere", "here"),
        ] {
            assert_eq!(html(printed), woven, "{printed:?}");
            assert_eq!(plain(printed), woven, "{printed:?}");
        }
        assert_eq!(plain("\x1b[31ma < b\x1b[0m\n"), "a < b\n");
    }
}
