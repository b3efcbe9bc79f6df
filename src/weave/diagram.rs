//! Mermaid text becomes an inline SVG that takes its colours from the page's style sheet.
//!
//! What merman draws carries a `<style>` element, inline styles, filters and some twenty unused markers. A strict
//! content security policy forbids the first two, and a drawing with colours of its own serves one theme only. So the
//! drawing is read back, and written again with geometry, classes and text, and without anything else: `lessonc.css`
//! has the colours. Colours that the author asked for (`style`, `classDef`, `linkStyle`) stay, as attributes.
//!
//! Invariant: elements and attributes are admitted by name. Whatever merman may come to write, no script, event handler
//! or outside resource gets through here.

use std::fmt;
use std::ops::Range;

/// Why a diagram was not drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiagramError {
    pub message: String,
    /// Where in the mermaid text, in bytes; `None` where merman names no place.
    pub range: Option<Range<usize>>,
}

impl fmt::Display for DiagramError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for DiagramError {}

/// The SVG for a mermaid `text`. Every id in it begins with `id_prefix`, which must be unique on the page and fit for an
/// HTML id. The same text and prefix give the same bytes.
///
/// `None`: this lessonc was built without the `mermaid` feature, and the page shows the source.
#[cfg(feature = "mermaid")]
pub fn mermaid(text: &str, id_prefix: &str) -> Result<Option<String>, DiagramError> {
    let svg = drawing::draw(text, id_prefix)?;
    drawing::restyle(&svg, id_prefix).map(Some).ok_or_else(|| DiagramError {
        message: "merman drew something that is no well-formed SVG".to_owned(),
        range: None,
    })
}

/// The SVG for a mermaid `text`: always `None`, since this lessonc was built without the `mermaid` feature.
#[cfg(not(feature = "mermaid"))]
pub fn mermaid(_text: &str, _id_prefix: &str) -> Result<Option<String>, DiagramError> {
    Ok(None)
}

#[cfg(feature = "mermaid")]
mod drawing {
    use std::collections::BTreeSet;
    use std::fmt::Write as _;

    use merman::{
        Engine, MermaidConfig, OperationControl, RenderError, RenderOutput, RenderRequest,
        Renderer, SvgRequest, svg::SvgRenderOptions,
    };

    use super::DiagramError;

    /// Asks merman for the drawing as it makes it.
    pub fn draw(text: &str, id_prefix: &str) -> Result<String, DiagramError> {
        // Arial's widths are those of Liberation Sans and Helvetica too: labels fit with whichever a reader has.
        // Labels as SVG text: labels as HTML would need inline styles.
        let config = MermaidConfig::from_value(serde_json::json!({
            "look": "classic",
            "theme": "base",
            "fontFamily": "arial, sans-serif",
            "fontSize": 15,
            "htmlLabels": false,
            "flowchart": { "htmlLabels": false },
            "class": { "htmlLabels": false },
            "state": { "htmlLabels": false },
            // The page has room around its drawings.
            "sequence": { "diagramMarginX": 4 },
        }));
        let renderer = Renderer::new().with_engine(Engine::new().with_site_config(config));
        let request = SvgRequest {
            options: SvgRenderOptions {
                diagram_id: Some(id_prefix.to_owned()),
                ..SvgRenderOptions::default()
            },
            ..SvgRequest::default()
        };
        match renderer.render(RenderRequest::svg(text, OperationControl::new(), request)) {
            Ok(RenderOutput::Svg(Some(output))) => Ok(output.svg().to_owned()),
            Ok(_) => {
                Err(DiagramError { message: "no mermaid diagram here".to_owned(), range: None })
            }
            Err(error) => Err(explain(&error, text)),
        }
    }

    fn explain(error: &RenderError, text: &str) -> DiagramError {
        let RenderError::Parse(parse_error) = error else {
            return DiagramError { message: error.to_string(), range: None };
        };
        let details = parse_error.terminal_diagnostic_details();
        let range = details.span.map(|span| {
            let start = floor_char_boundary(text, span.start);
            let end = floor_char_boundary(text, span.end.max(span.start));
            start..end
        });
        let message = match details.code.as_str() {
            "merman.parse.no_diagram_detected" => {
                "the text doesn't begin with a kind of mermaid diagram".to_owned()
            }
            "merman.parse.unsupported_diagram" => {
                let kind = details.diagram_type.unwrap_or_default();
                format!("mermaid diagrams of the kind `{kind}` are not drawn")
            }
            _ => parse_error.terminal_safe_message(),
        };
        DiagramError { message, range }
    }

    fn floor_char_boundary(text: &str, index: usize) -> usize {
        (0..=index.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
    }

    /// Writes the drawing again without what the page's style sheet or its security policy takes over.
    /// `None` where `svg` is not well-formed.
    pub fn restyle(svg: &str, id_prefix: &str) -> Option<String> {
        let mut root = read(svg)?;
        let kind = kind(root.get("aria-roledescription").unwrap_or_default());

        let mut cleaner = Cleaner { keeps_colours: kind.keeps_colours };
        cleaner.clean(&mut root);
        // Markers refer to nothing, so one pass finds all that is in use.
        let mut used = BTreeSet::new();
        collect_references(&root, &mut used);
        drop_unused(&mut root, &used);
        rename_ids(&mut root, id_prefix);
        centre_labels(&mut root, kind.class);
        name_root(&mut root, &kind);

        let mut out = String::with_capacity(svg.len() / 3);
        write(&root, &mut out);
        Some(out)
    }

    /// What there is to know of a kind of diagram.
    struct Kind {
        class: &'static str,
        label: &'static str,
        /// Whether inline colours are the author's. In the other kinds they are merman's theme.
        keeps_colours: bool,
    }

    fn kind(role_description: &str) -> Kind {
        let (class, label, keeps_colours) = match role_description {
            "sequence" => ("sequence", "Sequence diagram", false),
            "flowchart" | "flowchart-v2" => ("flowchart", "Flowchart", true),
            "classDiagram" | "class" => ("class", "Class diagram", true),
            "stateDiagram" => ("state", "State diagram", true),
            "er" => ("er", "Entity relationship diagram", true),
            "gantt" => ("gantt", "Gantt chart", false),
            "gitGraph" => ("git", "Git graph", false),
            "pie" => ("pie", "Pie chart", false),
            "timeline" => ("timeline", "Timeline", false),
            _ => ("other", "Diagram", false),
        };
        Kind { class, label, keeps_colours }
    }

    struct Cleaner {
        keeps_colours: bool,
    }

    impl Cleaner {
        fn clean(&mut self, element: &mut Element) {
            self.clean_attributes(element);
            element.children.retain_mut(|child| match child {
                Node::Text(_) => true,
                Node::Element(child) => {
                    if !ELEMENTS.contains(&child.name.as_str()) || is_today_marker(child) {
                        return false;
                    }
                    self.clean(child);
                    !draws_nothing(child)
                }
            });
        }

        fn clean_attributes(&mut self, element: &mut Element) {
            let mut cleaned: Vec<(String, String)> = Vec::new();
            let mut style = String::new();
            for (name, value) in element.attributes.drain(..) {
                match name.as_str() {
                    "style" => style = value,
                    "fill" | "stroke" if !matches!(value.as_str(), "none" | "transparent") => {}
                    // All the same as nothing.
                    "stroke-dasharray" if value.trim_matches(['0', ' ', ',']).is_empty() => {}
                    "font-weight" | "font-style" if matches!(value.as_str(), "" | "normal") => {}
                    "href" | "xlink:href" if is_harmless_link(&value) => {
                        cleaned.push(("href".to_owned(), value));
                    }
                    "class" => {
                        let mut seen = BTreeSet::new();
                        let classes: Vec<_> =
                            value.split_whitespace().filter(|class| seen.insert(*class)).collect();
                        if !classes.is_empty() {
                            cleaned.push((name, classes.join(" ")));
                        }
                    }
                    _ if GEOMETRY.contains(&name.as_str()) => {
                        cleaned.push((name, shorten_numbers(&value)));
                    }
                    _ if ATTRIBUTES.contains(&name.as_str()) => cleaned.push((name, value)),
                    _ => {}
                }
            }
            element.attributes = cleaned;
            for declaration in style.split(';') {
                let Some((property, value)) = declaration.split_once(':') else { continue };
                let value = value.trim().trim_end_matches("!important").trim_end();
                self.take_declaration(element, property.trim(), value);
            }
        }

        /// Turns one inline declaration into the attribute that means the same.
        fn take_declaration(&self, element: &mut Element, property: &str, value: &str) {
            let plain = match property {
                "text-anchor" | "font-size" | "stroke-width" | "opacity" | "fill-opacity"
                | "stroke-opacity" => true,
                "font-weight" | "font-style" => !matches!(value, "" | "400" | "normal"),
                "stroke-dasharray" => !value.trim_matches(['0', ' ', ',']).is_empty(),
                "fill" | "stroke" => self.keeps_colours || value == "none",
                "color" if self.keeps_colours => return element.set("fill", value),
                _ => false,
            };
            // `url(…)` would be a request to somewhere, or a pattern that is not there.
            if plain && !value.is_empty() && !value.contains("url(") {
                element.set(property, value);
            }
        }
    }

    /// merman knows no clock, so its line for today stands in 1970.
    fn is_today_marker(element: &Element) -> bool {
        element.has_class("today")
    }

    fn draws_nothing(element: &Element) -> bool {
        match element.name.as_str() {
            "g" | "defs" | "text" | "tspan" | "a" => {
                element.children.iter().all(|child| matches!(child, Node::Text(text) if text.trim().is_empty()))
                    && !element.attributes.iter().any(|(name, _)| name == "id")
                    // Spaces within a line of text are text.
                    && (element.name != "tspan" || element.children.is_empty())
            }
            "rect" => element.get("width").is_none() || element.get("height").is_none(),
            _ => false,
        }
    }

    /// The value is as written: a colon may hide in a character reference.
    fn is_harmless_link(target: &str) -> bool {
        ["https://", "http://", "mailto:"].iter().any(|scheme| target.starts_with(scheme))
            || !target.contains([':', '&'])
    }

    fn collect_references(element: &Element, used: &mut BTreeSet<String>) {
        for (name, value) in &element.attributes {
            match name.as_str() {
                "aria-labelledby" | "aria-describedby" => {
                    used.extend(value.split_whitespace().map(str::to_owned));
                }
                _ => used.extend(referenced_id(value).map(str::to_owned)),
            }
        }
        for child in element.elements() {
            collect_references(child, used);
        }
    }

    fn referenced_id(value: &str) -> Option<&str> {
        value
            .strip_prefix("url(#")
            .and_then(|rest| rest.strip_suffix(')'))
            .or_else(|| value.strip_prefix('#'))
    }

    /// Drops definitions that nothing refers to, then the ids that nothing refers to.
    fn drop_unused(element: &mut Element, used: &BTreeSet<String>) {
        element.attributes.retain(|(name, value)| name != "id" || used.contains(value));
        element.children.retain_mut(|child| {
            let Node::Element(child) = child else { return true };
            drop_unused(child, used);
            let is_definition = matches!(child.name.as_str(), "marker" | "symbol" | "clipPath");
            !(is_definition && child.get("id").is_none() || draws_nothing(child))
        });
    }

    fn rename_ids(element: &mut Element, id_prefix: &str) {
        let prefixed = |id: &str| match id.strip_prefix(id_prefix) {
            Some(rest) if rest.starts_with(['-', '_']) => id.to_owned(),
            _ => format!("{id_prefix}-{id}"),
        };
        for (name, value) in &mut element.attributes {
            match name.as_str() {
                "id" => *value = prefixed(value),
                "aria-labelledby" | "aria-describedby" => {
                    *value = value.split_whitespace().map(prefixed).collect::<Vec<_>>().join(" ");
                }
                _ => {
                    if let Some(id) =
                        value.strip_prefix("url(#").and_then(|rest| rest.strip_suffix(')'))
                    {
                        *value = format!("url(#{})", prefixed(id));
                    } else if name == "href"
                        && let Some(id) = value.strip_prefix('#')
                    {
                        *value = format!("#{}", prefixed(id));
                    }
                }
            }
        }
        for child in element.elements_mut() {
            rename_ids(child, id_prefix);
        }
    }

    /// Puts labels in the middle, where merman's own HTML labels stand. Its text labels of states begin at the left end of
    /// the widest that a label may be, those of transitions stand too low, those of relations too far left.
    fn centre_labels(element: &mut Element, kind: &str) {
        let is_label = element.has_class("label");
        let has_centred_label = match kind {
            "state" => element.has_class("node"),
            "er" => element.has_class("node") || element.has_class("edgeLabel"),
            _ => false,
        };
        for child in element.elements_mut() {
            let place = child.get("transform").and_then(|transform| transform.split_once(','));
            // The cells of an entity's table stay at the left.
            if has_centred_label
                && matches!(child.get("class"), Some("label" | "label name" | "label noteLabel"))
                && let Some((_, y)) = place
            {
                let transform = format!("translate(0,{y}");
                child.set("transform", &transform);
                child.set("text-anchor", "middle");
            } else if kind == "state" && is_label {
                for text in child.elements_mut().filter(|element| element.name == "g") {
                    if let Some((x, _)) =
                        text.get("transform").and_then(|transform| transform.split_once(','))
                    {
                        let transform = format!("{x},2)");
                        text.set("transform", &transform);
                    }
                }
            }
            centre_labels(child, kind);
        }
    }

    /// What can still be read when it is made as small as a telephone's screen, in pixels.
    const NARROW: f64 = 512.0;

    /// Says what the drawing is: to the style sheet by class, to readers who hear it by role and name, and to the
    /// browser by its size, so that nothing moves when it is there.
    fn name_root(root: &mut Element, kind: &Kind) {
        let has_links = contains(root, "a");
        let size: Option<(String, String)> = root.get("viewBox").and_then(|view_box| {
            let mut numbers = view_box.split_whitespace().skip(2).map(str::to_owned);
            Some((numbers.next()?, numbers.next()?))
        });
        let is_narrow = size
            .as_ref()
            .and_then(|(width, _)| width.parse().ok())
            .is_some_and(|width: f64| width <= NARROW);
        let narrow = if is_narrow { " narrow" } else { "" };
        root.set("class", &format!("mermaid {}{narrow}", kind.class));
        if let Some((width, height)) = size {
            root.set("width", &width);
            root.set("height", &height);
        }
        // What stands in an image is not there for a screen reader, and links must be.
        root.set("role", if has_links { "group" } else { "img" });
        if root.get("aria-labelledby").is_none() {
            root.set("aria-label", kind.label);
        }
    }

    fn contains(element: &Element, name: &str) -> bool {
        element.name == name || element.elements().any(|child| contains(child, name))
    }

    /// Rounds numbers to hundredths of a pixel: `M228,57.16698884` is `M228,57.17`.
    fn shorten_numbers(value: &str) -> String {
        let mut out = String::with_capacity(value.len());
        let mut rest = value;
        while let Some(start) = rest.find(|c: char| c.is_ascii_digit() || c == '.') {
            out.push_str(&rest[..start]);
            rest = &rest[start..];
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            let (number, after) = rest.split_at(end);
            match (number.split_once('.'), number.parse::<f64>()) {
                (Some((_, fraction)), Ok(parsed))
                    if fraction.len() > 2 && !after.starts_with(['e', 'E']) =>
                {
                    let rounded = format!("{parsed:.2}");
                    out.push_str(rounded.trim_end_matches('0').trim_end_matches('.'));
                }
                _ => out.push_str(number),
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }

    const ELEMENTS: &[&str] = &[
        "svg", "g", "path", "rect", "circle", "ellipse", "line", "polygon", "polyline", "text",
        "tspan", "title", "desc", "defs", "marker", "symbol", "use", "clipPath", "a",
    ];

    const GEOMETRY: &[&str] = &[
        "viewBox",
        "x",
        "y",
        "x1",
        "y1",
        "x2",
        "y2",
        "cx",
        "cy",
        "r",
        "rx",
        "ry",
        "dx",
        "dy",
        "width",
        "height",
        "d",
        "points",
        "transform",
    ];

    const ATTRIBUTES: &[&str] = &[
        "id",
        "refX",
        "refY",
        "markerWidth",
        "markerHeight",
        "markerUnits",
        "orient",
        "marker-start",
        "marker-mid",
        "marker-end",
        "clip-path",
        "fill",
        "stroke",
        "text-anchor",
        "dominant-baseline",
        "alignment-baseline",
        "font-size",
        "font-weight",
        "font-style",
        "stroke-width",
        "stroke-dasharray",
        "opacity",
        "aria-labelledby",
        "aria-describedby",
        "xml:space",
    ];

    /// An element of the drawing. Attribute values and text stay as they were written, escapes and all.
    #[derive(Debug)]
    struct Element {
        name: String,
        attributes: Vec<(String, String)>,
        children: Vec<Node>,
    }

    #[derive(Debug)]
    enum Node {
        Element(Element),
        Text(String),
    }

    impl Element {
        fn get(&self, name: &str) -> Option<&str> {
            self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
        }

        fn set(&mut self, name: &str, value: &str) {
            match self.attributes.iter_mut().find(|(own, _)| own == name) {
                Some((_, own)) => value.clone_into(own),
                None => self.attributes.push((name.to_owned(), value.to_owned())),
            }
        }

        fn has_class(&self, class: &str) -> bool {
            self.get("class")
                .is_some_and(|classes| classes.split_whitespace().any(|own| own == class))
        }

        fn elements(&self) -> impl Iterator<Item = &Element> {
            self.children.iter().filter_map(|child| match child {
                Node::Element(element) => Some(element),
                Node::Text(_) => None,
            })
        }

        fn elements_mut(&mut self) -> impl Iterator<Item = &mut Element> {
            self.children.iter_mut().filter_map(|child| match child {
                Node::Element(element) => Some(element),
                Node::Text(_) => None,
            })
        }
    }

    /// Reads the XML that merman writes: elements, attributes in double quotes, text; no comments, no sections.
    fn read(svg: &str) -> Option<Element> {
        let mut open: Vec<Element> = Vec::new();
        let mut rest = svg.trim();
        loop {
            let (text, markup) = rest.split_once('<')?;
            if let Some(parent) = open.last_mut()
                && !text.is_empty()
            {
                parent.children.push(Node::Text(text.to_owned()));
            }
            let closed = if let Some(closer) = markup.strip_prefix('/') {
                let (name, after) = closer.split_once('>')?;
                rest = after;
                let element = open.pop()?;
                (element.name == name.trim()).then_some(())?;
                Some(element)
            } else {
                let (element, is_empty, after) = read_tag(markup)?;
                rest = after;
                if is_empty {
                    Some(element)
                } else {
                    open.push(element);
                    None
                }
            };
            if let Some(element) = closed {
                match open.last_mut() {
                    Some(parent) => parent.children.push(Node::Element(element)),
                    None => return Some(element),
                }
            }
        }
    }

    /// Reads `name attribute="value" …>` or `… />`: the element, whether it is empty, what comes after it.
    fn read_tag(markup: &str) -> Option<(Element, bool, &str)> {
        let end = markup.find(|c: char| c.is_whitespace() || c == '>' || c == '/')?;
        let (name, mut rest) = markup.split_at(end);
        let mut attributes = Vec::new();
        loop {
            rest = rest.trim_start();
            let is_empty = rest.starts_with("/>");
            if let Some(after) = rest.strip_prefix("/>").or_else(|| rest.strip_prefix('>')) {
                let element = Element { name: name.to_owned(), attributes, children: Vec::new() };
                return Some((element, is_empty, after));
            }
            let (attribute, after) = rest.split_once("=\"")?;
            let (value, after) = after.split_once('"')?;
            attributes.push((attribute.trim().to_owned(), value.to_owned()));
            rest = after;
        }
    }

    fn write(element: &Element, out: &mut String) {
        let _ = write!(out, "<{}", element.name);
        for (name, value) in &element.attributes {
            let _ = write!(out, " {name}=\"{value}\"");
        }
        if element.children.is_empty() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        for child in &element.children {
            match child {
                Node::Element(child) => write(child, out),
                Node::Text(text) => out.push_str(text),
            }
        }
        let _ = write!(out, "</{}>", element.name);
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn numbers_keep_two_decimals() {
            assert_eq!(shorten_numbers("M228,57.16698 L-0.99999,1e-7.5"), "M228,57.17 L-1,1e-7.5");
            assert_eq!(shorten_numbers("translate(124.479999, 345)"), "translate(124.48, 345)");
            assert_eq!(shorten_numbers("0.50"), "0.50");
        }

        #[test]
        fn what_is_not_admitted_by_name_is_gone() {
            let svg = restyle(
                r##"<svg id="d" viewBox="0 0 9 9" onload="x()" style="max-width: 9px"><style>a{}</style><script>x()</script>
                <a href="javascript:x()"><path d="M0,0"/></a><a href="javascript&colon;x()"><rect width="1" height="1" fill="#fff" style="fill: red; stroke: none"/></a></svg>"##,
                "d",
            )
            .unwrap();
            assert!(
                !svg.contains("script")
                    && !svg.contains("href")
                    && !svg.contains("onload")
                    && !svg.contains("style"),
                "{svg}"
            );
            assert!(svg.contains(r#"<rect width="1" height="1" stroke="none"/>"#), "{svg}");
        }

        #[test]
        fn what_is_not_well_formed_is_refused() {
            for svg in ["", "<svg", "<svg>", "<svg><g></svg>", "<svg a=b></svg>"] {
                assert!(restyle(svg, "d").is_none(), "{svg}");
            }
        }
    }
}

#[cfg(all(test, feature = "mermaid"))]
mod tests {
    use super::*;

    const CALL: &str =
        "sequenceDiagram\n  Caller->>+Function: what is f(x)?\n  Function-->>-Caller: 42\n";

    fn drawn(text: &str, id_prefix: &str) -> String {
        mermaid(text, id_prefix).unwrap().unwrap()
    }

    #[test]
    fn a_sequence_diagram_shows_its_participants_and_messages() {
        let svg = drawn(CALL, "d1");
        for label in ["Caller", "Function", "what is f(x)?", "42"] {
            assert!(svg.contains(&format!(">{label}<")), "{label}: {svg}");
        }
        assert!(svg.starts_with("<svg ") && svg.contains(r#"role="img""#), "{svg}");
        assert!(svg.contains(r#"aria-label="Sequence diagram""#), "{svg}");
    }

    #[test]
    fn an_error_has_its_place_in_the_text() {
        let text = "%% ü\nsequenceDiagram\n  A->>B: hi\n  A-B oops\n";
        let error = mermaid(text, "d1").unwrap_err();
        let range = error.range.expect("a range");
        let line = text[..range.start].matches('\n').count() + 1;
        assert_eq!(line, 4, "{}", error.message);
        assert!(text.get(range).is_some());
    }

    #[test]
    fn an_unknown_kind_is_an_error() {
        assert_eq!(mermaid("nonsense\n", "d1").unwrap_err().range, None);
        assert!(mermaid("", "d1").is_err());
        assert!(mermaid("mindmap\n  root\n", "d1").unwrap_err().message.contains("`mindmap`"));
    }

    #[test]
    fn ids_are_prefixed_and_resolve() {
        let text = "sequenceDiagram\n  accTitle: T\n  accDescr: D\n  A->>B: hi\n";
        let svg = drawn(text, "lesson-2");
        let ids: Vec<_> =
            svg.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert!(!ids.is_empty());
        for id in &ids {
            assert!(id.starts_with("lesson-2-"), "{id}");
        }
        for reference in svg.split("url(#").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            assert!(ids.contains(&reference), "{reference}");
        }
    }

    #[test]
    fn the_page_has_the_say_about_style() {
        for text in [
            CALL,
            "flowchart LR\n  A[a] -->|x| B{b}\n  subgraph s\n    B --> C\n  end\n",
            "classDiagram\n  A <|-- B\n  A : +run()\n",
            "stateDiagram-v2\n  [*] --> A\n  A --> [*]\n",
            "erDiagram\n  A ||--o{ B : has\n  B {\n    int x\n  }\n",
            "gantt\n  dateFormat YYYY-MM-DD\n  section s\n  t :a, 2026-01-01, 3d\n",
            "gitGraph\n  commit\n  branch b\n  commit\n",
            "pie title P\n  \"a\" : 1\n  \"b\" : 2\n",
            "timeline\n  title T\n  2016 : a\n",
        ] {
            let svg = drawn(text, "d1");
            for forbidden in [
                "style=",
                "<style",
                "<filter",
                "foreignObject",
                "data-",
                "rgb(",
                "hsl(",
                "fill=\"#",
            ] {
                assert!(!svg.contains(forbidden), "{forbidden}: {svg}");
            }
            assert_eq!(svg, drawn(text, "d1"), "the same bytes each time");
        }
    }

    #[test]
    fn colours_that_the_author_asked_for_stay() {
        let svg = drawn("flowchart LR\n  A --> B\n  style A fill:#fcc,color:#300\n", "d1");
        assert!(svg.contains("fill=\"#fcc\"") && svg.contains("fill=\"#300\""), "{svg}");
    }
}
