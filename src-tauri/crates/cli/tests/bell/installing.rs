use std::process::Command;

use crate::stage::run;

#[tokio::test]
async fn bash_completes_the_commands_within_commands() {
    let folder = tempfile::tempdir().unwrap();
    let script = run(folder.path(), &["completions", "bash"], None).await;
    assert_eq!(script.code, 0, "{script:?}");
    let file = folder.path().join("bell.bash");
    std::fs::write(&file, script.out).unwrap();
    // As bash itself asks: the words so far, and which of them is being written.
    let asking = format!(
        "source '{}'; complete -p bell >&2; COMP_WORDS=(bell source a); COMP_CWORD=2; \
         _bell bell a source; echo \"${{COMPREPLY[@]}}\"",
        file.display()
    );
    let bash = Command::new("bash").args(["--norc", "-c", &asking]).output().unwrap();
    assert!(bash.status.success(), "{bash:?}");
    assert_eq!(String::from_utf8_lossy(&bash.stdout).trim(), "add attach");
}

#[tokio::test]
async fn the_manual_has_a_page_for_every_command_and_tells_the_examples() {
    let folder = tempfile::tempdir().unwrap();
    // The folder need not be there yet.
    let pages = folder.path().join("man/man1");
    let written = run(folder.path(), &["manual", pages.to_str().unwrap()], None).await;
    assert_eq!(written.code, 0, "{written:?}");
    let page = |name: &str| std::fs::read_to_string(pages.join(name)).unwrap();
    for name in ["bell.1", "bell-answer.1", "bell-source.1", "bell-source-add.1", "bell-manual.1"] {
        assert!(page(name).contains(".SH SYNOPSIS"), "{name}");
    }
    assert!(page("bell-quiet.1").contains("bell quiet 22:00\\-07:00"), "{}", page("bell-quiet.1"));
}
