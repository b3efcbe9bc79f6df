//! What is coloured and how: no text is lost or changed by it, whatever it holds, in any language.

use proptest::prelude::*;

use super::languages::LANGUAGES;
use super::{fold_lines, highlight};

/// Coloured code as a reader sees it.
fn text(html: &str) -> String {
    let text: String = html.split('<').map(|s| s.split_once('>').map_or(s, |s| s.1)).collect();
    text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Each token that has a colour: `class:text`.
fn tokens(language: &str, code: &str) -> Vec<String> {
    let html = highlight(Some(language), code);
    assert_eq!(text(&html), code);
    let tokens = html.split("<span class=\"hl-").skip(1).map(|token| {
        let (class, rest) = token.split_once("\">").unwrap();
        format!("{class}:{}", text(rest.split_once("</span>").unwrap().0))
    });
    tokens.collect()
}

#[test]
fn colours_go_on_over_hidden_lines() {
    let html = "<span class=\"c\">/*\nb\n*/</span> x\ny\n";
    assert_eq!(
        fold_lines(html, &[true, false, true, true]),
        "<span class=\"hidden-lines\"><span class=\"c\">/*\n</span></span><span class=\"c\">b\n\
         </span><span class=\"hidden-lines\"><span class=\"c\">*/</span> x\ny\n</span>"
    );
}

#[test]
fn rust_is_coloured_by_its_tokens() {
    let html = highlight(Some("rust"), "#[tokio::main]\nasync fn main() { let π = \"<\"; }");
    assert_eq!(
        html,
        "<span class=\"hl-attribute\">#[tokio::main]</span>\n\
         <span class=\"hl-keyword\">async</span> <span class=\"hl-keyword\">fn</span> \
         <span class=\"hl-function\">main</span>() { <span class=\"hl-keyword\">let</span> π = \
         <span class=\"hl-string\">&quot;&lt;&quot;</span>; }"
    );
}

#[test]
fn references_are_not_taken_for_operators() {
    let html = highlight(Some("rust"), "fn f() {\n    <<body-of-f>>\n}\n");
    assert!(
        html.contains("    <span class=\"hl-reference\">&lt;&lt;body-of-f&gt;&gt;</span>\n}"),
        "{html}"
    );
}

#[test]
fn what_is_no_code_at_all_is_kept() {
    for code in ["#[", "'", "\"", "r#\"", "/*", "é#[é"] {
        assert_eq!(text(&highlight(Some("rust"), code)), code);
    }
}

#[test]
fn each_language_has_its_comments_strings_and_words() {
    let python = "@cache\ndef f(x: int): # c\n    return rf\"a\\\"{x}\" + 1.5e-3";
    assert_eq!(
        tokens("python", python),
        [
            "attribute:@cache",
            "keyword:def",
            "function:f",
            "type:int",
            "comment:# c",
            "keyword:return",
            "string:rf\"a\\\"{x}\"",
            "number:1.5e-3"
        ]
    );
    assert_eq!(
        tokens("bash", "for f in *.txt # c\ndo echo \"$f\" $# ${f%.txt} it's 'a b'; done"),
        [
            "keyword:for",
            "keyword:in",
            "comment:# c",
            "keyword:do",
            "string:\"$f\"",
            "variable:$#",
            "variable:${f",
            "string:'a b'",
            "keyword:done"
        ]
    );
    assert_eq!(
        tokens("c++", "#include <a>\nint x = 0xFF; /* a\nb */ f('\\'');"),
        [
            "attribute:#include <a>",
            "type:int",
            "number:0xFF",
            "comment:/* a\nb */",
            "function:f",
            "string:'\\''"
        ]
    );
    assert_eq!(
        tokens("R", "x.y <- c(1, TRUE) # n\nA'"),
        ["function:c", "number:1", "constant:TRUE", "comment:# n"]
    );
    assert_eq!(
        tokens("julia", "#= a #= b =# c =# A' @time f(1:2)"),
        ["comment:#= a #= b =# c =#", "macro:@time", "function:f", "number:1", "number:2"]
    );
    assert_eq!(
        tokens("sql", "select 'it''s' FROM t -- c"),
        ["keyword:select", "string:'it'", "string:'s'", "keyword:FROM", "comment:-- c"]
    );
    assert_eq!(
        tokens("json", "{\"a\": [1, true]}"),
        ["property:\"a\"", "number:1", "constant:true"]
    );
    assert_eq!(
        tokens("yaml", "- runs-on: it's # c\n  url: http://a#b"),
        ["property:runs-on", "comment:# c", "property:url"]
    );
    assert_eq!(
        tokens("toml", "[a.b] # c\nx-y = \"z\""),
        ["attribute:[a.b]", "comment:# c", "property:x-y", "string:\"z\""]
    );
    assert_eq!(
        tokens("html", "<!-- c --><a href='x'>y &lt; 1 < 2</a><style>p { color: red }</style>"),
        [
            "comment:<!-- c -->",
            "keyword:<a",
            "attribute:href",
            "string:'x'",
            "keyword:>",
            "constant:&lt;",
            "keyword:</a",
            "keyword:>",
            "keyword:<style",
            "keyword:>",
            "property:color",
            "keyword:</style",
            "keyword:>"
        ]
    );
    assert_eq!(
        tokens("diff", "--- a\n+++ b\n-x\n+y\n z\n"),
        ["attribute:--- a", "attribute:+++ b", "removed:-x", "added:+y"]
    );
    assert_eq!(
        tokens("markdown", "---\na: 1\n---\n# T\n:::tip\n`x`\n```c\nint\n```\n"),
        [
            "comment:---",
            "property:a",
            "number:1",
            "comment:---",
            "keyword:# T",
            "attribute::::tip",
            "string:`x`",
            "attribute:```c",
            "type:int",
            "attribute:```"
        ]
    );
}

#[test]
fn prompts_commands_and_what_they_print_are_told_apart() {
    assert_eq!(
        tokens("console", "$ for a in 1 2\n> do ls\nx\n(env) $ ls\nada@b:~/c$ ls\n"),
        [
            "prompt:$ ",
            "keyword:for",
            "keyword:in",
            "number:1",
            "number:2",
            "prompt:> ",
            "keyword:do",
            "output:x",
            "prompt:(env) $ ",
            "prompt:ada@b:~/c$ "
        ]
    );
    assert_eq!(tokens("console", "$ ls \\\n  'a'\nx\n"), ["prompt:$ ", "string:'a'", "output:x"]);
    assert_eq!(
        tokens("pycon", ">>> True\nTrue\n"),
        ["prompt:>>> ", "constant:True", "output:True"]
    );
    assert_eq!(tokens("bash", "$ ls\nthe end is here\n"), ["prompt:$ ", "output:the end is here"]);
}

#[test]
fn what_has_no_end_is_no_string() {
    assert_eq!(tokens("bash", "echo don't; if"), ["keyword:if"]);
    assert_eq!(tokens("python", "x = 'a\nif"), ["keyword:if"]);
    assert_eq!(tokens("python", "x = '''a\nif"), ["string:''", "keyword:if"]);
    assert_eq!(tokens("c", "/* a\nif"), ["comment:/* a\nif"]);
}

/// A name of each language that has colours.
fn names() -> Vec<&'static str> {
    let others = ["rust", "console", "pycon", "diff", "html", "markdown", "bash"];
    let tables = LANGUAGES.iter().map(|language| language.names[0]);
    tables.chain(others).collect()
}

/// What begins, ends or escapes something in one of the languages.
const SIGNS: &[&str] = &[
    "\"", "'", "`", "\\", "\n", "\r\n", " ", "/*", "*/", "//", "#", "#=", "=#", "--[[", "]]", "$",
    "${", "}", "@", "<", ">", "<!--", "-->", "<script>", "</", "&lt;", "&", "```", "~~~", "---\n",
    ":::", "$ ", ">>> ", "> ", "In [1]: ", "<<a>>\n", "if", "0x", "1e-", "R\"(", ")\"", "rb", ":",
    "=", "é", "𝜋", "\u{0}", "[", "]", "%{",
];

proptest! {
    #[test]
    fn no_text_is_lost(
        name in prop::sample::select(names()),
        pieces in prop::collection::vec(
            prop_oneof![prop::sample::select(SIGNS).prop_map(str::to_owned), "\\PC{0,4}"],
            0..24,
        ),
    ) {
        let code = pieces.concat();
        prop_assert_eq!(text(&highlight(Some(name), &code)), code);
    }
}
