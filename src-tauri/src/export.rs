//! Exports of history into a file that the operator names in the desktop's own dialog: the page says what, never where.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use deskbell_engine::Engine;
use deskbell_engine::command::{Answer, Command, CommandError, ErrorCode, HistoryFilter};
use deskbell_engine::export::{ExportPart, Format, PartFile, PartFileError};
use serde::Serialize;
use tauri::ipc::Channel;
use tauri::{AppHandle, Manager};
use tauri_plugin_dialog::DialogExt;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::window;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exported {
    lines: u64,
    file: PathBuf,
}

/// One export at a time, and where the last one is.
#[derive(Debug, Default)]
pub struct Exports(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    under_way: Option<CancellationToken>,
    last: Option<PathBuf>,
}

impl Exports {
    /// Asks where to, and writes. Nothing where no file was named, or where it was stopped.
    pub async fn run(
        &self,
        app: &AppHandle,
        engine: &Engine,
        filter: HistoryFilter,
        format: Format,
        channel: &Channel<u64>,
    ) -> Result<Option<Exported>, CommandError> {
        let stop = self.begin()?;
        let exported = async {
            let Some(file) = ask(app, format).await? else { return Ok(None) };
            let said = |lines| {
                // The page may be gone; the file is wanted all the same.
                let _ = channel.send(lines);
            };
            write(engine, filter, format, file, said).await.map(Some)
        };
        let ended = tokio::select! {
            biased;
            () = stop.cancelled() => Ok(None),
            ended = exported => ended,
        };
        self.end(ended.as_ref().ok().and_then(Option::as_ref));
        ended
    }

    /// Gives up what is under way. It leaves no file.
    pub fn stop(&self) {
        if let Some(stop) = &self.known().under_way {
            stop.cancel();
        }
    }

    /// Shows the last file where it is.
    pub fn show(&self) -> Result<(), CommandError> {
        let file = self.known().last.clone().ok_or_else(|| failed("Nothing was exported yet."))?;
        tauri_plugin_opener::reveal_item_in_dir(&file).map_err(|error| {
            failed(&format!("No program could show {}: {error}. Open its folder yourself.", file.display()))
        })
    }

    fn begin(&self) -> Result<CancellationToken, CommandError> {
        let stop = CancellationToken::new();
        let mut known = self.known();
        if known.under_way.is_some() {
            return Err(failed("Another export is under way: stop it first, or wait until it is done."));
        }
        known.under_way = Some(stop.clone());
        Ok(stop)
    }

    fn end(&self, exported: Option<&Exported>) {
        let mut known = self.known();
        known.under_way = None;
        if let Some(exported) = exported {
            known.last = Some(exported.file.clone());
        }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The file that the operator names, if any.
async fn ask(app: &AppHandle, format: Format) -> Result<Option<PathBuf>, CommandError> {
    let (about, ending) = match format {
        Format::Jsonl => ("JSONL", "jsonl"),
        Format::Csv => ("CSV", "csv"),
        Format::Markdown => ("Markdown", "md"),
    };
    let mut dialog = app
        .dialog()
        .file()
        .set_title("Export the history")
        .set_file_name(format!("deskbell-history.{ending}"))
        .add_filter(about, &[ending]);
    if let Some(window) = app.get_webview_window(window::MAIN) {
        dialog = dialog.set_parent(&window);
    }
    let (named, file) = oneshot::channel();
    dialog.save_file(move |file| {
        // Whoever asked may have given up meanwhile.
        let _ = named.send(file);
    });
    // Dropped without an answer: there is no dialog on this desktop.
    let file = file.await.map_err(|_| failed("This desktop shows no dialog to name a file in."))?;
    file.map(|file| file.into_path().map_err(|error| failed(&error.to_string()))).transpose()
}

/// The dialog has asked whether a file that is there is to be written over.
async fn write(
    engine: &Engine,
    mut filter: HistoryFilter,
    format: Format,
    file: PathBuf,
    said: impl Fn(u64),
) -> Result<Exported, CommandError> {
    let mut part = open(&file)?;
    let mut so_far = 0;
    loop {
        let ExportPart { text, lines, next } =
            match engine.command(Command::HistoryExport { filter: filter.clone(), format }).await? {
                Answer::Exported { part } => part,
                _ => return Err(failed("The engine answered something else.")),
            };
        part.write(text.as_bytes()).map_err(from_file)?;
        so_far += lines;
        said(so_far);
        filter.before = next;
        if filter.before.is_none() {
            break;
        }
    }
    part.finish().map_err(from_file)?;
    Ok(Exported { lines: so_far, file })
}

fn open(file: &Path) -> Result<PartFile, CommandError> {
    PartFile::open(file, true).map_err(from_file)
}

fn from_file(error: PartFileError) -> CommandError {
    failed(&format!("{error}."))
}

fn failed(message: &str) -> CommandError {
    CommandError { code: ErrorCode::Failed, message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::BTreeMap;

    use deskbell_domain::{EntryKind, ItemId, Millis, SourceId};
    use deskbell_engine::Options;
    use deskbell_engine::carry::{CarriedEntry, Origin};
    use tempfile::TempDir;

    use super::*;

    const LINES: i64 = 2_500;

    /// An engine with lines enough for three parts.
    async fn engine(folder: &TempDir) -> Engine {
        let options = Options { data: folder.path().join("data"), offline: true, ..Options::default() };
        let engine = Engine::start(options).await.unwrap();
        let id = SourceId::new("hive");
        let origin =
            Origin { name: "hive".into(), dialect: "hyperhive".into(), url: "http://127.0.0.1:1".into() };
        let lines: Vec<CarriedEntry> = (0..LINES)
            .map(|n| CarriedEntry {
                source: id.clone(),
                item: ItemId::of("message", n),
                at: Millis(n),
                said: true,
                kind: EntryKind::Message,
                agent: None,
                thread: None,
                ask: None,
                ended: None,
                text: format!("line {n}"),
                raw: "{}".into(),
            })
            .collect();
        for entries in lines.chunks(500) {
            let sources = BTreeMap::from([(id.clone(), origin.clone())]);
            let entries = entries.to_vec();
            engine.command(Command::HistoryImport { sources, entries }).await.unwrap();
        }
        engine
    }

    fn files(folder: &Path) -> Vec<String> {
        let names = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name());
        names.map(|name| name.into_string().unwrap()).collect()
    }

    #[tokio::test]
    async fn all_that_fits_is_in_the_file_once_and_how_far_it_is_was_said() {
        let (folder, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let engine = engine(&folder).await;
        let file = to.path().join("history.csv");
        let said = RefCell::new(Vec::new());
        let filter = HistoryFilter { search: Some("line".into()), ..HistoryFilter::default() };
        let exported =
            write(&engine, filter, Format::Csv, file.clone(), |lines| said.borrow_mut().push(lines)).await;
        assert_eq!(exported.unwrap(), Exported { lines: LINES as u64, file: file.clone() });
        assert_eq!(said.into_inner(), [1_000, 2_000, 2_500]);
        let written = std::fs::read_to_string(&file).unwrap();
        let lines: Vec<&str> = written.lines().collect();
        assert_eq!(lines.len() as i64, LINES + 1, "a head, and no second one");
        let expected = (0..LINES).rev().map(|n| format!("line {n}"));
        assert!(lines[1..].iter().zip(expected).all(|(line, text)| line.ends_with(&text)));
        assert_eq!(files(to.path()), ["history.csv"]);
        engine.stop().await;
    }

    #[tokio::test]
    async fn an_export_that_is_stopped_half_way_leaves_no_file_and_the_next_can_begin() {
        let (folder, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let engine = engine(&folder).await;
        let exports = Exports::default();
        let stop = exports.begin().unwrap();
        assert!(exports.begin().unwrap_err().message.contains("under way"));
        let half_way = RefCell::new(Vec::new());
        let written =
            write(&engine, HistoryFilter::default(), Format::Jsonl, to.path().join("a.jsonl"), |_| {
                *half_way.borrow_mut() = files(to.path());
                exports.stop();
            });
        tokio::select! {
            biased;
            () = stop.cancelled() => {}
            written = written => panic!("it was written to its end: {written:?}"),
        }
        exports.end(None);
        assert!(half_way.into_inner()[0].ends_with(".part"));
        assert_eq!(files(to.path()), [""; 0]);
        assert!(exports.begin().is_ok() && exports.show().is_err());
        engine.stop().await;
    }
}
