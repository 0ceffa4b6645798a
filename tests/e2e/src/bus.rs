use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::process::Process;

const CONFIG: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  SERVICES
  <policy context="default">
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// What a bus starts when it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Services {
    /// Nothing: no keyring, no second notification daemon.
    None,
    /// Whatever is installed.
    Installed,
}

/// A session bus of one's own. It ends with this value.
#[derive(Debug)]
pub struct Bus {
    address: String,
    _process: Process,
}

impl Bus {
    /// Starts it, with its settings in a folder. `settle` puts it, and so what it starts, where it belongs.
    pub fn start(
        services: Services,
        folder: &Path,
        log: &Path,
        settle: impl FnOnce(&mut Command) -> Result<()>,
    ) -> Result<Self> {
        let services = match services {
            Services::None => "",
            Services::Installed => "<standard_session_servicedirs/>",
        };
        let config = folder.join("bus.conf");
        std::fs::write(&config, CONFIG.replace("SERVICES", services))?;
        let mut daemon = Command::new("dbus-daemon");
        daemon.arg("--config-file").arg(&config).args(["--nofork", "--print-address=1"]);
        settle(&mut daemon)?;
        let (process, address) = Process::announced(&mut daemon, log)?;
        Ok(Self { address, _process: process })
    }

    pub fn address(&self) -> &str {
        &self.address
    }
}
