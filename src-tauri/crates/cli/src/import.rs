//! `bell import`: the file is read twice. First to see that every line of it can be read; then from its end, where
//! the oldest lines are, so that lines of one time arrive in the order in which they came.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use deskbell_domain::SourceId;
use deskbell_engine::carry::{CarriedEntry, Origin, Tally};
use deskbell_engine::command::{Answer, Command};
use deskbell_engine::export::jsonl::Line;

use crate::desk::{Desk, unexpected};
use crate::paper::Paper;
use crate::trouble::{Exit, Trouble};

/// What goes to the engine at once, in lines and in bytes; and the longest line, which goes alone. What it says beside
/// the line, the sources above all, has to fit into what the engine reads at once as well: 4 MiB.
const LINES: usize = 500;
const BYTES: usize = 1 << 20;
const LONGEST: usize = (4 << 20) - (128 << 10);

/// How many bad lines are told one by one.
const TOLD: usize = 10;

/// Where a line is.
struct Place {
    from: u64,
    bytes: usize,
}

pub async fn import(desk: &Desk, paper: &mut Paper, file: &Path) -> Result<Exit, Trouble> {
    let engine = desk.engine()?;
    let named = |error: std::io::Error| Trouble::usage(format!("{}: {error}", file.display()));
    let mut reader = BufReader::new(File::open(file).map_err(named)?);
    let Looked { places, sources, left_out } = look(&mut reader)?;
    let mut tally = Tally::default();
    let mut end = places.len();
    while end > 0 {
        let start = batch(&places[..end]);
        let entries = read(reader.get_mut(), &places[start..end])?;
        let command = Command::HistoryImport { sources: sources.clone(), entries };
        match engine.command(command).await? {
            Answer::Imported { tally: Tally { added, known, kept } } => {
                tally.added += added;
                tally.known += known;
                tally.kept += kept;
            }
            other => return Err(unexpected(&other)),
        }
        end = start;
    }
    for number in left_out {
        eprintln!("bell: line {number} is too long to be taken, and was left out: over {LONGEST} bytes");
    }
    if paper.json {
        paper.object(&tally)?;
    } else {
        let Tally { added, known, kept } = tally;
        paper.say(&format!("{added} lines of history were added; {known} were here already"))?;
        if kept > 0 {
            paper.say(&format!("{kept} were here with other content, and stayed as they are"))?;
        }
    }
    Ok(Exit::Done)
}

/// What is in a file.
struct Looked {
    places: Vec<Place>,
    sources: BTreeMap<SourceId, Origin>,
    /// The numbers of the lines that are too long to be taken.
    left_out: Vec<u64>,
}

/// Where its lines are, and of which sources; or what is wrong with it.
fn look(reader: &mut BufReader<File>) -> Result<Looked, Trouble> {
    let mut places = Vec::new();
    let mut left_out = Vec::new();
    let mut sources = BTreeMap::new();
    let mut bad: Vec<String> = Vec::new();
    let mut more = 0;
    let mut from = 0;
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        let bytes = reader.by_ref().take(LONGEST as u64 + 1).read_until(b'\n', &mut line)?;
        if bytes == 0 {
            break;
        }
        if bytes > LONGEST {
            left_out.push(number);
            from += bytes as u64 + skip_line(reader, line.ends_with(b"\n"))?;
            continue;
        }
        let why = if line.trim_ascii().is_empty() {
            None
        } else {
            places.push(Place { from, bytes });
            check(&line, &mut sources).err()
        };
        if let Some(why) = why {
            if bad.len() < TOLD { bad.push(format!("line {number} {why}")) } else { more += 1 }
        }
        from += bytes as u64;
    }
    if more > 0 {
        bad.push(format!("and {more} more"));
    }
    if bad.is_empty() {
        return Ok(Looked { places, sources, left_out });
    }
    Err(Trouble::usage(format!("nothing was imported:\n{}", bad.join("\n"))))
}

/// Passes over the rest of a line. How much that was.
fn skip_line(reader: &mut BufReader<File>, at_its_end: bool) -> Result<u64, Trouble> {
    let mut passed = 0;
    let mut ended = at_its_end;
    while !ended {
        let bytes = reader.fill_buf()?;
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(bytes.len(), |end| end + 1);
        ended = end.is_some() || bytes.is_empty();
        passed += used as u64;
        reader.consume(used);
    }
    Ok(passed)
}

fn check(line: &[u8], sources: &mut BTreeMap<SourceId, Origin>) -> Result<(), String> {
    let Line { entry, origin } = record(line).map_err(|why| format!("is no line of an export: {why}"))?;
    match sources.get(&entry.source) {
        Some(known) if *known != origin => {
            Err(format!("says that {} is another source than the lines before it", entry.source))
        }
        Some(_) => Ok(()),
        None => {
            sources.insert(entry.source, origin);
            Ok(())
        }
    }
}

fn record(line: &[u8]) -> Result<Line, serde_json::Error> {
    serde_json::from_slice(line)
}

/// Where the last lines begin that may go together.
fn batch(places: &[Place]) -> usize {
    let mut bytes = 0;
    let fits = places.iter().rev().take(LINES).take_while(|place| {
        let first = bytes == 0;
        bytes += place.bytes;
        first || bytes <= BYTES
    });
    places.len() - fits.count()
}

/// The last of them first.
fn read(file: &mut File, places: &[Place]) -> Result<Vec<CarriedEntry>, Trouble> {
    let mut entries = Vec::with_capacity(places.len());
    for place in places.iter().rev() {
        let mut line = vec![0; place.bytes];
        file.seek(SeekFrom::Start(place.from))?;
        file.read_exact(&mut line)?;
        let Line { entry, .. } = record(&line).map_err(|_| {
            Trouble::failed("the file changed while it was read: what was read before is imported")
        })?;
        entries.push(entry);
    }
    Ok(entries)
}
