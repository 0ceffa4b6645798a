//! The simulated opencode against the real one: what both say has the same shape, so that the first cannot drift.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;
use std::time::Duration;

use deskbell_sim::opencode::{Config, Deed, Opencode, Prompt, Turn};
use serde_json::{Value as Json, json};

use super::PATIENCE;
use super::server::{Server, call};
use crate::desk::until;

/// As the model knows it, in two halves: whole, it would be the mark of unfinished work.
const PLAN: &str = concat!("DO_TO", "DO");

/// What was heard on the stream, and what calls were answered with, by what each is.
type Said = BTreeMap<String, Vec<Json>>;

/// Goes through all that Deskbell uses of a server. `begin` sets a session to one kind of work.
async fn go_through(url: &str, begin: impl AsyncFn(&str, &str)) -> Said {
    let folder = tempfile::tempdir().unwrap();
    let heard = folder.path().join("events");
    let mut curl = tokio::process::Command::new("curl");
    curl.args(["-sN", &format!("{url}/event")]).stdout(std::fs::File::create(&heard).unwrap());
    let _listening = curl.stdin(Stdio::null()).kill_on_drop(true).spawn().unwrap();
    let events = || -> Vec<Json> {
        let text = std::fs::read_to_string(&heard).unwrap();
        // The last line may be in the middle of being written.
        let lines = text.lines().filter_map(|line| line.strip_prefix("data: "));
        lines.filter_map(|event| serde_json::from_str(event).ok()).collect()
    };
    until("the stream is open", async || !events().is_empty()).await;

    let mut said = Said::new();
    let mut keep = |what: &str, reply: Json| said.entry(what.to_owned()).or_default().push(reply);
    let post = async |path: String, body: Json| {
        call(url, &["-X", "POST", "-H", "content-type: application/json", "-d", &body.to_string()], &path)
            .await
    };
    let get = async |path: &str| call(url, &[], path).await;
    let idles = || events().iter().filter(|event| event["type"] == "session.idle").count();
    let waiting = async |list: &str| {
        until(&format!("{list} lists something"), async || get(list).await[0].is_object()).await;
        get(list).await
    };
    let rest = async |before: usize, what: &str| {
        let rests = async {
            while idles() <= before {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, rests)
            .await
            .unwrap_or_else(|_| panic!("it does not rest after {what}"));
    };

    let session = post("/session".into(), json!({})).await;
    let id = session["id"].as_str().unwrap().to_owned();
    keep("POST /session", session);
    let before = idles();
    begin(&id, PLAN).await;
    rest(before, "the plan").await;
    for reply in [json!({ "reply": "reject", "message": "keep it" }), json!({ "reply": "once" })] {
        let before = idles();
        begin(&id, "DO_READEDIT").await;
        let listed = waiting("/permission").await;
        let path = format!("/permission/{}/reply", listed[0]["id"].as_str().unwrap());
        keep("GET /permission", listed);
        keep("GET /session/status", get("/session/status").await);
        keep("a bad reply", post(path.clone(), json!({ "reply": "maybe" })).await);
        keep("a reply", post(path.clone(), reply.clone()).await);
        keep("a second reply", post(path, reply).await);
        rest(before, "the edit").await;
    }
    for reply in [Some(json!({ "answers": [["Postgres"], ["Search", "own words"]] })), None] {
        let before = idles();
        begin(&id, "DO_QUESTION").await;
        let listed = waiting("/question").await;
        let path = format!("/question/{}", listed[0]["id"].as_str().unwrap());
        keep("GET /question", listed);
        let (path, body) = match reply {
            Some(reply) => (format!("{path}/reply"), reply),
            None => (format!("{path}/reject"), json!({})),
        };
        keep("an answer", post(path.clone(), body.clone()).await);
        keep("a second answer", post(path, body).await);
        rest(before, "the question").await;
    }
    let before = idles();
    begin(&id, "DO_TASK").await;
    let listed = waiting("/permission").await;
    keep(
        "a reply",
        post(format!("/permission/{}/reply", listed[0]["id"].as_str().unwrap()), json!({ "reply": "once" }))
            .await,
    );
    // The subagent's session, and then its parent.
    rest(before + 1, "the subagent's work").await;
    begin(&id, "DO_BASH").await;
    let listed = waiting("/permission").await;
    let before = idles();
    keep("an abort", post(format!("/session/{id}/abort"), json!({})).await);
    // It rests twice: at once, and when the call has ended.
    rest(before + 1, "the stop").await;
    keep("GET /permission", get("/permission").await);
    keep(
        "a reply",
        post(format!("/permission/{}/reply", listed[0]["id"].as_str().unwrap()), json!({ "reply": "once" }))
            .await,
    );
    keep("GET /session", get("/session").await);
    keep("GET /session/{id}", get(&format!("/session/{id}")).await);
    keep("GET no session", get("/session/ses_none").await);
    keep("GET no messages", get("/session/ses_none/message").await);
    for message in get(&format!("/session/{id}/message")).await.as_array().unwrap() {
        keep(&format!("a message of the {}", message["info"]["role"]), message["info"].clone());
        for part in message["parts"].as_array().unwrap() {
            keep(&format!("kept {}", kind_of_part(part)), part.clone());
        }
    }
    for event in events() {
        keep(&kind_of_event(&event), event);
    }
    said
}

fn kind_of_part(part: &Json) -> String {
    let is_growing = part["text"] == "" || part["time"]["end"].is_null();
    match part["type"].as_str().unwrap() {
        "tool" => format!("{} {}", part["tool"], part["state"]["status"]),
        kind @ "text" if part["time"].is_null() => format!("{kind} of the operator"),
        kind @ "text" if is_growing => format!("{kind} that grows"),
        kind => kind.to_owned(),
    }
}

fn kind_of_event(event: &Json) -> String {
    let (kind, told) = (event["type"].as_str().unwrap(), &event["properties"]);
    match kind {
        "message.part.updated" => format!("{kind} {}", kind_of_part(&told["part"])),
        "message.updated" => format!("{kind} {}", told["info"]["role"]),
        "session.status" => format!("{kind} {}", told["status"]["type"]),
        "permission.asked" => format!("{kind} {}", told["permission"]),
        _ => kind.to_owned(),
    }
}

/// Every place in a value, with the type of what is there. Ids that are keys stand as `*`.
fn places(value: &Json, at: &str, out: &mut BTreeSet<String>) {
    match value {
        Json::Null => out.insert(format!("{at} null")),
        Json::Bool(_) => out.insert(format!("{at} bool")),
        Json::Number(_) => out.insert(format!("{at} number")),
        Json::String(_) => out.insert(format!("{at} string")),
        Json::Array(rows) => {
            rows.iter().for_each(|row| places(row, &format!("{at}[]"), out));
            out.insert(format!("{at} array"))
        }
        Json::Object(fields) => {
            for (name, field) in fields {
                let name = if name.starts_with("ses_") { "*" } else { name };
                places(field, &format!("{at}.{name}"), out);
            }
            out.insert(format!("{at} object"))
        }
    };
}

/// The places that some of the values have, and those that all have.
fn shape(values: &[Json]) -> (BTreeSet<String>, BTreeSet<String>) {
    let each = values.iter().map(|value| {
        let mut out = BTreeSet::new();
        places(value, "", &mut out);
        out
    });
    let each: Vec<BTreeSet<String>> = each.collect();
    let some = each.iter().flatten().cloned().collect();
    let all = each.into_iter().reduce(|all, one| &all & &one).unwrap_or_default();
    (some, all)
}

fn turns(what: &str) -> Vec<Turn> {
    let done = Turn::say("Done. All finished.");
    let edit = Deed::edit("a.txt", "@@ -1,2 +1,3 @@\n alpha\n-beta\n+BETA\n+GAMMA\n");
    let bash = Deed::run("echo hello > out.txt && ls", "out.txt\n");
    let option = [("One", "The first"), ("Two", "The second")];
    match what {
        PLAN => vec![
            Turn::say("I plan.").doing(Deed::plan(&[("first", "in_progress"), ("second", "pending")])),
            done,
        ],
        "DO_READEDIT" => {
            vec![Turn::say("I read.").doing(Deed::read("a.txt")), Turn::say("I edit.").doing(edit), done]
        }
        "DO_QUESTION" => {
            let prompts = vec![
                Prompt::new("A", "Which?", &option),
                Prompt::new("B", "Which ones?", &option).multiple(),
            ];
            vec![Turn::say("I ask.").doing(Deed::Ask(prompts)), done]
        }
        "DO_TASK" => {
            let sub = vec![Turn::say("I run.").doing(bash), done.clone()];
            vec![Turn::say("I delegate.").doing(Deed::delegate("Sub work", "general", sub)), done]
        }
        _ => vec![Turn::say("I run.").doing(bash), done],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_simulated_opencode_says_what_the_real_one_says() {
    let Some(real) = Server::start().await else { return };
    let url = real.url.clone();
    let theirs =
        go_through(&url, async |session, what| real.prompt(session, &format!("{what} now")).await).await;
    let sim = Opencode::start(Config::default()).await.unwrap();
    let url = sim.url();
    let ours = go_through(&url, async |session, what| sim.prompt(session, what, turns(what))).await;
    let mut wrong = Vec::new();
    for (what, values) in &ours {
        let Some(real) = theirs.get(what) else {
            wrong.push(format!("{what}: the real one never says it"));
            continue;
        };
        let ((some, all), (real_some, real_all)) = (shape(values), shape(real));
        wrong.extend(
            some.difference(&real_some).map(|place| format!("{what}: only the simulated one has{place}")),
        );
        wrong
            .extend(real_all.difference(&all).map(|place| format!("{what}: the real one always has{place}")));
    }
    for what in theirs.keys().filter(|what| !ours.contains_key(*what)) {
        // What Deskbell passes over need not be simulated.
        let quiet = [
            "plugin.added",
            "catalog.",
            "integration.",
            "reference.",
            "server.heartbeat",
            "project.",
            "lsp.",
        ];
        if !quiet.iter().any(|quiet| what.starts_with(quiet)) {
            wrong.push(format!("{what}: only the real one says it"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
