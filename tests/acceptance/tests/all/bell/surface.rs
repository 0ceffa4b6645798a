use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use deskbell_acceptance::{Ask, Filled, Row, Said, Screen, Source, Surface, eventually};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};

/// `bell` on a data folder, with an engine that serves it.
pub struct CommandLine {
    data: TempDir,
    _engine: Child,
}

impl CommandLine {
    pub async fn start() -> Result<Self> {
        let data = TempDir::new()?;
        let engine = bell(&data)?.arg("serve").stdout(Stdio::null()).spawn()?;
        let desk = Self { data, _engine: engine };
        eventually("the engine serves", async || {
            // Without an engine, an answer is refused before it is looked at.
            let said = bell(&desk.data)?.args(["undo", "nothing"]).output().await?;
            Ok((!String::from_utf8_lossy(&said.stderr).contains("bell serve")).then_some(()))
        })
        .await?;
        Ok(desk)
    }

    /// Runs a command. Gives the objects it prints.
    async fn ring(&self, words: &[&str]) -> Result<Vec<Value>> {
        self.ring_with(words, "").await
    }

    /// Runs a command with this on its standard input.
    async fn ring_with(&self, words: &[&str], input: &str) -> Result<Vec<Value>> {
        let mut bell = bell(&self.data)?;
        bell.args(words).arg("--json").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut ringing = bell.spawn()?;
        if let Some(mut pipe) = ringing.stdin.take() {
            // It may have ended without reading it.
            let _ = pipe.write_all(input.as_bytes()).await;
        }
        let rang = ringing.wait_with_output().await?;
        let out = String::from_utf8(rang.stdout)?;
        let trouble = String::from_utf8_lossy(&rang.stderr).into_owned();
        ensure!(rang.status.success(), "bell {}: {}\n{out}{trouble}", words.join(" "), rang.status);
        out.lines().map(|line| serde_json::from_str(line).context(line.to_owned())).collect()
    }

    /// Takes an offer. It must be won.
    async fn take(&self, order: &[&str], offer: &str, values: &[String], secret: &str) -> Result<()> {
        let mut words = [order, &["--offer", offer, "--wait", "30"]].concat();
        words.extend(values.iter().map(String::as_str));
        let receipts = self.ring_with(&words, secret).await?;
        ensure!(receipts.iter().all(|receipt| receipt["verdict"] == "won"), "{receipts:#?}");
        Ok(())
    }

    /// The kind of a field of what waits.
    async fn kind_of(&self, key: &str, offer: &str, field: &str) -> Result<String> {
        let ask = self.ring(&["asks", key]).await?;
        let named = |rows: &Value, id: &str| -> Option<Value> {
            rows.as_array()?.iter().find(|row| row["id"] == id).cloned()
        };
        let offer = named(&ask[0]["offers"], offer).context("it does not offer that")?;
        let field = named(&offer["fields"], field).context("there is no such field")?;
        Ok(field["input"]["type"].as_str().unwrap_or_default().to_owned())
    }
}

impl Surface for CommandLine {
    async fn add(&self, source: &Source) -> Result<()> {
        if let Some((host, _)) = &source.listed {
            Box::pin(self.add(host)).await?;
        }
        let mut words = vec!["source", "add", source.name, "--dialect", source.dialect];
        words.extend(source.url.iter().flat_map(|url| ["--url", url.as_str()]));
        let settings: Vec<String> =
            source.settings.iter().map(|(name, value)| format!("{name}={value}")).collect();
        words.extend(settings.iter().flat_map(|setting| ["--set", setting.as_str()]));
        self.ring(&words).await.map(drop)
    }

    async fn link(&self, source: &str) -> Result<String> {
        let rows = self.ring(&["status"]).await?;
        let row = rows.iter().find(|row| row["name"] == source).context("it is not listed")?;
        Ok(row["state"].as_str().unwrap_or_default().to_owned())
    }

    async fn rows(&self, screen: Screen) -> Result<Vec<Row>> {
        let (words, state) = match screen {
            Screen::Inbox => (&["asks"][..], "state"),
            Screen::Agents => (&["agents"][..], "state"),
            Screen::Threads => (&["threads"][..], "state"),
            Screen::Tasks => (&["tasks"][..], "state"),
            Screen::Findings => (&["findings"][..], "state"),
            Screen::History => (&["history", "--limit", "1000"][..], "kind"),
        };
        let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let row = |row: Value| Row {
            key: match screen {
                Screen::History => format!("{}/{}", text(&row, "source"), text(&row, "item")),
                _ => text(&row, "key"),
            },
            state: text(&row, state),
            text: ["title", "name", "rule", "path", "text"].map(|name| text(&row, name)).join(" "),
        };
        Ok(self.ring(words).await?.into_iter().map(row).collect())
    }

    async fn say(&self, said: &Said) -> Result<()> {
        let values = ["--field".to_owned(), format!("{}={}", said.field, said.words)];
        self.take(&["do", &said.thread], "send", &values, "").await
    }

    async fn answer(&self, key: &str, ask: &Ask) -> Result<()> {
        let (mut values, mut secret) = (Vec::new(), "");
        for (field, value) in &ask.values {
            match value {
                Filled::Option(label) => values.extend(["--pick".to_owned(), (*label).to_owned()]),
                // It is never on the command line, where every user of the machine could read it.
                Filled::Text(text) if self.kind_of(key, ask.offer, field).await? == "secret" => secret = text,
                Filled::Text(text) => values.extend(["--field".to_owned(), format!("{field}={text}")]),
            }
        }
        self.take(&["answer", key], ask.offer, &values, secret).await
    }
}

/// Built beside this test. Nothing of this desktop is around it.
fn bell(data: &TempDir) -> Result<Command> {
    let deps = std::env::current_exe()?;
    let built = deps.ancestors().nth(2).context("not built by cargo")?.join("bell");
    let mut bell = Command::new(built);
    bell.arg("--data").arg(data.path());
    bell.env_remove("DBUS_SESSION_BUS_ADDRESS").env("HOME", data.path());
    bell.stdin(Stdio::null()).kill_on_drop(true);
    Ok(bell)
}
