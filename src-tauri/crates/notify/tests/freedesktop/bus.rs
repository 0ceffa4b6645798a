use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// A bus on which nothing starts by itself.
const CONFIG: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=SOCKET</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// A session bus. It can die, and come back where it was.
#[derive(Debug)]
pub struct PrivateBus {
    folder: TempDir,
    daemon: Option<Child>,
}

impl PrivateBus {
    /// A place for a bus, and none there.
    pub fn absent() -> Self {
        Self { folder: TempDir::with_prefix("deskbell-bus-").unwrap(), daemon: None }
    }

    pub fn start() -> Self {
        let mut bus = Self::absent();
        bus.come_up();
        bus
    }

    pub fn come_up(&mut self) {
        let config = self.folder.path().join("bus.conf");
        std::fs::write(&config, CONFIG.replace("SOCKET", &self.socket().to_string_lossy())).unwrap();
        let _ = std::fs::remove_file(self.socket());
        let mut daemon = Command::new("dbus-daemon")
            .arg("--config-file")
            .arg(&config)
            .args(["--nofork", "--print-address=1"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(self.folder.path().join("bus.log")).unwrap())
            .spawn()
            .expect("dbus-daemon is needed: Debian has it in dbus-x11");
        let mut address = String::new();
        BufReader::new(daemon.stdout.take().unwrap()).read_line(&mut address).unwrap();
        assert!(!address.is_empty(), "the bus ended at once");
        self.daemon = Some(daemon);
    }

    pub fn die(&mut self) {
        if let Some(mut daemon) = self.daemon.take() {
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
    }

    pub fn address(&self) -> String {
        format!("unix:path={}", self.socket().display())
    }

    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("bus")
    }
}

impl Drop for PrivateBus {
    fn drop(&mut self) {
        self.die();
    }
}
