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
                self.refuse(node, "dependencies as Cargo takes them, `name: \"version\"`");
                return dependencies;
            }
        };
        for (name, node) in entries {
            let span = self.span(name.defined);
            let name = &name.value;
            let is_name = name.starts_with(|c: char| c.is_alphabetic() || c == '_')
                && name.chars().all(|c| c.is_alphanumeric() || "_-".contains(c));
            if !is_name {
                self.error(format!("`{name}` cannot be the name of a package"), span);
                continue;
            }
            if dependencies.contains_key(name) {
                self.error(format!("`{name}` is given twice"), span);
            }
            let requirement = match &node.value {
                Yaml::Map(_) => self.table(name, node),
                Yaml::Text(_) | Yaml::Integer(_) | Yaml::Float => self.version(node),
                _ => {
                    self.refuse(node, "a version, or a table as Cargo takes it");
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
                (Kind::Version, _) => self.expected(node, "a version"),
                (Kind::Text, _) => self.expected(node, "text"),
                (Kind::Bool, _) => self.expected(node, "true or false"),
                (Kind::Texts, _) => self.expected(node, "a list of names"),
            };
            table.extend(value.map(|value| (key, value)));
        }
        if self.diagnostics.len() == before
            && let Some(mistake) = mistake(&table)
        {
            self.error(format!("the dependency `{name}` {mistake}"), self.span(node.defined));
        }
        Some(toml::Value::Table(table))
    }

    fn expected(&mut self, node: &Node, what: &str) -> Option<toml::Value> {
        self.refuse(node, what);
        None
    }

    fn texts(&mut self, items: &[Node]) -> toml::Value {
        let texts = items.iter().filter_map(|item| match &item.value {
            Yaml::Text(text) => Some(toml::Value::String(text.clone())),
            _ => self.expected(item, "a name"),
        });
        toml::Value::Array(texts.collect())
    }

    /// YAML takes an unquoted version for a number.
    fn version(&mut self, node: &Node) -> Option<toml::Value> {
        let version = self.text(node)?;
        if let Err(error) = semver::VersionReq::parse(&version) {
            self.error(format!("`{version}` is no version: {error}"), self.span(node.defined));
        }
        Some(toml::Value::String(version))
    }
}

/// What Cargo would not take of a table whose values are each right.
fn mistake(table: &toml::Table) -> Option<&'static str> {
    let has = |key: &&str| table.contains_key(*key);
    let points = ["branch", "tag", "rev"].iter().filter(|key| has(key)).count();
    if !["version", "path", "git"].iter().any(has) {
        Some("has no `version`, `path` or `git`")
    } else if has(&"path") && has(&"git") {
        Some("has both `path` and `git`")
    } else if points > 0 && !has(&"git") {
        Some("has a `branch`, `tag` or `rev`, but no `git`")
    } else if points > 1 {
        Some("has more than one of `branch`, `tag`, `rev`")
    } else {
        None
    }
}
