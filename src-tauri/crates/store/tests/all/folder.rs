use std::io::{BufRead, BufReader, Read, Write as _};
use std::process::{Child, Command, Stdio};

use deskbell_store::{Op, OpenError, Reader, Stage, Store};

use crate::samples::{Desk, data_of, entry, line, outbox_row, source, until_indexed, write};

/// Tells the child below which folder to hold.
const FOLDER: &str = "DESKBELL_TEST_FOLDER";

/// Not a test of its own: what [`spawn_holder`] runs in another process.
#[test]
#[ignore = "run by other tests"]
fn holder() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let opened = Store::open(folder.as_ref()).unwrap();
    opened.store.set_socket("/run/bell.sock".as_ref()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let ops = vec![Op::Source(source("s")), Op::Outbox(outbox_row("i1", Stage::Maybe))];
    runtime.block_on(opened.store.write_durable(write("s", ops))).unwrap();
    println!("held");
    std::io::stdout().flush().unwrap();
    // Until it is killed, or the test that started it is gone.
    let _ = std::io::stdin().read(&mut [0]);
}

fn spawn_holder(folder: &std::path::Path) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "folder::holder", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let said = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok)
        .any(|line| line.ends_with("held"));
    assert!(said, "the holder ended before it held the folder");
    child
}

#[test]
fn a_killed_holder_gives_the_folder_back_and_its_durable_writes_stay() {
    let dir = tempfile::tempdir().unwrap();
    let mut child = spawn_holder(&data_of(&dir));

    let error = Store::open(&data_of(&dir)).unwrap_err();
    assert!(matches!(error, OpenError::Taken { .. }), "{error:?}");
    let words = error.to_string();
    assert!(words.contains(&format!("process {}", child.id())), "{words}");
    assert!(words.contains(&data_of(&dir).display().to_string()), "{words}");
    let lock = std::fs::read_to_string(data_of(&dir).join("engine.lock")).unwrap();
    assert!(lock.contains("\"socket\":\"/run/bell.sock\""), "{lock}");
    let reader = Reader::open(&data_of(&dir)).unwrap();
    assert_eq!(reader.outbox().unwrap().len(), 1, "reading needs no lock");
    drop(reader);

    child.kill().unwrap();
    child.wait().unwrap();
    let opened = Store::open(&data_of(&dir)).unwrap();
    assert_eq!(opened.report, None, "being killed is not damage");
    assert_eq!(opened.store.reader().unwrap().outbox().unwrap(), [outbox_row("i1", Stage::Maybe)]);
}

#[tokio::test]
async fn the_folder_is_taken_once() {
    let desk = Desk::new().await;
    let error = Store::open(&desk.data()).unwrap_err();
    assert!(error.to_string().contains(&format!("process {}", std::process::id())), "{error}");
    let dir = desk.close().await;
    Store::open(&data_of(&dir)).unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_may_look_in() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new().await;
    desk.durable(line(entry(1, 1))).await;
    until_indexed(&desk.store).await;
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&desk.data()), 0o700);
    let mut names = Vec::new();
    for file in std::fs::read_dir(desk.data()).unwrap() {
        let path = file.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        names.push(path.file_name().unwrap().to_string_lossy().into_owned());
    }
    names.sort();
    let index = ["search.db", "search.db-shm", "search.db-wal"];
    assert_eq!(
        names,
        [&["deskbell.db", "deskbell.db-shm", "deskbell.db-wal", "engine.lock"][..], &index].concat()
    );
}

#[tokio::test]
async fn a_newer_database_is_refused_and_left_alone() {
    let dir = Desk::new().await.close().await;
    let path = data_of(&dir).join("deskbell.db");
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let before = std::fs::read(&path).unwrap();
    let errors = [
        Store::open(&data_of(&dir)).map(drop).unwrap_err(),
        Reader::open(&data_of(&dir)).map(drop).unwrap_err(),
    ];
    for error in errors {
        assert!(matches!(error, OpenError::Newer { found: 99, .. }), "{error:?}");
        assert!(error.to_string().contains("newer Deskbell"), "{error}");
    }
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = Store::open(&file.join("data")).unwrap_err();
    assert!(matches!(error, OpenError::Failed { .. }));
    assert!(error.to_string().contains(&file.join("data").display().to_string()), "{error}");
}

#[test]
fn where_nothing_is_kept_a_reader_says_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let error = Reader::open(dir.path()).unwrap_err();
    assert!(error.to_string().contains("add a source first"), "{error}");
    assert!(std::fs::read_dir(dir.path()).unwrap().next().is_none(), "and leaves nothing behind");
}
