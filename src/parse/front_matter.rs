//! The YAML between `---` and `---` at the top of a file.
//!
//! It is read into a tree that knows its places, and each key from there: a broken value costs
//! itself and not the values next to it, and every mistake is told at once.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{DuplicateKeyPolicy, Location, Spanned};

use crate::model::course::{Meta, Runtime, Settings, Unit};
use crate::model::diagnostic::{Diagnosed, Diagnostic, Fix, Level, did_you_mean, only_near};
use crate::model::limits::{Limits, Size};
use crate::model::source::{Source, SourceId, Span};

/// A text parted into front matter and body.
pub struct Front {
    /// The YAML, without its fences; empty where there is none.
    yaml: Range<usize>,
    /// Where the markdown begins.
    pub body: usize,
}

/// Finds the front matter.
pub fn split(id: SourceId, text: &str) -> Diagnosed<Front> {
    let start = text.len() - text.trim_start_matches('\u{feff}').len();
    let mut lines = text[start..].split_inclusive('\n');
    let none = Front { yaml: start..start, body: start };
    let Some(opener) = lines.next().filter(|line| line.trim_end() == "---") else {
        return Diagnosed { value: none, diagnostics: vec![] };
    };
    let first = start + opener.len();
    let mut at = first;
    for line in lines {
        if matches!(line.trim_end(), "---" | "...") {
            let value = Front { yaml: first..at, body: at + line.len() };
            return Diagnosed { value, diagnostics: vec![] };
        }
        at += line.len();
    }
    // Before a blank line it is a thematic break, and no front matter was meant.
    let meant = text[first..].lines().next().is_some_and(|line| !line.trim().is_empty());
    let unclosed = Diagnostic::error("front-matter", "the front matter has no end")
        .at(Span::new(id, start..start + 3), "begins here")
        .hint("close it with a line `---`");
    Diagnosed { value: none, diagnostics: meant.then_some(unclosed).into_iter().collect() }
}

/// What a lesson and a course alike may say of their runs.
const LIMITS: [&str; 7] =
    ["timeout", "output-size", "memory", "file-size", "network", "write", "run"];

/// A lesson's front matter.
///
/// Where it is a Workbench's, keys may stand in it that R or pandoc read: one that we don't know is
/// told only if it looks like a slip of the pen.
pub fn meta(id: SourceId, source: &Source, front: &Front, is_workbench: bool) -> Diagnosed<Meta> {
    let mut reader = Reader::new(id, source, front.yaml.clone());
    reader.ignores_others = is_workbench;
    let mut meta = Meta::default();
    let known = [
        "title",
        "teaching",
        "exercises",
        "break",
        "dependencies",
        "crate",
        "data",
        "seed",
        "playground",
    ];
    let known = [&known[..], &LIMITS].concat();
    let entries = reader.entries(&known);
    if entries.is_empty() && !reader.diagnostics.is_empty() {
        meta.misread.extend(known.iter().map(ToString::to_string));
    }
    for (key, value) in entries {
        let mistakes = reader.diagnostics.len();
        match key.as_str() {
            "title" => meta.title = reader.text(&value),
            "teaching" => meta.teaching = reader.number(&value, "minutes"),
            "exercises" => meta.exercises = reader.number(&value, "minutes"),
            "break" => meta.pause = reader.number(&value, "minutes"),
            "seed" => meta.seed = reader.number(&value, SEEDS),
            "data" => meta.data = reader.names(&value),
            "dependencies" => meta.dependencies = reader.dependencies(&value),
            "crate" => meta.package = reader.text(&value),
            "playground" => meta.playground = reader.boolean("playground", &value),
            limit => reader.limit(limit, &value, &mut meta.limits),
        }
        if reader.diagnostics.len() > mistakes {
            meta.misread.push(key);
        }
    }
    Diagnosed { value: meta, diagnostics: reader.diagnostics }
}

/// The course's settings.
pub fn settings(id: SourceId, source: &Source, front: &Front) -> Diagnosed<Settings> {
    let mut reader = Reader::new(id, source, front.yaml.clone());
    let mut settings = Settings::default();
    let known = [
        "title",
        "description",
        "language",
        "lang",
        "translations",
        "lessons",
        "start",
        "dependencies",
        "edition",
        "runtime",
        "url",
        "seed",
        "runner",
        "repository",
        "license",
        "check",
        "macros",
        "theme",
        "playground",
    ];
    for (key, value) in reader.entries(&[&known[..], &LIMITS].concat()) {
        match key.as_str() {
            "title" => settings.title = reader.text(&value),
            "description" => settings.description = reader.text(&value),
            // As the Workbench has it, too.
            "language" | "lang" => settings.language = reader.word(&value),
            "translations" => settings.translations = reader.addresses(&value),
            "lessons" => (settings.lessons, settings.units) = reader.lessons(&value),
            "start" => settings.start = reader.time_of_day(&value),
            "dependencies" => settings.dependencies = reader.dependencies(&value),
            "edition" => settings.edition = reader.edition(&value),
            "runtime" => settings.runtime = reader.runtime(&value),
            "url" => settings.url = reader.address(&value),
            "seed" => settings.seed = reader.number(&value, SEEDS),
            "runner" => settings.runner = reader.runner(&value),
            "repository" => settings.repository = reader.text(&value),
            "check" => settings.check = reader.levels(&value),
            "macros" => settings.macros = reader.macros(&value),
            "playground" => {
                settings.playground = reader.boolean("playground", &value).unwrap_or_default();
            }
            "theme" => settings.look = reader.look(&value),
            "license" => settings.license = reader.text(&value),
            limit => reader.limit(limit, &value, &mut settings.limits),
        }
    }
    Diagnosed { value: settings, diagnostics: reader.diagnostics }
}

const SEEDS: &str = "0 to 4294967295";

/// A value of the YAML, and where it stands.
pub(super) type Node = Spanned<Yaml>;

#[derive(Clone)]
pub(super) enum Yaml {
    Null,
    Bool(bool),
    Integer(i64),
    Float,
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Spanned<String>, Node)>),
}

impl Yaml {
    fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "true or false",
            Self::Integer(_) | Self::Float => "a number",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Map(_) => "keys and values",
        }
    }
}

impl<'de> Deserialize<'de> for Yaml {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(YamlVisitor)
    }
}

/// Written out because an untagged enum, which serde would derive, loses the places of what is in
/// it.
struct YamlVisitor;

impl<'de> Visitor<'de> for YamlVisitor {
    type Value = Yaml;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Yaml, E> {
        Ok(Yaml::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Yaml, E> {
        Ok(Yaml::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Yaml, E> {
        Ok(Yaml::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Yaml, E> {
        Ok(i64::try_from(value).map_or(Yaml::Float, Yaml::Integer))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Yaml, E> {
        Ok(Yaml::Float)
    }

    fn visit_str<E>(self, value: &str) -> Result<Yaml, E> {
        Ok(Yaml::Text(value.to_string()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Yaml, A::Error> {
        let mut items = vec![];
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Yaml::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Yaml, A::Error> {
        let mut entries = vec![];
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Yaml::Map(entries))
    }
}

pub(super) struct Reader<'a> {
    id: SourceId,
    source: &'a Source,
    yaml: Range<usize>,
    /// How messages name the YAML.
    name: &'static str,
    /// Keys that mean nothing here and are meant nevertheless.
    pub ignored: &'static [&'static str],
    /// Whether that holds for any key that is not nearly a known one.
    pub ignores_others: bool,
    pub diagnostics: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    fn new(id: SourceId, source: &'a Source, yaml: Range<usize>) -> Self {
        let name = "the front matter";
        Self { id, source, yaml, name, ignored: &[], ignores_others: false, diagnostics: vec![] }
    }

    /// For a file that is YAML from its beginning to its end.
    pub fn of_file(id: SourceId, source: &'a Source) -> Self {
        Self { name: "the file", ..Self::new(id, source, 0..source.text.len()) }
    }

    /// The keys and values, each known and none twice.
    pub fn entries(&mut self, known: &[&str]) -> Vec<(String, Node)> {
        let yaml = &self.source.text[self.yaml.clone()];
        if yaml.trim().is_empty() {
            return vec![];
        }
        let options = serde_saphyr::options! {
            // Nothing that is meant is nested so deeply, and the reader recurses.
            budget: serde_saphyr::budget! { max_depth: 16 },
            duplicate_keys: DuplicateKeyPolicy::PassThrough,
            strict_booleans: true,
            with_snippet: false,
        };
        let root: Node = match serde_saphyr::from_str_with_options(yaml, options) {
            Ok(root) => root,
            Err(error) => {
                let span = self.span(error.location().unwrap_or(Location::UNKNOWN));
                // The place is in the span; the words say it again, counted from another line.
                let message = error.to_string();
                let message = message.split(" at line ").next().unwrap_or_default();
                self.error(
                    format!("{} is not valid YAML: {message}", self.name),
                    span,
                    "each line is a `key: value`; a value with a sign of YAML's in it stands between quotes",
                );
                return vec![];
            }
        };
        let Yaml::Map(entries) = root.value else {
            self.refuse(&root, "`key: value` lines", "write `title: My lesson`");
            return vec![];
        };
        let known = self.known_entries(&entries, known);
        known.into_iter().map(|(name, node)| (name, node.clone())).collect()
    }

    /// Those of some entries whose key is known, and none twice.
    pub(super) fn known_entries<'n>(
        &mut self,
        entries: &'n [(Spanned<String>, Node)],
        known: &[&str],
    ) -> Vec<(String, &'n Node)> {
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        let mut kept = vec![];
        for (name, node) in entries {
            let span = self.span(name.defined);
            let name = name.value.as_str();
            if let Some(first) = seen.get(name) {
                let message = format!("`{name}` is given twice");
                let diagnostic = Diagnostic::error("front-matter", message).at(span, "again");
                let diagnostic = diagnostic.also(*first, "first here").hint("keep one of them");
                self.diagnostics.push(diagnostic);
            } else if known.contains(&name) {
                seen.insert(name, span);
                kept.push((name.to_owned(), node));
            } else if !self.ignored.contains(&name) {
                self.unknown_key(name, span, known);
            }
        }
        kept
    }

    fn unknown_key(&mut self, name: &str, span: Span, known: &[&str]) {
        let hint = match did_you_mean(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if self.ignores_others => return,
            None => format!("known are {}", known.join(", ")),
        };
        let message = format!("`{name}` is no known key");
        // The span is the key's own, but for quotes and other ways to write it.
        let is_plain = self.source.text.get(span.range()) == Some(name);
        let fix = only_near(name, known.iter().copied())
            .filter(|_| is_plain)
            .map(|near| Fix::replace(span, near, format!("write `{near}`")));
        let diagnostic = Diagnostic::warning("unknown-key", message).at(span, "").hint(hint);
        self.diagnostics.push(diagnostic.fixed_by(fix));
    }

    pub(super) fn refuse(&mut self, node: &Node, expected: &str, hint: &str) {
        let message = format!("expected {expected}, found {}", node.value.kind());
        self.error(message, self.span(node.defined), hint);
    }

    pub fn text(&mut self, node: &Node) -> Option<String> {
        match &node.value {
            Yaml::Text(text) => Some(text.trim().to_string()),
            // As the author wrote it: 0.10 is a version and 2024 a title.
            Yaml::Bool(_) | Yaml::Integer(_) | Yaml::Float => Some(self.written(node)),
            Yaml::Null => None,
            _ => {
                self.refuse(
                    node,
                    "text",
                    "write a text in one line, between quotes: `\"My lesson\"`",
                );
                None
            }
        }
    }

    /// A text, and where it stands.
    pub fn word(&mut self, node: &Node) -> Option<(String, Span)> {
        Some((self.text(node)?, self.span(node.defined)))
    }

    fn written(&self, node: &Node) -> String {
        self.source.text[self.span(node.defined).range()].trim().to_string()
    }

    fn number(&mut self, node: &Node, of: &str) -> Option<u32> {
        let number = match &node.value {
            Yaml::Null => return None,
            Yaml::Integer(number) => u32::try_from(*number).ok(),
            Yaml::Text(text) => text.trim().parse().ok(),
            _ => None,
        };
        if number.is_none() {
            let message = format!("expected a whole number of {of}");
            self.error(message, self.span(node.defined), "write digits alone: `20`");
        }
        number
    }

    pub fn names(&mut self, node: &Node) -> Vec<(String, Span)> {
        match &node.value {
            Yaml::Null => vec![],
            Yaml::List(items) => items.iter().filter_map(|item| self.word(item)).collect(),
            _ => {
                self.refuse(node, "a list of names", "write each in a line of its own: `- name`");
                vec![]
            }
        }
    }

    /// Names of lessons, and how they are grouped: an item can be one name, or a unit's title with
    /// a list of names.
    fn lessons(&mut self, node: &Node) -> (Vec<(String, Span)>, Vec<Unit>) {
        let (mut lessons, mut units) = (vec![], vec![]);
        let Yaml::List(items) = &node.value else { return (self.names(node), units) };
        for item in items {
            let Yaml::Map(entries) = &item.value else {
                lessons.extend(self.word(item));
                continue;
            };
            for (title, names) in entries {
                let start = lessons.len();
                lessons.extend(self.names(names));
                units.push(Unit { title: title.value.clone(), lessons: start..lessons.len() });
            }
        }
        (lessons, units)
    }

    /// Minutes after midnight.
    pub fn time_of_day(&mut self, node: &Node) -> Option<u32> {
        let text = self.text(node)?;
        let minutes = text.split_once(':').and_then(|(hours, minutes)| {
            let (hours, minutes) = (hours.parse::<u32>().ok()?, minutes.parse::<u32>().ok()?);
            (hours < 24 && minutes < 60).then_some(60 * hours + minutes)
        });
        if minutes.is_none() {
            let span = self.span(node.defined);
            self.error("expected a time of day", span, "write hours and minutes: `\"09:30\"`");
        }
        minutes
    }

    /// Where something is on the web, with a `/` at its end.
    pub fn address(&mut self, node: &Node) -> Option<String> {
        let text = self.text(node)?;
        let is_one = ["https://", "http://"].iter().any(|scheme| text.starts_with(scheme));
        if !is_one {
            let hint = "write it as a browser shows it: `https://example.org/course/`";
            self.error("expected an address on the web", self.span(node.defined), hint);
            return None;
        }
        Some(format!("{}/", text.trim_end_matches('/')))
    }

    /// Addresses by a key of the author's.
    fn addresses(&mut self, node: &Node) -> Vec<(String, String)> {
        let entries =
            self.map(node, "an address for each language", "de: https://example.org/kurs/");
        let read = entries
            .iter()
            .filter_map(|(key, address)| Some((key.value.clone(), self.address(address)?)));
        read.collect()
    }

    pub fn edition(&mut self, node: &Node) -> Option<String> {
        let edition = self.one_of(node, &["2015", "2018", "2021", "2024"], "edition of Rust")?;
        Some(edition.to_owned())
    }

    fn runtime(&mut self, node: &Node) -> Option<Runtime> {
        let names = Runtime::ALL.map(Runtime::name);
        let name = self.one_of(node, &names, "runtime")?;
        Runtime::ALL.into_iter().find(|runtime| runtime.name() == name)
    }

    fn runner(&mut self, node: &Node) -> Vec<String> {
        let entries = self.map(node, "a command", "command: srun --exclusive");
        let Some((_, command)) = self.known_entries(entries, &["command"]).pop() else {
            return vec![];
        };
        match &command.value {
            Yaml::List(words) => words.iter().filter_map(|word| self.text(word)).collect(),
            _ => {
                let command = self.text(command).unwrap_or_default();
                command.split_whitespace().map(str::to_owned).collect()
            }
        }
    }

    /// A word of a few that there are.
    fn one_of<'w>(&mut self, node: &Node, words: &[&'w str], what: &str) -> Option<&'w str> {
        let text = self.text(node)?;
        let known = words.iter().find(|word| **word == text);
        if known.is_none() {
            let message = format!("`{text}` is no {what}");
            let hint = format!("there are {}", words.join(", "));
            let diagnostic = Diagnostic::error("front-matter", message);
            self.diagnostics.push(diagnostic.at(self.span(node.defined), "").hint(hint));
        }
        known.copied()
    }

    pub(super) fn map<'n>(
        &mut self,
        node: &'n Node,
        expected: &str,
        example: &str,
    ) -> &'n [(Spanned<String>, Node)] {
        match &node.value {
            Yaml::Map(entries) => return entries,
            Yaml::Null => {}
            _ => {
                let hint = format!("write lines like `{example}` below it, further in");
                self.refuse(node, expected, &hint);
            }
        }
        &[]
    }

    fn macros(&mut self, node: &Node) -> Vec<(String, String)> {
        let entries = self.map(node, "a text for each macro", r"R: \mathbb{R}").iter();
        let read = entries.filter_map(|(name, text)| {
            let name = name.value.strip_prefix('\\').unwrap_or(&name.value);
            Some((name.to_owned(), self.text(text)?))
        });
        read.collect()
    }

    /// One of [`LIMITS`].
    fn limit(&mut self, key: &str, node: &Node, limits: &mut Limits) {
        match key {
            "timeout" => {
                limits.timeout = self.number(node, "seconds");
                if limits.timeout == Some(0) {
                    let place = self.span(node.defined);
                    self.error("nothing ends in no time", place, "write seconds, from 1: `20`");
                }
            }
            "output-size" => limits.output_size = self.size(node),
            "memory" => limits.memory = self.size(node),
            "file-size" => limits.file_size = self.size(node),
            "network" => limits.network = self.boolean("network", node),
            "write" => limits.write = self.paths(node),
            _ => {
                let words = ["on-request", "at-once"];
                limits.on_request =
                    self.one_of(node, &words, "time to run").map(|it| it == words[0]);
            }
        }
    }

    fn size(&mut self, node: &Node) -> Option<Size> {
        let text = self.text(node)?;
        let size = text.parse().ok();
        if size.is_none() {
            let hint = "write a whole number and its unit: `2 GB`";
            self.error(format!("`{text}` is no size"), self.span(node.defined), hint);
        }
        size
    }

    fn boolean(&mut self, key: &str, node: &Node) -> Option<bool> {
        match node.value {
            Yaml::Bool(value) => return Some(value),
            Yaml::Null => {}
            _ => self.refuse(node, "true or false", &format!("write it bare: `{key}: true`")),
        }
        None
    }

    /// Paths below the course's folder, and whole ones.
    fn paths(&mut self, node: &Node) -> Vec<String> {
        let mut names = self.names(node);
        names.retain(|(path, span)| {
            let leads_out = path.split(['/', '\\']).any(|part| part == "..");
            if leads_out {
                let message = format!("`{path}` leads out of the course's folder");
                self.error(message, *span, "write the whole path, from `/` on");
            }
            !leads_out
        });
        names.into_iter().map(|(path, _)| path).collect()
    }

    fn levels(&mut self, node: &Node) -> BTreeMap<String, (Level, Span)> {
        let mut levels = BTreeMap::new();
        for (code, node) in self.map(node, "a level for each code", "vague-link: off") {
            let level = match self.text(node).as_deref() {
                // To older YAML, `off` is `false`.
                Some("off" | "false") => Level::Off,
                Some("warning") => Level::Warning,
                Some("error") => Level::Error,
                Some(other) => {
                    let message = format!("`{other}` is no level");
                    let span = self.span(node.defined);
                    let diagnostic = Diagnostic::error("front-matter", message).at(span, "");
                    self.diagnostics.push(diagnostic.hint("there are off, warning, error"));
                    continue;
                }
                None => continue,
            };
            levels.insert(code.value.clone(), (level, self.span(code.defined)));
        }
        levels
    }

    pub(super) fn error(&mut self, message: impl Into<String>, span: Span, hint: &str) {
        self.diagnostics.push(Diagnostic::error("front-matter", message).at(span, "").hint(hint));
    }

    /// A place that the YAML reader gives, which counts from where the YAML begins.
    pub(super) fn span(&self, location: Location) -> Span {
        let text = &self.source.text[self.yaml.clone()];
        let place = location.span();
        let bytes = place.byte_offset().zip(place.byte_len());
        // Some errors know their place in characters only.
        let characters = || {
            let at = |count: u64| {
                text.char_indices().nth(count as usize).map_or(text.len(), |(at, _)| at)
            };
            (at(place.offset()), at(place.offset() + place.len()))
        };
        let (start, end) =
            bytes.map_or_else(characters, |(at, length)| (at as usize, (at + length) as usize));
        let range = match text.get(start..end) {
            // A list or map of several lines is known by where it begins.
            Some("") => start..start + text[start..].lines().next().unwrap_or_default().len(),
            Some(value) => start..start + value.trim_end().len(),
            None => 0..0,
        };
        Span::new(self.id, self.yaml.start + range.start..self.yaml.start + range.end)
    }
}
