//! `lessonc new`: what it writes builds at once, and nothing is ever written over.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods)]

mod project;

use project::Project;

#[test]
fn a_new_course_and_a_lesson_added_to_it_are_sound_and_build() {
    let project = Project::new(&[]);
    let (status, said) = project.lessonc(&["new", "my course/on-loops", "--github", "--gitlab"]);
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("cd my course/on-loops"), "{said}");
    let inside = |arguments: &[&str]| {
        let mut command = project.command(arguments);
        command.current_dir(project.path("my course/on-loops"));
        project::status_and_words(command.output().unwrap())
    };
    let (status, said) = inside(&["new", "--lesson", "going_on.md"]);
    assert_eq!(status, Some(0), "{said}");
    assert!(said.starts_with("wrote lessons/going_on.md\n"), "{said}");

    let (status, said) = inside(&["build", "--offline"]);
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("2 programs run"), "{said}");
    assert!(!said.contains("warning"), "{said}");
    let (status, said) = inside(&["check"]);
    assert_eq!((status, said.contains("warning")), (Some(0), false), "{said}");
    let page = |name: &str| project.read(&format!("my course/on-loops/site/{name}.html"));
    assert!(page("index").contains("<h1>On loops</h1>"), "{}", page("index"));
    assert!(page("first-steps").contains("<pre><samp>3</samp></pre>"), "{}", page("first-steps"));
    assert!(page("going_on").contains("<h1>Going on</h1>"), "{}", page("going_on"));
    for file in [".github/workflows/pages.yml", ".gitlab-ci.yml"] {
        assert!(project.path("my course/on-loops").join(file).is_file(), "{file}");
    }
}

#[test]
fn what_stands_there_stays_and_then_nothing_is_written() {
    let project = Project::new(&[("first-steps.md", "mine")]);
    let (status, said) = project.lessonc(&["new", "."]);
    assert_eq!(status, Some(2), "{said}");
    assert!(said.contains("first-steps.md is there already"), "{said}");
    assert_eq!(project.read("lessons/first-steps.md"), "mine");
    assert!(!project.path("lessons/index.md").exists() && !project.path(".gitignore").exists());
    let (status, _) = project.lessonc(&["new", "--lesson", "first-steps"]);
    assert_eq!((status, &*project.read("lessons/first-steps.md")), (Some(2), "mine"));
}

#[test]
fn no_lesson_leaves_its_folder_or_has_a_name_that_no_package_can_have() {
    let project = Project::new(&[]);
    for name in ["../out", "Großes", "index", "", "1st", "a/b"] {
        let (status, said) = project.lessonc(&["new", "--lesson", name]);
        assert_eq!(status, Some(2), "{name}: {said}");
        assert!(said.contains("no lesson can be named"), "{name}: {said}");
    }
    assert_eq!(std::fs::read_dir(project.path("lessons")).unwrap().count(), 0);
}
