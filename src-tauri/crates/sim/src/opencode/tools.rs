//! The tools of opencode as their calls show: what goes in, what leave they ask for, what comes out.

use serde_json::{Value, json};

use super::parts::{Deed, Prompt};

/// Programs whose first argument says what they do.
const WITH_VERB: [&str; 5] = ["cargo", "git", "npm", "docker", "go"];

/// Whether what was allowed for good covers all of this.
pub(super) fn covers(allowed: &[(String, String)], kind: &str, patterns: &[&str]) -> bool {
    patterns.iter().all(|pattern| {
        allowed.iter().any(|(of, rule)| {
            of == kind
                && match rule.strip_suffix('*') {
                    Some(start) => pattern.starts_with(start.trim_end()),
                    None => rule == pattern,
                }
        })
    })
}

fn commands(line: &str) -> Vec<&str> {
    line.split(" && ").map(str::trim).collect()
}

/// What "always" would allow of one command.
fn always(command: &str) -> String {
    let mut words = command.split_whitespace();
    let program = words.next().unwrap_or_default();
    match words.next().filter(|_| WITH_VERB.contains(&program)) {
        Some(verb) => format!("{program} {verb} *"),
        None => format!("{program} *"),
    }
}

pub(super) fn diff(directory: &str, file: &str, hunks: &str) -> String {
    let path = format!("{directory}/{file}");
    let line = "=".repeat(67);
    format!("Index: {path}\n{line}\n--- {path}\n+++ {path}\n{hunks}")
}

fn todos(steps: &[(String, String)]) -> Value {
    let priority = |at: usize| if at == 0 { "high" } else { "medium" };
    let rows = steps.iter().enumerate();
    rows.map(|(at, (step, status))| json!({ "content": step, "status": status, "priority": priority(at) }))
        .collect()
}

impl Deed {
    pub fn input(&self, directory: &str) -> Value {
        match self {
            Self::Plan(steps) => {
                // The model numbers them; the server drops that.
                let mut todos = todos(steps);
                for (at, todo) in todos.as_array_mut().into_iter().flatten().enumerate() {
                    todo["id"] = (at + 1).to_string().into();
                }
                json!({ "todos": todos })
            }
            Self::Read { file } => json!({ "filePath": format!("{directory}/{file}") }),
            Self::Run { command, .. } => json!({ "command": command, "description": command }),
            Self::Edit { file, hunks } => {
                let side = |sign: char| {
                    let lines = hunks.lines().filter_map(|line| line.strip_prefix(sign));
                    lines.collect::<Vec<_>>().join("\n")
                };
                let path = format!("{directory}/{file}");
                json!({ "filePath": path, "oldString": side('-'), "newString": side('+') })
            }
            Self::Ask(prompts) => {
                json!({ "questions": prompts.iter().map(Prompt::frame).collect::<Vec<_>>() })
            }
            Self::Delegate { title, agent, turns } => {
                let prompt = turns.first().map(|turn| turn.says.clone()).unwrap_or_default();
                json!({ "description": title, "prompt": prompt, "subagent_type": agent })
            }
        }
    }

    /// The leave it needs, where it needs one: kind, patterns, metadata, and what "always" would allow.
    pub fn leave(&self, directory: &str) -> Option<(&'static str, Vec<String>, Value, Vec<String>)> {
        match self {
            Self::Run { command, .. } => {
                let parts = commands(command);
                let mut rules: Vec<String> = parts.iter().map(|part| always(part)).collect();
                rules.dedup();
                let patterns = parts.into_iter().map(str::to_owned).collect();
                Some(("bash", patterns, json!({ "command": command }), rules))
            }
            Self::Edit { file, hunks } => {
                let metadata = json!({
                    "filepath": format!("{directory}/{file}"), "diff": diff(directory, file, hunks),
                });
                Some(("edit", vec![file.clone()], metadata, vec!["*".to_owned()]))
            }
            Self::Plan(_) | Self::Read { .. } | Self::Ask(_) | Self::Delegate { .. } => None,
        }
    }

    pub fn title(&self) -> String {
        match self {
            Self::Plan(steps) => format!("{} todos", steps.len()),
            Self::Read { file } | Self::Edit { file, .. } => file.clone(),
            Self::Run { command, .. } => command.clone(),
            Self::Ask(prompts) => {
                format!("Asked {} question{}", prompts.len(), if prompts.len() == 1 { "" } else { "s" })
            }
            Self::Delegate { title, .. } => title.clone(),
        }
    }

    /// What it gave back, and what the call's record says of it.
    pub fn result(&self, directory: &str) -> (String, Value) {
        match self {
            Self::Plan(steps) => {
                let todos = todos(steps);
                (format!("{todos:#}"), json!({ "todos": todos, "truncated": false }))
            }
            Self::Read { file } => {
                let text = format!("<file>\n00001| {file}\n</file>");
                let display = json!({
                    "type": "file", "path": format!("{directory}/{file}"), "text": file, "lineStart": 1, "lineEnd": 1,
                    "totalLines": 1, "truncated": false,
                });
                (text, json!({ "preview": file, "truncated": false, "loaded": [], "display": display }))
            }
            Self::Run { output, .. } => {
                (output.clone(), json!({ "output": output, "exit": 0, "truncated": false }))
            }
            Self::Edit { file, hunks } => {
                let diff = diff(directory, file, hunks);
                let count = |sign| hunks.lines().filter(|line| line.starts_with(sign)).count();
                let changed = json!({
                    "file": format!("{directory}/{file}"), "patch": diff,
                    "additions": count('+'), "deletions": count('-'),
                });
                let metadata = json!({
                    "diagnostics": {}, "diff": diff, "filediff": changed, "truncated": false,
                });
                ("Edit applied successfully.".to_owned(), metadata)
            }
            // Their results are made of what came back.
            Self::Ask(_) | Self::Delegate { .. } => (String::new(), json!({})),
        }
    }

    pub fn todos(&self) -> Option<Value> {
        match self {
            Self::Plan(steps) => Some(todos(steps)),
            Self::Read { .. }
            | Self::Run { .. }
            | Self::Edit { .. }
            | Self::Ask(_)
            | Self::Delegate { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_asks_for_each_of_its_parts_and_always_for_their_kind() {
        let (kind, patterns, _, always) = Deed::run("git push && ls -l", "").leave("/srv").unwrap();
        assert_eq!((kind, patterns), ("bash", vec!["git push".to_owned(), "ls -l".to_owned()]));
        assert_eq!(always, ["git push *", "ls *"]);
        let allowed = [("bash".to_owned(), "git push *".to_owned())];
        assert!(covers(&allowed, "bash", &["git push --tags"]));
        assert!(!covers(&allowed, "bash", &["git push", "ls"]));
        assert!(!covers(&allowed, "edit", &["git push"]));
    }
}
