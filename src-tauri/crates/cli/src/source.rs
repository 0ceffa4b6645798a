//! `bell source …`.

use std::collections::BTreeMap;

use deskbell_domain::{Auth, SecretRef};
use deskbell_engine::command::{Answer, Command, SecretDraft, SourceDraft, TestReport};
use deskbell_engine::view::SourceView;

use crate::args::{Access, AuthKind, Place, SourceOrder};
use crate::desk::{Desk, unexpected};
use crate::detect;
use crate::item::find_agent;
use crate::paper::Paper;
use crate::secret;
use crate::status::{StatusRow, print_table};
use crate::trouble::{Exit, Trouble};

pub async fn run(desk: &Desk, paper: &mut Paper, order: &SourceOrder) -> Result<Exit, Trouble> {
    match order {
        SourceOrder::Ls => return list(desk, paper).await,
        SourceOrder::Detect { ports } => return detect::run(desk, paper, ports).await,
        SourceOrder::Test { name, place, access } => {
            return test(desk, paper, name.as_deref(), place, access).await;
        }
        SourceOrder::Add { name, dialect, url, access } => {
            let place = Place { dialect: Some(dialect.clone()), url: url.clone() };
            let draft = draft(None, Some(name), &place, access)?;
            let answer = desk.change(Command::SourceAdd { draft }).await?;
            warn_of_memory(desk, access, &answer);
            told(paper, answer, &format!("Added {name}."))?;
        }
        SourceOrder::Attach { agent } => {
            let agent = find_agent(desk, agent).await?;
            let draft = agent.attachment.ok_or_else(|| {
                Trouble::failed(format!("{} cannot be listened to itself, as far as is told.", agent.key))
            })?;
            let words = format!("Added {}, at {}.", draft.name, draft.url);
            let answer = desk.change(Command::SourceAdd { draft }).await?;
            told(paper, answer, &words)?;
        }
        SourceOrder::Edit { name, rename, url, access } => {
            let known = desk.source(name).await?;
            let place = Place { dialect: None, url: url.clone() };
            let draft = draft(Some(&known), rename.as_deref(), &place, access)?;
            let answer = desk.change(Command::SourceEdit { source: known.source, draft }).await?;
            warn_of_memory(desk, access, &answer);
            told(paper, answer, &format!("Changed {name}."))?;
        }
        SourceOrder::Rm { name } => {
            let source = desk.source(name).await?.source;
            let answer = desk.change(Command::SourceRemove { source }).await?;
            told(paper, answer, &format!("Removed {name}, and all that was kept of it."))?;
        }
        SourceOrder::Pause { name } => {
            let source = desk.source(name).await?.source;
            let answer = desk.change(Command::SourcePause { source }).await?;
            told(paper, answer, &format!("Paused {name}."))?;
        }
        SourceOrder::Resume { name } => {
            let source = desk.source(name).await?.source;
            let answer = desk.change(Command::SourceResume { source }).await?;
            told(paper, answer, &format!("Listening to {name} again."))?;
        }
    }
    Ok(Exit::Done)
}

fn told(paper: &mut Paper, answer: Answer, words: &str) -> Result<(), Trouble> {
    match answer {
        Answer::Source { row } if paper.json => paper.object(&StatusRow::new(&row)),
        _ if paper.json => paper.object(&serde_json::json!({ "done": true })),
        _ => paper.say(words),
    }
}

/// A secret that was given, and could be put nowhere where it lasts.
fn warn_of_memory(desk: &Desk, access: &Access, answer: &Answer) {
    match answer {
        Answer::Source { row } if access.secret_stdin && row.secret == SecretRef::Session => {}
        _ => return,
    }
    if desk.is_running() {
        eprintln!("bell: this desktop has no keyring: the secret is kept until the engine stops");
    } else {
        eprintln!(
            "bell: this desktop has no keyring, and no engine runs that could keep the secret in memory: it is \
             lost. Give it again while Deskbell runs, or name a variable with --secret-env."
        );
    }
}

async fn list(desk: &Desk, paper: &mut Paper) -> Result<Exit, Trouble> {
    let rows = desk.sources().await?;
    if paper.json {
        rows.iter().try_for_each(|row| paper.object(&StatusRow::new(row)))?;
    } else {
        print_table(paper, &rows)?;
    }
    Ok(Exit::Done)
}

async fn test(
    desk: &Desk,
    paper: &mut Paper,
    name: Option<&str>,
    place: &Place,
    access: &Access,
) -> Result<Exit, Trouble> {
    let known = match name {
        // With a dialect it may be one that is not added yet.
        Some(name) if place.dialect.is_some() => desk.source(name).await.ok(),
        Some(name) => Some(desk.source(name).await?),
        None => None,
    };
    let draft = draft(known.as_ref(), name, place, access)?;
    let source = known.map(|row| row.source);
    let report = match desk.change(Command::SourceTest { draft, source }).await? {
        Answer::Tested { report } => report,
        other => return Err(unexpected(&other)),
    };
    if paper.json {
        paper.object(&report)?;
    } else {
        paper.say(&words(&report))?;
    }
    Ok(if report.ok { Exit::Done } else { Exit::Failed })
}

fn words(report: &TestReport) -> String {
    match &report.fault {
        Some(fault) if report.message.is_empty() || report.message == fault.message => fault.to_string(),
        Some(fault) if report.message.contains(&fault.message) => report.message.clone(),
        Some(fault) => format!("{}\n{fault}", report.message),
        None => report.message.clone(),
    }
}

/// What was typed, over what is known already.
fn draft(
    known: Option<&SourceView>,
    name: Option<&str>,
    place: &Place,
    access: &Access,
) -> Result<SourceDraft, Trouble> {
    let missing = |flag: &str| Trouble::usage(format!("{flag} is missing: see `bell source --help`"));
    let dialect = place.dialect.clone().or_else(|| known.map(|row| row.dialect.clone()));
    let finds_itself =
        dialect.as_deref().and_then(deskbell_wire::dialect).is_some_and(|d| d.state_file.is_some());
    let url = place
        .url
        .clone()
        .or_else(|| known.map(|row| row.url.clone()))
        .or_else(|| finds_itself.then(String::new));
    let auth = auth(dialect.as_deref(), known.map(|row| &row.auth), access).map_err(Trouble::usage)?;
    let keeps = known.is_some_and(|row| row.secret != SecretRef::None);
    let secret = secret_of(access, &auth, keeps)?;
    let mut settings = known.map(|row| row.settings.clone()).unwrap_or_default();
    // A setting that is typed replaces all its old values.
    settings.extend(collect(&access.set));
    Ok(SourceDraft {
        name: name.or(known.map(|row| row.name.as_str())).unwrap_or("test").to_owned(),
        dialect: dialect.ok_or_else(|| missing("--dialect"))?,
        url: url.ok_or_else(|| missing("--url"))?,
        auth,
        secret,
        settings,
    })
}

fn collect(pairs: &[(String, String)]) -> BTreeMap<String, Vec<String>> {
    let mut settings: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in pairs {
        settings.entry(name.clone()).or_default().push(value.clone());
    }
    settings
}

fn auth(dialect: Option<&str>, known: Option<&Auth>, access: &Access) -> Result<Auth, String> {
    let Some(kind) = access.auth else {
        if access.user.is_some() || access.auth_name.is_some() {
            return Err("--user and --name go with --auth: say how to get in".to_owned());
        }
        return Ok(known.cloned().unwrap_or(Auth::None));
    };
    let typed = match kind {
        AuthKind::None => Auth::None,
        AuthKind::Bearer => Auth::Bearer,
        AuthKind::Basic => Auth::Basic { user: String::new() },
        AuthKind::Header => Auth::Header { name: String::new() },
        AuthKind::Cookie => Auth::Cookie { name: String::new() },
        AuthKind::Query => Auth::Query { name: String::new() },
    };
    let logins = dialect.and_then(deskbell_wire::dialect).map(|dialect| dialect.logins).unwrap_or_default();
    let usual = logins.iter().find(|login| login.is(&typed)).map_or(typed, |login| login.auth());
    let named = |usual: String, kind: &str, what: &str| {
        let name = access.auth_name.clone().or(Some(usual).filter(|name| !name.is_empty()));
        name.ok_or_else(|| format!("--auth {kind} wants --name, the name of the {what}"))
    };
    Ok(match usual {
        Auth::None => Auth::None,
        Auth::Bearer => Auth::Bearer,
        Auth::Basic { user } => {
            let user = access.user.clone().or(Some(user).filter(|user| !user.is_empty()));
            Auth::Basic { user: user.ok_or("--auth basic wants --user".to_owned())? }
        }
        Auth::Header { name } => Auth::Header { name: named(name, "header", "header")? },
        Auth::Cookie { name } => Auth::Cookie { name: named(name, "cookie", "cookie")? },
        Auth::Query { name } => Auth::Query { name: named(name, "query", "part of the address")? },
    })
}

fn secret_of(access: &Access, auth: &Auth, kept: bool) -> Result<SecretDraft, Trouble> {
    let given = access.secret_stdin || access.secret_env.is_some();
    match (auth, given) {
        (Auth::None, true) => {
            return Err(Trouble::usage("a secret goes with --auth: say how it is shown to the server"));
        }
        (Auth::None, false) => return Ok(SecretDraft::Unchanged),
        (_, false) if !kept => {
            return Err(Trouble::usage(
                "this --auth wants a secret: pipe it in with --secret-stdin, or name a variable with --secret-env",
            ));
        }
        (_, false) => return Ok(SecretDraft::Unchanged),
        (_, true) => {}
    }
    match &access.secret_env {
        Some(name) => Ok(SecretDraft::Environment { name: name.clone() }),
        None => Ok(SecretDraft::Given { value: secret::read("The secret")? }),
    }
}

#[cfg(test)]
mod tests {
    use deskbell_domain::{Link, Source, SourceId};

    use super::*;

    fn known() -> SourceView {
        let source = Source {
            id: SourceId::new("hive"),
            name: "Hive".into(),
            dialect: "hyperhive".into(),
            url: "http://old".into(),
            auth: Auth::Bearer,
            secret: SecretRef::Keyring,
            settings: collect(&[
                ("dir".into(), "a".into()),
                ("dir".into(), "b".into()),
                ("x".into(), "y".into()),
            ]),
            paused: false,
        };
        SourceView::new(&source, Link::Off, Default::default(), None, None)
    }

    fn edit(place: &Place, access: &Access) -> SourceDraft {
        draft(Some(&known()), None, place, access).unwrap()
    }

    fn refused(access: &Access) -> String {
        let place = Place { dialect: Some("hyperhive".into()), url: Some("http://h".into()) };
        let trouble = draft(None, Some("n"), &place, access).unwrap_err();
        assert_eq!(trouble.exit, Exit::Usage);
        trouble.message
    }

    #[test]
    fn what_is_left_out_of_an_edit_stays() {
        let draft = edit(&Place { url: Some("http://new".into()), dialect: None }, &Access::default());
        assert_eq!((draft.name.as_str(), draft.url.as_str()), ("Hive", "http://new"));
        assert_eq!((draft.auth, draft.settings), (Auth::Bearer, known().settings));
        assert!(matches!(draft.secret, SecretDraft::Unchanged));
    }

    #[test]
    fn a_setting_that_is_typed_replaces_its_old_values() {
        let access = Access { set: vec![("dir".into(), "c".into())], ..Access::default() };
        let draft = edit(&Place::default(), &access);
        assert_eq!(draft.settings["dir"], ["c"]);
        assert_eq!(draft.settings["x"], ["y"]);
    }

    #[test]
    fn a_secret_and_the_way_to_show_it_come_together() {
        let env = Some("TOKEN".to_owned());
        for (access, words) in [
            (Access { secret_env: env.clone(), ..Access::default() }, "goes with --auth"),
            (Access { auth: Some(AuthKind::Bearer), ..Access::default() }, "--secret-stdin"),
            (Access { auth: Some(AuthKind::Basic), secret_env: env.clone(), ..Access::default() }, "--user"),
            (
                Access { auth: Some(AuthKind::Cookie), secret_env: env.clone(), ..Access::default() },
                "the cookie",
            ),
            (Access { user: Some("op".into()), ..Access::default() }, "go with --auth"),
        ] {
            let message = refused(&access);
            assert!(message.contains(words), "{message}");
        }
        let access = Access {
            auth: Some(AuthKind::Header),
            auth_name: Some("X".into()),
            secret_env: env,
            ..Access::default()
        };
        let draft = edit(&Place::default(), &access);
        assert_eq!(draft.auth, Auth::Header { name: "X".into() });
        assert!(matches!(draft.secret, SecretDraft::Environment { name } if name == "TOKEN"));
    }

    #[test]
    fn what_a_server_calls_its_login_need_not_be_typed() {
        let place = Place { dialect: Some("ailang".into()), url: Some("http://h".into()) };
        let mut access =
            Access { auth: Some(AuthKind::Query), secret_env: Some("T".into()), ..Access::default() };
        let auth = |access: &Access| draft(None, Some("n"), &place, access).unwrap().auth;
        assert_eq!(auth(&access), Auth::Query { name: "token".into() });
        access.auth_name = Some("key".into());
        assert_eq!(auth(&access), Auth::Query { name: "key".into() });
    }

    #[test]
    fn a_source_that_is_not_added_yet_needs_its_place() {
        let trouble = draft(None, None, &Place::default(), &Access::default()).unwrap_err();
        assert!(trouble.message.contains("--dialect"));
    }
}
