//! What axe finds on pages: in either theme, and on a phone as on a desk.

use super::*;

#[test]
fn axe_finds_nothing_in_this_course() {
    axe_finds_nothing_in(Path::new("lessons"), &PAGES);
}

#[test]
fn axe_finds_nothing_on_any_kind_of_page() {
    axe_finds_nothing_in(Path::new(EVERY_KIND), &KINDS);
}

#[test]
fn axe_finds_nothing_on_pages_of_charts() {
    let course = tempfile::tempdir().unwrap();
    fs::write(course.path().join("charts.md"), charts()).unwrap();
    axe_finds_nothing_in(course.path(), &["charts.html", "figures.html"]);
}

#[test]
fn axe_finds_nothing_on_pages_with_links_to_the_playground() {
    let lesson =
        "```rust,ignore\n# hidden();\n1\n```\n\n```rust\n```\n\n``` {.rust #named .cell}\n```\n";
    let course = tempfile::tempdir().unwrap();
    fs::write(course.path().join("index.md"), "---\nplayground: true\n---\n").unwrap();
    fs::write(course.path().join("one.md"), lesson).unwrap();
    let site = course.path().join("site");
    let mut command = Command::new(env!("CARGO_BIN_EXE_lessonc"));
    let built =
        command.args(["build"]).arg(course.path()).arg("--out").arg(&site).output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    assert!(fs::read_to_string(site.join("one.html")).unwrap().contains("class=\"play\""));
    axe_finds_nothing_in(course.path(), &["one.html"]);
}

fn axe_finds_nothing_in(course: &Path, pages: &[&str]) {
    let Some(axe) = needed("LESSONC_AXE, the path of axe.min.js", env::var("LESSONC_AXE").ok())
    else {
        return;
    };
    let axe = fs::read_to_string(axe).unwrap();
    in_browser_of(course, async |page| axe_finds_nothing_on(page, &axe, pages).await);
}

async fn axe_finds_nothing_on(page: &Page, axe: &str, paths: &[&str]) -> WebDriverResult<()> {
    let mut findings = vec![];
    for path in paths {
        page.open(path).await?;
        page.unfold().await?;
        page.js::<Value>(axe).await?;
        for theme in ["light", "dark"] {
            page.system_theme(theme).await?;
            for width in [390, 1280] {
                page.width(width).await?;
                let (passed, violations): (Vec<String>, Vec<String>) = page
                    .js_async(
                        "return axe.run().then(({passes, violations}) => [
                            passes.map((rule) => rule.id),
                            violations.flatMap((rule) => rule.nodes.map((node) =>
                                `${rule.id}: ${node.target}\n${node.failureSummary}`))])",
                    )
                    .await?;
                let place = format!("{path}, {theme}, {width} px");
                let saw = passed.iter().any(|rule| rule == "color-contrast");
                assert!(saw || !violations.is_empty(), "axe saw nothing on {place}");
                findings.extend(violations.iter().map(|finding| format!("{place}: {finding}")));
            }
        }
    }
    assert!(findings.is_empty(), "{} findings\n{}", findings.len(), findings.join("\n"));
    Ok(())
}
