//! What is read line by line: consoles, where prompts, commands and what they print are told apart, and
//! differences between files.

use super::{Html, languages, scan};

/// A line's prompt, and the language of the command behind it.
struct Prompt<'a> {
    sign: &'a str,
    language: &'static str,
}

/// Prompts that say what is asked.
const PROMPTS: [(&str, &str); 7] = [
    ("$ ", "bash"),
    (">>> ", "python"),
    ("... ", "python"),
    ("julia> ", "julia"),
    ("sqlite> ", "sql"),
    ("mysql> ", "sql"),
    ("irb> ", ""),
];

pub fn console(code: &str, html: &mut Html) {
    // What goes on over lines has `> ` or `+ ` before the next, or a backslash at the end.
    let mut language = None;
    let mut goes_on = false;
    for line in code.split_inclusive('\n') {
        let command = prompt(line, language)
            .or_else(|| language.filter(|_| goes_on).map(|language| Prompt { sign: "", language }));
        goes_on = line.trim_end_matches(['\n', '\r']).ends_with('\\');
        let Some(prompt) = command else {
            language = None;
            let text = line.trim_end_matches(['\n', '\r']);
            html.push("output", text);
            html.plain(&line[text.len()..]);
            continue;
        };
        html.push("prompt", prompt.sign);
        let command = &line[prompt.sign.len()..];
        match languages::find(prompt.language) {
            Some(language) => scan::scan(language, command, html),
            None => html.plain(command),
        }
        language = Some(prompt.language);
    }
}

fn prompt<'a>(line: &'a str, above: Option<&'static str>) -> Option<Prompt<'a>> {
    let bare = line.trim_end_matches(['\n', '\r']);
    let known = PROMPTS.iter().find(|(sign, _)| {
        let is_asked = *sign != "... " || above == Some("python");
        is_asked && (line.starts_with(sign) || bare == sign.trim_end())
    });
    if let Some((sign, language)) = known {
        return Some(Prompt { sign: &bare[..sign.len().min(bare.len())], language });
    }
    if let Some(language) = above
        && let Some(sign) = ["> ", "+ "].iter().find(|sign| line.starts_with(**sign))
    {
        return Some(Prompt { sign: &line[..sign.len()], language });
    }
    // `In [1]: `, `ada@engine:~/notes$ `, `(env) $ `, `[ada@engine notes]$ `
    if let Some(behind) = line.strip_prefix("In [") {
        let digits = behind.trim_start_matches(|c: char| c.is_ascii_digit());
        let length = line.len() - digits.strip_prefix("]: ")?.len();
        return Some(Prompt { sign: &line[..length], language: "python" });
    }
    let (before, _) = line.split_once("$ ").or_else(|| line.split_once("# "))?;
    let is_place = before.contains('@') && !before.contains(['"', '\'', '=', '<', ',', ';']);
    let is_environment = before.starts_with('(') && before.trim_end().ends_with(')');
    let is_machine = is_place && before.split(' ').count() <= 3 && before.len() < 80;
    let length = before.len() + 2;
    let is_prompt = is_machine || is_environment && before.split(' ').count() == 2;
    is_prompt.then(|| Prompt { sign: &line[..length], language: "bash" })
}

/// Whether a script was pasted from a console: its first line begins with a prompt.
pub fn is_session(code: &str) -> bool {
    code.starts_with("$ ")
}

pub fn diff(code: &str, html: &mut Html) {
    let heads = ["+++", "---", "diff ", "index ", "@@", "new file", "deleted file", "rename "];
    for line in code.split_inclusive('\n') {
        let text = line.trim_end_matches(['\n', '\r']);
        let class = match text.chars().next() {
            _ if heads.iter().any(|head| text.starts_with(head)) => Some("attribute"),
            Some('+') => Some("added"),
            Some('-') => Some("removed"),
            Some('\\' | '#') => Some("comment"),
            _ => None,
        };
        match class {
            Some(class) => html.push(class, text),
            None => html.plain(text),
        }
        html.plain(&line[text.len()..]);
    }
}
