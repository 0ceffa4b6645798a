//! A server that takes another port at each start leaves a file behind that says which.

use std::io::Read;
use std::path::{Path, PathBuf};

use deskbell_domain::{Fault, FaultCode, Next};
use serde::Deserialize;

/// Such a file is a line or two. One that is larger is something else.
const MOST_BYTES: u64 = 64 << 10;

#[derive(Deserialize)]
struct StateFile {
    port: u16,
    pid: u32,
}

/// The port of the server that is running now, by its file and the life of its process.
pub(crate) async fn port(file: PathBuf) -> Result<u16, Fault> {
    match tokio::task::spawn_blocking(move || read(&file)).await {
        Ok(found) => found,
        Err(error) => Err(absent(format!("The server's file could not be read: {error}."))),
    }
}

fn read(file: &Path) -> Result<u16, Fault> {
    let shown = file.display();
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => absent(format!("No server is running: there is no file {shown}.")),
        _ => absent(format!("The file {shown} could not be read: {error}.")),
    };
    // A pipe of that name would keep us waiting.
    if !std::fs::metadata(file).map_err(failed)?.is_file() {
        return Err(absent(format!("{shown} is not a file.")));
    }
    let mut text = Vec::new();
    std::fs::File::open(file).map_err(failed)?.take(MOST_BYTES + 1).read_to_end(&mut text).map_err(failed)?;
    if text.len() as u64 > MOST_BYTES {
        return Err(absent(format!("The file {shown} is too large to be a server's.")));
    }
    let StateFile { port, pid } = serde_json::from_slice(&text)
        .map_err(|error| absent(format!("The file {shown} does not name a port and a process: {error}.")))?;
    if port == 0 {
        return Err(absent(format!("The file {shown} names no port.")));
    }
    if !is_alive(pid) {
        return Err(absent(format!("The server has ended: {shown} was left behind by process {pid}.")));
    }
    Ok(port)
}

/// Where there is no such folder, nothing can be told, and the port decides.
fn is_alive(pid: u32) -> bool {
    let processes = Path::new("/proc");
    !processes.join("self").exists() || processes.join(pid.to_string()).exists()
}

fn absent(message: String) -> Fault {
    Fault::new(
        FaultCode::Unreachable,
        message,
        "Start the server; the source connects by itself. Or give the file's true place in the source's settings.",
        Next::Soon,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("server.json");
        std::fs::write(&file, text).unwrap();
        (folder, file)
    }

    #[test]
    fn a_running_servers_port_is_found() {
        let pid = std::process::id();
        let (_folder, file) = written(&format!(r#"{{"port":8123,"pid":{pid},"started_at":"today"}}"#));
        assert_eq!(read(&file).unwrap(), 8123);
    }

    #[test]
    fn a_file_left_behind_by_a_dead_server_is_not_believed() {
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let pid = child.id();
        child.wait().unwrap();
        let (_folder, file) = written(&format!(r#"{{"port":8123,"pid":{pid}}}"#));
        assert!(read(&file).unwrap_err().message.contains("has ended"));
    }

    #[test]
    fn no_file_and_a_bad_file_are_said_and_tried_again() {
        let (folder, file) = written("not json");
        for (file, word) in [(file, "does not name"), (folder.path().join("other.json"), "no file")] {
            let fault = read(&file).unwrap_err();
            assert!(fault.message.contains(word), "{fault}");
            assert_eq!(fault.next, Next::Soon);
        }
        let (_folder, zero) = written(&format!(r#"{{"port":0,"pid":{}}}"#, std::process::id()));
        assert!(read(&zero).unwrap_err().message.contains("no port"));
        let (_folder, huge) = written(&"x".repeat(100_000));
        assert!(read(&huge).unwrap_err().message.contains("too large"));
    }
}
