//! `dependencies:` in front matter: Cargo's `[dependencies]`, checked as Cargo would.
//!
//! Source: the Cargo book, "Specifying Dependencies".

use std::collections::BTreeMap;

use super::front_matter::{Node, Reader, Yaml};
use crate::model::course::Dependency;

/// The keys of a dependency's table, and what stands behind each.
const KEYS: &[(&str, Kind)] = &[
    ("version", Kind::Version),
    ("features", Kind::Texts),
    ("default-features", Kind::Bool),
    ("optional", Kind::Bool),
    ("package", Kind::Text),
    ("path", Kind::Text),
    ("git", Kind::Text),
    ("branch", Kind::Text),
    ("tag", Kind::Text),
    ("rev", Kind::Text),
    ("registry", Kind::Text),
];

#[derive(Clone, Copy)]
enum Kind {
    Version,
    Text,
    Texts,
    Bool,
}

impl Reader<'_> {
    pub fn dependencies(&mut self, node: &Node) -> BTreeMap<String, Dependency> {
        let mut dependencies = BTreeMap::new();
        let entries = match &node.value {
            Yaml::Null => return dependencies,
            Yaml::Map(entries) => entries,
            _ => {
                let hint = "write each in a line of its own, further in: `rand: \"0.9\"`";
                self.refuse(node, "dependencies as Cargo takes them", hint);
                return dependencies;
            }
        };
        for (name, node) in entries {
            let span = self.span(name.defined);
            let name = &name.value;
            let is_name = name.starts_with(|c: char| c.is_alphabetic() || c == '_')
                && name.chars().all(|c| c.is_alphanumeric() || "_-".contains(c));
            if !is_name {
                let hint = "a name is of letters, digits, `-` and `_`, and begins with a letter";
                self.error(format!("`{name}` cannot be the name of a package"), span, hint);
                continue;
            }
            if dependencies.contains_key(name) {
                self.error(format!("`{name}` is given twice"), span, "keep one of them");
            }
            let requirement = match &node.value {
                Yaml::Map(_) => self.table(name, node),
                Yaml::Text(_) | Yaml::Integer(_) | Yaml::Float => self.version(node),
                _ => {
                    self.refuse(node, "a version, or a table as Cargo takes it", "write `\"0.9\"`");
                    None
                }
            };
            if let Some(requirement) = requirement {
                dependencies.insert(name.clone(), Dependency { requirement, span });
            }
        }
        dependencies
    }

    fn table(&mut self, name: &str, node: &Node) -> Option<toml::Value> {
        let known: Vec<&str> = KEYS.iter().map(|(key, _)| *key).collect();
        let before = self.diagnostics.len();
        let mut table = toml::Table::new();
        let Yaml::Map(entries) = &node.value else { return None };
        for (key, node) in self.known_entries(entries, &known) {
            let kind = KEYS.iter().find(|(known, _)| *known == key).map(|(_, kind)| *kind)?;
            let value = match (kind, &node.value) {
                (Kind::Version, Yaml::Text(_) | Yaml::Integer(_) | Yaml::Float) => {
                    self.version(node)
                }
                (Kind::Text, Yaml::Text(text)) => Some(toml::Value::String(text.clone())),
                (Kind::Bool, Yaml::Bool(value)) => Some(toml::Value::Boolean(*value)),
                (Kind::Texts, Yaml::List(items)) => Some(self.texts(items)),
                (Kind::Version, _) => self.expected(node, "a version", "write `version: \"0.9\"`"),
                (Kind::Text, _) => self.expected(node, "text", "write it between quotes"),
                (Kind::Bool, _) => {
                    self.expected(node, "true or false", "write `true` or `false`, without quotes")
                }
                (Kind::Texts, _) => self.expected(node, "a list of names", "write `[derive, std]`"),
            };
            table.extend(value.map(|value| (key, value)));
        }
        if self.diagnostics.len() == before
            && let Some((mistake, hint)) = mistake(&table)
        {
            let message = format!("the dependency `{name}` {mistake}");
            self.error(message, self.span(node.defined), hint);
        }
        Some(toml::Value::Table(table))
    }

    fn expected(&mut self, node: &Node, what: &str, hint: &str) -> Option<toml::Value> {
        self.refuse(node, what, hint);
        None
    }

    fn texts(&mut self, items: &[Node]) -> toml::Value {
        let texts = items.iter().filter_map(|item| match &item.value {
            Yaml::Text(text) => Some(toml::Value::String(text.clone())),
            _ => self.expected(item, "a name", "write it between quotes"),
        });
        toml::Value::Array(texts.collect())
    }

    /// YAML takes an unquoted version for a number.
    fn version(&mut self, node: &Node) -> Option<toml::Value> {
        let version = self.text(node)?;
        if let Err(error) = semver::VersionReq::parse(&version) {
            let message = format!("`{version}` is no version: {error}");
            self.error(
                message,
                self.span(node.defined),
                "write a version as Cargo takes it: `\"0.9\"`",
            );
        }
        Some(toml::Value::String(version))
    }
}

/// What Cargo would not take of a table whose values are each right, and how to mend it.
fn mistake(table: &toml::Table) -> Option<(&'static str, &'static str)> {
    let has = |key: &&str| table.contains_key(*key);
    let points = ["branch", "tag", "rev"].iter().filter(|key| has(key)).count();
    if !["version", "path", "git"].iter().any(has) {
        Some((
            "has no `version`, `path` or `git`",
            "add `version: \"1\"`, or where it is to be had",
        ))
    } else if has(&"path") && has(&"git") {
        Some(("has both `path` and `git`", "keep one of them"))
    } else if points > 0 && !has(&"git") {
        Some((
            "has a `branch`, `tag` or `rev`, but no `git`",
            "add `git: https://…`, or take it out",
        ))
    } else if points > 1 {
        Some(("has more than one of `branch`, `tag`, `rev`", "keep one of them"))
    } else {
        None
    }
}
