//! A desktop entry in the folder from which desktops start programs.

use std::io;
use std::path::{Path, PathBuf};

use tauri::{AppHandle, Builder, Wry};

/// It needs nothing of Tauri's.
pub fn equip(builder: Builder<Wry>) -> Builder<Wry> {
    builder
}

#[derive(Debug)]
pub struct Autostart {
    entry: PathBuf,
    command: Vec<String>,
}

impl Autostart {
    /// Of a start with these arguments. The error is a sentence for the operator.
    pub fn new(_: &AppHandle, arguments: Vec<String>) -> Result<Self, String> {
        let config = dirs::config_dir().ok_or("This account has no folder for settings.")?;
        let program = program().map_err(|error| format!("Deskbell does not know where it is: {error}."))?;
        let command = std::iter::once(program).chain(arguments).collect();
        Ok(Self { entry: config.join("autostart/deskbell.desktop"), command })
    }

    pub fn is_on(&self) -> bool {
        std::fs::read_to_string(&self.entry).is_ok_and(|entry| starts(&entry))
    }

    /// The error is a sentence for the operator.
    pub fn set(&self, on: bool) -> Result<(), String> {
        let done = if on { write(&self.entry, &entry(&self.command)) } else { remove(&self.entry) };
        done.map_err(|error| format!("{} could not be changed: {error}.", self.entry.display()))
    }
}

/// An AppImage is started by its own file, not by the one it is unpacked to.
fn program() -> io::Result<String> {
    let program = match std::env::var_os("APPIMAGE") {
        Some(image) => PathBuf::from(image),
        None => std::env::current_exe()?,
    };
    program.into_os_string().into_string().map_err(|_| io::Error::other("its path is no text"))
}

fn write(file: &Path, entry: &str) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(file, entry)
}

fn remove(file: &Path) -> io::Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

fn entry(command: &[String]) -> String {
    let exec: Vec<String> = command.iter().map(|word| quoted(word)).collect();
    format!(
        "[Desktop Entry]\nType=Application\nName=Deskbell\nComment=The bell on the operator's desk\nExec={}\n\
         Icon=deskbell\nTerminal=false\nX-GNOME-Autostart-enabled=true\n",
        exec.join(" ")
    )
}

/// Quoted twice, as desktop entries want it: as a word of a command, and as a value of the file.
fn quoted(word: &str) -> String {
    let mut quoted = String::from("\"");
    for c in word.chars() {
        match c {
            '"' | '`' | '$' => quoted.extend(['\\', '\\', c]),
            '\\' => quoted.push_str(r"\\\\"),
            '%' => quoted.push_str("%%"),
            '\n' => quoted.push_str(r"\n"),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// Desktops switch an entry off without removing it.
fn starts(entry: &str) -> bool {
    let says = |key: &str, value: &str| {
        entry
            .lines()
            .filter_map(|line| line.split_once('='))
            .any(|(name, is)| name.trim() == key && is.trim().eq_ignore_ascii_case(value))
    };
    !says("Hidden", "true") && !says("X-GNOME-Autostart-enabled", "false")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn autostart(folder: &Path) -> Autostart {
        let command = vec!["/opt/my apps/deskbell".to_owned(), "--hidden".to_owned()];
        Autostart { entry: folder.join("autostart/deskbell.desktop"), command }
    }

    #[test]
    fn it_is_written_read_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let autostart = autostart(folder.path());
        assert!(!autostart.is_on());
        autostart.set(false).unwrap();
        autostart.set(true).unwrap();
        assert!(autostart.is_on());
        let entry = std::fs::read_to_string(&autostart.entry).unwrap();
        assert!(entry.contains("\nExec=\"/opt/my apps/deskbell\" \"--hidden\"\n"), "{entry}");
        autostart.set(false).unwrap();
        assert!(!autostart.is_on() && !autostart.entry.exists());
    }

    #[test]
    fn what_the_desktop_switched_off_is_off() {
        for (line, on) in [
            ("", true),
            ("Hidden=false\n", true),
            ("Hidden=true\n", false),
            ("X-GNOME-Autostart-enabled = false\n", false),
        ] {
            let entry = entry(&["deskbell".to_owned()]).replace("X-GNOME-Autostart-enabled=true\n", line);
            assert_eq!(starts(&entry), on, "{line}");
        }
    }

    #[test]
    fn no_path_ends_its_quotes() {
        for (word, expected) in [
            ("/usr/bin/deskbell", r#""/usr/bin/deskbell""#),
            (r#"a"b$c`d"#, r#""a\\"b\\$c\\`d""#),
            (r"a\b", r#""a\\\\b""#),
            ("100%", r#""100%%""#),
            ("a\nHidden=true", r#""a\nHidden=true""#),
        ] {
            assert_eq!(quoted(word), expected);
        }
    }

    #[test]
    fn a_file_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("autostart"), "in the way").unwrap();
        let error = autostart(folder.path()).set(true).unwrap_err();
        assert!(error.contains("deskbell.desktop"), "{error}");
    }
}
