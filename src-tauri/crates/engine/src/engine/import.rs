//! Lines of another machine's history. They open nothing, send nothing and change no line that is here.

use std::collections::{BTreeMap, HashMap};

use deskbell_domain::{Auth, Entry, ItemId, SecretRef, Source, SourceId};
use deskbell_store::{Op, Write};

use super::{Engine, invalid};
use crate::carry::{CarriedEntry, Origin, Tally};
use crate::command::{Answer, CommandError, SecretDraft, SourceDraft};
use crate::probe;
use crate::view::Counts;

/// How many there may be in one command.
const MOST_ENTRIES: usize = 1_000;
const MOST_SOURCES: usize = 100;

impl Engine {
    pub(super) async fn import(
        &self,
        sources: BTreeMap<SourceId, Origin>,
        entries: Vec<CarriedEntry>,
    ) -> Result<Answer, CommandError> {
        if sources.len() > MOST_SOURCES || entries.len() > MOST_ENTRIES {
            return Err(invalid(format!(
                "Import at most {MOST_ENTRIES} lines of {MOST_SOURCES} sources at once."
            )));
        }
        if let Some(stray) = entries.iter().find(|entry| !sources.contains_key(&entry.source)) {
            return Err(invalid(format!("It is not said what the source \"{}\" is.", stray.source)));
        }
        // All are looked at before the first is added.
        let mut missing = Vec::new();
        for (id, origin) in sources {
            match self.inner.desk.source(&id) {
                Some(known) => same(&known, &origin)?,
                None => missing.push(paused(id, origin)?),
            }
        }
        for source in missing {
            self.write(&source.id, Op::Source(source.clone())).await?;
            self.employ(source, Counts::default(), None).await?;
        }
        let mut tally = Tally::default();
        // Their order stays: it is that of lines of one time.
        for run in entries.chunk_by(|one, next| one.source == next.source) {
            self.add_lines(run, &mut tally).await?;
        }
        Ok(Answer::Imported { tally })
    }

    /// Adds lines of one source.
    async fn add_lines(&self, run: &[CarriedEntry], tally: &mut Tally) -> Result<(), CommandError> {
        let Some(source) = run.first().map(|entry| entry.source.clone()) else { return Ok(()) };
        let items: Vec<ItemId> = run.iter().map(|entry| entry.item.clone()).collect();
        let id = source.clone();
        let known = self.reading(move |queries| queries.entries(&id, &items)).await?;
        let mut known: HashMap<ItemId, Entry> =
            known.into_iter().map(|entry| (entry.item.clone(), entry)).collect();
        let mut ops = Vec::new();
        for carried in run {
            let (entry, ended) = (Entry::from(carried.clone()), carried.ended.clone());
            match known.get(&entry.item) {
                Some(here) if *here == entry => tally.known += 1,
                Some(_) => tally.kept += 1,
                None => {
                    tally.added += 1;
                    known.insert(entry.item.clone(), entry.clone());
                    ops.push(Op::Carried { entry, ended });
                }
            }
        }
        if ops.is_empty() {
            return Ok(());
        }
        Ok(self.inner.store.write_durable(Write { source, ops, received: None }).await?)
    }
}

/// Another server's lines do not go among this one's: there would be no telling them apart again.
fn same(known: &Source, origin: &Origin) -> Result<(), CommandError> {
    if known.dialect == origin.dialect && known.url == origin.url {
        return Ok(());
    }
    Err(invalid(format!(
        "The source \"{}\" is another one here: {} at \"{}\", and not {} at \"{}\". Give it that address first if \
         it is the same server, or remove it.",
        known.id, known.dialect, known.url, origin.dialect, origin.url
    )))
}

/// As it was, but for its login: it connects when the operator says so.
fn paused(id: SourceId, origin: Origin) -> Result<Source, CommandError> {
    if SourceId::from_name(id.as_str()) != id {
        return Err(invalid(format!("\"{id}\" cannot be the id of a source.")));
    }
    let Origin { name, dialect, url } = origin;
    let (auth, secret, settings) = (Auth::None, SecretDraft::Unchanged, BTreeMap::new());
    let draft = SourceDraft { name, dialect, url, auth, secret, settings };
    probe::source_of(&draft, id, SecretRef::None, true)
}
