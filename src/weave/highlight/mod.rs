//! Colours code by classes. Rust by the compiler's own lexer; other languages by a lexer of our own
//! and a table of what each of them writes comments, strings and words like; consoles by their
//! prompts.
//!
//! Colours say how code is read, not what it means: what is wrong with code is the compiler's to say.
//! Whatever is in a block, the text of the HTML is the text of the code.

mod languages;
mod lines;
mod markup;
mod rust;
mod scan;

use super::escape::push_escaped;
use crate::model::course::reference;

/// Code as HTML, one `<span class="hl-…">` around each token that has a colour.
pub fn highlight(language: Option<&str>, code: &str) -> String {
    let mut html = Html { out: String::with_capacity(code.len() * 2) };
    let lexer = language.and_then(lexer).unwrap_or(Lexer::Plain);
    if lexer.is_tangled() {
        pieces(lexer, code, &mut html);
    } else {
        lexer.read(code, &mut html);
    }
    html.out
}

/// HTML that is being written.
struct Html {
    out: String,
}

impl Html {
    fn plain(&mut self, text: &str) {
        push_escaped(&mut self.out, text);
    }

    fn push(&mut self, class: &str, text: &str) {
        if text.is_empty() {
            return;
        }
        self.out.push_str("<span class=\"hl-");
        self.out.push_str(class);
        self.out.push_str("\">");
        self.plain(text);
        self.out.push_str("</span>");
    }
}

/// What knows how to colour a language.
#[derive(Clone, Copy)]
enum Lexer {
    Plain,
    Rust,
    Table(&'static scan::Language),
    /// A script in whose lines prompts may stand, as authors paste them.
    Shell(&'static scan::Language),
    Console,
    Diff,
    Html,
    Markdown,
}

impl Lexer {
    fn read(self, code: &str, html: &mut Html) {
        match self {
            Lexer::Plain => html.plain(code),
            Lexer::Rust => rust::rust(code, html),
            Lexer::Table(language) => scan::scan(language, code, html),
            Lexer::Shell(_) if lines::is_session(code) => lines::console(code, html),
            Lexer::Shell(language) => scan::scan(language, code, html),
            Lexer::Console => lines::console(code, html),
            Lexer::Diff => lines::diff(code, html),
            Lexer::Html => markup::html(code, html),
            Lexer::Markdown => markup::markdown(code, html),
        }
    }

    /// Whether a line in it can ask for another block.
    fn is_tangled(self) -> bool {
        !matches!(self, Lexer::Plain | Lexer::Console | Lexer::Diff | Lexer::Markdown)
    }
}

/// What knows a language by a name of it, in whatever case.
fn lexer(name: &str) -> Option<Lexer> {
    let name = name.to_ascii_lowercase();
    Some(match &*name {
        "rust" | "rs" => Lexer::Rust,
        "console" | "shell-session" | "sh-session" | "shellsession" | "terminal" | "pycon" => {
            Lexer::Console
        }
        "diff" | "patch" => Lexer::Diff,
        "html" | "xml" | "svg" | "xhtml" => Lexer::Html,
        "markdown" | "md" | "lesson" | "rmd" | "qmd" => Lexer::Markdown,
        "bash" | "sh" | "shell" | "zsh" => Lexer::Shell(languages::find("bash")?),
        name => Lexer::Table(languages::find(name)?),
    })
}

/// References are no code: what stands between them is coloured piece by piece.
fn pieces(lexer: Lexer, code: &str, html: &mut Html) {
    let (mut from, mut at) = (0, 0);
    for line in code.split_inclusive('\n') {
        if reference(line).is_some() {
            lexer.read(&code[from..at], html);
            let name = line.trim();
            let (before, after) = line.split_once(name).unwrap_or_default();
            html.plain(before);
            html.push("reference", name);
            html.plain(after);
            from = at + line.len();
        }
        at += line.len();
    }
    lexer.read(&code[from..], html);
}

/// Coloured code in which the lines that are hidden, stretch by stretch, stand in an element of their
/// own. Colours go on over the ends of stretches.
pub fn fold_lines(html: &str, hidden: &[bool]) -> String {
    let mut out = String::with_capacity(html.len() * 2);
    let mut colour: Option<&str> = None;
    let mut was_hidden = false;
    let close = |out: &mut String, colour: Option<&str>| {
        out.push_str(colour.map_or("", |_| "</span>"));
    };
    let lines = html.split_inclusive('\n').zip(hidden.iter().copied());
    for (line, is_hidden) in lines.chain([("", false)]) {
        if is_hidden != was_hidden {
            close(&mut out, colour);
            out.push_str(if is_hidden { "<span class=\"hidden-lines\">" } else { "</span>" });
            out.push_str(colour.unwrap_or_default());
            was_hidden = is_hidden;
        }
        out.push_str(line);
        colour = match (line.rfind("<span"), line.rfind("</span>")) {
            (Some(open), close) if close.is_none_or(|close| close < open) => {
                line[open..].find('>').map(|end| &line[open..=open + end])
            }
            (_, Some(_)) => None,
            (_, None) => colour,
        };
    }
    out
}

#[cfg(test)]
mod tests;
