//! `CITATION.cff`: how a course is to be cited.

use super::front_matter::{Node, Reader, Yaml};
use crate::model::course::{Author, Citation};
use crate::model::diagnostic::{Diagnosed, Diagnostic};
use crate::model::source::{Source, SourceId};

const KNOWN: [&str; 9] = [
    "message",
    "title",
    "authors",
    "version",
    "doi",
    "date-released",
    "url",
    "repository-code",
    "preferred-citation",
];

/// Reads a citation file. What is wrong in it spoils the page on citing and nothing else, so it is
/// no error.
pub fn citation(id: SourceId, source: &Source) -> Diagnosed<Citation> {
    let mut reader = Reader::of_file(id, source);
    // The format has many more keys.
    reader.ignores_others = true;
    let entries = reader.entries(&KNOWN);
    let value = fields(&mut reader, &entries);
    let told =
        reader.diagnostics.into_iter().map(|Diagnostic { message, labels, remarks, .. }| {
            Diagnostic { labels, remarks, ..Diagnostic::warning("citation", message) }
        });
    Diagnosed { value, diagnostics: told.collect() }
}

fn fields(reader: &mut Reader, entries: &[(String, Node)]) -> Citation {
    let mut citation = Citation::default();
    let mut preferred = None;
    for (key, value) in entries {
        match key.as_str() {
            "message" => citation.message = reader.text(value),
            "title" => citation.title = reader.text(value),
            "authors" => citation.authors = authors(reader, value),
            "version" => citation.version = reader.text(value),
            "doi" => citation.doi = reader.text(value),
            "date-released" => citation.date = reader.text(value),
            "preferred-citation" => preferred = Some(value),
            "url" => citation.url = reader.text(value),
            _ => citation.url = citation.url.or_else(|| reader.text(value)),
        }
    }
    if let Some(Yaml::Map(entries)) = preferred.map(|node| &node.value) {
        let known = reader.known_entries(entries, &KNOWN);
        let owned: Vec<_> = known.into_iter().map(|(key, node)| (key, node.clone())).collect();
        let message = citation.message;
        citation = Citation { message, ..fields(reader, &owned) };
    }
    citation
}

fn authors(reader: &mut Reader, node: &Node) -> Vec<Author> {
    let Yaml::List(items) = &node.value else {
        reader.refuse(node, "a list of authors", "begin each with `- family-names: …`");
        return vec![];
    };
    items.iter().filter_map(|item| author(reader, item)).collect()
}

fn author(reader: &mut Reader, node: &Node) -> Option<Author> {
    let Yaml::Map(entries) = &node.value else {
        let expected = "an author's `family-names` and `given-names`, or a group's `name`";
        reader.refuse(
            node,
            expected,
            "write `family-names:` before a name, or `name:` before a group's",
        );
        return None;
    };
    let known = ["family-names", "given-names", "name-particle", "name"];
    let (mut author, mut particle) = (Author::default(), None);
    for (key, value) in reader.known_entries(entries, &known) {
        match key.as_str() {
            "given-names" => author.given = reader.text(value),
            "name-particle" => particle = reader.text(value),
            _ => author.family = reader.text(value)?,
        }
    }
    if let Some(particle) = particle {
        author.family = format!("{particle} {}", author.family);
    }
    Some(author)
}
