use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::trouble::Trouble;

/// Where an export goes.
#[derive(Debug)]
pub enum Target {
    Screen,
    /// Under another name until it is whole; gone where that never comes to be.
    File {
        part: NamedTempFile,
        file: PathBuf,
    },
}

impl Target {
    pub fn open(file: Option<&Path>) -> Result<Self, Trouble> {
        let Some(file) = file else { return Ok(Self::Screen) };
        let Some(name) = file.file_name() else {
            return Err(Trouble::usage(format!("{} is not the name of a file", file.display())));
        };
        if file.exists() {
            return Err(taken(file));
        }
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        let mut prefix = name.to_owned();
        prefix.push(".");
        let part = Builder::new()
            .prefix(&prefix)
            .suffix(".part")
            .tempfile_in(folder.unwrap_or(Path::new(".")))
            .map_err(|error| Trouble::failed(format!("{} cannot be written: {error}", file.display())))?;
        Ok(Self::File { part, file: file.to_owned() })
    }

    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        match self {
            Self::Screen => {
                let mut out = std::io::stdout().lock();
                out.write_all(bytes)?;
                Ok(out.flush()?)
            }
            Self::File { part, file } => part
                .write_all(bytes)
                .map_err(|error| Trouble::failed(format!("{} cannot be written: {error}", file.display()))),
        }
    }

    /// Gives the file its name.
    pub fn finish(self) -> Result<(), Trouble> {
        let Self::File { part, file } = self else { return Ok(()) };
        let kept = part
            .as_file()
            .sync_all()
            .and_then(|()| part.persist_noclobber(&file).map(drop).map_err(|error| error.error));
        kept.map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => taken(&file),
            _ => Trouble::failed(format!("{} cannot be written: {error}", file.display())),
        })
    }
}

fn taken(file: &Path) -> Trouble {
    Trouble::usage(format!("{} is there already: name another file, or remove it first", file.display()))
}
