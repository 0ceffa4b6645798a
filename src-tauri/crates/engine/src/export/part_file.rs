use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

/// A file that is there when it is whole: until then it has another name, and is gone where that never comes to be.
/// For its owner alone.
#[derive(Debug)]
pub struct PartFile {
    part: NamedTempFile,
    file: PathBuf,
    over: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum PartFileError {
    #[error("{} is not the name of a file", .0.display())]
    NoName(PathBuf),
    #[error("{} is there already: name another file, or remove it first", .0.display())]
    Taken(PathBuf),
    #[error("{} cannot be written: {error}", file.display())]
    Failed { file: PathBuf, error: std::io::Error },
}

impl PartFile {
    /// One that is there stays, unless it is to be written over.
    pub fn open(file: &Path, over: bool) -> Result<Self, PartFileError> {
        let Some(name) = file.file_name() else { return Err(PartFileError::NoName(file.to_owned())) };
        if !over && file.exists() {
            return Err(PartFileError::Taken(file.to_owned()));
        }
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        let mut prefix = name.to_owned();
        prefix.push(".");
        let part = Builder::new()
            .prefix(&prefix)
            .suffix(".part")
            .tempfile_in(folder.unwrap_or(Path::new(".")))
            .map_err(|error| PartFileError::Failed { file: file.to_owned(), error })?;
        Ok(Self { part, file: file.to_owned(), over })
    }

    pub fn write(&mut self, bytes: &[u8]) -> Result<(), PartFileError> {
        let Self { part, file, over: _ } = self;
        part.write_all(bytes).map_err(|error| PartFileError::Failed { file: file.clone(), error })
    }

    /// Gives the file its name.
    pub fn finish(self) -> Result<(), PartFileError> {
        let Self { part, file, over } = self;
        let kept = part.as_file().sync_all().and_then(|()| {
            let kept = if over { part.persist(&file) } else { part.persist_noclobber(&file) };
            kept.map(drop).map_err(|error| error.error)
        });
        kept.map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => PartFileError::Taken(file),
            _ => PartFileError::Failed { file, error },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_when_it_is_whole_and_writes_over_another_only_where_it_may() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("history.csv");
        let files = || std::fs::read_dir(folder.path()).unwrap().count();
        let mut part = PartFile::open(&file, false).unwrap();
        part.write(b"one").unwrap();
        assert!(!file.exists() && files() == 1);
        drop(part);
        assert_eq!(files(), 0, "nothing half done is left behind");

        let (mut first, second) =
            (PartFile::open(&file, false).unwrap(), PartFile::open(&file, false).unwrap());
        first.write(b"one").unwrap();
        first.finish().unwrap();
        assert!(matches!(second.finish(), Err(PartFileError::Taken(_))), "one that came meanwhile stays");
        assert!(matches!(PartFile::open(&file, false), Err(PartFileError::Taken(_))));
        let mut over = PartFile::open(&file, true).unwrap();
        over.write(b"two").unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"one", "until the other is whole");
        over.finish().unwrap();
        assert_eq!((std::fs::read(&file).unwrap(), files()), (b"two".to_vec(), 1));
    }
}
