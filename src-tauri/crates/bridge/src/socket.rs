use std::fs::{DirBuilder, File, Permissions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tokio::net::{UnixListener, UnixStream};

use crate::BridgeError;

/// A Unix socket's address holds 108 bytes on Linux and 104 on macOS, its end included.
const LONGEST: usize = 100;

/// Where the engine of a data folder is reached.
pub fn socket_path(data: &Path) -> PathBuf {
    data.join("bridge.sock")
}

/// A way to the socket that fits into a socket address, for as long as this lives.
#[derive(Debug)]
struct Way {
    path: PathBuf,
    _folder: Option<File>,
}

impl Way {
    fn to(data: &Path) -> io::Result<Self> {
        let path = socket_path(data);
        if path.as_os_str().as_bytes().len() <= LONGEST {
            return Ok(Self { path, _folder: None });
        }
        if cfg!(not(target_os = "linux")) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "the path is too long for a socket: take a data folder with a shorter one",
            ));
        }
        // Linux has a short name for any folder that is open.
        let folder = File::open(data)?;
        let short = PathBuf::from(format!("/proc/self/fd/{}", folder.as_raw_fd()));
        Ok(Self { path: socket_path(&short), _folder: Some(folder) })
    }
}

/// Connects to whoever serves a data folder; nothing when nobody does.
pub(crate) async fn connect(data: &Path) -> Result<Option<UnixStream>, BridgeError> {
    let reached = match Way::to(data) {
        Ok(way) => UnixStream::connect(&way.path).await,
        Err(error) => Err(error),
    };
    match reached {
        Ok(stream) => Ok(Some(stream)),
        Err(error) if nobody_there(&error) => Ok(None),
        Err(source) => Err(BridgeError::Reach { path: socket_path(data), source }),
    }
}

/// No socket, no folder, or a socket that a killed engine left behind.
fn nobody_there(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused | io::ErrorKind::NotADirectory
    )
}

/// A bound socket that only its owner may open, and who that owner is.
pub(crate) async fn bind(data: &Path) -> Result<(UnixListener, u32), BridgeError> {
    let path = socket_path(data);
    let failed = |source| BridgeError::Bind { path: path.clone(), source };
    DirBuilder::new().recursive(true).mode(0o700).create(data).map_err(failed)?;
    if std::fs::metadata(data).map_err(failed)?.mode() & 0o022 != 0 {
        return Err(BridgeError::Open(data.to_owned()));
    }
    if connect(data).await?.is_some() {
        return Err(BridgeError::Taken(path));
    }
    match std::fs::remove_file(&path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    let way = Way::to(data).map_err(failed)?;
    let listener = UnixListener::bind(&way.path).map_err(failed)?;
    std::fs::set_permissions(&path, Permissions::from_mode(0o600)).map_err(failed)?;
    // The one who makes a socket owns it: this is our own user, whoever owns the folder.
    let owner = std::fs::metadata(&path).map_err(failed)?.uid();
    Ok((listener, owner))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_owner_may_open_the_socket() {
        let data = tempfile::tempdir().unwrap();
        let (_listener, owner) = bind(data.path()).await.unwrap();
        let socket = std::fs::metadata(socket_path(data.path())).unwrap();
        assert_eq!(socket.mode() & 0o777, 0o600);
        assert_eq!(socket.uid(), owner);
        let peer = connect(data.path()).await.unwrap().unwrap();
        assert_eq!(peer.peer_cred().unwrap().uid(), owner);
    }

    #[tokio::test]
    async fn a_missing_folder_is_made_for_its_owner_alone() {
        let parent = tempfile::tempdir().unwrap();
        let data = parent.path().join("a/b");
        bind(&data).await.unwrap();
        assert_eq!(std::fs::metadata(&data).unwrap().mode() & 0o777, 0o700);
    }

    #[tokio::test]
    async fn a_folder_others_may_write_into_is_refused() {
        let data = tempfile::tempdir().unwrap();
        std::fs::set_permissions(data.path(), Permissions::from_mode(0o770)).unwrap();
        assert!(matches!(bind(data.path()).await, Err(BridgeError::Open(_))));
    }

    #[tokio::test]
    async fn a_socket_nobody_answers_is_replaced_and_one_that_answers_is_not() {
        let data = tempfile::tempdir().unwrap();
        let (left_behind, _) = bind(data.path()).await.unwrap();
        assert!(matches!(bind(data.path()).await, Err(BridgeError::Taken(_))));
        drop(left_behind);
        assert!(socket_path(data.path()).exists());
        assert!(connect(data.path()).await.unwrap().is_none());
        bind(data.path()).await.unwrap();
    }

    #[tokio::test]
    async fn nobody_serves_a_folder_that_is_not_there() {
        let parent = tempfile::tempdir().unwrap();
        assert!(connect(&parent.path().join("gone")).await.unwrap().is_none());
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_folder_too_deep_for_a_socket_address_is_served_all_the_same() {
        let parent = tempfile::tempdir().unwrap();
        let data = parent.path().join("d".repeat(120)).join("e".repeat(120));
        assert!(connect(&data).await.unwrap().is_none());
        let (listener, _) = bind(&data).await.unwrap();
        assert!(socket_path(&data).exists());
        let (client, served) = tokio::join!(connect(&data), listener.accept());
        assert!(client.unwrap().is_some());
        served.unwrap();
    }
}
